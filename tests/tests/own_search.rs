//! A search of a space of one's own over a table: no image, the same loop.

use burn::{
    module::Module,
    nn::{Linear, LinearConfig},
    store::{ModuleSnapshot, SafetensorsStore},
    tensor::{Device, TensorData},
};
use std::{
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};
use supernet::{
    own::{
        Build, Definition, Examples, GhostNorm, Identity, Layer, OneOf, OwnData, OwnEvaluator, OwnResult, Repeat, Rows,
        Samples, search_own,
    },
    prelude::*,
    report::SearchReport,
    search::Proposer,
    train::{
        Halving, LatencyLimit, PathSampling, Scoring, SeededWeights,
        best::{BestFile, OwnBest},
    },
};
use supernet_nn::NamedWeights;
use supernet_tests::{
    device,
    tiny::{Stopping, assert_same, contents},
};

const FEATURES: usize = 6;

#[derive(Module, Debug)]
struct Dense {
    linear: Linear,
    norm: GhostNorm,
}

impl Dense {
    fn new(b: &Build, from: usize, to: usize) -> Self {
        Self { linear: LinearConfig::new(from, to).with_bias(false).init(b.device()), norm: GhostNorm::new(b, to) }
    }
}

impl Layer<2> for Dense {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        self.norm.relu(x.through(&self.linear))
    }
}

#[derive(Module, Debug)]
enum Op {
    Skip(Identity),
    Narrow(Vec<Dense>),
}

impl Layer<2> for Op {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        match self {
            Self::Skip(skip) => x.through(skip),
            Self::Narrow(layers) => x.through(layers),
        }
    }
}

#[derive(Module, Debug)]
struct Net {
    first: Dense,
    layers: Repeat<OneOf<Op>>,
    head: Linear,
}

impl Layer<2> for Net {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        x.through(&self.first).through(&self.layers).through(&self.head)
    }
}

fn net(b: &Build) -> Net {
    let narrow = |width| Op::Narrow(vec![Dense::new(b, 8, width), Dense::new(b, width, 8)]);
    let ops =
        |i| OneOf::new(b, format!("layer{i}"), [("skip", Op::Skip(Identity {})), ("4", narrow(4)), ("16", narrow(16))]);
    Net {
        first: Dense::new(b, FEATURES, 8),
        layers: Repeat::new(b, "depth", (1..=2).map(ops)),
        head: LinearConfig::new(8, 3).init(b.device()),
    }
}

fn definition() -> Definition<Net, 2> {
    Definition::new("table", &[FEATURES], &device(), net).unwrap()
}

/// Class of a row: which of three sums of its features is largest.
fn table(count: usize, seed: u64) -> Samples<2> {
    use rand::RngExt;
    let mut rng = draws(seed, "table", 0);
    let values: Vec<f32> = (0..count * FEATURES).map(|_| rng.random::<f32>() - 0.5).collect();
    let class = |row: &[f32]| {
        let sums = [row[0] + row[1] * row[2] * 4.0, row[2] - row[3], row[4] + row[5]];
        (0..3).max_by(|&a, &b| sums[a].total_cmp(&sums[b])).expect("three")
    };
    let labels = values.chunks(FEATURES).map(class).collect();
    Samples::new(&[FEATURES], values, labels).unwrap()
}

fn config() -> SearchConfig {
    let mut config = SearchConfig::quick();
    config.paths = PathSampling::UniformArchitecture;
    config.supernet.steps = 60;
    config.scoring.candidates = 12;
    config.stand_alone.epochs = 2;
    config.retrain = supernet::train::Retrain { picked: 2, random: 2, largest: 2, all_on: true, at_once: 0 };
    config
}

fn found(device: &Device) -> OwnResult<Net, 2> {
    search_own(&config(), &definition(), &data(), device, &mut Silent).unwrap()
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
fn the_best_is_taken_away_as_weights_and_refused_as_code() {
    let result = found(&device());
    let best = OwnBest { network: &result.best.1, trained: &result.retrained[0], seed: 1 };
    let folder = tempfile::tempdir().unwrap();
    best.save(folder.path()).unwrap();
    let mut names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["architecture.json", "weights.safetensors"]);
    let text = std::fs::read_to_string(folder.path().join("architecture.json")).unwrap();
    assert!(
        text.contains(&format!("\"architecture\": \"{}\"", result.best.0)) && text.contains("\"space\": \"table\"")
    );

    // The weights give the trained network back, statistics included.
    let trained = NamedWeights::of(&result.best.1).0;
    assert!(trained.keys().any(|name| name.contains("stored_mean")), "{:?}", trained.keys());
    let mut fresh = definition().stand_alone(&result.best.0, &mut SeededWeights::new(9), &device()).unwrap();
    fresh.load_from(&mut SafetensorsStore::from_file(folder.path().join("weights.safetensors"))).unwrap();
    assert_eq!(NamedWeights::of(&fresh).0, trained);

    let error = best.bytes(BestFile::Model).unwrap_err();
    assert_eq!(
        error.to_string(),
        "model.rs for `table`: found a space of one's own, expected the paper's; architecture.json and weights.safetensors hold its network"
    );
    for file in [BestFile::Onnx, BestFile::Drawing, BestFile::Card] {
        assert!(best.bytes(file).unwrap_err().to_string().starts_with(file.name()));
    }
}

fn data() -> OwnData<Samples<2>> {
    OwnData { train: table(1_000, 1), validation: table(200, 2), test: table(300, 3) }
}

/// A directory for the search of `definition`.
fn open(path: &Path, definition: &Definition<Net, 2>) -> Result<RunDirectory, TrainError> {
    RunDirectory::open(path, &config(), Provenance::own(definition, &data(), "flex")?)
}

#[test]
fn the_ranking_of_a_space_of_ones_own_is_judged_and_checked_like_any_other() {
    let (definition, data) = (definition(), data());
    let folder = tempfile::tempdir().unwrap();
    let directory = open(folder.path(), &definition).unwrap();
    let checked = directory.check_own(&definition, &data, 6, &device(), &mut Silent).unwrap();
    assert_eq!(checked.evidence.check.as_ref().unwrap().networks, 6);
    let repeats = &checked.evidence.repeats;
    assert!(repeats.iter().all(|repeats| repeats.n == 12), "{repeats:?}");
    let result = directory.search_own(&definition, &data, &device(), &mut Silent).unwrap();
    assert_eq!(result.verdict.to_string(), checked.to_string());
    let table = std::fs::read_to_string(folder.path().join("table.txt")).unwrap();
    assert!(table.starts_with(&checked.to_string()), "{table}");
}

#[test]
fn a_run_that_is_stopped_again_and_again_ends_with_the_files_of_one_that_was_not() {
    let (definition, data) = (definition(), data());
    let search = |path: &Path, progress: &mut dyn Progress| {
        let directory = open(path, &definition).unwrap();
        let result = directory.search_own(&definition, &data, &device(), progress)?;
        SearchReport::own(&directory, &result).save(path).unwrap();
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
    let (folder, first) = (tempfile::tempdir().unwrap(), definition());
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
    let message = open(folder.path(), &other).unwrap_err().to_string();
    assert!(message.contains("provenance.definition: "), "{message}");
    let fewer = OwnData { validation: table(100, 2), ..data() };
    let provenance = Provenance::own(&first, &fewer, "flex").unwrap();
    let message = RunDirectory::open(folder.path(), &config(), provenance).unwrap_err().to_string();
    assert!(message.contains("provenance.fingerprints: "), "{message}");
}

#[test]
fn an_equal_search_finds_the_same_to_the_last_bit() {
    let [a, b] = [found(&device()), found(&device())];
    assert_eq!(a.candidates, b.candidates);
    assert_eq!(a.retrained, b.retrained);
}

/// Examples whose device fails when they are asked for a batch for the `left`th time, by a panic as backends do.
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
        let data = OwnData { train: Failing { left: left.into(), ..train }, validation, test };
        let error = search_own(&config(), &definition(), &data, &device(), &mut Silent).map(drop).unwrap_err();
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
    let mut evaluator = OwnEvaluator::new(&supernet, &definition, &examples, scoring, &device(), &mut silent).unwrap();
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
fn a_class_that_the_network_lacks_is_refused() {
    let wrong = Samples::<2>::new(&[FEATURES], vec![0.5; 2 * FEATURES], vec![0, 3]).unwrap();
    let data = OwnData { train: wrong.clone(), validation: wrong.clone(), test: wrong };
    let message = |data: &OwnData<Samples<2>>| {
        search_own(&config(), &definition(), data, &device(), &mut Silent).map(drop).unwrap_err().to_string()
    };
    assert_eq!(message(&data), "label: found 3 of example 1, expected below the network's 3 classes");
}

#[test]
fn strategy_and_constraints_count_and_a_limit_on_latency_or_a_rare_identity_is_refused() {
    let data = data();
    let search = |config: &SearchConfig| search_own(config, &definition(), &data, &device(), &mut Silent);
    let mut parameters: Vec<u64> = found(&device()).candidates.iter().map(|scored| scored.cost.parameters).collect();
    parameters.sort_unstable();
    let middle = parameters[parameters.len() / 2];
    let mut small = SearchConfig { strategy: Proposer::RegularisedEvolution, ..config() };
    small.scoring.candidates = 4;
    small.constraints.parameters = 0..=middle;
    let result = search(&small).unwrap();
    assert!(result.candidates.iter().all(|scored| scored.cost.parameters <= middle), "{:?}", result.candidates);
    small.constraints.parameters = 0..=1;
    let message = search(&small).map(drop).unwrap_err().to_string();
    assert!(message.starts_with("constraints.parameters: found at most 1, expected at least "), "{message}");

    let timed = SearchConfig { latency: Some(LatencyLimit { images: 1, least_ms: 0.0, most_ms: 1.0 }), ..config() };
    let message = search(&timed).map(drop).unwrap_err().to_string();
    assert_eq!(message, "latency: found a limit, expected none: networks of one's own are not timed");
    let mut rare = SearchConfig::quick();
    rare.paths = PathSampling::RareIdentity(0.2);
    let message = rare.check().unwrap_err().to_string();
    assert!(message.starts_with("paths.rare_identity: found space "), "{message}");
}
