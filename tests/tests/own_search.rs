//! A search of a space of one's own over a table: no image, the same loop.

use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData},
};
use rand::Rng;
use std::{
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};
use supernet::{
    nn::NnError,
    own::{Build, Definition, Examples, GhostNorm, Identity, Layer, OneOf, Repeat, Rows, Samples, Scene, load_best_of},
    prelude::*,
    report::SearchReport,
    search::{BudgetLimits, Hyperband, Proposer, SuccessiveHalving, search_budgeted},
    train::{
        FineTune, FinishedRun, Halving, LatencyLimit, Moment, PathSampler, PathSampling, Reopening, Scoring,
        SeededWeights, StandAlone, StandAloneEvaluator, SupernetEvaluator,
        best::{BestFile, load_best},
        plan,
    },
};
use supernet_nn::NamedWeights;
use supernet_tests::{
    device,
    own_chain::{self, Chain as Net, FEATURES, Op, chain as net, table},
    tiny::{Stopping, assert_same, contents},
};

fn definition() -> Definition<Net, 2> {
    own_chain::definition(&device())
}

fn config() -> SearchConfig {
    let mut config = SearchConfig::quick();
    config.paths = PathSampling::UniformArchitecture;
    config.supernet.steps = 60;
    config.scoring.candidates = 12;
    config.stand_alone.epochs = 2;
    config.retrain = supernet::train::Retrain { picked: 2, small: 0, random: 2, largest: 2, all_on: true, at_once: 0 };
    config
}

fn search(definition: Definition<Net, 2>, device: &Device) -> Search<'static, Net, Samples<2>, 2> {
    Search::new(&config(), definition, data(), device).unwrap()
}

fn found(device: &Device) -> SearchResult<Net, 2> {
    search(definition(), device).run(&mut Silent).unwrap()
}

#[test]
fn a_search_over_a_table_learns_and_ends_with_a_network_that_equals_the_masked_supernet() {
    let result = found(&device());
    assert_eq!((result.candidates.len(), result.retrained.len()), (12, 7));
    assert!(result.extraction_error <= 1e-4, "{}", result.extraction_error);
    let picked = &result.retrained[0];
    assert!(picked.test.accuracy > 0.5 && picked.test.images == 300, "{:?}", picked.test);
    assert!(result.retrained.iter().all(|r| r.cost.parameters > 0 && r.cost.macs > 0));
}

#[test]
fn the_best_is_read_back_by_its_definition_and_predicts_row_by_row() {
    let (definition, folder) = (definition(), tempfile::tempdir().unwrap());
    let search = search(definition.clone(), &device());
    let result = open(folder.path(), &search).unwrap().search(&search, &mut Silent).unwrap();
    let best = folder.path().join("best");
    let mut names: Vec<_> = std::fs::read_dir(&best).unwrap().map(|f| f.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["architecture.json", "card.md", "weights.safetensors"]);

    let (record, read) = load_best_of(&best, &definition, &device()).unwrap();
    assert_eq!(record.architecture, result.best.0);
    assert_eq!(record.test.unwrap().accuracy, result.retrained[0].test.accuracy);
    assert_eq!(NamedWeights::of(&read).0, NamedWeights::of(&result.best.1).0);
    let rows = Tensor::<2>::from_data(search.data().test.batch(&[0, 1, 2]), &device());
    let (together, alone) = (read.forward(rows.clone()).unwrap(), read.forward(rows.slice(1..2)).unwrap());
    assert_eq!(together.slice(1..2).into_data(), alone.into_data(), "a row's logits are its own");
    assert_eq!(result.supernet.forward(Tensor::zeros([1, FEATURES], &device())).unwrap_err(), NnError::Supernet);

    let error = load_best(&best, &device()).unwrap_err().to_string();
    assert!(error.contains("the space `table` of a program"), "{error}");
    let error = record.description(BestFile::Model).unwrap_err().to_string();
    assert!(error.starts_with("model.rs: found a network of the space `table`"), "{error}");
    let finished = FinishedRun::open(folder.path()).unwrap();
    assert_eq!(finished.retrained().len(), result.retrained.len());
    assert_eq!(finished.best(), &result.best.0);
}

#[test]
fn a_network_that_was_not_calibrated_does_not_predict() {
    let definition = definition();
    let mask = definition.space().sample(&mut draws(1, "mask", 0)).mask().clone();
    let fresh = definition.stand_alone(&mask, &mut SeededWeights::new(1), &device()).unwrap();
    let error = fresh.forward(Tensor::zeros([1, FEATURES], &device())).unwrap_err();
    assert_eq!(error, NnError::NotCalibrated);
}

fn data() -> SearchData<Samples<2>> {
    SearchData { train: table(1_000, 1), validation: table(200, 2), test: table(300, 3) }
}

/// A directory for a search.
fn open<E: Examples<2>>(path: &Path, search: &Search<'_, Net, E, 2>) -> Result<RunDirectory, TrainError> {
    RunDirectory::open(path, search, search.provenance("flex")?)
}

#[test]
fn the_ranking_of_a_space_of_ones_own_is_judged_and_checked_like_any_other() {
    let search = search(definition(), &device());
    let folder = tempfile::tempdir().unwrap();
    let directory = open(folder.path(), &search).unwrap();
    let checked = directory.check(&search, 6, &mut Silent).unwrap();
    assert_eq!(checked.evidence.check.as_ref().unwrap().networks, 6);
    let repeats = &checked.evidence.repeats;
    assert!(repeats.iter().all(|repeats| repeats.n == 12), "{repeats:?}");
    let result = directory.search(&search, &mut Silent).unwrap();
    assert_eq!(result.verdict.to_string(), checked.to_string());
    let table = std::fs::read_to_string(folder.path().join("table.txt")).unwrap();
    assert!(table.starts_with(&checked.to_string()), "{table}");
}

#[test]
fn a_run_that_is_stopped_again_and_again_ends_with_the_files_of_one_that_was_not() {
    let own = search(definition(), &device());
    let search = |path: &Path, progress: &mut dyn Progress| {
        let directory = open(path, &own).unwrap();
        let result = directory.search(&own, progress)?;
        SearchReport::new(&directory, &result).save(path).unwrap();
        Ok::<_, TrainError>(result)
    };
    let folder = tempfile::tempdir().unwrap();
    let whole = search(folder.path(), &mut Silent).unwrap();
    let expected = contents(folder.path());
    for name in ["candidates.csv", "report.html", "figure.png", "best/weights.safetensors", "best/architecture.json"] {
        assert!(expected.contains_key(name), "{name} in {:?}", expected.keys());
    }
    let in_memory = found(&device());
    assert_eq!((in_memory.candidates, in_memory.retrained), (whole.candidates, whole.retrained));

    let folder = tempfile::tempdir().unwrap();
    let mut stops = 0;
    while let Err(error) = search(folder.path(), &mut Stopping::after(6 + stops / 10)) {
        assert!(matches!(error, TrainError::Stopped { .. }), "{error}");
        stops += 1;
        assert!(stops < 200, "the run does not get on");
    }
    assert!(stops >= 10, "stopped {stops} times");
    assert_same(&contents(folder.path()), &expected);
}

#[test]
fn a_directory_of_another_definition_or_of_other_examples_is_refused() {
    let (folder, first) = (tempfile::tempdir().unwrap(), search(definition(), &device()));
    drop(open(folder.path(), &first).unwrap());
    drop(open(folder.path(), &first).unwrap());
    let wider = |b: &Build| {
        let mut net = net(b);
        net.layers = Repeat::new(
            b,
            "depth",
            (1..=2).map(|i| {
                OneOf::new(b, format!("layer{i}"), [("skip", Op::Skip(Identity {})), ("none", Op::Skip(Identity {}))])
            }),
        );
        net
    };
    let other = Definition::new("table", &[FEATURES], &device(), wider).unwrap();
    let message = open(folder.path(), &search(other, &device())).unwrap_err().to_string();
    assert!(message.contains("provenance.definition.") || message.contains("space.choices"), "{message}");
    let fewer = SearchData { validation: table(100, 2), ..data() };
    let other = Search::new(&config(), definition(), fewer, &device()).unwrap();
    let message = open(folder.path(), &other).unwrap_err().to_string();
    assert!(message.contains("provenance.fingerprints: "), "{message}");
}

#[test]
fn an_equal_search_finds_the_same_to_the_last_bit() {
    let [a, b] = [found(&device()), found(&device())];
    assert_eq!(a.candidates, b.candidates);
    assert_eq!(a.retrained, b.retrained);
}

/// Examples whose device fails when they are asked for a batch for the `left`th time, by a panic as
/// backends do.
struct Failing {
    examples: Samples<2>,
    left: AtomicUsize,
}

impl Examples<2> for Failing {
    fn len(&self) -> usize {
        self.examples.len()
    }

    fn label(&self, index: usize) -> usize {
        self.examples.label(index)
    }

    fn batch(&self, indices: &[usize]) -> TensorData {
        assert!(self.left.fetch_sub(1, Ordering::SeqCst) > 1, "device 0 is lost");
        self.examples.batch(indices)
    }
}

#[test]
fn a_device_that_fails_in_the_training_of_supernet_or_networks_is_an_error_with_its_message() {
    // The supernet asks 60 times; networks are trained by workers.
    for (left, stage) in [(30, "supernet training"), (75, "stand-alone training")] {
        let [train, validation, test] = [(1_000, 1), (200, 2), (300, 3)]
            .map(|(count, seed)| Failing { examples: table(count, seed), left: usize::MAX.into() });
        let data = SearchData { train: Failing { left: left.into(), ..train }, validation, test };
        let search = Search::new(&config(), definition(), data, &device()).unwrap();
        let error = search.run(&mut Silent).map(drop).unwrap_err();
        let expected = format!("{stage}: the device failed: a panic, of the device or of the code: device 0 is lost");
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_score_does_not_depend_on_what_is_scored_beside_it_and_halving_keeps_the_scores_of_the_best() {
    let (definition, examples) = (definition(), table(400, 4));
    let supernet = definition.supernet(&mut SeededWeights::new(1), &device()).unwrap();
    let rng = &mut draws(5, "masks", 0);
    let masks: Vec<PathMask> = (0..40).map(|_| definition.space().sample(rng).mask().clone()).collect();
    let scoring = Scoring { score_batch: 100, ..config().scoring };
    let mut silent = Silent;
    let mut evaluator =
        SupernetEvaluator::new(&supernet, &definition, &examples, scoring, &device(), &mut silent).unwrap();
    let together = evaluator.score(&masks).unwrap();
    for (mask, score) in masks.iter().zip(&together) {
        let alone = evaluator.score(std::slice::from_ref(mask)).unwrap()[0];
        assert_eq!((alone.accuracy, alone.images), (score.accuracy, 400), "{mask}");
        // A matrix product of Burn's may add in another order where it has more rows.
        assert!((alone.loss - score.loss).abs() <= 1e-6, "{mask}: {} alone, {} beside others", alone.loss, score.loss);
    }
    let halved = evaluator.halve(&masks, Halving { keep: 0.5, rungs: 2 }).unwrap();
    let whole: Vec<usize> = (0..masks.len()).filter(|&i| halved[i].images == 400).collect();
    assert_eq!(whole.len(), 20);
    whole.iter().for_each(|&i| assert_eq!(halved[i].accuracy, together[i].accuracy));
}

#[test]
fn hyperband_and_successive_halving_spend_images_of_a_supernet_and_epochs_from_scratch() {
    let search = search(definition(), &device());
    let (definition, data, space) = (&search.networks().stand_alone, search.data(), search.space().clone());
    let supernet = search.train(&mut Silent).unwrap();
    let mut silent = Silent;
    let mut by_supernet =
        SupernetEvaluator::new(&supernet, definition, &data.validation, Scoring::new(9, 25), &device(), &mut silent)
            .unwrap();
    let mut halving = SuccessiveHalving::new(space.clone(), 9, (50, 200), 2, 1, "halving").unwrap();
    let limits = BudgetLimits { spend: 1_250, ask: 9, patience: 20 };
    let outcome = search_budgeted(&space, &mut halving, &mut by_supernet, limits).unwrap();
    let images: Vec<(u64, usize)> = outcome.scored.iter().map(|(p, scored)| (p.budget, scored.score.images)).collect();
    assert!(images.iter().all(|&(budget, images)| budget as usize == images), "{images:?}");
    assert_eq!(outcome.scored.iter().filter(|(proposal, _)| proposal.budget == 200).count(), 2);
    for (proposal, scored) in outcome.scored.iter().filter(|(proposal, _)| proposal.budget == 200) {
        assert_eq!(by_supernet.score(&[proposal.architecture.mask().clone()]).unwrap()[0], scored.score);
    }
    let message = by_supernet.score_on(&[space.all_on()], 201).unwrap_err().to_string();
    assert_eq!(message, "budget: found 201, expected 1 to 200 validation images");

    let config = config();
    let mut from_scratch = StandAloneEvaluator {
        stand_alone: StandAlone {
            definition,
            training: &config.stand_alone,
            examples: &data.train,
            seed: 1,
            execution: config.execution,
            device: &device(),
        },
        examples: &data.validation,
        at_once: 0,
        progress: &mut Silent,
    };
    let mut hyperband = Hyperband::new(space.clone(), (1, 4), 2, 1, "hyperband").unwrap();
    let limits = BudgetLimits { spend: 16, ask: 4, patience: 20 };
    let outcome = search_budgeted(&space, &mut hyperband, &mut from_scratch, limits).unwrap();
    assert!(outcome.spent <= 16 && outcome.scored.len() >= 6, "{outcome:?}");
    let plain = from_scratch.evaluate(&[outcome.scored[0].0.architecture.clone()]).unwrap();
    let two = outcome.scored.iter().find(|(p, _)| p.budget == 2 && p.architecture == plain[0].architecture);
    assert!(two.is_none_or(|(_, scored)| *scored == plain[0]), "the configuration's two epochs are a budget of two");
}

#[test]
fn a_class_that_the_network_lacks_is_refused() {
    let wrong = Samples::<2>::new(&[FEATURES], vec![0.5; 2 * FEATURES], vec![0, 3]).unwrap();
    let data = SearchData { train: wrong.clone(), validation: wrong.clone(), test: wrong };
    let message = Search::new(&config(), definition(), data, &device()).map(drop).unwrap_err().to_string();
    assert_eq!(message, "label: found 3 of training example 1, expected below the network's 3 classes");
}

/// Examples of classes that have names.
struct Named(Samples<2>, Vec<String>);

impl Examples<2> for Named {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn label(&self, index: usize) -> usize {
        self.0.label(index)
    }

    fn batch(&self, indices: &[usize]) -> TensorData {
        self.0.batch(indices)
    }

    fn class_names(&self) -> &[String] {
        &self.1
    }
}

#[test]
fn a_network_of_another_number_of_outputs_than_named_classes_is_refused_at_the_start() {
    let message = |names: usize| {
        let data = data();
        let named = |examples| Named(examples, (0..names).map(|i| format!("class {i}")).collect());
        let data = SearchData { train: named(data.train), validation: named(data.validation), test: named(data.test) };
        Search::new(&config(), definition(), data, &device()).map(drop).map_err(|error| error.to_string())
    };
    assert_eq!(message(3), Ok(()));
    for names in [2, 4] {
        let says =
            format!("classes: found a network of 3 outputs for examples of {names} classes, expected one output");
        assert!(message(names).unwrap_err().starts_with(&says), "{names}");
    }
}

#[test]
fn strategy_constraints_and_limits_on_latency_count() {
    let search = |config: &SearchConfig| Search::new(config, definition(), data(), &device());
    let mut parameters: Vec<u64> = found(&device()).candidates.iter().map(|scored| scored.cost.parameters).collect();
    parameters.sort_unstable();
    let middle = parameters[parameters.len() / 2];
    let mut small = SearchConfig { strategy: Proposer::RegularisedEvolution, ..config() };
    small.scoring.candidates = 4;
    small.constraints.parameters = 0..=middle;
    let result = search(&small).unwrap().run(&mut Silent).unwrap();
    assert!(result.candidates.iter().all(|scored| scored.cost.parameters <= middle), "{:?}", result.candidates);
    small.constraints.parameters = 0..=1;
    let message = search(&small).map(drop).unwrap_err().to_string();
    assert!(message.starts_with("constraints.parameters: found at most 1, expected at least "), "{message}");

    let timed = SearchConfig { latency: Some(LatencyLimit { images: 1, least_ms: 0.0, most_ms: 1e-6 }), ..config() };
    let message = search(&timed).unwrap().run(&mut Silent).map(drop).unwrap_err().to_string();
    assert!(message.starts_with("latency: found no candidate of 12 within 0 to 0.000001 ms"), "{message}");
}

#[test]
fn checkpoints_a_fine_tune_and_a_plan_are_there_for_a_space_of_ones_own() {
    let mut config = config();
    config.scoring.checkpoints = 3;
    config.scoring.fine_tune = Some(FineTune::new(4));
    let search = Search::new(&config, definition(), data(), &device()).unwrap();
    let found = search.run(&mut Silent).unwrap();
    assert_eq!(found.shortlist.len(), 4);
    assert_eq!(found.best.0, found.shortlist[0].0);
    assert!(found.candidates.iter().all(|scored| scored.score.images == 200));
    let plan = plan(&search, &mut Silent).unwrap();
    assert_eq!((plan.supernet.times, plan.scoring.times, plan.retraining.times), (60, 12, 7));
    assert!(plan.fine_tuning.is_some_and(|stage| stage.times == 4 && stage.seconds() > 0.0));
    assert_eq!(plan.architectures, definition().space().size().to_string());
}

#[test]
fn a_plan_scores_no_more_candidates_than_the_space_has() {
    let mut config = config();
    config.scoring.candidates = 100_000;
    let search = Search::new(&config, definition(), data(), &device()).unwrap();
    let plan = plan(&search, &mut Silent).unwrap();
    assert_eq!(plan.scoring.times.to_string(), definition().space().size().to_string());
}

/// Takes the first architecture of the space again and again, then the last: nothing that a library
/// would.
struct Ends(SearchSpace, usize);

impl Strategy for Ends {
    fn name(&self) -> &str {
        "ends"
    }

    fn ask(&mut self, count: usize) -> Vec<Architecture> {
        let all = self.0.architectures(1_000).expect("a small space");
        let place = |i: usize| if i.is_multiple_of(2) { i / 2 } else { all.len() - 1 - i / 2 % all.len() };
        let next = (0..count).map(|i| all[place(self.1 + i) % all.len()].clone()).collect();
        self.1 += count;
        next
    }

    fn tell(&mut self, _scored: &[Scored]) {}
}

/// One architecture for every ghost batch, the same in all steps.
struct Stubborn(u64);

impl PathSampler for Stubborn {
    fn draw(&self, space: &SearchSpace, _at: Moment, _ghost: usize, _rng: &mut dyn Rng) -> PathMask {
        space.sample(&mut draws(self.0, "stubborn", 0)).mask().clone()
    }
}

#[test]
fn sampler_strategy_and_evaluator_of_a_program_run_in_a_directory_that_knows_them_by_name_and_settings() {
    let own = |weight: f64| {
        let by_size = move |scene: &Scene<Net, Samples<2>, 2>, some: &[Architecture], progress: &mut dyn Progress| {
            let mut scored = scene.by_supernet(progress)?.evaluate(some)?;
            scored.iter_mut().for_each(|one| one.score.accuracy -= weight * one.cost.parameters as f64);
            Ok(scored)
        };
        search(definition(), &device())
            .with_sampler("stubborn", &7, Stubborn(7))
            .with_strategy("ends", &(), |space, _| Ends(space.clone(), 0))
            .with_evaluator("small is beautiful", &weight, by_size)
    };
    let folder = tempfile::tempdir().unwrap();
    let whole = open(folder.path(), &own(1e-3)).unwrap().search(&own(1e-3), &mut Silent).unwrap();
    let expected = contents(folder.path());
    let text = String::from_utf8(expected["config.json"].clone()).unwrap();
    for word in ["\"sampler\"", "stubborn", "\"ends\"", "small is beautiful", "0.001"] {
        assert!(text.contains(word), "{word} in {text}");
    }
    let cost = |scored: &Scored| scored.cost.parameters;
    let smallest = whole.candidates.iter().map(cost).min().unwrap();
    assert_eq!(whole.retrained[0].cost.parameters, smallest, "a thousandth for each parameter decides");
    // All candidates were drawn by the strategy; the random companions come from the space.
    let ends = Ends(definition().space().clone(), 0).ask(40);
    assert!(
        whole
            .candidates
            .iter()
            .all(|one| ends.iter().any(|end| definition().space().canonical(end) == one.architecture))
    );

    let stopped = tempfile::tempdir().unwrap();
    let mut stops = 0;
    while let Err(error) = open(stopped.path(), &own(1e-3)).unwrap().search(&own(1e-3), &mut Stopping::after(9 + stops))
    {
        assert!(matches!(error, TrainError::Stopped { .. }), "{error}");
        stops += 1;
        assert!(stops < 200, "the run does not get on");
    }
    assert!(stops >= 3, "stopped {stops} times");
    assert_same(&contents(stopped.path()), &expected);

    let message = open(folder.path(), &own(1e-4)).unwrap_err().to_string();
    assert!(message.contains("provenance.parts"), "{message}");
    let message = open(folder.path(), &search(definition(), &device())).unwrap_err().to_string();
    assert!(message.contains("provenance.parts"), "{message}");

    // Another search may score otherwise; what the supernet was trained with stays.
    let beside = |name: &str, search: &Search<Net, Samples<2>, 2>| {
        let provenance = search.provenance("flex").unwrap();
        RunDirectory::open_search(folder.path(), name, search, provenance, Reopening::default())
    };
    beside("lighter", &own(1e-4)).unwrap();
    let message = beside("uniform", &search(definition(), &device())).unwrap_err().to_string();
    assert!(message.contains("provenance.parts, the sampler") && message.contains("stubborn"), "{message}");
}

/// The network with its last layer doubled: the same parameters, and another result.
#[derive(Module, Debug)]
struct Doubled {
    net: Net,
}

impl Layer<2> for Doubled {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        self.net.forward(x).map(|x: Tensor<2>| x * 2.0)
    }
}

#[test]
fn code_that_computes_something_else_with_the_same_parameters_has_another_fingerprint() {
    let device = device();
    let doubled = |factor: bool| {
        Definition::new("table", &[FEATURES], &device, move |b| {
            let mut net = net(b);
            if factor {
                net.first.norm = GhostNorm::new(b, 8);
            }
            net
        })
    };
    let same = doubled(true).unwrap().fingerprint().unwrap();
    assert!(same.agrees(&definition().fingerprint().unwrap()));
    let other = Definition::new("table", &[FEATURES], &device, |b| Doubled { net: net(b) }).unwrap();
    let other = other.with_names(|path| path.trim_start_matches("net.").into()).fingerprint().unwrap();
    assert_eq!(other.parameters, same.parameters);
    assert!(!other.agrees(&same), "{other:?} {same:?}");
}
