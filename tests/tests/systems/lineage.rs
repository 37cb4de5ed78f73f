//! Trials that begin where others ended: a line of them is one training, a child has what its
//! parent learnt, and a search by trials goes on where it was stopped.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};
use supernet::{
    nn::NamedWeights,
    prelude::*,
    search::trials::{
        Explore, InheritingEvolution, PopulationBased, Setting, Trial, TrialEvaluator, TrialLimits, TrialOutcome,
        TrialStrategy, search_trials,
    },
    search::{BudgetLimits, SuccessiveHalving, search_budgeted},
    space::Schedule,
    train::{
        EditTrialSettings, EvolutionSettings, GoingOn, HillClimbSettings, Lineage, NetworkSettings, Number,
        PopulationSettings, SeededWeights, StandAlone, StandAloneEvaluator, StandAloneTraining, TrialKind,
        TrialSettings, best::load_best, trial_search,
    },
};
use supernet_tests::{
    device,
    tiny::{ImageSearch, Stopping, search_of, stripes_split, tiny},
};

/// A learning rate that moves no weight.
const STILL: f64 = 1e-30;

fn split() -> Split {
    stripes_split([64, 24, 32])
}

fn recipe(epochs: usize) -> StandAloneTraining {
    let mut training = StandAloneTraining { epochs, ..tiny(1).stand_alone };
    training.sgd.schedule = Schedule::Constant;
    training
}

fn trainer<'a>(
    search: &'a ImageSearch,
    training: &'a StandAloneTraining,
    device: &'a Device,
) -> StandAlone<'a, KnownNet> {
    let (definition, examples) = (&search.networks().stand_alone, &search.data().train);
    StandAlone { definition, training, examples, seed: 7, execution: search.config().execution, device }
}

fn trial(id: u64, parent: Option<u64>, architecture: &Architecture, steps: u64, settings: &[(&str, f64)]) -> Trial {
    let settings = settings.iter().map(|&(name, value)| (name.to_owned(), value)).collect();
    Trial { id, parent, architecture: architecture.clone(), settings, steps }
}

fn architectures(search: &ImageSearch) -> Vec<Architecture> {
    (0..2).map(|i| search.space().sample(&mut draws(3, "two", i))).collect()
}

#[test]
fn a_line_of_trials_is_one_training() {
    let (split, device, folder, training) = (split(), device(), tempfile::tempdir().unwrap(), recipe(2));
    let search = search_of(&tiny(1), &split).unwrap();
    let (trainer, one) = (trainer(&search, &training, &device), &architectures(&search)[0]);
    let whole = trainer.train(one.mask(), &mut Silent).unwrap();

    let mut silent = Silent;
    let mut lineage = Lineage::open(trainer, &search.data().validation, "flex", folder.path(), &mut silent).unwrap();
    let line = [(None, 3), (Some(0), 1), (Some(1), 4)];
    for (id, (parent, steps)) in (0..).zip(line) {
        lineage.evaluate_trials(&[trial(id, parent, one, steps, &[])]).unwrap();
    }
    let last = lineage.network(2).unwrap();
    assert_eq!(NamedWeights::of(&last).0, NamedWeights::of(&whole).0, "eight steps in three trials");
}

#[test]
fn a_child_has_the_weights_of_its_parent_by_name_and_seeded_ones_elsewhere() {
    let (split, device, folder, training) = (split(), device(), tempfile::tempdir().unwrap(), recipe(1));
    let search = search_of(&tiny(1), &split).unwrap();
    let two = architectures(&search);
    let mut silent = Silent;
    let of = trainer(&search, &training, &device);
    let mut lineage = Lineage::open(of, &search.data().validation, "flex", folder.path(), &mut silent).unwrap();
    lineage.evaluate_trials(&[trial(0, None, &two[0], 5, &[])]).unwrap();
    let still = [("learning_rate", STILL), ("l2", 0.0)];
    lineage.evaluate_trials(&[trial(1, Some(0), &two[1], 1, &still)]).unwrap();
    let [parent, child] = [0, 1].map(|id| NamedWeights::of(&lineage.network(id).unwrap()).0);
    let seeded = search.networks().stand_alone.stand_alone(two[1].mask(), &mut SeededWeights::new(7), &device).unwrap();
    let seeded = NamedWeights::of(&seeded).0;
    // Statistics for inference are those of each network's own weights.
    let weights = child.keys().filter(|name| !name.contains("stored_"));
    let (shared, own): (Vec<&String>, Vec<&String>) = weights.partition(|name| parent.contains_key(*name));
    assert!(shared.len() > 5 && own.len() > 1, "{} shared, {} its own", shared.len(), own.len());
    assert!(shared.iter().all(|&name| child[name] == parent[name]));
    assert!(shared.iter().any(|&name| child[name] != seeded[name]), "the parent has learnt");
    // What starts at 0 has moved by the rate.
    let apart = |name: &str| {
        let pairs = child[name].iter::<f32>().zip(seeded[name].iter::<f32>());
        pairs.map(|(found, expected)| (found - expected).abs()).fold(0.0, f32::max)
    };
    assert!(own.iter().all(|&name| apart(name) < 1e-20));
}

/// A search by population or evolution of a second.
fn searched(
    strategy: &mut dyn TrialStrategy,
    steps: u64,
    folder: &Path,
    progress: &mut dyn Progress,
) -> Result<TrialOutcome, TrainError> {
    let (split, device, training) = (split(), device(), recipe(1));
    let search = search_of(&tiny(1), &split)?;
    let trainer = trainer(&search, &training, &device);
    let lineage = Lineage::open(trainer, &search.data().validation, "flex", folder, progress)?;
    search_trials(strategy, &mut lineage.with_at_once(2), TrialLimits { steps, ask: 4 })
}

fn population() -> PopulationBased {
    let split = split();
    let search = search_of(&tiny(1), &split).unwrap();
    let rate = Setting::logarithmic("learning_rate", 0.001, 1.0);
    let new = PopulationBased::new(search.space().clone(), 4, 3, vec![rate], 1, "population").unwrap();
    new.with_explore(Explore::Resample(0.5)).unwrap()
}

fn evolution() -> InheritingEvolution {
    let split = split();
    let search = search_of(&tiny(1), &split).unwrap();
    let start = architectures(&search).remove(0);
    let new = InheritingEvolution::new(search.space().clone(), start, 0.1, 3, 1, "evolution").unwrap();
    new.with_population(4).unwrap()
}

/// Names of what is kept of trials, and the table of all.
fn left(folder: &Path) -> (BTreeSet<String>, String) {
    let files = fs::read_dir(folder.join("trials")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned()).collect();
    (names, fs::read_to_string(folder.join("trials.csv")).unwrap())
}

fn assert_goes_on(make: impl Fn() -> Box<dyn TrialStrategy>, steps: u64) {
    let folder = tempfile::tempdir().unwrap();
    let mut strategy = make();
    let whole = searched(&mut *strategy, steps, folder.path(), &mut Silent).unwrap();
    let (names, table) = left(folder.path());
    assert_eq!(table.lines().count(), whole.scored.len() + 1);
    assert!(whole.scored.iter().any(|(trial, _)| trial.parent.is_some()));
    let kept = names.iter().map(|name| name.split_once('-').unwrap().0.parse::<u64>().unwrap());
    let last = whole.scored.iter().map(|(trial, _)| trial.id).max().unwrap();
    assert!(kept.clone().count() < whole.scored.len() && kept.max() == Some(last), "{names:?}");

    let (stopped, mut stops) = (tempfile::tempdir().unwrap(), 0);
    let gone_on = loop {
        match searched(&mut *make(), steps, stopped.path(), &mut Stopping::after(2)) {
            Ok(outcome) => break outcome,
            Err(TrainError::Stopped { .. }) => stops += 1,
            Err(error) => panic!("{error}"),
        }
        assert!(stops < 200, "the search does not get on");
    };
    // How far workers get until they hear of a stop is up to the machine; no group is through
    // without a question.
    assert!(stops > 1, "stopped {stops} times");
    assert_eq!(gone_on, whole);
    assert_eq!(left(stopped.path()), (names, table));
}

#[test]
fn a_population_that_is_stopped_again_and_again_ends_as_one_that_was_not() {
    assert_goes_on(|| Box::new(population()), 4 * 3 * 4);
}

#[test]
fn an_evolution_that_is_stopped_again_and_again_ends_as_one_that_was_not() {
    assert_goes_on(|| Box::new(evolution()), 3 * 14);
}

#[test]
fn a_dearer_rung_goes_on_from_a_cheaper_one_and_scores_as_a_training_from_scratch() {
    let (split, device, folder, training) = (split(), device(), tempfile::tempdir().unwrap(), recipe(1));
    let search = search_of(&tiny(1), &split).unwrap();
    let (of, validation) = (trainer(&search, &training, &device), &search.data().validation);
    let halving = || SuccessiveHalving::new(search.space().clone(), 4, (1, 4), 2, 1, "halving").unwrap();
    let limits = |spend| BudgetLimits { spend, ask: 4, patience: 1 };
    let mut silent = Silent;
    let mut anew = StandAloneEvaluator { stand_alone: of, examples: validation, at_once: 2, progress: &mut silent };
    // Rungs of 4, 2 and 1 networks of 1, 2 and 4 epochs: 12 in full, 8 of them new.
    let expected = search_budgeted(search.space(), &mut halving(), &mut anew, limits(12)).unwrap();
    assert_eq!((expected.scored.len(), expected.spent), (7, 12));

    let mut silent = Silent;
    let of = trainer(&search, &training, &device);
    let mut lineage = Lineage::open(of, validation, "flex", folder.path(), &mut silent).unwrap();
    let mut on = GoingOn::new(&mut lineage);
    let found = search_budgeted(search.space(), &mut halving(), &mut on, limits(8)).unwrap();
    assert_eq!((&found.scored, found.spent), (&expected.scored, 8));
}

/// Stops after a few questions, again and again; how often.
fn stopped_again_and_again(search: &ImageSearch, settings: &TrialSettings, folder: &Path) -> usize {
    let mut stops = 0;
    while let Err(error) = trial_search(search, settings, "flex", folder, &mut Stopping::after(2 + stops / 5)) {
        assert!(matches!(error, TrainError::Stopped { .. }), "{error}");
        stops += 1;
        assert!(stops < 200, "the search does not get on");
    }
    stops
}

#[test]
fn every_search_by_trials_of_the_settings_goes_on_and_leaves_its_best_network() {
    let split = split();
    let mut settings = NetworkSettings::of_space("nas-bench-macro", true).unwrap();
    for (number, value) in [(Number::Filters, 2), (Number::Head, 4)] {
        *settings.number_mut(number).unwrap() = value;
    }
    let search = search_of(&tiny(1).in_space(settings), &split).unwrap();
    let kinds = [
        TrialKind::Population(PopulationSettings { members: 4, interval: 2, ..Default::default() }),
        TrialKind::Evolution(EvolutionSettings { members: 4, interval: 2 }),
        TrialKind::HillClimb(HillClimbSettings { children: 4, morphisms: 1, interval: 2 }),
        TrialKind::Edits(EditTrialSettings { interval: 2 }),
    ];
    for kind in kinds {
        let [whole, stopped] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let settings = TrialSettings { steps: 12, kind };
        let found = trial_search(&search, &settings, "flex", whole.path(), &mut Silent).unwrap();
        assert!(found.outcome.steps <= 12 && found.outcome.scored.len() >= 5, "{kind:?}");
        let stops = stopped_again_and_again(&search, &settings, stopped.path());
        // Of four trials at a time two wait until a stop is heard of.
        assert!(stops > 0, "{kind:?}, stopped {stops} times");
        for file in ["trials.csv", "table.txt", "best/weights.safetensors"] {
            let [one, other] = [&whole, &stopped].map(|folder| fs::read(folder.path().join(file)).unwrap());
            assert!(one == other, "{kind:?}, {file}");
        }
        let (record, network) = load_best(whole.path().join("best"), &device()).unwrap();
        let accuracy = record.test.expect("a test").accuracy;
        assert_eq!((&record.architecture, accuracy), (&found.tested.mask, found.tested.test.accuracy));
        assert_eq!(NamedWeights::of(&network).0, NamedWeights::of(&found.network).0, "{kind:?}");
        let other = TrialSettings { steps: 14, kind };
        let error = trial_search(&search, &other, "flex", whole.path(), &mut Silent).map(drop).unwrap_err();
        assert!(error.to_string().contains("config.trials.steps: 12 there, 14 here"), "{error}");
    }
    let all_of_some = search_of(&tiny(1), &split).unwrap();
    let settings = TrialSettings { steps: 12, kind: kinds[3] };
    let of = (all_of_some.space(), &all_of_some.config().stand_alone);
    let refused = settings.strategy(of.0, of.1, 1).map(drop).unwrap_err().to_string();
    assert!(refused.contains("found 0, expected a space with a choice of exactly one"), "{refused}");
    let mut limited = tiny(1);
    limited.constraints.parameters = 0..=1_000_000;
    let settings = TrialSettings { steps: 12, kind: kinds[0] };
    let refused = settings.check_for(&limited).unwrap_err().to_string();
    assert_eq!(refused, "constraints, latency: found limits, expected none: trials do not keep to them");
}

#[test]
fn what_does_not_fit_is_refused_and_nothing_is_lost() {
    let (split, device, folder, training) = (split(), device(), tempfile::tempdir().unwrap(), recipe(1));
    let search = search_of(&tiny(1), &split).unwrap();
    let (two, of) = (architectures(&search), trainer(&search, &training, &device));
    let mut silent = Silent;
    let validation = &search.data().validation;
    let mut lineage = Lineage::open(of, validation, "flex", folder.path(), &mut silent).unwrap();
    let mut refused = |trial: Trial| lineage.evaluate_trials(&[trial]).map(drop).unwrap_err().to_string();
    let error = refused(trial(0, None, &two[0], 1, &[("dropout", 0.5)]));
    assert_eq!(error, "settings of a trial: found dropout, expected learning_rate, momentum, l2");
    assert!(refused(trial(0, None, &two[0], 1, &[("momentum", 1.0)])).starts_with("settings of a trial: found "));
    let error = refused(trial(1, Some(0), &two[0], 1, &[]));
    assert_eq!(error, "parent of a trial: found 0, expected a trial that was scored and is kept");

    lineage.evaluate_trials(&[trial(0, None, &two[0], 1, &[])]).unwrap();
    let error = lineage.evaluate_trials(&[trial(0, None, &two[1], 1, &[])]).map(drop).unwrap_err().to_string();
    assert!(error.contains("trials.csv: found `0,,") && error.contains("choose another directory"), "{error}");
    lineage.keep_only(&BTreeSet::new()).unwrap();
    let error = lineage.evaluate_trials(&[trial(1, Some(0), &two[0], 1, &[])]).map(drop).unwrap_err().to_string();
    assert_eq!(error, "parent of a trial: found 0, expected a trial that was scored and is kept");
    let error = lineage.network(0).map(drop).unwrap_err().to_string();
    assert_eq!(error, "trial: found 0, expected one that was scored and may be a parent yet");
    drop(lineage);

    let other = recipe(2);
    let of = trainer(&search, &other, &device);
    let error = Lineage::open(of, validation, "flex", folder.path(), &mut silent).map(drop).unwrap_err().to_string();
    assert!(error.contains("config.training.epochs: 1 there, 2 here"), "{error}");
    assert_eq!(left(folder.path()).1.lines().count(), 2);
}

#[test]
fn settings_are_those_of_the_training() {
    let (split, device, folder, training) = (split(), device(), tempfile::tempdir().unwrap(), recipe(1));
    let search = search_of(&tiny(1), &split).unwrap();
    let one = &architectures(&search)[0];
    let mut slower = training;
    (slower.sgd.learning_rate, slower.sgd.momentum, slower.sgd.l2.decay) = (0.03, 0.5, 0.01);
    let expected = trainer(&search, &slower, &device).train(one.mask(), &mut Silent).unwrap();
    let mut silent = Silent;
    let of = trainer(&search, &training, &device);
    let mut lineage = Lineage::open(of, &search.data().validation, "flex", folder.path(), &mut silent).unwrap();
    let settings = [("learning_rate", 0.03), ("momentum", 0.5), ("l2", 0.01)];
    lineage.evaluate_trials(&[trial(0, None, one, 4, &settings)]).unwrap();
    let weights: BTreeMap<String, _> = NamedWeights::of(&lineage.network(0).unwrap()).0.into_iter().collect();
    assert_eq!(weights, NamedWeights::of(&expected).0.into_iter().collect());
}
