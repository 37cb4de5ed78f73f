//! What people's own files and days do to a run: images that move, directories that are taken
//! elsewhere, further searches, signals.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};
use supernet::{data::ImageShape, prelude::Images};
use tempfile::TempDir;

/// Options of a search of seconds on small pictures of one's own.
const TINY: [&str; 6] = ["--size", "8", "--budget", "0.001", "--output", "quiet"];

fn supernet(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_supernet")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Standard output of a command that must succeed.
fn done(arguments: &[&str]) -> String {
    let output = supernet(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// Standard error of a command that must end with `code`.
fn fails(arguments: &[&str], code: i32) -> String {
    let output = supernet(arguments);
    let error = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {error}");
    error
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// 60 pictures of 8 × 8 in two classes: stripes across and down, each with noise of its own.
fn pictures() -> Images {
    let pixel = |image: usize, x: usize, y: usize| {
        let stripe = if image.is_multiple_of(2) { x } else { y } % 4 < 2;
        (u8::from(stripe) * 150) + ((image * 7_919 + x * 31 + y * 17) % 90) as u8
    };
    let pixels = (0..60).flat_map(|i| (0..64).map(move |p| pixel(i, p % 8, p / 8))).collect();
    let labels = (0..60).map(|i| i % 2).collect();
    let classes = ["across", "down"].map(str::to_owned).to_vec();
    Images::new("stripes", ImageShape::new(1, 8, 8), classes, pixels, labels).unwrap()
}

/// A folder of pictures and the place of a run beside it.
struct Place {
    _folder: TempDir,
    photos: PathBuf,
    run: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let [photos, run] = ["photos", "run"].map(|name| folder.path().join(name));
        pictures().write_folder(&photos).unwrap();
        Self { _folder: folder, photos, run }
    }

    /// A command on the run with its pictures.
    fn command(&self, command: &str, more: &[&str]) -> String {
        let data = format!("folder:{}", self.photos.display());
        done(&[&[command, path(&self.run), "--data", &data], &TINY[..], more].concat())
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.run.join(name)).unwrap()
    }

    /// Replaces text in a file of the run.
    fn edit(&self, name: &str, from: &str, to: &str) {
        let there = self.read(name);
        assert!(there.contains(from), "{there}");
        fs::write(self.run.join(name), there.replace(from, to)).unwrap();
    }
}

#[test]
fn a_finished_run_needs_nothing_but_its_directory() {
    let place = Place::new();
    let run = path(&place.run);
    let table = place.command("run", &[]);
    fs::remove_dir_all(&place.photos).unwrap();
    assert_eq!(done(&["report", run]), table);
    assert_eq!(done(&["run", run, "--output", "quiet"]), table);
    done(&["export", run, "--to", path(&place.run.join("away"))]);

    // Made elsewhere: on a device that this build lacks, by another version.
    place.edit("config.json", "\"device\": \"flex\"", "\"device\": \"cuda:0\"");
    place.edit("config.json", &format!("\"supernet\": \"{}\"", env!("CARGO_PKG_VERSION")), "\"supernet\": \"0.0.1\"");
    place.edit("run.toml", "device = \"flex\"", "device = \"cuda:0\"");
    assert_eq!(done(&["report", run]), table);
    assert!(place.read("report.html").contains("device cuda:0, supernet 0.0.1"));

    // Where nothing can be written, the table is printed all the same.
    fs::remove_file(place.run.join("table.txt")).unwrap();
    fs::create_dir_all(place.run.join("table.txt/in the way")).unwrap();
    let output = supernet(&["report", run]);
    assert_eq!(text(&output.stdout), table);
    assert!(text(&output.stderr).contains("note: ") && text(&output.stderr).contains("the report is as it was"));

    let list = done(&["list", path(place.run.parent().unwrap())]);
    assert!(list.lines().count() == 2 && list.contains("finished") && list.contains("photos"), "{list}");
}

#[test]
fn a_run_that_was_begun_elsewhere_goes_on_when_that_is_asked_for_and_notes_it() {
    let place = Place::new();
    place.command("train", &[]);
    place.edit("config.json", "\"device\": \"flex\"", "\"device\": \"cuda:0\"");
    let (run, before) = (path(&place.run), place.read("config.json"));
    let error = fails(&["run", run, "--output", "quiet"], 3);
    assert!(
        error.contains("provenance.device: \"cuda:0\" there, \"flex\" here") && error.contains("--elsewhere"),
        "{error}"
    );
    assert_eq!(place.read("config.json"), before);
    done(&["run", run, "--output", "quiet", "--elsewhere"]);
    let config: serde_json::Value = serde_json::from_str(&place.read("config.json")).unwrap();
    assert_eq!(
        (&config["provenance"]["device"], &config["continued"][0]["device"]),
        (&"cuda:0".into(), &"flex".into())
    );
}

#[test]
fn a_run_goes_on_where_its_pictures_were_moved_to() {
    let mut place = Place::new();
    place.command("train", &[]);
    let moved = place.photos.with_file_name("renamed");
    fs::rename(&place.photos, &moved).unwrap();
    let run = path(&place.run).to_owned();
    assert!(fails(&["run", &run, "--output", "quiet"], 2).contains("photos: no such folder"));
    place.photos = moved;
    // Without a size: it is the one that the run has.
    done(&["score", &run, "--data", &format!("folder:{}", place.photos.display()), "--output", "quiet"]);
    assert!(place.read("run.toml").contains("renamed"));
    done(&["run", &run, "--output", "quiet"]);
}

#[test]
fn a_finished_run_is_given_more_candidates_and_nothing_is_lost() {
    let place = Place::new();
    let (run, first) = (path(&place.run), place.command("run", &[]));
    let (candidates, networks) = (place.read("candidates.csv"), place.read("networks.csv"));
    assert_eq!(candidates.lines().count(), 6);
    let more = done(&["run", run, "--candidates", "9", "--output", "quiet"]);
    let now = place.read("candidates.csv");
    assert_eq!(now.lines().count(), 10);
    assert!(now.starts_with(&candidates), "{now}\n{candidates}");
    assert_eq!(done(&["run", run, "--output", "quiet"]), more);

    // What was there lies in a directory of its own, whole.
    let before = place.run.join("searches/first-5");
    assert_eq!(fs::read_to_string(before.join("networks.csv")).unwrap(), networks);
    let table = done(&["report", path(&before)]);
    assert_eq!(table.lines().take(6).collect::<Vec<_>>(), first.lines().take(6).collect::<Vec<_>>());

    // A network that is chosen again is not trained again.
    let masks = |text: &str| {
        let mut masks: Vec<String> = Vec::new();
        for mask in text.lines().skip(1).map(|line| line.split(',').nth(1).unwrap().to_owned()) {
            if !masks.contains(&mask) {
                masks.push(mask);
            }
        }
        masks
    };
    let (old, new) = (masks(&networks), masks(&place.read("networks.csv")));
    let file = |folder: &Path, place: usize, ending: &str| {
        fs::read(folder.join(format!("networks/{place:03}.{ending}"))).unwrap()
    };
    let again: Vec<(usize, usize)> =
        new.iter().enumerate().filter_map(|(i, mask)| Some((i, old.iter().position(|other| other == mask)?))).collect();
    assert!(!again.is_empty());
    for (i, j) in again {
        assert!(file(&place.run, i, "safetensors") == file(&before, j, "safetensors"));
        // The log holds times: it was taken over, not made anew.
        assert!(file(&place.run, i, "jsonl") == file(&before, j, "jsonl"));
    }
    assert!(fails(&["run", run, "--candidates", "7"], 3).contains("config.scoring.candidates: 9 there, 7 here"));
}

#[test]
fn a_trained_supernet_is_searched_again_under_other_limits() {
    let place = Place::new();
    let run = path(&place.run);
    let first = place.command("run", &[]);
    let parameters = |text: &str| -> Vec<u64> {
        text.lines().skip(1).map(|line| line.split(',').nth(4).unwrap().parse().unwrap()).collect()
    };
    let mut sizes = parameters(&place.read("candidates.csv"));
    sizes.sort_unstable();
    let most = sizes[2].to_string();
    let small = done(&["run", run, "--search", "small", "--max-parameters", &most, "--seed", "2", "--output", "quiet"]);
    let found = parameters(&place.read("searches/small/candidates.csv"));
    assert!(found.len() == 5 && found.iter().all(|&size| size <= sizes[2]), "{found:?}");
    assert!(!place.run.join("searches/small/supernet.safetensors").exists());
    // The search has its settings; the run is as it was.
    assert_eq!(done(&["run", run, "--search", "small", "--output", "quiet"]), small);
    assert_eq!(done(&["report", run]), first);
    let list = done(&["list", path(place.run.parent().unwrap()), "--json"]);
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    assert_eq!(list.as_array().unwrap().len(), 2);

    assert!(fails(&["run", run, "--search", "../small"], 2).contains("search: found `../small`"));
    let other = ["run", run, "--search", "other", "--train", "30", "--output", "quiet"];
    assert!(fails(&other, 3).contains("fingerprints of the training images"));
}

#[test]
fn validation_images_that_runs_do_not_divide_and_limits_that_nothing_meets_are_known_at_the_start() {
    let place = Place::new();
    let run = path(&place.run);
    let sizes = ["--train", "300", "--validation", "150", "--test", "100", "--budget", "0.004", "--output", "quiet"];
    done(&[&["plan"], &sizes[..]].concat());
    done(&[&["score", run], &sizes[..]].concat());
    let scored = place.read("candidates.csv");
    assert!(scored.lines().skip(1).all(|line| line.split(',').nth(3) == Some("150")), "{scored}");

    for limit in [["--max-parameters", "10"], ["--min-macs", "9000000000"]] {
        for command in [&["plan"][..], &["run", path(&place.run.with_file_name("other"))]] {
            let error = fails(&[command, &sizes, &limit].concat(), 2);
            assert!(error.contains("constraints.") && error.contains("est network has"), "{error}");
        }
    }
    let contradiction = ["--min-parameters", "9000", "--max-parameters", "8000"];
    let error = fails(&[&["plan"], &sizes[..], &contradiction].concat(), 2);
    assert!(error.contains("constraints.parameters: found 9000 to 8000"), "{error}");
}

#[test]
fn few_pictures_and_files_that_are_left_out_are_noted() {
    let place = Place::new();
    fs::write(place.photos.join("down/broken.jpg"), b"\xff\xd8\xff\xe0 and no more").unwrap();
    fs::write(place.photos.join("notes.txt"), b"mine").unwrap();
    fs::create_dir(place.photos.join("down/@eaDir")).unwrap();
    let data = format!("folder:{}", place.photos.display());
    let command = [&["run", path(&place.run), "--data", &data], &TINY[..]].concat();
    let error = fails(&command, 2);
    assert!(
        error.contains("down/broken.jpg: found a file that ends within its picture") && error.contains("--leave-out")
    );

    let output = supernet(&[&command[..], &["--leave-out"]].concat());
    let notes = text(&output.stderr);
    assert!(output.status.success(), "{notes}");
    let lines = [
        "note: left out 1 file that cannot be used:",
        "note: left out 1 file that hold no picture (1 .txt)",
        "note: left out 1 file of the system's or hidden (1 @eaDir)",
        "note: photos/validation: found 12 images, on which an accuracy is known to ± 28 points at best",
    ];
    for line in lines {
        assert!(notes.contains(line), "{notes}");
    }
    assert!(notes.contains("385 would do"), "{notes}");
    let config: serde_json::Value = serde_json::from_str(&place.read("config.json")).unwrap();
    assert_eq!(config["provenance"]["left_out"]["unusable"][0]["file"], "down/broken.jpg");
    assert!(place.read("best/card.md").contains("down/broken.jpg"), "{}", place.read("best/card.md"));
    assert!(place.read("run.toml").contains("leave_out = true"));
}

#[test]
fn idx_files_are_read_with_labels_that_begin_at_one() {
    let place = Place::new();
    let images = place.photos.with_file_name("letters-images-idx3-ubyte");
    let labels = place.photos.with_file_name("letters-labels-idx1-ubyte");
    let big = |numbers: &[u32]| numbers.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>();
    let stripes = pictures();
    fs::write(&images, [&big(&[0x0803, 60, 8, 8]), stripes.all_pixels()].concat()).unwrap();
    let numbers: Vec<u8> = stripes.labels().iter().map(|&label| label as u8 + 1).collect();
    assert!(fails(&["plan", "--data", &format!("idx:{}", images.display())], 2).contains("a file of labels beside it"));
    fs::write(&labels, [big(&[0x0801, 60]), numbers].concat()).unwrap();
    let run = path(&place.run);
    for data in [format!("idx:{}", images.display()), format!("idx:{},{}", images.display(), labels.display())] {
        fs::remove_dir_all(run).ok();
        done(&["train", run, "--data", &data, "--budget", "0.001", "--output", "quiet"]);
        done(&["score", run, "--output", "quiet"]);
        let config: serde_json::Value = serde_json::from_str(&place.read("config.json")).unwrap();
        assert_eq!(config["provenance"]["images"], serde_json::json!([36, 12, 12]));
    }
}

/// Weights of 32 bits as another type of numbers, each made by `number`.
fn retyped(bytes: &[u8], dtype: &str, number: impl Fn(f32) -> Vec<u8>) -> Vec<u8> {
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let mut header: serde_json::Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
    let data = &bytes[8 + length..];
    let mut entries: Vec<&mut serde_json::Value> = header
        .as_object_mut()
        .unwrap()
        .iter_mut()
        .filter(|(name, _)| *name != "__metadata__")
        .map(|(_, entry)| entry)
        .collect();
    entries.sort_by_key(|entry| entry["data_offsets"][0].as_u64());
    let mut new = Vec::new();
    for entry in entries {
        let [from, to] = [0, 1].map(|i| entry["data_offsets"][i].as_u64().unwrap() as usize);
        let start = new.len();
        for value in data[from..to].chunks_exact(4) {
            new.extend(number(f32::from_le_bytes(value.try_into().unwrap())));
        }
        assert_eq!(entry["dtype"], "F32");
        entry["dtype"] = dtype.into();
        entry["data_offsets"] = serde_json::json!([start, new.len()]);
    }
    let mut text = header.to_string().into_bytes();
    text.resize(text.len().next_multiple_of(8), b' ');
    [&(text.len() as u64).to_le_bytes()[..], &text, &new].concat()
}

#[test]
fn weights_of_other_types_are_rounded() {
    let place = Place::new();
    place.command("train", &[]);
    let (run, file) = (path(&place.run), place.run.join("supernet.safetensors"));
    let weights = fs::read(&file).unwrap();
    let scores = |bytes: Vec<u8>| {
        fs::write(&file, bytes).unwrap();
        fs::remove_file(place.run.join("candidates.csv")).ok();
        done(&["score", run, "--output", "quiet"]);
        place.read("candidates.csv")
    };
    let as_they_are = scores(weights.clone());
    assert_eq!(scores(retyped(&weights, "F64", |value| f64::from(value).to_le_bytes().to_vec())), as_they_are);
    let half = scores(retyped(&weights, "BF16", |value| value.to_le_bytes()[2..].to_vec()));
    assert_eq!(half.lines().count(), as_they_are.lines().count());
    // Whole numbers are no weights.
    fs::write(&file, retyped(&weights, "I32", |value| (value as i32).to_le_bytes().to_vec())).unwrap();
    fs::remove_file(place.run.join("candidates.csv")).unwrap();
    let error = fails(&["score", run, "--output", "quiet"], 3);
    assert!(error.contains("supernet.safetensors: found "), "{error}");
}

/// Starts a long training and waits until it works; with SIGHUP ignored, as `nohup` starts it, if
/// `nohup`.
#[cfg(unix)]
fn training(place: &Place, nohup: bool) -> std::process::Child {
    let trap = if nohup { "trap '' HUP INT; " } else { "" };
    let script = format!("{trap}exec \"$0\" \"$@\"");
    let data = format!("folder:{}", place.photos.display());
    let long = ["--size", "8", "--budget", "5", "--output", "quiet"];
    let arguments = [&["train", path(&place.run), "--data", &data], &long[..]].concat();
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_supernet")]).args(arguments);
    let mut child = command.spawn().unwrap();
    let events = || fs::read_to_string(place.run.join("events.jsonl")).map_or(0, |text| text.lines().count());
    while events() < 2 {
        assert!(child.try_wait().unwrap().is_none(), "it trains");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child
}

#[cfg(unix)]
fn send(signal: &str, child: &std::process::Child) {
    let kill = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
}

#[cfg(unix)]
fn has_checkpoint(place: &Place) -> bool {
    let mut names = fs::read_dir(&place.run).unwrap().map(|entry| entry.unwrap().file_name());
    names.any(|name| name.to_string_lossy().ends_with(".checkpoint"))
}

/// Whether who started the tests has a signal ignored, as `nohup` has SIGHUP: a program that is
/// started so does not hear it. Told on Linux.
#[cfg(unix)]
fn is_ignored(number: u32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    ignored.is_some_and(|signals| signals >> (number - 1) & 1 == 1)
}

#[cfg(unix)]
#[test]
fn sigterm_and_sighup_save_and_end() {
    for (signal, number) in [("TERM", 15), ("HUP", 1)] {
        if is_ignored(number) {
            println!("not run: SIG{signal} is ignored here");
            continue;
        }
        let place = Place::new();
        let mut child = training(&place, false);
        send(signal, &child);
        assert_eq!(child.wait().unwrap().code(), Some(130), "{signal}");
        assert!(has_checkpoint(&place), "{signal}");
    }
}

#[cfg(unix)]
#[test]
fn under_nohup_a_closed_terminal_stops_nothing_and_sigterm_does() {
    let place = Place::new();
    let mut child = training(&place, true);
    for signal in ["HUP", "INT"] {
        send(signal, &child);
        std::thread::sleep(std::time::Duration::from_millis(300));
        assert!(child.try_wait().unwrap().is_none(), "{signal}");
    }
    send("TERM", &child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(has_checkpoint(&place));
}

#[test]
fn a_run_in_the_folder_of_its_pictures_is_refused_at_the_start() {
    let place = Place::new();
    let data = format!("folder:{}", place.photos.display());
    for run in [place.photos.join("results"), place.photos.join("down/../results/1"), place.photos.clone()] {
        let error = fails(&[&["train", path(&run), "--data", &data], &TINY[..]].concat(), 2);
        assert!(error.contains("found a directory of a run in the folder of images"), "{error}");
        assert!(error.contains("there it would be a class"), "{error}");
    }
    assert_eq!(fs::read_dir(&place.photos).unwrap().count(), 2, "nothing was written");
    // Hidden folders are no classes.
    let hidden = place.photos.join(".runs/1");
    done(&[&["train", path(&hidden), "--data", &data], &TINY[..]].concat());
    done(&["score", path(&hidden), "--output", "quiet"]);
}

#[test]
fn pictures_that_stand_in_two_sets_are_noted() {
    let place = Place::new();
    let first = fs::read_dir(place.photos.join("down")).unwrap().next().unwrap().unwrap().path();
    for entry in fs::read_dir(place.photos.join("down")).unwrap() {
        let to = entry.unwrap().path();
        if to != first {
            fs::copy(&first, to).unwrap();
        }
    }
    let data = format!("folder:{}", place.photos.display());
    let output = supernet(&[&["train", path(&place.run), "--data", &data], &TINY[..]].concat());
    let notes = text(&output.stderr);
    assert!(output.status.success(), "{notes}");
    for pair in ["photos/validation: found 6 of 12 images in photos/train too", "photos/test: found 6 of 12 images"] {
        assert!(notes.contains(pair), "{notes}");
    }
}

#[test]
fn a_file_in_the_place_of_a_run_is_refused_as_one() {
    let place = Place::new();
    fs::write(&place.run, "mine").unwrap();
    let data = format!("folder:{}", place.photos.display());
    let error = fails(&[&["train", path(&place.run), "--data", &data], &TINY[..]].concat(), 3);
    assert!(error.contains("run: found a file, expected a directory, or a name for one"), "{error}");
    assert_eq!(fs::read(&place.run).unwrap(), b"mine");
}

#[cfg(target_os = "linux")]
#[test]
fn where_a_file_system_has_no_locks_a_run_goes_on_with_a_note() {
    let place = Place::new();
    let (source, library) = (place.run.with_extension("c"), place.run.with_extension("so"));
    fs::write(&source, "#include <errno.h>\nint flock(int file, int how) { errno = ENOSYS; return -1; }\n").unwrap();
    let compiled = Command::new("cc").args(["-shared", "-fPIC", "-o", path(&library), path(&source)]).status().unwrap();
    assert!(compiled.success());
    let data = format!("folder:{}", place.photos.display());
    let mut command = Command::new(env!("CARGO_BIN_EXE_supernet"));
    command.args([&["train", path(&place.run), "--data", &data], &TINY[..]].concat()).env("LD_PRELOAD", &library);
    let output = command.output().unwrap();
    let notes = text(&output.stderr);
    assert!(output.status.success(), "{notes}");
    assert!(notes.contains("note: ") && notes.contains("found no file locks here"), "{notes}");
}

#[test]
fn spaces_and_commas_in_names_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let [photos, run] = ["my photos, new", "the run, of today"].map(|name| folder.path().join(name));
    pictures().write_folder(&photos).unwrap();
    for (plain, name) in [("across", "across, wide"), ("down", "down  or up")] {
        fs::rename(photos.join(plain), photos.join(name)).unwrap();
    }
    done(&[&["train", path(&run), "--data", &format!("folder:{}", photos.display())], &TINY[..]].concat());
    done(&["score", path(&run), "--output", "quiet"]);
    let place = Place::new();
    place.command("train", &[]);
    done(&["score", path(&place.run), "--output", "quiet"]);
    assert_eq!(fs::read_to_string(run.join("candidates.csv")).unwrap(), place.read("candidates.csv"));
}

#[test]
fn what_was_given_ends_with_2_and_what_happened_meanwhile_with_1() {
    let place = Place::new();
    let (run, file) = (path(&place.run), place.photos.join("down/broken.png"));
    for given in [
        &["run", run, "--device", "tpu:0"][..],
        &["run", run, "--data", "folder:/nowhere"],
        &["run", run, "--config", "/nowhere.toml"],
        &["run", run, "--filters", "0"],
        &["plan", "--space", "enas-macro", "--filters", "3"],
        &["list", "/nowhere"],
        &["correlate", run, "--truth", "/nowhere.csv"],
        &["plan", "--space", "mobile", "--paths", "all"],
        &["plan", "--paths", "rare"],
        &["report", "/nowhere"],
        &["export", "/nowhere", "--to", run],
    ] {
        let error = fails(given, 2);
        assert!(error.contains("error: ") && !error.contains("os error"), "{given:?}: {error}");
    }
    fs::write(&file, b"no picture").unwrap();
    fails(&["run", run, "--data", &format!("folder:{}", place.photos.display())], 2);
    assert!(!place.run.exists(), "nothing is begun");
    fs::remove_file(file).unwrap();

    // A file where a directory is to be made.
    let below = place.photos.join("down").join("x");
    fs::write(&below, "").unwrap();
    let below = below.join("run").display().to_string();
    let error = fails(&[&["run", &below], &TINY[2..]].concat(), 1);
    assert!(error.contains("expected a path through directories alone: one of them is a file"), "{error}");
}

#[test]
fn a_network_that_memory_cannot_hold_is_refused_with_the_number_that_would_do() {
    for (option, value) in [("--filters", "200000"), ("--cells", "4000000000000")] {
        for command in [&["plan"][..], &["run", "/nowhere"]] {
            let error = fails(&[command, &[option, value]].concat(), 2);
            let says = format!("({option}): found {value}, expected at most ");
            assert!(error.contains(&says) && error.contains("weights, gradients and momenta take "), "{error}");
        }
    }
}

#[test]
fn a_run_of_a_programs_own_networks_is_left_to_its_program() {
    let place = Place::new();
    place.command("train", &[]);
    let text = place.read("config.json");
    let mut config: serde_json::Value = serde_json::from_str(&text).unwrap();
    config["config"]["network"] = serde_json::json!({ "space": "own", "norm": "ghost" });
    fs::write(place.run.join("config.json"), config.to_string()).unwrap();
    fs::remove_file(place.run.join("run.toml")).unwrap();
    for command in ["check", "run", "train", "score", "retrain"] {
        let error = fails(&[command, path(&place.run), "--output", "quiet"], 3);
        assert!(error.contains("found a run of networks that a program defines, expected "), "{error}");
        assert!(error.contains("RunDirectory::check"), "{error}");
    }
}

#[test]
fn weights_of_another_run_are_refused_by_their_first_tensor() {
    let (place, other) = (Place::new(), Place::new());
    place.command("train", &["--filters", "4"]);
    other.command("train", &["--filters", "6"]);
    fs::copy(other.run.join("supernet.safetensors"), place.run.join("supernet.safetensors")).unwrap();
    let error = fails(&["run", path(&place.run), "--output", "quiet"], 3);
    let says = "found `stem1.weight` of shape [6, 3, 3, 3] where the network has [4, 3, 3, 3], and ";
    assert!(
        error.contains(says) && error.contains("more that differ, expected the weights of this network"),
        "{error}"
    );
    assert!(error.contains("supernet.safetensors: found") && error.lines().all(|line| line.len() < 400), "{error}");
}

#[test]
fn the_command_of_a_card_makes_the_run_again_from_the_folder_of_the_card() {
    let place = Place::new();
    // Settings with a path from where the command is given.
    place.command("run", &[]);
    let data = format!("folder = \"{}\"", place.photos.display());
    place.edit("run.toml", &data, "folder = \"photos\"");
    let home = place.run.parent().unwrap();
    let settings = home.join("settings.toml");
    fs::rename(place.run.join("run.toml"), &settings).unwrap();
    let here = |arguments: &[&str], at: &Path| {
        let command = Command::new(env!("CARGO_BIN_EXE_supernet")).args(arguments).current_dir(at).output().unwrap();
        assert!(command.status.success(), "{arguments:?}: {}", text(&command.stderr));
    };
    here(&["run", "first", "--config", "settings.toml", "--output", "quiet"], home);
    here(&["export", "first", "--to", "away"], home);
    let away = home.join("away");
    let card = fs::read_to_string(away.join("card.md")).unwrap();
    let command = card.lines().find_map(|line| line.strip_prefix("    supernet ")).unwrap();
    let arguments: Vec<&str> = command.split('#').next().unwrap().split_whitespace().collect();
    assert_eq!(arguments, ["run", "NEW", "--config", "run.toml"]);
    here(&arguments, &away);
    let same =
        |name: &str| fs::read(home.join("first").join(name)).unwrap() == fs::read(away.join("NEW").join(name)).unwrap();
    assert!(["networks.csv", "best/weights.safetensors", "run.toml"].into_iter().all(same));
}

#[test]
fn a_search_on_a_folder_takes_other_numbers_of_validation_images() {
    let place = Place::new();
    place.command("train", &[]);
    let run = path(&place.run);
    let search = |validation| ["run", run, "--search", "other", "--validation", validation, "--output", "quiet"];
    done(&search("8"));
    let images = |name: &str| {
        let config: serde_json::Value = serde_json::from_str(&place.read(name)).unwrap();
        config["provenance"]["images"].clone()
    };
    let [train, validation] = [0, 1].map(|i| images("config.json")[i].as_u64().unwrap());
    assert!(validation > 8);
    assert_eq!(images("searches/other/config.json")[0], train);
    assert_eq!(images("searches/other/config.json")[1], 8);

    let error = fails(&["run", run, "--search", "more", "--validation", "30", "--output", "quiet"], 2);
    assert!(error.contains("expected at most 60, as many as there are: ask for fewer of one of the three"), "{error}");
    done(&["run", run, "--search", "more", "--validation", "14", "--test", "8", "--output", "quiet"]);
}
