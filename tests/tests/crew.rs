//! Several workers on one run: files are those of one worker, bit for bit.

use rand::Rng;
use std::{
    collections::BTreeMap,
    path::Path,
    sync::atomic::{AtomicBool, Ordering::SeqCst},
};
use supernet::{
    prelude::*,
    search::Proposer,
    space::SearchSpace,
    train::{
        CompanionKind, CompanionSettings, EnasSettings, FineTune, GateLearning, KnownSettings, LatencyLimit,
        MemberDirectory, Moment, NetworkSettings, PathSampler, PathSampling, Proxies, Updates,
        crew::{Alone, Crew, Dealt, Workers, together},
    },
};
use supernet_tests::tiny::{Stopping, assert_same, contents, open, search_of, stripes_split, tiny};

fn split() -> Split {
    stripes_split([64, 24, 32])
}

/// A search whose steps are cut into four shares of one ghost batch.
fn shared() -> SearchConfig {
    let mut config = tiny(1);
    config.supernet.shares = 4;
    config
}

/// Runs the search of `config` in `path`, or goes on with it, as a member of `crew`.
fn run(path: &Path, config: &SearchConfig, crew: &dyn Crew, progress: &mut dyn Progress) -> Result<(), TrainError> {
    let split = split();
    let search = search_of(config, &split)?.with_crew(crew);
    let member = MemberDirectory::of_all(crew.workers(), path)?;
    let directory = open(member.path(), &search)?;
    if config.scoring.calibrate {
        directory.check(&search, 10, progress)?;
    }
    directory.search(&search, progress).map(drop)
}

/// What one process leaves.
fn alone(config: &SearchConfig) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), config, &Alone, &mut Silent).unwrap();
    contents(folder.path())
}

/// What `size` workers leave.
fn of_workers(size: usize, config: &SearchConfig) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    together(size, |worker| run(&path, config, &Dealt(worker), &mut Silent).unwrap());
    contents(folder.path())
}

/// Sorts the lines of a file that are in the order in which they were ready.
fn in_order(file: &mut Vec<u8>) {
    let mut lines: Vec<&[u8]> = file.split(|byte| *byte == b'\n').collect();
    lines.sort_unstable();
    *file = lines.concat();
}

#[test]
fn files_depend_on_the_shares_and_not_on_the_workers() {
    let config = shared();
    let expected = alone(&config);
    for size in [2, 4] {
        assert_same(&of_workers(size, &config), &expected);
    }
    // In parts that need less memory, too.
    let mut config = tiny(1);
    (config.supernet.shares, config.supernet.micro_batches) = (2, 2);
    assert_same(&of_workers(2, &config), &alone(&config));
}

#[test]
fn so_do_those_of_other_spaces_samplers_and_rankings() {
    let mut config = shared();
    config.network = NetworkSettings::Known(KnownSettings::of_space("nas-bench-201", true).unwrap());
    config.paths = PathSampling::UniformArchitecture;
    config.scoring.checkpoints = 2;
    config.scoring.fine_tune = Some(FineTune::new(3));
    (config.scoring.proxies, config.scoring.calibrate) = (Some(Proxies { images: 8 }), true);
    config.latency = Some(LatencyLimit { images: 4, least_ms: 0.0, most_ms: 1e6 });
    let without_latencies = |mut files: BTreeMap<String, Vec<u8>>| {
        assert!(files.remove("latencies.csv").is_some_and(|lines| lines.len() > 40));
        in_order(files.get_mut("check.csv").expect("a check"));
        files
    };
    assert_same(&without_latencies(of_workers(2, &config)), &without_latencies(alone(&config)));
}

#[test]
fn so_do_those_of_what_is_trained_together_with_the_weights() {
    let enas = CompanionKind::Enas(EnasSettings { samples: 4, hidden: 4, ..EnasSettings::default() });
    for kind in [enas, CompanionKind::ProxylessNas(GateLearning::default())] {
        let mut config = shared();
        let updates = Updates { start: 0.0, every: 2, examples: 16 };
        (config.companion, config.strategy) = (Some(CompanionSettings { updates, kind }), Proposer::Companion);
        let expected = alone(&config);
        assert!(expected.contains_key("companion.csv"));
        assert_same(&of_workers(2, &config), &expected);
    }
}

#[test]
fn members_that_assist_the_first_leave_its_files() {
    let mut config = shared();
    config.scoring.proxies = Some(Proxies { images: 8 });
    for calibrate in [false, true] {
        config.scoring.calibrate = calibrate;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        // As the command does: the first searches, the others do no more than their share.
        together(2, |worker| {
            let (split, is_first) = (split(), worker.rank() == 0);
            let crew = Dealt(worker);
            let search = search_of(&config, &split).unwrap().with_crew(&crew);
            let member = MemberDirectory::of_all(crew.workers(), &path).unwrap();
            let directory = open(member.path(), &search).unwrap();
            if calibrate {
                directory.check(&search, 10, &mut Silent).unwrap();
            }
            if is_first {
                directory.search(&search, &mut Silent).unwrap();
            } else {
                directory.assist(&search, &mut Silent).unwrap();
            }
        });
        let sorted = |mut files: BTreeMap<String, Vec<u8>>| {
            files.entry("check.csv".into()).and_modify(in_order);
            files
        };
        assert_same(&sorted(contents(folder.path())), &sorted(alone(&config)));
    }
}

#[test]
fn a_run_that_one_worker_stops_goes_on_with_any_number_of_workers() {
    let config = shared();
    let expected = alone(&config);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let (mut stops, sizes) = (0, [2, 4, 1, 2]);
    loop {
        let size = sizes[stops % sizes.len()];
        let ended = together(size, |worker| {
            // The last of them is asked to stop; It is asked once a step.
            let last = worker.rank() + 1 == size;
            run(&path, &config, &Dealt(worker), &mut Stopping::after(if last { 3 + stops / 8 } else { usize::MAX }))
        });
        if ended.iter().all(Result::is_ok) {
            break;
        }
        // Whoever waits for one that was stopped in work of its own is told that it has ended.
        let is_told =
            |ended: &Result<(), TrainError>| matches!(ended, Err(TrainError::Stopped { .. } | TrainError::Crew { .. }));
        assert!(ended.iter().all(is_told), "{ended:?}");
        stops += 1;
        assert!(stops < 200, "the run does not get on");
    }
    assert!(stops >= 3, "stopped {stops} times");
    assert_same(&contents(folder.path()), &expected);
}

/// Path dropout at a worker whose device has no memory for a share of the third step, unless it is
/// cut in two.
struct Cramped {
    inner: Box<dyn PathSampler>,
    refused: AtomicBool,
}

impl PathSampler for Cramped {
    fn draw(&self, space: &SearchSpace, at: Moment, ghost: usize, rng: &mut dyn Rng) -> PathMask {
        self.inner.draw(space, at, ghost, rng)
    }

    fn survivor_scales(&self, space: &SearchSpace, at: Moment) -> Option<Vec<f64>> {
        assert!(at.step != 2 || self.refused.swap(true, SeqCst), "out of device memory allocating 4096 bytes");
        self.inner.survivor_scales(space, at)
    }
}

#[test]
fn all_workers_cut_a_step_finer_for_which_one_of_them_has_no_memory() {
    let mut config = tiny(1);
    config.supernet.shares = 2;
    let split = split();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let parts = together(2, |worker| {
        let refused = AtomicBool::new(worker.rank() == 0);
        let crew = Dealt(worker);
        let search = search_of(&config, &split).unwrap().with_crew(&crew);
        let search = search.with_sampler("cramped", &(), Cramped { inner: config.paths.sampler(), refused });
        let member = MemberDirectory::of_all(crew.workers(), &path).unwrap();
        open(member.path(), &search).unwrap().train(&search, &mut Silent).unwrap();
        std::fs::read_to_string(member.path().join("supernet.micro_batches")).unwrap()
    });
    assert_eq!(parts, ["2\n", "2\n"]);
}

#[test]
fn shares_that_cannot_be_dealt_out_are_refused_by_name() {
    let mut config = shared();
    let error = |config: &SearchConfig, size| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        together(size, |worker| run(&path, config, &Dealt(worker), &mut Silent).unwrap_err().to_string()).swap_remove(0)
    };
    assert_eq!(error(&config, 3), "supernet.shares: found 4, expected a multiple of 3 workers (`--shares`)");
    config.supernet.shares = 3;
    assert_eq!(error(&config, 1), "supernet.shares: found 3, expected a divisor of 4 ghost batches");
    (config.supernet.shares, config.supernet.micro_batches) = (2, 4);
    assert_eq!(error(&config, 1), "supernet.micro_batches: found 4, expected a divisor of 2 ghost batches");
}

#[test]
fn a_share_differs_from_a_whole_step_by_rounding_alone() {
    let losses = |shares| {
        let mut config = tiny(1);
        config.supernet.shares = shares;
        let text = String::from_utf8(alone(&config).remove("events.jsonl").unwrap()).unwrap();
        let loss = |line: &str| line.split("\"loss\":").nth(1)?.split(',').next()?.parse::<f64>().ok();
        text.lines().filter(|line| line.contains("supernet training")).filter_map(loss).collect::<Vec<_>>()
    };
    let (whole, shared) = (losses(1), losses(4));
    assert_eq!((whole.len(), shared.len()), (6, 6));
    assert!(whole.iter().zip(&shared).all(|(a, b)| (a - b).abs() < 1e-5), "{whole:?} {shared:?}");
}
