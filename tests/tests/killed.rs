//! A process that is killed again and again, in the middle of whatever it does, ends with the files
//! of one that never was.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use supernet::prelude::*;
use supernet_tests::tiny::{assert_same, contents};

/// Where a killed process was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Supernet,
    Scoring,
    Retraining,
    Done,
}

/// How far the run in a folder has come.
fn stage(folder: &Path) -> Stage {
    let there = |name: &str| folder.join(name).exists();
    match (there("supernet.safetensors"), there("candidates.csv"), there("best/weights.safetensors")) {
        (_, _, true) => Stage::Done,
        (_, true, _) => Stage::Retraining,
        (true, ..) => Stage::Scoring,
        _ => Stage::Supernet,
    }
}

/// A checkpoint that is being written in a folder.
fn is_writing_a_checkpoint(folder: &Path) -> bool {
    let writing = |folder: &Path| {
        fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            name.starts_with(".writing-") && name.contains(".checkpoint-")
        })
    };
    writing(folder) || writing(&folder.join("networks"))
}

fn start(folder: &Path, saving: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_tiny_run")).arg(folder).arg(saving).stderr(Stdio::inherit()).spawn().unwrap()
}

/// How long a run takes in each of its stages, nobody disturbing it.
fn undisturbed(folder: &Path) -> BTreeMap<Stage, Duration> {
    let (mut child, mut took, mut seen) = (start(folder, "seldom"), BTreeMap::new(), Instant::now());
    let ended = loop {
        let ended = child.try_wait().unwrap();
        *took.entry(stage(folder)).or_default() += seen.elapsed();
        seen = Instant::now();
        if let Some(ended) = ended {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    assert!(ended.success());
    took
}

/// SIGKILL, and the end of the process.
fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Names and sizes of all files: they change with every step.
fn sizes(folder: &Path) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    for folder in [folder.to_owned(), folder.join("networks")] {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if let Ok(data) = entry.metadata() {
                found.insert(entry.path().display().to_string(), data.len());
            }
        }
    }
    found
}

/// Kills a process that has been seen at work in `stage` for `delay`, and inside the writing of a
/// checkpoint if asked for. `false` if it left the stage before that.
fn kill_within(folder: &Path, wanted: Stage, delay: Duration, writing: bool) -> bool {
    let before = sizes(folder);
    let mut child = start(folder, "often");
    let gone = |child: &mut Child| stage(folder) != wanted || child.try_wait().unwrap().is_some();
    while sizes(folder) == before && !gone(&mut child) {
        std::thread::yield_now();
    }
    let began = Instant::now();
    while (began.elapsed() < delay || (writing && !is_writing_a_checkpoint(folder))) && !gone(&mut child) {
        std::thread::yield_now();
    }
    kill(child);
    stage(folder) == wanted && (!writing || is_writing_a_checkpoint(folder))
}

#[test]
fn a_process_that_is_killed_fifty_times_leaves_the_files_of_one_that_never_was() {
    let folder = tempfile::Builder::new().tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let (quiet, killed) = (folder.path().join("quiet"), folder.path().join("killed"));
    let took = undisturbed(&quiet);

    let (mut inside, mut writing) = (BTreeMap::<Stage, usize>::new(), 0);
    let mut rng = draws(std::process::id().into(), "kills", 0);
    for (wanted, kills) in [(Stage::Supernet, 22), (Stage::Scoring, 8), (Stage::Retraining, 24)] {
        while stage(&killed) < wanted {
            // On to the stage: until a file says that it has begun.
            let child = start(&killed, "often");
            while stage(&killed) < wanted {
                std::thread::sleep(Duration::from_micros(200));
            }
            kill(child);
        }
        // On a fast machine, too, all kills fall into the stage.
        let most = (took[&wanted] / kills as u32).min(Duration::from_millis(60));
        // A process may be through with the writing, or with the stage, before it is killed: then
        // once more, while there is a stage to be in.
        for i in 0..2 * kills {
            if stage(&killed) != wanted || inside.get(&wanted) == Some(&kills) {
                break;
            }
            let delay = rand::RngExt::random_range(&mut rng, Duration::ZERO..most);
            let in_writing = wanted != Stage::Scoring && i % 2 == 0;
            if kill_within(&killed, wanted, delay, in_writing) {
                *inside.entry(wanted).or_default() += 1;
                writing += usize::from(in_writing);
            }
        }
    }
    println!("killed inside {inside:?}, {writing} of them in the writing of a checkpoint");
    assert!(inside.values().sum::<usize>() >= 50, "{inside:?}");
    assert!(inside.len() == 3 && inside.values().all(|&kills| kills >= 5), "{inside:?}");
    assert!(writing >= 10, "{writing}");
    assert_ne!(stage(&killed), Stage::Done);
    assert!(start(&killed, "seldom").wait().unwrap().success());
    assert_same(&contents(&killed), &contents(&quiet));
}
