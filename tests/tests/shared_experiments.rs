//! Experiments by several members of a crew leave the files of one.

use std::{collections::BTreeMap, fs, path::Path};
use supernet::{
    experiments::{
        AblationSettings, CorrelationSettings, DropoutStudySettings, ExperimentError, MainTableSettings, Subject,
        Trials, TruthTableSettings, WhichPathsSettings, ablations, correlation, dropout_study, main_table, truth_table,
        which_paths,
    },
    prelude::*,
    train::{
        MemberDirectory, Retrain, Scoring,
        crew::{Crew, Dealt, Workers, together},
    },
};
use supernet_tests::{
    device,
    tiny::{Stopping, assert_same, contents, stripes_split},
};

/// A study of a second: 3 cells of 2 blocks, 2 filters, 8 x 8 images.
fn study() -> CorrelationSettings {
    let mut config = SearchConfig::quick();
    config.with_paper(|paper| (paper.blocks, paper.filters) = (2, 2));
    (config.supernet.steps, config.supernet.batch, config.supernet.ghost_batch) = (6, 16, 4);
    config.scoring = Scoring { candidates: 10, score_batch: 8, ..config.scoring };
    (config.stand_alone.filters, config.stand_alone.epochs, config.stand_alone.batch) = (2, 1, 16);
    (config.stand_alone.calibration_batches, config.stand_alone.with_validation) = (2, false);
    (config.supernet.augmentation, config.stand_alone.augmentation) = (Augmentation::NONE, Augmentation::NONE);
    config.retrain = Retrain { picked: 2, small: 0, random: 2, largest: 2, all_on: true, at_once: 2 };
    let mut study = CorrelationSettings::new(config);
    (study.supernet_seeds, study.natural, study.stratified, study.strata, study.twice) = (vec![1, 2], 4, 2, 2, 2);
    (study.resamples, study.top) = (20, vec![1, 2]);
    study
}

fn split() -> Split {
    stripes_split([64, 24, 32])
}

type Experiment<'a> = dyn Fn(&dyn Trials, &Path, &mut dyn Progress) -> Result<(), ExperimentError> + Sync + 'a;

/// What one process leaves.
fn alone(experiment: &Experiment) -> BTreeMap<String, Vec<u8>> {
    let (folder, split, device) = (tempfile::tempdir().unwrap(), split(), device());
    experiment(&Subject::images(&split, &device, "flex"), folder.path(), &mut Silent).unwrap();
    timeless(folder.path())
}

/// Makes an experiment in `path`, or goes on with it, as a member of a crew.
fn take_part(
    experiment: &Experiment,
    path: &Path,
    crew: &dyn Crew,
    progress: &mut dyn Progress,
) -> Result<(), ExperimentError> {
    let (split, device) = (split(), device());
    let member = MemberDirectory::of_all(crew.workers(), path)?;
    experiment(&Subject::images(&split, &device, "flex").with_crew(crew), member.path(), progress)
}

/// What two members leave.
fn by_two(experiment: &Experiment) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    together(2, |worker| take_part(experiment, &path, &Dealt(worker), &mut Silent).unwrap());
    timeless(folder.path())
}

/// The files of an experiment without seconds, which are the last column of two tables.
fn timeless(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = contents(folder);
    files.remove("times.csv");
    for name in ["truth.csv", "networks.csv"] {
        let shorter = |line: &str| line.rsplit_once(',').unwrap().0.to_owned() + "\n";
        files.entry(name.into()).and_modify(|bytes| {
            *bytes = std::str::from_utf8(bytes).unwrap().lines().map(shorter).collect::<String>().into_bytes();
        });
    }
    files
}

#[test]
fn those_of_supernets_and_networks_from_scratch() {
    let correlated: &Experiment =
        &|trials, path, progress| correlation(&study(), trials, path, None, progress).map(drop);
    let files = alone(correlated);
    assert!(files.contains_key("supernets/paper-2.safetensors") && files.contains_key("scores/paper-2.csv"));
    assert_same(&by_two(correlated), &files);

    let rates: &Experiment = &|trials, path, progress| {
        let settings = DropoutStudySettings { study: study(), ramp: 0.1, constant: vec![0.4] };
        dropout_study(&settings, trials, path, None, progress).map(drop)
    };
    assert_same(&by_two(rates), &alone(rates));
}

#[test]
fn those_of_paths_that_are_switched_off() {
    let paths: &Experiment = &|trials, path, progress| {
        let settings = WhichPathsSettings { study: study(), images: 32, off: 1 };
        which_paths(&settings, trials, path, None, progress).map(drop)
    };
    assert_same(&by_two(paths), &alone(paths));
}

#[test]
fn those_of_earlier_states_and_of_fine_tunes() {
    let changed: &Experiment =
        &|trials, path, progress| ablations(&AblationSettings::new(study()), trials, path, None, progress).map(drop);
    let files = alone(changed);
    assert!(files.keys().any(|name| name.contains("-at-")) && files.keys().any(|name| name.contains("-tuned")));
    assert_same(&by_two(changed), &files);
}

#[test]
fn those_of_curves_and_of_networks_that_are_known() {
    let table: &Experiment = &|trials, path, progress| {
        let study = CorrelationSettings { natural: 4, stratified: 0, ..study() };
        let settings = TruthTableSettings { first: 2, ..TruthTableSettings::new(study) };
        Ok(truth_table(&settings, trials, path, None, progress)?)
    };
    let files = alone(table);
    assert!(files.contains_key("curves.csv"));
    assert_same(&by_two(table), &files);

    let folder = tempfile::tempdir().unwrap();
    let known = folder.path().join("known.csv");
    let (split, device) = (split(), device());
    correlation(&study(), &Subject::images(&split, &device, "flex"), folder.path(), None, &mut Silent).unwrap();
    fs::rename(folder.path().join("truth.csv"), &known).unwrap();
    let again: &Experiment =
        &|trials, path, progress| correlation(&study(), trials, path, Some(&known), progress).map(drop);
    let files = by_two(again);
    assert!(!files.contains_key("truth.csv"), "nothing was trained from scratch");
    assert_same(&files, &alone(again));
}

#[test]
fn those_of_the_main_table() {
    let table: &Experiment = &|trials, path, progress| {
        main_table(&MainTableSettings::new(study().search, 2), trials, path, progress).map(drop)
    };
    let without_seconds = |mut files: BTreeMap<String, Vec<u8>>| {
        for name in ["result.json", "table.txt", "report.html"] {
            assert!(files.remove(name).is_some(), "{name}");
        }
        files
    };
    assert_same(&without_seconds(by_two(table)), &without_seconds(alone(table)));
}

#[test]
fn those_of_an_experiment_that_is_stopped_again_and_again() {
    let correlated: &Experiment =
        &|trials, path, progress| correlation(&study(), trials, path, None, progress).map(drop);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let mut stops = 0;
    loop {
        // The second is asked to stop.
        let ended = together(2, |worker| {
            let crew = Dealt(worker);
            let questions = if crew.workers().rank() == 1 { 12 + stops } else { usize::MAX };
            take_part(correlated, &path, &crew, &mut Stopping::after(questions))
        });
        if ended.iter().all(Result::is_ok) {
            break;
        }
        let is_told = |ended: &Result<(), ExperimentError>| {
            use ExperimentError::Train;
            matches!(ended, Err(Train(TrainError::Stopped { .. } | TrainError::Crew { .. })))
        };
        assert!(ended.iter().all(is_told), "{ended:?}");
        stops += 1;
        assert!(stops < 100, "the experiment does not get on");
    }
    assert!(stops > 1, "stopped {stops} times");
    assert_same(&timeless(folder.path()), &alone(correlated));
}

#[test]
fn a_member_with_other_settings_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let ended = together(2, |worker| {
        let natural = 3 + worker.rank();
        let other: &Experiment = &|trials, path, progress| {
            correlation(&CorrelationSettings { natural, ..study() }, trials, path, None, progress).map(drop)
        };
        take_part(other, &path, &Dealt(worker), &mut Silent).unwrap_err().to_string()
    });
    for error in ended {
        assert!(error.contains("configuration, versions or data of worker 1"), "{error}");
    }
    assert!(!folder.path().join("config.json").exists());
}
