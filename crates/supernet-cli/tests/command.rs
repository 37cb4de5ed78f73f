//! The command as a user has it: what it prints, what it leaves, and its exit codes.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};
use supernet::prelude::fashion_mnist;

/// Options of a search of seconds.
const TINY: [&str; 10] =
    ["--budget", "0.004", "--train", "300", "--validation", "100", "--test", "100", "--output", "quiet"];

fn supernet(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_supernet")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Asserts an exit code and what standard error says.
fn assert_fails(output: &Output, code: i32, says: &str) {
    let error = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{error}");
    assert!(error.contains(says), "{error}");
}

fn tiny_run(directory: &Path, more: &[&str]) -> Output {
    let directory = directory.display().to_string();
    supernet(&[&["run", &directory], &TINY[..], more].concat())
}

#[test]
fn a_run_ends_with_a_table_goes_on_without_options_and_can_be_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    let (run, best) = (folder.path().join("run"), folder.path().join("best"));
    let first = tiny_run(&run, &[]);
    assert!(first.status.success(), "{}", text(&first.stderr));
    // Of five candidates the best five and five at random are the same.
    assert!(text(&first.stdout).contains("picked and random are the same networks"), "{}", text(&first.stdout));
    let path = run.display().to_string();

    // The same command, and without options the settings in the directory.
    let same = tiny_run(&run, &[]);
    assert!(same.status.success(), "{}", text(&same.stderr));
    assert_fails(&tiny_run(&run, &["--budget", "0.5"]), 2, "cannot be used multiple times");
    assert_fails(&supernet(&["run", &path, "--budget", "0.5"]), 2, "--budget: found 0.5, expected 0.004, by which");
    let again = supernet(&["run", &path, "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(json["networks"].as_array().unwrap().len(), 16);
    let card = fs::read_to_string(run.join("best/card.md")).unwrap();
    assert!(card.contains("| latency | 64 images: "), "{card}");
    let report = supernet(&["report", &path, "--output", "quiet"]);
    assert_eq!(text(&report.stdout), text(&first.stdout));
    assert_eq!(fs::read_to_string(run.join("best/card.md")).unwrap(), card, "it is timed once");

    assert_fails(&tiny_run(&run, &["--seed", "2"]), 3, "choose another directory");

    let to = best.display().to_string();
    let export = supernet(&["export", &path, "--to", &to]);
    assert!(
        export.status.success() && text(&export.stdout).contains("weights.safetensors"),
        "{}",
        text(&export.stderr)
    );
    assert_eq!(
        fs::read(best.join("weights.safetensors")).unwrap(),
        fs::read(run.join("best/weights.safetensors")).unwrap()
    );
    assert_fails(&supernet(&["export", &path, "--to", &to]), 2, "which exists and is not empty");

    damaged_files_of_a_finished_run_are_refused(&run, &folder.path().join("damaged"));

    // What a later check finds stands in the table and in the report as well.
    let check = supernet(&["check", &path, "--networks", "3", "--output", "quiet"]);
    assert!(check.status.success(), "{}", text(&check.stderr));
    let verdict: serde_json::Value = serde_json::from_slice(&fs::read(run.join("verdict.json")).unwrap()).unwrap();
    assert_eq!(verdict["evidence"]["check"]["networks"], 3);
    for file in ["table.txt", "report.html"] {
        let written = fs::read_to_string(run.join(file)).unwrap();
        assert!(written.contains("one-shot score"), "{file}: {written}");
    }

    fs::remove_file(run.join("best/weights.safetensors")).unwrap();
    fs::write(run.join("supernet.safetensors"), "damaged").unwrap();
    assert_fails(&supernet(&["run", &path, "--output", "quiet"]), 3, "supernet.safetensors: found ");
    fs::rename(run.join("run.toml"), folder.path().join("run.toml")).unwrap();
    let lost = supernet(&["run", &path, "--output", "quiet"]);
    assert_fails(&lost, 3, "run.toml: no such file; settings are those of the options alone");
    fs::rename(folder.path().join("run.toml"), run.join("run.toml")).unwrap();
    assert_fails(&supernet(&["export", &path, "--to", &(to + "2")]), 2, "has not ended");
}

/// Damages a copy of a finished run, file by file: each is named, and what was there stays.
fn damaged_files_of_a_finished_run_are_refused(run: &Path, copy: &Path) {
    let kept = |file: &str| fs::read(run.join(file)).unwrap();
    let best = ["weights.safetensors", "architecture.json", "model.rs", "model.onnx", "card.md", "cell.svg"];
    for folder in ["", "best"] {
        fs::create_dir_all(copy.join(folder)).unwrap();
        for entry in fs::read_dir(run.join(folder)).unwrap().map(Result::unwrap) {
            if entry.path().is_file() {
                fs::copy(entry.path(), copy.join(folder).join(entry.file_name())).unwrap();
            }
        }
    }
    let path = copy.display().to_string();
    // The settings of the command are not what a finished run is read by.
    fs::remove_file(copy.join("run.toml")).unwrap();
    assert!(supernet(&["report", &path]).status.success());
    for file in best.map(|file| format!("best/{file}")) {
        fs::write(copy.join(&file), "").unwrap();
        assert_fails(&supernet(&["report", &path]), 2, &format!("{file}: found an empty file"));
        fs::write(copy.join(&file), kept(&file)).unwrap();
    }
    let (networks, table) = (kept("networks.csv"), kept("table.txt"));
    let lines: Vec<&str> = std::str::from_utf8(&networks).unwrap().lines().collect();
    for (damaged, says) in [
        (networks[..networks.len() - 3].to_vec(), "networks.csv: found a last line that is cut"),
        (format!("{}\n", lines[..lines.len() - 1].join("\n")).into(), "found no network of the group `all on`"),
    ] {
        fs::write(copy.join("networks.csv"), &damaged).unwrap();
        assert_fails(&supernet(&["report", &path]), 3, says);
        assert_eq!(
            (fs::read(copy.join("networks.csv")).unwrap(), fs::read(copy.join("table.txt")).unwrap()),
            (damaged, table.clone())
        );
    }
}

#[test]
fn a_ranking_is_checked_as_a_command_and_as_a_stage_of_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let path = run.display().to_string();
    let checked = supernet(&[&["check", &path, "--networks", "3", "--json"], &TINY[..]].concat());
    assert!(checked.status.success(), "{}", text(&checked.stderr));
    let verdict: serde_json::Value = serde_json::from_slice(&checked.stdout).unwrap();
    assert_eq!(verdict["evidence"]["check"]["networks"], 3);
    assert!(run.join("verdict.json").exists() && !run.join("best").exists());
    let rest = supernet(&["run", &path, "--check", "5", "--output", "quiet"]);
    assert!(rest.status.success(), "{}", text(&rest.stderr));
    let said = text(&rest.stdout);
    assert!(said.contains("with 5 networks trained from scratch") && !said.contains('\u{1b}'), "{said}");
    let again = supernet(&["run", &path, "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(json["verdict"]["evidence"]["check"]["networks"], 5);
    assert_fails(&supernet(&["run", &path, "--check", "2"]), 2, "2 is not in 3..");
}

#[test]
fn train_score_and_run_are_the_same_search_in_steps() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let run = path.display().to_string();
    let train = supernet(&[&["train", &run], &TINY[..]].concat());
    assert!(train.status.success(), "{}", text(&train.stderr));
    assert!(path.join("supernet.safetensors").exists() && !path.join("candidates.csv").exists());
    assert_fails(&supernet(&["report", &run]), 2, "has not ended");
    let score = supernet(&["score", &run, "--output", "quiet", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&score.stdout).unwrap();
    assert_eq!(json["candidates"], 5);
    assert!(path.join("candidates.csv").exists() && !path.join("best").exists());
    let rest = supernet(&["retrain", &run, "--output", "quiet"]);
    assert!(rest.status.success(), "{}", text(&rest.stderr));
    assert!(path.join("best/weights.safetensors").exists());
}

/// A small search of another command than `run`, in directories of its own.
struct OtherSearch<'a> {
    folder: &'a Path,
    command: &'a str,
    options: &'a [&'a str],
}

impl OtherSearch<'_> {
    fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    fn started(&self, name: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_supernet"));
        command.args([&[self.command, &self.path(name)], &TINY[..], self.options].concat());
        command
    }

    /// What it says where nothing stops it, in `whole`.
    fn whole(&self) -> String {
        let first = self.started("whole").output().unwrap();
        assert!(first.status.success(), "{}", text(&first.stderr));
        text(&first.stdout)
    }

    /// The same in `killed`, by SIGKILL as soon as each of these is so.
    fn killed(&self, when: &[&dyn Fn(&Path) -> bool]) {
        let (killed, mut kills) = (self.folder.join("killed"), 0);
        for is_so in when {
            let mut process = self.started("killed").stdout(std::process::Stdio::null()).spawn().unwrap();
            while !is_so(&killed) && process.try_wait().unwrap().is_none() {
                std::thread::sleep(std::time::Duration::from_millis(2));
            }
            process.kill().unwrap();
            kills += u32::from(!process.wait().unwrap().success());
        }
        assert!(kills > 0, "all had ended before they were killed");
    }

    /// Goes on in `killed` without options, since the settings are there, to the `files` of
    /// `whole`, and is listed and taken away.
    fn goes_on(&self, files: &[&str]) {
        let last = supernet(&[self.command, &self.path("killed"), "--output", "quiet"]);
        assert!(last.status.success(), "{}", text(&last.stderr));
        for name in [files, &["table.txt", "best/weights.safetensors", "best/model.rs", "best/model.onnx"]].concat() {
            let of = |directory: &str| fs::read(self.folder.join(directory).join(name)).unwrap();
            assert!(of("killed") == of("whole"), "{name}");
        }
        let export = supernet(&["export", &self.path("killed"), "--to", &self.path("taken")]);
        assert!(export.status.success(), "{}", text(&export.stderr));
        assert!(self.folder.join("taken/model.onnx").exists());
        let list = supernet(&["list", &self.folder.display().to_string()]);
        assert!(text(&list.stdout).contains(&format!("{}, finished", self.command)), "{}", text(&list.stdout));
    }

    /// Is refused in `killed` with these options.
    fn refuses(&self, options: &[&str], code: i32, says: &str) {
        assert_fails(&supernet(&[&[self.command, &self.path("killed")], options].concat()), code, says);
    }
}

/// Whether a file of a directory is there.
fn has(file: &str) -> impl Fn(&Path) -> bool + '_ {
    move |directory| directory.join(file).exists()
}

/// Whether a file of a directory has so many lines.
fn has_lines(file: &str, lines: usize) -> impl Fn(&Path) -> bool + '_ {
    move |directory| fs::read_to_string(directory.join(file)).unwrap_or_default().lines().count() >= lines
}

#[test]
fn a_search_by_trials_that_is_killed_goes_on_to_the_same_files_and_is_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    let options = ["--by", "evolution", "--members", "3", "--interval", "2", "--steps", "12"];
    let search = OtherSearch { folder: folder.path(), command: "trials", options: &options };
    let said = search.whole();
    assert!(said.contains("best of 6 trials of 12 steps: "), "{said}");
    search.killed(&[&has_lines("trials.csv", 2), &has_lines("trials.csv", 4)]);
    search.goes_on(&["trials.csv"]);
    assert_fails(&supernet(&["report", &search.path("killed")]), 2, "found a search by trials, expected a run");
    search.refuses(&["--members", "4"], 3, "config.trials");
    search.refuses(&["--l2s", "0.1:0.2"], 2, "--l2s: found a search by evolution");
    search.refuses(&["--max-parameters", "1000000"], 2, "expected none: trials");
    let none = search.path("none");
    let grows = [&["trials", &none], &TINY[..], &["--by", "hill-climb", "--activation", "mish"]].concat();
    assert_fails(
        &supernet(&grows),
        2,
        "--activation): found mul(tanh(max(softplus(x), softplus(x))), x), expected none",
    );
}

#[test]
fn a_search_for_widths_that_is_killed_goes_on_to_the_same_files_and_is_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    let options = ["--space", "mobile-net-widths", "--max-parameters", "20000", "--strength", "0"];
    let search = OtherSearch { folder: folder.path(), command: "widths", options: &options };
    let said = search.whole();
    assert!(said.contains("\nMorphNet ") && said.contains("\none factor ") && said.contains("alive after "), "{said}");
    search.killed(&[&has("shrinking/networks/000.jsonl"), &has("networks/000.jsonl")]);
    let export = supernet(&["export", &search.path("killed"), "--to", "nowhere"]);
    assert_fails(&export, 2, "found a search for widths that has not ended");
    search.goes_on(&["widths.json"]);
    assert_fails(&supernet(&["report", &search.path("killed")]), 2, "found a search for widths, expected a run");
    search.refuses(&["--rounds", "2"], 3, "widths.morph_net.rounds");
    let none = search.path("none");
    let other = ["widths", &none, "--space", "mobile-net-widths"];
    assert_fails(&supernet(&other), 2, "--max-macs, --max-parameters: found none, expected one of them");
    let paper = [&["widths", &none], &TINY[..], &["--max-macs", "1000"]].concat();
    assert_fails(&supernet(&paper), 2, "widths: found none, expected a space with a `Width`");
}

#[test]
fn a_search_for_functions_that_is_killed_goes_on_to_the_same_files_and_is_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    let options = ["--units", "1", "--programs", "8", "--best", "2"];
    let search = OtherSearch { folder: folder.path(), command: "programs", options: &options };
    let said = search.whole();
    assert!(
        said.contains("8 different programs, ") && said.contains("\nknown ") && said.contains("max(x, 0)"),
        "{said}"
    );
    search.killed(&[&has_lines("programs/candidates.csv", 5), &has("networks/000.jsonl")]);
    search.goes_on(&["programs/candidates.csv", "programs.json"]);
    search.refuses(&["--units", "2"], 3, "programs.units");
    search.refuses(&["--best", "9"], 2, "--best): found 9, expected 1 to 8");
    search.refuses(&["--architecture", "1"], 2, "mask `1`: found choices of [1] options");
    search.refuses(&["--activation", "swish"], 2, "--activation): found gated(scaled(x), x), expected none");
    // A network of its own with the found function in place of ReLU.
    let text_of = |name: &str| fs::read_to_string(folder.path().join("whole").join(name)).unwrap();
    let best: serde_json::Value = serde_json::from_str(&text_of("best/architecture.json")).unwrap();
    let run = folder.path().join("run").display().to_string();
    let with = |function: &str| supernet(&[&["run", &run], &TINY[..], &["--activation", function]].concat());
    assert_fails(&with("swish"), 2, "expected a function without β");
    assert_fails(&with("no function"), 2, "--activation");
    let rnn = [&["run", &run], &TINY[..], &["--space", "enas-rnn", "--activation", "mish"]].concat();
    assert_fails(&supernet(&rnn), 2, "networks of `enas-rnn-6` have no ReLU");
    let mish = with("mish");
    assert!(mish.status.success(), "{}", text(&mish.stderr));
    let model = fs::read_to_string(folder.path().join("run/best/model.rs")).unwrap();
    assert!(model.contains("tanh") && !model.contains("relu"), "{model}");
    assert!(best["network"]["settings"]["activation"].is_string() || !text_of("best/model.rs").contains("activation("));
}

#[test]
fn a_search_for_update_rules_that_is_killed_goes_on_to_the_same_files_and_is_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    let options = ["--what", "rules", "--units", "1", "--programs", "5", "--best", "2", "--strategy", "random"];
    let search = OtherSearch { folder: folder.path(), command: "programs", options: &options };
    let said = search.whole();
    assert!(said.contains("5 different programs, ") && said.contains("power_sign:linear at "), "{said}");
    search.killed(&[&has_lines("programs/candidates.csv", 2), &has("sweep/networks/005.jsonl")]);
    search.goes_on(&["programs/candidates.csv", "programs.json"]);
    assert_fails(&supernet(&["report", &search.path("killed")]), 2, "found a search for programs, expected a run");
}

#[test]
fn a_folder_of_images_is_split_in_fifths_and_the_preset_is_fitted_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let (photos, run) = (folder.path().join("photos"), folder.path().join("run"));
    let images = fashion_mnist().unwrap();
    images.subset(&(0..300).collect::<Vec<_>>()).unwrap().write_folder(&photos).unwrap();
    let (data, run) = (format!("folder:{}", photos.display()), run.display().to_string());
    let command = ["run", &run, "--data", &data, "--size", "16", "--stem", "imagenet", "--budget", "0.001"];
    let first = supernet(&[&command[..], &["--output", "quiet", "--json"]].concat());
    assert!(first.status.success(), "{}", text(&first.stderr));

    let read = |name: &str| fs::read_to_string(Path::new(&run).join(name)).unwrap();
    let config: serde_json::Value = serde_json::from_str(&read("config.json")).unwrap();
    assert_eq!(config["provenance"]["images"], serde_json::json!([180, 60, 60]));
    assert_eq!(config["provenance"]["data"], "photos");
    let (search, batch) = (&config["config"], 16);
    assert_eq!((&search["network"]["stem"], &search["scoring"]["score_batch"]), (&"imagenet".into(), &60.into()));
    assert_eq!((&search["supernet"]["batch"], &search["stand_alone"]["batch"]), (&batch.into(), &batch.into()));
    assert!(read("run.toml").contains("size = 16") && !read("run.toml").contains("train = "), "{}", read("run.toml"));

    // What is stored is what was fitted: it goes on without options and with the same ones, and
    // another size is another run.
    for again in [&["run", &run][..], &command] {
        let again = supernet(&[again, &["--output", "quiet", "--json"]].concat());
        assert_eq!(text(&again.stdout), text(&first.stdout), "{}", text(&again.stderr));
    }
    assert_fails(&supernet(&["run", &run, "--size", "32"]), 3, "provenance.fingerprints");
    assert_fails(&supernet(&["run", &run, "--size", "20"]), 2, "found 20, expected a multiple of 16");
    let other = format!("{run}2");
    assert_fails(&supernet(&["train", &other, "--data", &data, "--size", "18"]), 2, "18");
    assert_fails(
        &supernet(&["train", &other, "--data", &data, "--train", "300"]),
        2,
        "found 420, expected at most 300",
    );
}

/// Records of CIFAR's binary versions: what `labels` says of each, and pixels by formula.
fn records<const LABELS: usize>(count: usize, labels: impl Fn(usize) -> [u8; LABELS]) -> Vec<u8> {
    let record = |i: usize| {
        let labels = labels(i);
        let class = usize::from(labels[LABELS - 1]);
        labels.into_iter().chain((0..3_072).map(move |p| ((p / 7 + 31 * class + 17 * i) % 251) as u8))
    };
    (0..count).flat_map(record).collect()
}

#[test]
fn cifar100_is_read_with_its_classes_or_its_groups() {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("cifar100");
    fs::create_dir(&files).unwrap();
    // Three training images and a test image of each class; groups of five.
    for (name, count) in [("train.bin", 300), ("test.bin", 100)] {
        fs::write(files.join(name), records(count, |i| [(i % 100 / 5) as u8, (i % 100) as u8])).unwrap();
    }
    for (kind, name) in [("cifar100", "fine"), ("cifar100-coarse", "coarse")] {
        let run = folder.path().join(name);
        let (path, data) = (run.display().to_string(), format!("{kind}:{}", files.display()));
        let counts =
            ["--train", "200", "--validation", "100", "--test", "100", "--budget", "0.001", "--output", "quiet"];
        let done = supernet(&[&["train", &path, "--data", &data], &counts[..]].concat());
        assert!(done.status.success(), "{}", text(&done.stderr));
        let settings = fs::read_to_string(run.join("run.toml")).unwrap();
        assert!(settings.contains(&format!("{kind} = \"{}\"", files.display())), "{settings}");
        // A class's weights are a row of the head.
        let weights = fs::read(run.join("supernet.safetensors")).unwrap();
        let classes = if kind == "cifar100" { "[100]" } else { "[20]" };
        assert!(String::from_utf8_lossy(&weights).contains(classes), "{kind}");
    }
    fs::remove_file(files.join("test.bin")).unwrap();
    let path = folder.path().join("fine").display().to_string();
    assert_fails(&supernet(&["run", &path]), 2, "test.bin: no such file, expected records of 3074 bytes");
}

/// The files of a run by name, but for the logs, which hold times, and the card and its JSON, which
/// hold the latency.
fn without_times(run: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for folder in ["", "networks", "best"].map(|name| run.join(name)) {
        for path in fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()) {
            let timed = ["card.md", "architecture.json", "lock"].iter().any(|name| path.ends_with(name))
                || path.extension().is_some_and(|ending| ending == "jsonl");
            if path.is_file() && !timed {
                found.insert(path.strip_prefix(run).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

#[test]
fn data_that_vanish_or_change_under_a_run_are_named_and_when_they_are_back_it_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (files, quiet, run) = (folder.path().join("cifar"), folder.path().join("quiet"), folder.path().join("run"));
    fs::create_dir(&files).unwrap();
    for (name, count) in [("data_batch_1.bin", 300), ("data_batch_2.bin", 100), ("test_batch.bin", 50)] {
        fs::write(files.join(name), records(count, |i| [(i % 10) as u8])).unwrap();
    }
    let data = format!("cifar10:{}", files.display());
    let options = ["--data", &data, "--train", "300", "--validation", "100", "--budget", "0.004", "--output", "quiet"];
    let command =
        |run: &Path| [&["run".to_owned(), run.display().to_string()][..], &options.map(str::to_owned)].concat();
    let again = || supernet(&command(&run).iter().map(String::as_str).collect::<Vec<_>>());
    let done = supernet(&command(&quiet).iter().map(String::as_str).collect::<Vec<_>>());
    assert!(done.status.success(), "{}", text(&done.stderr));

    // A file vanishes while the run trains, whose images are in memory; then the run is killed.
    let mut child = Command::new(env!("CARGO_BIN_EXE_supernet")).args(command(&run)).spawn().unwrap();
    while !run.join("events.jsonl").exists() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let (test, away) = (files.join("test_batch.bin"), folder.path().join("away"));
    fs::rename(&test, &away).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let left = without_times(&run);
    assert!(!left.contains_key(Path::new("best/weights.safetensors")));
    assert_fails(&again(), 2, &format!("{}: no such file", test.display()));
    let gone_on_with = supernet(&["run", &run.display().to_string()]);
    assert_fails(&gone_on_with, 2, "run.toml says where the images are; if they have moved, --data says where to");
    fs::rename(&away, &test).unwrap();

    // Another one has changed: these are other images.
    let batch = files.join("data_batch_2.bin");
    let whole = fs::read(&batch).unwrap();
    let mut changed = whole.clone();
    changed[100] ^= 0x80;
    fs::write(&batch, changed).unwrap();
    assert_fails(&again(), 3, "holds a run of another configuration (the images differ; provenance.fingerprints: ");
    fs::write(&batch, &whole[..whole.len() - 1]).unwrap();
    assert_fails(&again(), 2, &format!("{}: found 307299 bytes, expected a multiple of 3073", batch.display()));
    fs::write(&batch, whole).unwrap();
    assert_eq!(without_times(&run), left, "nothing is touched");

    let done = again();
    assert!(done.status.success(), "{}", text(&done.stderr));
    let (found, expected) = (without_times(&run), without_times(&quiet));
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    found.iter().for_each(|(name, bytes)| assert!(*bytes == expected[name], "{} differs", name.display()));
}

#[test]
fn what_is_wrong_is_named_with_its_place_and_an_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run").display().to_string();
    assert_fails(&supernet(&["run"]), 2, "<DIRECTORY>");
    assert_fails(&supernet(&["run", &path, "--budget", "0"]), 2, "budget: found 0, expected a number above 0");
    assert_fails(&supernet(&["run", &path, "--data", "mnist"]), 2, "--data: found `mnist`, expected ");
    assert_fails(&supernet(&["run", &path, "--data", "photos:/nowhere"]), 2, "folder:FOLDER or idx:IMAGES,LABELS");
    for kind in ["cifar10", "cifar100", "cifar100-coarse", "folder"] {
        let data = format!("{kind}:/nowhere");
        assert_fails(&supernet(&["run", &path, "--data", &data]), 2, "/nowhere: no such folder, expected ");
    }
    assert_fails(&supernet(&["run", &path, "--size", "16"]), 2, "--size: found 16, expected images of a folder");
    assert_fails(&supernet(&["run", &path, "--stem", "deep"]), 2, "[possible values: plain, imagenet]");
    assert_fails(&supernet(&["run", &path, "--train", "18446744073709551615"]), 2, "at most 10000");
    assert_fails(&supernet(&["run", &path, "--device", "tpu:0"]), 2, "device `tpu:0`: expected one of `flex`");
    assert_fails(&supernet(&["run", &path, "--config", "/nowhere.toml"]), 2, "/nowhere.toml: found ");
    assert_fails(
        &tiny_run(Path::new(&path), &["--max-parameters", "10"]),
        2,
        "constraints.parameters: found at most 10, ",
    );
    assert_fails(&supernet(&["report", "/nowhere"]), 2, "/nowhere: found no run, expected a finished one");
}

#[test]
fn plan_space_doctor_and_completions_print_what_they_say() {
    let plan = supernet(&[&["plan", "--json"], &TINY[..]].concat());
    let json: serde_json::Value = serde_json::from_slice(&plan.stdout).unwrap();
    assert_eq!(json["architectures"], "6002115840");
    assert!(json["supernet"]["seconds_each"].as_f64().unwrap() > 0.0, "{json}");
    let space = text(&supernet(&["space"]).stdout);
    assert!(space.starts_with("6002115840 architectures; 3 cells"), "{space}");
    let space = supernet(&["space", "--preset", "imagenet", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&space.stdout).unwrap();
    assert_eq!(json["network"]["cells"], 8);
    let doctor: serde_json::Value = serde_json::from_slice(&supernet(&["doctor", "--json"]).stdout).unwrap();
    assert!(doctor["devices"][0]["seconds"].as_f64().unwrap() > 0.0, "{doctor}");
    let absent = doctor["absent"].as_array().unwrap();
    assert!(!absent.contains(&"flex".into()) && absent.len() < doctor["offered"].as_array().unwrap().len(), "{doctor}");
    let completions = text(&supernet(&["completions", "bash"]).stdout);
    assert!(completions.contains("--max-latency"), "{completions}");
}

#[test]
fn every_space_is_described_by_its_name_and_says_which_numbers_it_has() {
    let help = text(&supernet(&["space", "--help"]).stdout);
    for (space, says) in [
        ("nas-net", "16914992230656 architectures; nas-net of 1 cell, 2 blocks; supernet of 8 filters\n"),
        ("pnas-net", "block3/right_operation"),
        ("genetic-stages", "524288 architectures; genetic-stages of 3 nodes; "),
        ("hierarchical-motifs", "level3/motif1/edge0_1"),
        ("enas-macro", "layer6/skips"),
        ("enas-micro", "reduce/block2/right_operation"),
        ("mobile-net-v1", "80 architectures; mobile-net-v1; supernet of 8 filters\n"),
        ("mobile-net-widths", "671088640 architectures; mobile-net-widths; supernet of 8 filters\n"),
        ("enas-rnn", "node6/previous"),
        ("memory-banks", "2519838720 architectures; memory-banks of 6 blocks; supernet of 8 filters\n"),
    ] {
        let said = supernet(&["space", "--space", space]);
        assert!(said.status.success() && text(&said.stdout).contains(says), "{}", text(&said.stdout));
        assert!(help.contains(&format!("- {space}:")), "{help}");
    }
    assert_fails(
        &supernet(&["plan", "--space", "pnas-net", "--head", "3"]),
        2,
        "--head: found 3, expected one of the numbers of the space pnas-net: --filters, --cells, --blocks",
    );
    assert_fails(&supernet(&["plan", "--space", "pnas"]), 2, "[possible values: paper, nas-bench-201");
    assert_fails(
        &supernet(&["space", "--space", "enas-macro", "--layers", "65"]),
        2,
        "layers: found 65, expected 1 to 64",
    );
    assert_fails(
        &supernet(&["plan", "--space", "enas-macro", "--filters", "3"]),
        2,
        "filters: found 3, expected an even number",
    );
    assert_fails(&supernet(&["plan", "--space", "mobile", "--halve", "true"]), 2, "image side: found 16, expected ");
}

#[test]
fn a_recurrent_cell_is_searched_on_images_and_taken_away_without_code() {
    let folder = tempfile::tempdir().unwrap();
    let (run, to) = (folder.path().join("run"), folder.path().join("best"));
    let first = tiny_run(&run, &["--space", "enas-rnn", "--nodes", "3", "--filters", "4"]);
    assert!(first.status.success(), "{}", text(&first.stderr));
    let settings = fs::read_to_string(run.join("run.toml")).unwrap();
    assert!(settings.contains("space = \"enas-rnn\"\nfilters = 4\nnodes = 3\n"), "{settings}");
    // It has ended: without options it needs nothing but its directory.
    let again = supernet(&["run", &run.display().to_string(), "--output", "quiet"]);
    assert_eq!(text(&again.stdout), text(&first.stdout), "{}", text(&again.stderr));
    let export = supernet(&["export", &run.display().to_string(), "--to", &to.display().to_string()]);
    assert!(export.status.success(), "{}", text(&export.stderr));
    let mut names: Vec<_> = fs::read_dir(&to).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["architecture.json", "card.md", "run.toml", "weights.safetensors"]);
}
