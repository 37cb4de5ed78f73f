//! A run that is stopped and goes on again and again: what it costs in memory, open files and disk.

use crate::tiny::{open, search_of, stripes_split, tiny};
use std::{cell::Cell, fs, path::Path};
use supernet::prelude::*;

/// What a process holds, and its run's directory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Held {
    /// Resident memory in MiB; 0 where the system does not tell.
    pub resident_mib: f64,
    /// Open files; 0 where the system does not tell.
    pub open_files: usize,
    /// Files in the directory.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// Asks to stop after two steps.
#[derive(Default)]
struct AfterTwoSteps(Cell<usize>);

impl Progress for AfterTwoSteps {
    fn should_stop(&self) -> bool {
        self.0.set(self.0.get() + 1);
        // The loop asks once in a step.
        self.0.get() > 1
    }
}

/// Stops a run in `folder` and goes on with it `count` times; what is held after each.
///
/// # Panics
/// If the run cannot go on, or ends.
pub fn stop_and_go(folder: &Path, count: usize) -> Vec<Held> {
    let mut config = tiny(1);
    config.supernet.steps = 100_000;
    let split = stripes_split([64, 24, 32]);
    let search = search_of(&config, &split).expect("settings that fit");
    let stop = |_| {
        let directory = open(folder, &search).expect("the same run");
        let stopped = directory.search(&search, &mut AfterTwoSteps::default());
        assert!(matches!(stopped, Err(TrainError::Stopped { .. })), "the run ended otherwise");
        drop(directory);
        held(folder)
    };
    (0..count).map(stop).collect()
}

fn held(folder: &Path) -> Held {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let resident =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse().ok());
    let sizes: Vec<u64> = fs::read_dir(folder)
        .expect("the run's directory")
        .map(|entry| entry.and_then(|entry| entry.metadata()).expect("a file").len())
        .collect();
    Held {
        resident_mib: resident.map_or(0.0, |kib: f64| kib / 1024.0),
        open_files: fs::read_dir("/proc/self/fd").map_or(0, Iterator::count),
        files: sizes.len(),
        bytes: sizes.iter().sum(),
    }
}
