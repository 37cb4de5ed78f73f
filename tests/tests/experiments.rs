//! The paper's experiments in small: what they leave behind, that they go on where they were
//! stopped, and that what is stored is read.

use std::{
    collections::HashSet,
    fs,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};
use supernet::{
    data::ImageShape,
    experiments::{
        Ablation, AblationResult, AblationSettings, CorrelationResult, CorrelationSettings, Drawn,
        DropoutStudySettings, ExperimentError, MainTableSettings, Method, ResultFile, Subject, Trials, Truth,
        WhichPathsSettings, ablations, correlation, dropout_study, main_table, which_paths,
    },
    prelude::*,
    search::kendall,
    train::{NetworkSettings, Retrain, Scoring},
};
use supernet_tests::device;

/// A search of a second: 3 cells of 2 blocks, 2 filters, 8 x 8 images.
fn tiny() -> SearchConfig {
    let mut config = SearchConfig::quick();
    config.with_paper(|paper| (paper.blocks, paper.filters) = (2, 2));
    (config.supernet.steps, config.supernet.batch, config.supernet.ghost_batch) = (6, 16, 4);
    config.scoring = Scoring { candidates: 14, score_batch: 8, ..config.scoring };
    (config.stand_alone.filters, config.stand_alone.epochs, config.stand_alone.batch) = (2, 1, 16);
    (config.stand_alone.calibration_batches, config.stand_alone.with_validation) = (2, false);
    // A flip would turn one diagonal into the other.
    (config.supernet.augmentation, config.stand_alone.augmentation) = (Augmentation::NONE, Augmentation::NONE);
    config.retrain = Retrain { picked: 2, small: 0, random: 2, largest: 2, all_on: true, at_once: 2 };
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

/// What a training from scratch is known by: whoever takes over networks goes by it.
#[test]
fn trainings_with_another_function_have_another_key() {
    const FUNCTIONS: [Option<&str>; 3] = [None, Some("mish"), Some("mul(tanh(x), x)")];
    let (split, device) = (split(), device());
    let subject = Subject::images(&split, &device, "flex");
    let known = NetworkSettings::of_space("nas-bench-201", true).unwrap();
    for network in [tiny().network, known] {
        let key = |function: Option<&str>| {
            let mut config = SearchConfig { network, ..tiny() };
            config.network.set_activation(function.map(|name| name.parse().unwrap()));
            subject.training_key(&config).unwrap()
        };
        let keys = FUNCTIONS.map(key);
        let distinct: HashSet<&String> = keys.iter().collect();
        assert_eq!(distinct.len(), 3, "{keys:?}");
        assert_eq!(keys, FUNCTIONS.map(key));
    }
}

fn run(path: &Path, truth: Option<&Path>, progress: &mut dyn Progress) -> Result<CorrelationResult, ExperimentError> {
    let (split, device) = (split(), device());
    let subject = &Subject::images(&split, &device, "flex");
    correlation(&study(), subject, path, truth, progress)
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

impl Progress for Impatient {
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
            Err(ExperimentError::Train(TrainError::Stopped { .. })) => stops += 1,
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
    let subject = &Subject::images(&split, &device, "flex");
    let mut other = study();
    other.natural = 5;
    let error = correlation(&other, subject, folder.path(), None, &mut Silent).unwrap_err().to_string();
    assert!(error.ends_with("(settings.natural: 4 there, 5 here); choose another directory"), "{error}");
}

#[test]
fn accuracies_of_other_settings_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    run(&folder.path().join("one"), None, &mut Silent).unwrap();
    let mut other = study();
    other.search.stand_alone.epochs = 2;
    let (split, device) = (split(), device());
    let subject = &Subject::images(&split, &device, "flex");
    assert_ne!(subject.training_key(&other.search).unwrap(), subject.training_key(&study().search).unwrap());
    let truth = folder.path().join("one/truth.csv");
    let error =
        correlation(&other, subject, &folder.path().join("two"), Some(&truth), &mut Silent).unwrap_err().to_string();
    assert!(error.contains("no network trained by settings"), "{error}");
    // How the supernet is trained does not matter.
    let mut same = study();
    same.search.supernet.steps = 7;
    assert_eq!(subject.training_key(&same.search).unwrap(), subject.training_key(&study().search).unwrap());
    assert_eq!(Truth::open(&truth).unwrap().rows()[0].settings, subject.training_key(&same.search).unwrap());
}

#[test]
fn a_dropout_study_is_a_correlation_study_for_each_rate_on_the_same_networks() {
    let folder = tempfile::tempdir().unwrap();
    let (split, device) = (split(), device());
    let subject = &Subject::images(&split, &device, "flex");
    let settings = DropoutStudySettings { study: study(), ramp: 0.1, constant: vec![0.01, 0.4] };
    let result = dropout_study(&settings, subject, folder.path(), None, &mut Silent).unwrap();
    assert_eq!(
        result.studies.iter().map(|s| &*s.variant).collect::<Vec<_>>(),
        ["ramp-0.1", "constant-0.01", "constant-0.4"]
    );
    let networks = |i: usize| result.studies[i].members.iter().map(|member| &member.architecture).collect::<Vec<_>>();
    assert!(networks(0) == networks(1) && networks(1) == networks(2));
    assert_ne!(result.studies[0].candidates, result.studies[2].candidates);
    // The ramp is the correlation study's own supernet, so its study is that one.
    let own = run(&folder.path().join("own"), Some(&folder.path().join("truth.csv")), &mut Silent).unwrap();
    assert_eq!((&own.members, &own.natural), (&result.studies[0].members, &result.studies[0].natural));
    assert!(["result.json", "report.html", "table.txt"].iter().all(|name| folder.path().join(name).is_file()));
    assert_eq!(dropout_study(&settings, subject, folder.path(), None, &mut Silent).unwrap(), result);
}

#[test]
fn ablations_are_paired_with_the_method_as_it_is_and_need_no_training_from_scratch() {
    let folder = tempfile::tempdir().unwrap();
    let (split, device) = (split(), device());
    let subject = &Subject::images(&split, &device, "flex");
    run(&folder.path().join("correlation"), None, &mut Silent).unwrap();
    let truth = folder.path().join("correlation/truth.csv");
    let out = folder.path().join("ablations");
    let settings = AblationSettings::new(study());
    let result = ablations(&settings, subject, &out, Some(&truth), &mut Silent).unwrap();
    assert!(!out.join("truth.csv").exists(), "nothing was trained from scratch");
    assert_eq!(result.rows.len(), 1 + Ablation::ALL.len());
    let row = |ablation| result.rows.iter().find(|row| row.ablation == ablation).unwrap();
    let paper = row(None);
    assert!(result.rows.iter().all(|row| (row.scores.len(), row.scores[0].len()) == (2, 4)));
    // Each way to train leaves weights of its own, each way to score other scores.
    let trained: std::collections::BTreeSet<Vec<u8>> = fs::read_dir(out.join("supernets"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with("-1.safetensors"))
        .map(|path| fs::read(path).unwrap())
        .collect();
    assert_eq!(trained.len(), 1 + 10);
    for ablation in [Ablation::ByLoss, Ablation::Averaged, Ablation::AveragedLoss, Ablation::FineTuned] {
        assert_ne!(row(Some(ablation)).scores, paper.scores, "{ablation:?}");
    }
    for (s, scores) in row(Some(Ablation::OneMask)).scores.iter().enumerate() {
        let difference = kendall(scores, &result.truth).zip(kendall(&paper.scores[s], &result.truth));
        if let Some((with, without)) = difference {
            assert!(row(Some(Ablation::OneMask)).each.contains(&(with - without)));
        }
    }
    let stored = ResultFile::<AblationResult>::read(&out.join("result.json"), "ablations").unwrap();
    assert_eq!(stored.result.to_string(), result.to_string());
    assert_eq!(ablations(&settings, subject, &out, Some(&truth), &mut Silent).unwrap(), result);
}

#[test]
fn a_fine_tune_of_another_width_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (split, device) = (split(), device());
    let subject = &Subject::images(&split, &device, "flex");
    let mut settings = AblationSettings::new(study());
    settings.study.search.stand_alone.filters = 4;
    let error = ablations(&settings, subject, folder.path(), None, &mut Silent).unwrap_err().to_string();
    assert_eq!(
        error,
        "stand_alone.filters: found 4, expected network.filters = 2: a fine-tune starts from the shared weights"
    );
}

#[test]
fn which_paths_matter_is_said_of_every_option_and_reads_no_label_for_divergences() {
    let folder = tempfile::tempdir().unwrap();
    let (split, device) = (split(), device());
    let subject = &Subject::images(&split, &device, "flex");
    let settings = WhichPathsSettings { study: study(), images: 32, off: 1 };
    let result = which_paths(&settings, subject, folder.path(), None, &mut Silent).unwrap();
    // Two blocks: 2 and 3 inputs, 7 operations each.
    assert_eq!(result.switched_off.len(), 2 + 7 + 3 + 7);
    let first = &result.switched_off[0];
    assert_eq!((&*first.choice, &*first.option, first.accuracy.len()), ("block1/inputs", "a", 2));
    assert!(result.divergences.iter().flatten().all(|&divergence| divergence > 0.0));
    assert_eq!((result.divergences.len(), result.divergences[0].len()), (2, 7));
    for name in ["one_shot.svg", "one_shot.png", "stand_alone.svg", "stand_alone.png", "report.html", "result.json"] {
        assert!(folder.path().join(name).is_file(), "{name}");
    }
    assert_eq!(which_paths(&settings, subject, folder.path(), None, &mut Silent).unwrap(), result);
    let too_many = WhichPathsSettings { images: 30, ..settings };
    let error = which_paths(&too_many, subject, folder.path(), None, &mut Silent).unwrap_err().to_string();
    assert!(error.starts_with("images: found 30, expected a multiple of scoring.score_batch = 8"), "{error}");
}

#[test]
fn the_main_table_has_each_method_at_each_width() {
    let folder = tempfile::tempdir().unwrap();
    let (split, device) = (split(), device());
    let subject = &Subject::images(&split, &device, "flex");
    let mut search = tiny();
    search.stand_alone.with_validation = true;
    let settings = MainTableSettings::new(search, 2);
    let result = main_table(&settings, subject, folder.path(), &mut Silent).unwrap();
    let rows: Vec<(usize, Method)> = result.rows.iter().map(|row| (row.filters, row.method)).collect();
    let expected: Vec<(usize, Method)> =
        [2, 4].into_iter().flat_map(|f| Method::ALL.map(|method| (f, method))).collect();
    assert_eq!(rows, expected);
    for row in &result.rows {
        assert_eq!((row.networks.len(), row.accuracy.n), (2, 2));
        assert!(row.seconds > 0.0);
    }
    assert!(result.rows[1].parameters.mean <= result.cap as f64);
    assert_eq!(result.rows[3].parameters.deviation, 0.0, "All On is one network with two seeds");
    assert!(["figure.png", "report.html", "networks.csv"].iter().all(|name| folder.path().join(name).is_file()));
    assert!(result.to_string().contains("One-Shot Top") && result.to_string().contains("training the supernet"));
    assert_eq!(main_table(&settings, subject, folder.path(), &mut Silent).unwrap(), result);
}

/// Files that earlier versions wrote; a new version of a schema adds one and leaves these as they
/// are.
#[test]
fn results_of_schema_1_are_read() {
    let stored = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("stored").join(name);
    let file = ResultFile::<CorrelationResult>::read(&stored("correlation-1.json"), "correlation").unwrap();
    assert_eq!((file.schema, file.result.members.len(), file.result.natural[0].n), (1, 5, 3));
    assert_eq!(&*file.result.natural[0].ranking, "one-shot accuracy");
    // What is read can be shown again.
    assert!(file.result.to_string().contains("Kendall(one-shot) − Kendall(parameters)"));
    file.result.figure().svg().unwrap();
}

#[test]
fn a_truth_table_that_is_stopped_ends_with_the_same_networks_curves_and_scores_and_serves_another() {
    use supernet::experiments::{TruthTableSettings, truth_table};
    let (split, device) = (split(), device());
    let subject = &Subject::images(&split, &device, "flex");
    let mut study = CorrelationSettings { natural: 6, stratified: 0, twice: 2, ..study() };
    study.search.stand_alone.epochs = 2;
    let settings = TruthTableSettings { first: 3, ..TruthTableSettings::new(study) };
    let make = |path: &Path, truth: Option<&Path>, progress: &mut dyn Progress| {
        truth_table(&settings, subject, path, truth, progress)
    };
    let folder = tempfile::tempdir().unwrap();
    let (whole, stopped) = (folder.path().join("whole"), folder.path().join("stopped"));
    make(&whole, None, &mut Silent).unwrap();
    let mut stops = 0;
    while let Err(error) = make(&stopped, None, &mut Impatient(AtomicUsize::new(5))) {
        assert!(matches!(error, TrainError::Stopped { .. }), "{error}");
        stops += 1;
        assert!(stops < 80, "no progress");
    }
    assert!(stops > 1, "stopped {stops} times");
    let read = |path: &Path, name: &str| fs::read_to_string(path.join(name)).unwrap();
    for name in ["curves.csv", "scores.csv"] {
        assert_eq!(read(&whole, name), read(&stopped, name), "{name}");
    }
    // All but the seconds.
    let networks = |path: &Path| -> Vec<String> {
        read(path, "networks.csv").lines().map(|line| line.rsplit_once(',').unwrap().0.to_owned()).collect()
    };
    assert_eq!(networks(&whole), networks(&stopped));
    let lines = |name: &str| read(&whole, name).lines().count() - 1;
    // Six networks and two second seeds, two epochs each; two supernets of two kinds on 14
    // candidates.
    assert_eq!((lines("networks.csv"), lines("curves.csv"), lines("scores.csv")), (8, 16, 56));
    assert!(read(&whole, "curves.csv").lines().skip(1).all(|line| line.split(',').all(|field| !field.is_empty())));

    // What is known is not trained again, in whatever directory.
    let other = folder.path().join("other");
    make(&other, Some(&whole.join("networks.csv")), &mut Silent).unwrap();
    assert_eq!(read(&other, "networks.csv"), read(&whole, "networks.csv"));
    assert!(!other.join("truth.csv").exists() && !other.join("curves.csv").exists());
}
