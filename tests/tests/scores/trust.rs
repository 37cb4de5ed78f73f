//! A run says whether its ranking is to be trusted: from what costs nothing, and from networks
//! trained from scratch.

use std::{fs, path::Path};
use supernet::{
    prelude::*,
    report::SearchReport,
    search::trust::{Proxy, Trust, Verdict},
    train::{Group, Proxies},
};
use supernet_tests::tiny::{Stopping, open, search_of, stripes_split, tiny};

fn split() -> Split {
    stripes_split([64, 24, 32])
}

fn check(path: &Path, networks: usize, progress: &mut dyn Progress) -> Result<Verdict, TrainError> {
    let split = split();
    let search = search_of(&tiny(1), &split)?;
    open(path, &search)?.check(&search, networks, progress)
}

/// The steps of the stages that train.
struct Trained(u64);

impl Progress for Trained {
    fn begin(&mut self, stage: &str, total: u64) {
        self.0 += if stage == "scoring" { 0 } else { total };
    }
}

fn read(path: &Path, name: &str) -> String {
    fs::read_to_string(path.join(name)).unwrap()
}

#[test]
fn every_run_leaves_a_verdict_in_its_table_its_page_and_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let split = split();
    let search = search_of(&tiny(1), &split).unwrap();
    let directory = open(folder.path(), &search).unwrap();
    let result = directory.search(&search, &mut Silent).unwrap();
    SearchReport::new(&directory, &result).save(folder.path()).unwrap();
    let verdict = &result.verdict;
    assert_eq!(verdict.evidence.check, None);
    assert_ne!(verdict.trust, Trust::Trusted);
    // Twelve candidates once more on a third of 24 images each time: the runs that both halves
    // have.
    assert!(verdict.evidence.repeats.iter().all(|repeats| repeats.n == 12));
    assert_eq!(read(folder.path(), "half-1.csv").lines().count(), 13);
    let counts: Vec<&str> = verdict.evidence.follows.iter().map(|follows| &*follows.count).collect();
    assert!(counts.starts_with(&["parameters", "multiply-accumulates"]), "{counts:?}");

    assert!(read(folder.path(), "table.txt").starts_with(&format!("{verdict}\ngroup ")));
    let stored: Verdict = serde_json::from_str(&read(folder.path(), "verdict.json")).unwrap();
    assert_eq!((stored.trust, stored.to_string()), (verdict.trust, verdict.to_string()));
    let page = read(folder.path(), "report.html");
    assert!(page.contains("What the ranking agrees with"));
    assert_eq!(page.contains("<p class=\"warning\""), verdict.trust.is_bad());
}

#[test]
fn a_check_trains_candidates_spread_over_the_ranking_once_and_later_reports_know_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Trained(0);
    let verdict = check(folder.path(), 10, &mut first).unwrap();
    assert!(first.0 > 0);
    let found = verdict.evidence.check.as_ref().unwrap();
    assert_eq!(found.networks, 10);
    assert!(found.counting.iter().any(|one| one.count == "parameters"));
    assert_eq!(verdict.evidence.calibration.unwrap().rows, 10);
    let rows = read(folder.path(), "check.csv");
    assert_eq!(rows.lines().count(), 11);
    // On validation images: the test images are read once, when all is chosen.
    assert!(rows.lines().skip(1).all(|row| row.ends_with(",24")));
    assert_eq!(read(folder.path(), "calibrated.csv").lines().count(), 13);
    assert!(!folder.path().join("networks.csv").exists());

    // Nothing is trained again.
    let mut again = Trained(0);
    assert_eq!(check(folder.path(), 10, &mut again).unwrap().to_string(), verdict.to_string());
    assert_eq!(again.0, 0, "steps of training");
    assert_eq!(read(folder.path(), "check.csv"), rows);

    let split = split();
    let search = search_of(&tiny(1), &split).unwrap();
    let result = open(folder.path(), &search).unwrap().search(&search, &mut Silent).unwrap();
    assert_eq!(result.verdict.to_string(), verdict.to_string());
    assert!(read(folder.path(), "table.txt").contains("Kendall's tau with 10 networks trained from scratch"));
}

#[test]
fn a_check_that_is_stopped_goes_on_to_the_same_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, stopped) = (folder.path().join("whole"), folder.path().join("stopped"));
    let expected = check(&whole, 5, &mut Silent).unwrap().to_string();
    let mut stops = 0;
    let found = loop {
        match check(&stopped, 5, &mut Stopping::after(4 + stops / 20)) {
            Ok(verdict) => break verdict.to_string(),
            Err(TrainError::Stopped { .. }) => stops += 1,
            Err(error) => panic!("{error}"),
        }
        assert!(stops < 1_000, "the check does not get on");
    };
    assert!(stops > 1, "stopped {stops} times");
    assert_eq!(found, expected);
    let sorted = |path: &Path| {
        let mut rows: Vec<String> = read(path, "check.csv").lines().map(String::from).collect();
        rows.sort();
        rows
    };
    assert_eq!(sorted(&stopped), sorted(&whole));
}

#[test]
fn the_best_are_picked_by_calibrated_scores_where_that_is_asked_for() {
    let (folder, split) = (tempfile::tempdir().unwrap(), split());
    let mut config = tiny(1);
    config.scoring.calibrate = true;
    let search = search_of(&config, &split).unwrap();
    let directory = open(folder.path(), &search).unwrap();
    let mut trained = Trained(0);
    for (found, refused) in [
        ("0 checked networks", search.run(&mut trained).map(drop)),
        ("0 checked networks", directory.search(&search, &mut trained).map(drop)),
        ("9 checked networks", directory.check(&search, 9, &mut trained).map(drop)),
    ] {
        let error = refused.unwrap_err().to_string();
        assert!(error.starts_with(&format!("scoring.calibrate: found {found}, expected at least 10")), "{error}");
    }
    assert_eq!(trained.0, 0, "before anything is trained");

    directory.check(&search, 10, &mut Silent).unwrap();
    let result = directory.search(&search, &mut Silent).unwrap();
    let calibrated = read(folder.path(), "calibrated.csv");
    let rows = calibrated.lines().skip(1).map(|line| line.split_once(',').unwrap());
    let mut rows: Vec<(f64, &str)> = rows.map(|(mask, value)| (value.parse().unwrap(), mask)).collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let picked = result.retrained.iter().filter(|one| one.group == Group::Picked);
    let picked: Vec<String> = picked.map(|one| one.mask.to_string()).collect();
    let best: Vec<&str> = rows[..picked.len()].iter().map(|row| row.1).collect();
    assert!(!picked.is_empty());
    assert_eq!(picked, best);

    // The scores alone pick others.
    let (other, mut by_scores) = (tempfile::tempdir().unwrap(), config.clone());
    by_scores.scoring.calibrate = false;
    let search = search_of(&by_scores, &split).unwrap();
    let without = open(other.path(), &search).unwrap().search(&search, &mut Silent).unwrap();
    let first = without.retrained.iter().filter(|one| one.group == Group::Picked).map(|one| one.mask.to_string());
    assert_ne!(first.collect::<Vec<_>>(), picked);
}

#[test]
fn a_ranking_is_held_against_proxies_and_calibrated_by_them_where_they_are_asked_for() {
    let (folder, split) = (tempfile::tempdir().unwrap(), split());
    let mut config = tiny(1);
    config.scoring.proxies = Some(Proxies { images: 16 });
    let search = search_of(&config, &split).unwrap();
    let run = || open(folder.path(), &search).unwrap().check(&search, 10, &mut Silent).unwrap();
    let verdict = run();
    let rows = read(folder.path(), "proxies.csv");
    assert_eq!(rows.lines().count(), 13, "a line for each candidate");
    let proxies = Proxy::ALL.map(Proxy::name);
    let follows: Vec<&str> = verdict.evidence.follows.iter().map(|follows| &*follows.count).collect();
    let counting = &verdict.evidence.check.as_ref().unwrap().counting;
    assert!(proxies.iter().all(|name| follows.contains(name) && counting.iter().any(|one| one.count == *name)));
    assert!(proxies.iter().all(|name| verdict.to_string().contains(name)), "{verdict}");
    // Read back, also where the last line was cut off and some are missing.
    let cut = rows.len() - rows.len() / 3;
    fs::write(folder.path().join("proxies.csv"), &rows[..cut]).unwrap();
    assert_eq!(run().to_string(), verdict.to_string());
    assert_eq!(read(folder.path(), "proxies.csv"), rows);
    // Without them calibration has less to go by.
    let other = tempfile::tempdir().unwrap();
    let without = check(other.path(), 10, &mut Silent).unwrap();
    assert_ne!(without.evidence.calibration, verdict.evidence.calibration);
    for images in [0, 1] {
        config.scoring.proxies = Some(Proxies { images });
        let error = search_of(&config, &split).err().unwrap().to_string();
        assert!(error.starts_with(&format!("scoring.proxies.images: found {images}, expected at least")), "{error}");
    }
}
