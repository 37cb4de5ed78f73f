//! The command as a user has it: what it prints, what it leaves, and its exit codes.

use std::{
    fs,
    path::Path,
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
    assert!(text(&first.stdout).contains("picked − random:"), "{}", text(&first.stdout));
    let path = run.display().to_string();

    // The same command, and without options the settings in the directory.
    let same = tiny_run(&run, &[]);
    assert!(same.status.success(), "{}", text(&same.stderr));
    assert_fails(&tiny_run(&run, &["--budget", "0.5"]), 2, "cannot be used multiple times");
    assert_fails(&supernet(&["run", &path, "--budget", "0.5"]), 2, "--budget: found 0.5, expected 0.004, by which");
    let again = supernet(&["run", &path, "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(json["networks"].as_array().unwrap().len(), 16);
    let report = supernet(&["report", &path, "--output", "quiet"]);
    assert_eq!(text(&report.stdout), text(&first.stdout));

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
    assert_fails(&supernet(&["export", &path, "--to", &to]), 2, "which exists");

    fs::write(run.join("supernet.safetensors"), "damaged").unwrap();
    assert_fails(&supernet(&["run", &path, "--output", "quiet"]), 3, "supernet.safetensors: found ");
    fs::remove_file(run.join("best/weights.safetensors")).unwrap();
    assert_fails(&supernet(&["export", &path, "--to", &(to + "2")]), 2, "has not ended");
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

    // What is stored is what was fitted: it goes on without options and with the same ones, and another size is another run.
    for again in [&["run", &run][..], &command] {
        let again = supernet(&[again, &["--output", "quiet", "--json"]].concat());
        assert_eq!(text(&again.stdout), text(&first.stdout), "{}", text(&again.stderr));
    }
    assert_fails(&supernet(&["run", &run, "--size", "32"]), 3, "provenance.fingerprints");
    assert_fails(&supernet(&["run", &run, "--size", "20"]), 3, "choose another directory");
    let other = format!("{run}2");
    assert_fails(&supernet(&["train", &other, "--data", &data, "--size", "18"]), 2, "18");
    assert_fails(&supernet(&["train", &other, "--data", &data, "--train", "300"]), 2, "found 420, expected at most 300");
}

/// Two files of CIFAR-100's binary version: `each` training images and one test image of each of the hundred classes, in groups of five.
fn write_cifar100(folder: &Path, each: usize) {
    let record = |i: usize| {
        let class = i % 100;
        let pixels = (0..3_072).map(move |p| ((p / 7 + 31 * class + 17 * i) % 251) as u8);
        [(class / 5) as u8, class as u8].into_iter().chain(pixels)
    };
    fs::create_dir_all(folder).unwrap();
    for (name, count) in [("train.bin", 100 * each), ("test.bin", 100)] {
        fs::write(folder.join(name), (0..count).flat_map(record).collect::<Vec<u8>>()).unwrap();
    }
}

#[test]
fn cifar100_is_read_with_its_classes_or_its_groups() {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("cifar100");
    write_cifar100(&files, 3);
    for (kind, name) in [("cifar100", "fine"), ("cifar100-coarse", "coarse")] {
        let run = folder.path().join(name);
        let (path, data) = (run.display().to_string(), format!("{kind}:{}", files.display()));
        let counts = ["--train", "200", "--validation", "100", "--test", "100", "--budget", "0.001", "--output", "quiet"];
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
    assert_fails(&supernet(&["run", &path]), 1, "test.bin: no such file; expected records of 3074 bytes");
}

#[test]
fn what_is_wrong_is_named_with_its_place_and_an_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run").display().to_string();
    assert_fails(&supernet(&["run"]), 2, "<DIRECTORY>");
    assert_fails(&supernet(&["run", &path, "--budget", "0"]), 2, "budget: found 0, expected a number above 0");
    assert_fails(&supernet(&["run", &path, "--data", "mnist"]), 2, "--data: found `mnist`, expected ");
    assert_fails(&supernet(&["run", &path, "--data", "photos:/nowhere"]), 2, "cifar100-coarse:FOLDER or folder:FOLDER");
    for kind in ["cifar10", "cifar100", "cifar100-coarse", "folder"] {
        let data = format!("{kind}:/nowhere");
        assert_fails(&supernet(&["run", &path, "--data", &data]), 1, "/nowhere: no such folder; expected ");
    }
    assert_fails(&supernet(&["run", &path, "--size", "16"]), 2, "--size: found 16, expected images of a folder");
    assert_fails(&supernet(&["run", &path, "--stem", "deep"]), 2, "[possible values: plain, imagenet]");
    assert_fails(&supernet(&["run", &path, "--train", "18446744073709551615"]), 2, "at most 10000");
    assert_fails(&supernet(&["run", &path, "--device", "tpu:0"]), 1, "device `tpu:0`: expected one of `flex`");
    assert_fails(&supernet(&["run", &path, "--config", "/nowhere.toml"]), 2, "/nowhere.toml: found ");
    assert_fails(&tiny_run(Path::new(&path), &["--max-parameters", "10"]), 1, "constraints: found none of ");
    assert_fails(&supernet(&["report", "/nowhere"]), 2, "a run made by `supernet run`");
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
    assert_eq!(json["cells"], 8);
    let doctor: serde_json::Value = serde_json::from_slice(&supernet(&["doctor", "--json"]).stdout).unwrap();
    assert!(doctor["devices"][0]["seconds"].as_f64().unwrap() > 0.0, "{doctor}");
    let completions = text(&supernet(&["completions", "bash"]).stdout);
    assert!(completions.contains("--max-latency"), "{completions}");
}
