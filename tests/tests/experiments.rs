//! The paper's experiments in small: what they leave behind, that they go on where they were stopped, and that what is stored is read.

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};
use supernet::{
    data::ImageShape,
    prelude::*,
    train::{
        Observation, Retrain, Scoring,
        experiments::{
            CorrelationResult, CorrelationSettings, Drawn, LabImages, ResultFile, Truth, correlation, training_key,
        },
        rank,
    },
};
use supernet_tests::device;

/// A search of a second: 3 cells of 2 blocks, 2 filters, 8 x 8 images.
fn tiny() -> SearchConfig {
    let mut config = SearchConfig::quick();
    (config.network.blocks, config.network.filters) = (2, 2);
    (config.supernet.steps, config.supernet.batch, config.supernet.ghost_batch) = (6, 16, 4);
    config.scoring = Scoring { candidates: 14, score_batch: 8, ..config.scoring };
    (config.stand_alone.filters, config.stand_alone.epochs, config.stand_alone.batch) = (2, 1, 16);
    (config.stand_alone.calibration_batches, config.stand_alone.with_validation) = (2, false);
    // A flip would turn one diagonal into the other.
    (config.supernet.augmentation, config.stand_alone.augmentation) = (Augmentation::NONE, Augmentation::NONE);
    config.retrain = Retrain { picked: 2, random: 2, largest: 2, all_on: true, at_once: 2 };
    config
}

fn study() -> CorrelationSettings {
    let mut study = CorrelationSettings::new(tiny());
    (study.supernet_seeds, study.natural, study.stratified, study.strata, study.twice) = (vec![1, 2], 4, 3, 2, 3);
    (study.resamples, study.top) = (20, vec![1, 2]);
    study
}

/// Stripes of four directions with some noise.
fn split() -> Split {
    let pixel = |i: usize, y: usize, x: usize| {
        let along = [x, y, x + y, x + 8 - y][i % 4];
        let noise = (i * 31 + y * 17 + x * 7) % 50;
        (if along % 4 < 2 { 180 } else { 20 } + noise) as u8
    };
    let pixels = (0..120).flat_map(|i| (0..64).map(move |p| pixel(i, p / 8, p % 8))).collect();
    let classes = ["across", "down", "up", "back"].map(String::from).to_vec();
    let labels = (0..120).map(|i| i % 4).collect();
    let images = Images::new("stripes", ImageShape::new(1, 8, 8), classes, pixels, labels).unwrap();
    stratified(&images, &[64, 24, 32], &mut draws(1, "split", 0)).unwrap()
}

fn run(path: &Path, truth: Option<&Path>, display: &mut dyn Display) -> Result<CorrelationResult, TrainError> {
    let (split, device) = (split(), device());
    let images = LabImages { split: &split, device: &device, device_name: "flex" };
    correlation(&study(), images, path, truth, display)
}

#[test]
fn a_correlation_study_leaves_its_files_and_goes_on_without_training_again() {
    let folder = tempfile::tempdir().unwrap();
    let result = run(folder.path(), None, &mut Silent).unwrap();
    let of = |drawn| result.members.iter().filter(|member| member.drawn == drawn).count();
    assert_eq!((of(Drawn::Natural), of(Drawn::Stratified), result.candidates.len()), (4, 3, 14));
    assert!(result.members.iter().all(|member| member.one_shot.len() == 2));
    assert_eq!(result.members.iter().filter(|member| member.stand_alone.len() == 2).count(), 3);
    let names = [
        "config.json",
        "result.json",
        "networks.csv",
        "truth.csv",
        "times.csv",
        "figure.svg",
        "figure.png",
        "report.html",
        "table.txt",
    ];
    assert!(names.iter().all(|name| folder.path().join(name).is_file()));
    let truth = folder.path().join("truth.csv");
    assert_eq!(fs::read_to_string(&truth).unwrap().lines().count(), 1 + 4 + 3 + 3);
    let stored = ResultFile::<CorrelationResult>::read(&folder.path().join("result.json"), "correlation").unwrap();
    // A number may come back from JSON one place off its last.
    assert_eq!(stored.result.to_string(), result.to_string());
    assert_eq!(stored.result.settings, result.settings);

    // The same command again: nothing is trained or scored, and the result is the same.
    let (before, times) = (fs::read(&truth).unwrap(), fs::read(folder.path().join("times.csv")).unwrap());
    assert_eq!(run(folder.path(), None, &mut Silent).unwrap(), result);
    assert_eq!((fs::read(&truth).unwrap(), fs::read(folder.path().join("times.csv")).unwrap()), (before, times));

    // The accuracies serve another directory: nothing is trained from scratch there.
    let other = tempfile::tempdir().unwrap();
    assert_eq!(run(other.path(), Some(&truth), &mut Silent).unwrap(), result);
    assert!(!other.path().join("truth.csv").exists());
}

/// Asks to stop after some number of questions.
struct Impatient(AtomicUsize);

impl Display for Impatient {
    fn begin(&mut self, _stage: &str, _total: u64) {}
    fn is_due(&self, _done: u64) -> bool {
        false
    }
    fn observe(&mut self, _done: u64, _observation: &Observation) {}
    fn advance(&mut self, _done: u64) {}
    fn end(&mut self) {}
    fn should_stop(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err()
    }
}

#[test]
fn a_study_that_is_stopped_again_and_again_ends_with_the_result_of_one_that_was_not() {
    let folder = tempfile::tempdir().unwrap();
    let whole = run(&folder.path().join("whole"), None, &mut Silent).unwrap();
    let path = folder.path().join("stopped");
    let mut stops = 0;
    let result = loop {
        match run(&path, None, &mut Impatient(AtomicUsize::new(4))) {
            Ok(result) => break result,
            Err(TrainError::Stopped { .. }) => stops += 1,
            Err(error) => panic!("{error}"),
        }
        assert!(stops < 50, "no progress");
    };
    assert!(stops > 1, "stopped {stops} times");
    assert_eq!(result, whole);
}

#[test]
fn another_study_in_the_same_directory_is_refused_with_the_difference() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), None, &mut Silent).unwrap();
    let (split, device) = (split(), device());
    let images = LabImages { split: &split, device: &device, device_name: "flex" };
    let mut other = study();
    other.natural = 5;
    let error = correlation(&other, images, folder.path(), None, &mut Silent).unwrap_err().to_string();
    assert!(error.ends_with("(settings.natural: 4 there, 5 here); choose another directory"), "{error}");
}

#[test]
fn accuracies_of_other_settings_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    run(&folder.path().join("one"), None, &mut Silent).unwrap();
    let mut other = study();
    other.search.stand_alone.epochs = 2;
    let (split, device) = (split(), device());
    assert_ne!(training_key(&other.search, &split).unwrap(), training_key(&study().search, &split).unwrap());
    let images = LabImages { split: &split, device: &device, device_name: "flex" };
    let truth = folder.path().join("one/truth.csv");
    let error =
        correlation(&other, images, &folder.path().join("two"), Some(&truth), &mut Silent).unwrap_err().to_string();
    assert!(error.contains("no network trained by settings"), "{error}");
    // How the supernet is trained does not matter.
    let mut same = study();
    same.search.supernet.steps = 7;
    assert_eq!(training_key(&same.search, &split).unwrap(), training_key(&study().search, &split).unwrap());
    assert_eq!(Truth::open(&truth).unwrap().rows()[0].settings, training_key(&same.search, &split).unwrap());
}

#[test]
fn weighted_and_partial_correlations_are_scipys_to_1e_12() {
    let file: serde_json::Value = serde_json::from_str(include_str!("../reference/rank_weighted.json")).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 6);
    for case in cases {
        let list = |name: &str| -> Vec<f64> {
            case[name].as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
        };
        let [x, y, z, weights] = ["x", "y", "z", "weights"].map(list);
        let close = |ours: Option<f64>, name: &str| {
            let (ours, theirs) = (ours.unwrap(), case[name].as_f64().unwrap());
            assert!((ours - theirs).abs() < 1e-12, "{name}: {ours} and {theirs} for n = {}", x.len());
        };
        close(rank::weighted_kendall(&x, &y, &weights), "weighted_kendall");
        let partial = |coefficient: fn(&[f64], &[f64]) -> Option<f64>| {
            rank::partial(coefficient(&x, &y)?, coefficient(&x, &z)?, coefficient(&y, &z)?)
        };
        close(partial(rank::pearson), "partial_pearson");
        close(partial(rank::spearman), "partial_spearman");
        close(partial(rank::kendall), "partial_kendall");
    }
}
