//! Weights that a hypernetwork makes from the mask: a network of one's own with them is a network
//! like any other.

use burn::{
    module::Module,
    nn::{Linear, LinearConfig},
    tensor::{DType, Device, Tensor},
};
use rand::RngExt;
use std::{collections::BTreeSet, path::Path, time::Duration};
use supernet::{
    own::{
        Build, Conv, ConvNorm, Definition, Generated, GhostNorm, Hypernetwork, Layer, OneOf, Rows, SearchData, SomeOf,
    },
    prelude::*,
    train::{FineTune, ImageExamples, PathSampling, Saving, SeededWeights},
};
use supernet_nn::{Call, MaskedNetwork, NamedWeights, NnError, Weights};
use supernet_space::PathMask;
use supernet_tests::{
    Formula, PLAIN, backward, bits, cross_entropy, data, device, device_of, is_flex, labels,
    one_definition::is_one_definition,
    replaced,
    tiny::{Stopping, assert_same, contents, stripes_split, tiny},
    values,
};

const CHANNELS: usize = 3;
const CLASSES: usize = 4;
const SIDE: usize = 8;

/// What joins banks of channels to what a block reads.
trait Entry: Layer {
    fn new(b: &Build) -> Self;
}

impl Entry for Generated {
    fn new(b: &Build) -> Self {
        Self::new(b, [CHANNELS; 2])
    }
}

impl Entry for Conv {
    fn new(b: &Build) -> Self {
        Self::new(b, [CHANNELS; 2], 1)
    }
}

/// Blocks that read any of the banks before them, concatenated and brought to the block's width by
/// a 1x1, and write one of their own; the classifier reads all banks.
#[derive(Module, Debug)]
struct Net<E: Module> {
    hyper: Option<Hypernetwork>,
    stem: ConvNorm,
    reads: Vec<SomeOf<E>>,
    blocks: Vec<OneOf<ConvNorm>>,
    norm: GhostNorm,
    head: Linear,
}

impl<E: Entry> Layer<4, 2> for Net<E> {
    fn forward(&self, x: Rows) -> Rows<2> {
        let x = match &self.hyper {
            Some(hyper) => x.through(hyper),
            None => x,
        };
        let mut banks = vec![x.through(&self.stem)];
        for (reads, block) in self.reads.iter().zip(&self.blocks) {
            let read: Rows = reads.forward_each(banks.clone());
            banks.push(self.norm.relu(read).through(block));
        }
        Rows::sum(banks).global_average().through(&self.head)
    }
}

fn net<E: Entry>(b: &Build, hyper: Option<Hypernetwork>) -> Net<E> {
    let entry = |bank: usize| (format!("bank{bank}"), E::new(b));
    let kernel = |k: usize| (k.to_string(), ConvNorm::new(b, [CHANNELS; 2], k));
    Net {
        hyper,
        stem: ConvNorm::new(b, [1, CHANNELS], 3),
        reads: (1..=3).map(|i| SomeOf::new(b, format!("reads{i}"), 1..=i, (0..i).map(entry))).collect(),
        blocks: (1..=3).map(|i| OneOf::new(b, format!("kernel{i}"), [kernel(1), kernel(3)])).collect(),
        norm: GhostNorm::new(b, CHANNELS),
        head: LinearConfig::new(CHANNELS, CLASSES).init(b.device()),
    }
}

fn definition() -> Definition<Net<Generated>> {
    Definition::new("banks", &[1, SIDE, SIDE], &device(), |b| net(b, Some(Hypernetwork::new(b)))).unwrap()
}

fn images(count: usize, dtype: DType, device: &Device) -> Tensor<4> {
    let rng = &mut draws(5, "images", count as u64);
    let numbers = (0..count * SIDE * SIDE).map(|_| 2.0 * rng.random::<f64>() - 1.0).collect();
    Tensor::from_data(data(numbers, &[count, 1, SIDE, SIDE], dtype), (device, dtype))
}

fn architectures(count: u64) -> Vec<PathMask> {
    let definition = definition();
    (0..count).map(|i| definition.space().sample(&mut draws(7, "architectures", i)).mask().clone()).collect()
}

/// f64: only the order of sums differs.
const EXACT: f64 = 1e-10;

#[test]
fn a_network_with_generated_weights_is_one_definition_and_costs_what_its_plain_one_costs() {
    let (generated, plain) =
        (definition(), Definition::new("banks", &[1, SIDE, SIDE], &device(), |b| net::<Conv>(b, None)));
    is_one_definition(&generated, 8, EXACT, |rows, device| images(rows, DType::F64, device));
    let plain = plain.unwrap();
    for mask in architectures(10) {
        assert_eq!(generated.cost(&mask).unwrap(), plain.cost(&mask).unwrap(), "{mask}");
    }
}

#[test]
fn the_gradient_of_what_generates_weights_is_that_of_differences() {
    let device = device_of(DType::F64).autodiff();
    let definition = definition();
    let network = definition.supernet(&mut Formula(DType::F64), &device).unwrap();
    let mut masks = architectures(3);
    // Two ghost batches of one mask, whose gradients add up, and every option at once.
    masks.extend([masks[0].clone(), definition.space().all_on()]);
    let (rows, paths) = (2 * masks.len(), network.paths(masks, None).unwrap());
    let batch = images(rows, DType::F64, &device);
    let loss = |network: &Network<_>| {
        let (logits, _) = network.forward_used(batch.clone(), &paths, &PLAIN).unwrap();
        cross_entropy(logits, labels(rows, CLASSES, &device))
    };
    let gradients = backward(loss(&network), &network);
    assert!(gradients["hyper.trunk.noise"].gradient.is_none(), "z is not trained");
    for part in ["hyper.trunk.first", "hyper.trunk.second", ".head", "stem.weight"] {
        let direction = |name: &str, count: usize| -> Vec<f64> {
            let rng = &mut draws(9, name, 0);
            let is_part = name.ends_with(part) && !name.ends_with("noise");
            (0..count).map(|_| if is_part { 2.0 * rng.random::<f64>() - 1.0 } else { 0.0 }).collect()
        };
        let along = |(name, parameter): (&String, &supernet_tests::Parameter)| -> f64 {
            let gradient = parameter.gradient.iter().flatten();
            gradient.zip(direction(name, parameter.value.len())).map(|(a, b)| a * b).sum()
        };
        let derivative: f64 = gradients.iter().map(along).sum();
        let at = |step: f64| {
            let moved = |name: &str, x: Vec<f64>| -> Vec<f64> {
                direction(name, x.len()).iter().zip(&x).map(|(d, x)| x + step * d).collect()
            };
            values(loss(&replaced(network.clone(), moved)))[0]
        };
        // As in `gradients.rs`: a kink may lie between the points of one of the steps.
        let differences = [1e-5, 1e-6, 1e-7].map(|step| (at(step) - at(-step)) / (2.0 * step));
        let agrees = |expected: &f64| (derivative - expected).abs() <= 1e-6 * expected.abs().max(0.1);
        assert!(derivative.abs() > 1e-4, "{part}: {derivative}");
        assert!(differences.iter().any(agrees), "{part}: {derivative}, differences {differences:?}");
    }
}

/// Weights [outputs · inputs] of a mask's generated layers, by name.
fn weights_of(network: &Network<Net<Generated>>, mask: &PathMask) -> Vec<(String, Vec<f64>)> {
    let weights = network.weights_of(mask).unwrap().0.into_iter().filter(|(name, _)| name.contains(".plain."));
    let mut weights: Vec<_> = weights.map(|(name, data)| (name, data.iter::<f64>().collect())).collect();
    weights.sort_by(|a, b| a.0.cmp(&b.0));
    weights
}

#[test]
fn weights_have_norm_one_and_differ_from_mask_to_mask() {
    let network = definition().supernet(&mut SeededWeights::new(1), &device()).unwrap();
    let masks = architectures(2);
    assert_ne!(masks[0], masks[1]);
    let [one, other] = [&masks[0], &masks[1]].map(|mask| weights_of(&network, mask));
    assert_eq!(one.len(), 1 + 2 + 3, "one for each pair of a block and a bank");
    for ((name, a), (_, b)) in one.iter().zip(&other) {
        let norm = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>().sqrt();
        assert!((norm(a) - 1.0).abs() < 1e-5, "{name}: {}", norm(a));
        let apart = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
        assert!(apart > 0.05, "{name}: {apart}");
    }
}

#[test]
fn an_extracted_network_has_plain_weights_and_computes_what_the_supernet_does() {
    let definition = definition();
    let network = definition.supernet(&mut SeededWeights::new(1), &device()).unwrap();
    for mask in architectures(6) {
        let error = definition.extraction_error(&network, &mask, images(6, DType::F32, &device())).unwrap();
        assert!(error <= 1e-6, "{mask}: {error:e}");
        let names: BTreeSet<String> =
            NamedWeights::of(&definition.extract(&network, &mask, &device()).unwrap()).0.into_keys().collect();
        assert!(names.iter().all(|name| !name.contains("hyper") && !name.contains(".head")), "{names:?}");
        assert!(names.iter().any(|name| name.ends_with(".plain.weight")), "{names:?}");
    }
}

#[test]
fn candidates_scored_together_have_the_bits_that_each_has_alone() {
    let network = definition().supernet(&mut SeededWeights::new(1), &device()).unwrap();
    let masks = architectures(20);
    let list: Vec<&PathMask> = masks.iter().collect();
    let each = |memory: usize| {
        let mut found = vec![Vec::new(); masks.len()];
        let batch = images(4, DType::F32, &device());
        let finished = &mut |members: &[usize], logits| {
            let logits = bits(logits);
            let parts = logits.chunks(logits.len() / members.len());
            members.iter().zip(parts).for_each(|(&member, part)| found[member] = part.to_vec());
            true
        };
        network.forward_each(batch, &list, memory, &Call::default(), finished).unwrap();
        found
    };
    let alone = each(0);
    assert_ne!(alone[0], alone[1]);
    assert_eq!(each(100_000), alone);
    assert_eq!(each(usize::MAX), alone);
}

#[test]
fn a_scoring_takes_no_more_masks_at_a_time_than_are_allowed_and_a_step_of_more_is_refused() {
    let build = |b: &Build| net::<Generated>(b, Some(Hypernetwork::new(b).with_most_masks(3)));
    let definition = Definition::new("few", &[1, SIDE, SIDE], &device(), build).unwrap();
    let network = definition.supernet(&mut SeededWeights::new(1), &device()).unwrap();
    let masks: Vec<PathMask> = architectures(8).into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    let mut most = 0;
    let finished = &mut |members: &[usize], _| {
        most = most.max(members.len());
        true
    };
    let list: Vec<&PathMask> = masks.iter().collect();
    network.forward_each(images(2, DType::F32, &device()), &list, usize::MAX, &Call::default(), finished).unwrap();
    assert_eq!(most, 3);

    let step = |masks: Vec<PathMask>| {
        let paths = network.paths(masks.clone(), None).unwrap();
        network.forward_masked(images(masks.len(), DType::F32, &device()), &paths)
    };
    step([&masks[..3], &masks[..3]].concat()).unwrap();
    let error = step(masks[..4].to_vec()).unwrap_err();
    assert_eq!(error, NnError::DistinctMasks { found: 4, expected: 3 });
    assert!(error.to_string().contains("`Hypernetwork::with_most_masks`"), "{error}");
}

/// A choice of a wide generated convolution, with hypernetworks before it.
#[derive(Module, Debug)]
struct Wide {
    hypers: Vec<Hypernetwork>,
    layers: OneOf<Generated>,
    head: Linear,
}

impl Layer<4, 2> for Wide {
    fn forward(&self, x: Rows) -> Rows<2> {
        x.through(&self.hypers).through(&self.layers).global_average().through(&self.head)
    }
}

fn wide(channels: usize, hypers: usize) -> Result<Definition<Wide>, NnError> {
    Definition::new("wide", &[2, 4, 4], &device(), move |b| Wide {
        hypers: (0..hypers).map(|_| Hypernetwork::new(b)).collect(),
        layers: OneOf::new(
            b,
            "layer",
            [("a", Generated::new(b, [2, channels])), ("b", Generated::new(b, [2, channels]))],
        ),
        head: LinearConfig::new(channels, 3).init(b.device()),
    })
}

#[test]
fn a_weight_that_is_too_large_or_has_not_one_hypernetwork_is_refused_when_the_space_is_defined() {
    wide(64, 1).unwrap();
    let place = "choice `layer`, option `a`".to_string();
    let error = wide(65, 1).unwrap_err();
    assert_eq!(error, NnError::GeneratedChannels { place, found: 65, expected: 64 });
    assert_eq!(wide(4, 2).unwrap_err(), NnError::Hypernetworks);
    let error = wide(4, 0).unwrap_err().to_string();
    assert!(error.contains("option `a`") && error.contains("found no hypernetwork before it"), "{error}");
}

#[test]
fn a_hypernetwork_that_makes_no_weight_is_refused() {
    let build = |b: &Build| net::<Conv>(b, Some(Hypernetwork::new(b)));
    let error = Definition::new("idle", &[1, SIDE, SIDE], &device(), build).unwrap_err();
    assert_eq!(error, NnError::Unused { name: "hyper.trunk.first".into() });
}

/// A checkpoint after every step.
const OFTEN: Saving = Saving { every: Duration::ZERO, share: 1.0, from_last_good: false };

/// A search of three seconds in a directory.
fn run(path: &Path, progress: &mut dyn Progress) -> Result<SearchResult<Net<Generated>>, TrainError> {
    let split = stripes_split([64, 24, 32]);
    let mut config = tiny(1);
    config.paths = PathSampling::UniformArchitecture;
    config.scoring.fine_tune = Some(FineTune::new(3));
    let search: Search<'_, _, ImageExamples<'_>> =
        Search::new(&config, definition(), SearchData::images(&split)?, &device())?;
    let provenance = search.provenance("flex")?;
    RunDirectory::open(path, &search, provenance)?.with_saving(OFTEN).search(&search, progress)
}

#[test]
fn a_search_that_is_stopped_again_and_again_ends_with_the_files_of_one_that_was_not() {
    if !is_flex("bits of a resumed run") {
        return;
    }
    let whole = tempfile::tempdir().unwrap();
    let result = run(whole.path(), &mut Silent).unwrap();
    assert!(result.extraction_error <= 1e-5, "{}", result.extraction_error);
    let noise = &NamedWeights::of(&result.supernet).0["hyper.trunk.noise"];
    let drawn = SeededWeights::new(1).weight("hyper.trunk.noise", &[1, 32], supernet_nn::Init::Variance(1.0)).unwrap();
    assert_eq!(*noise, drawn, "z stays as it was drawn");

    let folder = tempfile::tempdir().unwrap();
    let mut stops = 0;
    while let Err(error) = run(folder.path(), &mut Stopping::after(3 + stops / 5)) {
        assert!(matches!(error, TrainError::Stopped { .. }), "{error}");
        stops += 1;
        assert!(stops < 200, "the run does not get on");
    }
    assert!(stops >= 4, "stopped {stops} times");
    assert_same(&contents(folder.path()), &contents(whole.path()));
}
