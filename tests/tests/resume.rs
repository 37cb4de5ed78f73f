//! A run survives anything: it is stopped again and again, damaged, locked out, and ends with the
//! same files.

use std::{collections::BTreeMap, fs, path::Path, time::Duration};
use supernet::{
    prelude::*,
    train::{Event, Saving, StopOn, read_events},
};
use supernet_tests::tiny::{Stopping, assert_same, contents, open, search_of, stripes_split, tiny};

fn split() -> Split {
    stripes_split([64, 24, 32])
}

/// Runs the search in a directory, or goes on with it.
fn run(path: &Path, saving: Saving, progress: &mut dyn Progress) -> Result<SearchResult<KnownNet>, TrainError> {
    let split = split();
    let search = search_of(&tiny(1), &split)?;
    open(path, &search)?.with_saving(saving).search(&search, progress)
}

/// A checkpoint after every step.
const OFTEN: Saving = Saving { every: Duration::ZERO, share: 1.0, from_last_good: false };

/// What a run that nothing disturbs leaves.
fn undisturbed() -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), Saving::default(), &mut Silent).unwrap();
    contents(folder.path())
}

#[test]
fn a_run_that_the_user_stops_again_and_again_ends_with_the_same_files() {
    let expected = undisturbed();
    for after in [2, 4] {
        let folder = tempfile::tempdir().unwrap();
        let mut stops = 0;
        loop {
            // A stop saves, whether a checkpoint is due or not.
            match run(folder.path(), Saving::default(), &mut Stopping::after(after + stops / 20)) {
                Ok(_) => break,
                Err(TrainError::Stopped { .. }) => stops += 1,
                Err(error) => panic!("{error}"),
            }
            assert!(stops < 1_000, "the run does not get on");
        }
        // How far workers get until they hear of a stop is up to the machine.
        assert!(stops > 1, "stopped {stops} times");
        assert_same(&contents(folder.path()), &expected);
    }
}

#[test]
fn partial_scores_that_a_kill_left_when_all_were_stored_go() {
    let folder = tempfile::tempdir().unwrap();
    let split = split();
    let search = search_of(&tiny(1), &split).unwrap();
    open(folder.path(), &search).unwrap().score(&search, &mut Silent).unwrap();
    let partial = folder.path().join("scoring.jsonl");
    assert!(!partial.exists());
    fs::write(&partial, "").unwrap();
    run(folder.path(), Saving::default(), &mut Silent).unwrap();
    assert_same(&contents(folder.path()), &undisturbed());
}

#[test]
fn a_program_that_asks_to_stop_in_the_first_seconds_leaves_a_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let error = run(folder.path(), Saving::default(), &mut StopOn::new(ProgressLine::new(), || true)).err().unwrap();
    assert!(matches!(error, TrainError::Stopped { step: 1, .. }), "{error}");
    assert!(folder.path().join("supernet-1.checkpoint").exists());
    // Where nobody asks, it goes on from there.
    run(folder.path(), Saving::default(), &mut StopOn::new(Silent, || false)).unwrap();
    assert_same(&contents(folder.path()), &undisturbed());
}

#[test]
fn events_tell_the_story_of_a_run() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), OFTEN, &mut Silent).unwrap();
    let events = read_events(&folder.path().join("events.jsonl")).unwrap();
    assert!(events.is_sorted_by(|a, b| a.unix_seconds <= b.unix_seconds));
    let kinds: String = events
        .iter()
        .map(|line| match &line.event {
            Event::Begin { steps: 6, .. } => 'B',
            Event::Step { drop_rate: Some(_), loss, .. } if loss.is_finite() => 's',
            Event::End { .. } => 'E',
            Event::Scored { candidates: 12, .. } => 'C',
            Event::Network { .. } => 'N',
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds, "BssssssECNNNNNNN");
}

/// Trains until the supernet has done `steps` steps, with a checkpoint after each.
fn interrupted(path: &Path, steps: usize) {
    // The loop asks once in each step.
    let error = run(path, OFTEN, &mut Stopping::after(steps)).err().unwrap();
    assert!(matches!(error, TrainError::Stopped { .. }), "{error}");
}

#[test]
fn a_damaged_checkpoint_is_refused_by_name_and_the_one_before_serves_where_that_is_asked_for() {
    let expected = undisturbed();
    let folder = tempfile::tempdir().unwrap();
    interrupted(folder.path(), 4);
    let names: Vec<String> = contents(folder.path()).into_keys().filter(|name| name.ends_with(".checkpoint")).collect();
    assert_eq!(names, ["supernet-3.checkpoint", "supernet-4.checkpoint"], "the last two are kept");

    let newest = folder.path().join(&names[1]);
    let mut bytes = fs::read(&newest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&newest, bytes).unwrap();
    let before = contents(folder.path());
    let error = run(folder.path(), OFTEN, &mut Silent).err().unwrap().to_string();
    assert!(error.contains("supernet-4.checkpoint: found a checksum of "), "{error}");
    assert_same(&contents(folder.path()), &before);

    let last_good = Saving { from_last_good: true, ..OFTEN };
    run(folder.path(), last_good, &mut Silent).unwrap();
    assert_same(&contents(folder.path()), &expected);
}

#[test]
fn a_log_that_lost_lines_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    interrupted(folder.path(), 4);
    let log = folder.path().join("events.jsonl");
    let text = fs::read_to_string(&log).unwrap();
    fs::write(&log, text.lines().next().unwrap().to_owned() + "\n").unwrap();
    let error = run(folder.path(), OFTEN, &mut Silent).err().unwrap().to_string();
    assert!(error.contains("events.jsonl: found ") && error.contains("than its checkpoint"), "{error}");
}

#[test]
fn a_second_process_is_refused_while_one_is_at_work() {
    let folder = tempfile::tempdir().unwrap();
    let split = split();
    let search = search_of(&tiny(1), &split).unwrap();
    let first = open(folder.path(), &search).unwrap();
    let error = open(folder.path(), &search).unwrap_err().to_string();
    assert!(error.contains("lock: found another process at work in this directory"), "{error}");
    drop(first);
    open(folder.path(), &search).unwrap();
}

/// What a device says that fails, over two lines as drivers do.
const FAULT: &str = "device 0 is lost\nan illegal memory access was encountered (700)";

/// A device that fails in a stage, as backends do: with a panic. Here it is the `Progress`, which
/// the loop asks once in each step, or while workers score and train.
struct Failing {
    stage: &'static str,
    after: usize,
    now: bool,
    asked: std::cell::Cell<usize>,
}

impl Progress for Failing {
    fn begin(&mut self, stage: &str, _total: u64) {
        self.now = stage == self.stage;
    }
    fn should_stop(&self) -> bool {
        self.asked.set(self.asked.get() + usize::from(self.now));
        assert!(self.asked.get() < self.after, "{FAULT}");
        false
    }
}

#[test]
fn a_device_that_fails_in_any_stage_ends_it_with_an_error_and_the_run_goes_on_to_the_same_files() {
    let expected = undisturbed();
    for (stage, after) in [("supernet training", 4), ("scoring", 2), ("stand-alone training", 3)] {
        let folder = tempfile::tempdir().unwrap();
        let mut progress = Failing { stage, after, now: false, asked: 0.into() };
        let error = run(folder.path(), OFTEN, &mut progress).err().unwrap();
        let text = error.to_string();
        assert!(matches!(error, TrainError::Device { .. }), "{text}");
        assert!(text.starts_with(&format!("{stage}: the device failed: a panic, ")) && text.ends_with(FAULT), "{text}");

        // What was stored stays, and the lock fell with the directory.
        let left = contents(folder.path());
        let there = |name: &str| left.contains_key(name);
        match stage {
            "supernet training" => assert!(there("supernet-2.checkpoint") && there("supernet-3.checkpoint")),
            "scoring" => assert!(there("supernet.safetensors") && !there("candidates.csv")),
            _ => assert!(there("candidates.csv") && !there("table.txt")),
        }
        run(folder.path(), OFTEN, &mut Silent).unwrap();
        assert_same(&contents(folder.path()), &expected);
    }
}
