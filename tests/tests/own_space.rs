//! A space of one's own: an ordinary Burn module with choices in it, held to what holds of the
//! paper's network.

use burn::{
    module::{Module, Param},
    nn::{BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Linear, LinearConfig},
    optim::{SgdConfig, momentum::MomentumConfig},
    tensor::{DType, Device, Tensor},
};
use std::collections::BTreeMap;
use supernet_nn::{
    Build, Call, ConvNorm, Definition, Identity, Layer, MaskedL2, MaskedNetwork, Network, NnError, Notes, OneOf,
    Repeat, Rows, Sliced, SomeOf, Statistics, Usage,
};
use supernet_space::{PathDropout, PathMask, Schedule, SearchSpace, draws};
use supernet_tests::{
    Formula, PLAIN, Parameter, assert_close, backward, cross_entropy, device, labels, parameters, values, waves,
};

const CHANNELS: usize = 4;
const CLASSES: usize = 5;
const SIDE: usize = 6;
/// f64: only the order of sums differs.
const EXACT: f64 = 1e-10;

#[derive(Module, Debug)]
enum Op {
    Skip(Identity),
    Convs(Vec<ConvNorm>),
}

impl Layer for Op {
    fn forward(&self, x: Rows) -> Rows {
        match self {
            Self::Skip(skip) => x.through(skip),
            Self::Convs(convs) => x.through(convs),
        }
    }
}

fn conv(b: &Build, k: usize) -> Op {
    Op::Convs(vec![ConvNorm::new(b, [CHANNELS; 2], k).with_relu()])
}

fn separable(b: &Build, k: usize) -> Op {
    Op::Convs(vec![ConvNorm::depthwise(b, CHANNELS, k), ConvNorm::new(b, [CHANNELS; 2], 1).with_relu()])
}

/// An option with a choice inside.
#[derive(Module, Debug)]
struct Residual {
    inner: OneOf<Op>,
    after: ConvNorm,
}

impl Layer for Residual {
    fn forward(&self, x: Rows) -> Rows {
        x.clone() + x.through(&self.inner).through(&self.after)
    }
}

#[derive(Module, Debug)]
struct Net {
    stem: ConvNorm,
    layers: Vec<OneOf<Op>>,
    some: SomeOf<Op>,
    concat: SomeOf<Sliced<Op>>,
    repeat: Repeat<Residual>,
    head: Linear,
}

impl Layer<4, 2> for Net {
    fn forward(&self, x: Rows) -> Rows<2> {
        let x = x.through(&self.stem).through(&self.layers);
        let x = x.through(&self.some).through(&self.concat).through(&self.repeat);
        x.global_average().through(&self.head)
    }
}

fn net(b: &Build) -> Net {
    let ops = || [("skip", Op::Skip(Identity {})), ("conv3", conv(b, 3)), ("sep5", separable(b, 5))];
    let residual = |_| Residual {
        // One name: all depths take the same inner option.
        inner: OneOf::new(b, "inner", [("conv1", conv(b, 1)), ("conv3", conv(b, 3))]),
        after: ConvNorm::new(b, [CHANNELS; 2], 3),
    };
    let with_channels = |(name, op): (&'static str, Op)| (name, op, CHANNELS);
    Net {
        stem: ConvNorm::new(b, [3, CHANNELS], 3).with_relu(),
        layers: (0..2).map(|i| OneOf::new(b, format!("layer{i}"), ops())).collect(),
        some: SomeOf::new(b, "some", 1..=2, ops()),
        concat: SomeOf::concatenated(b, "concat", 1..=3, ops().map(with_channels), CHANNELS),
        repeat: Repeat::new(b, "depth", (0..3).map(residual)),
        head: LinearConfig::new(CHANNELS, CLASSES).init(b.device()),
    }
}

fn definition() -> Definition<Net> {
    Definition::new("small", &[3, SIDE, SIDE], &device(), net).unwrap()
}

fn images(count: usize, dtype: DType, device: &Device) -> Tensor<4> {
    waves([count, 3, SIDE, SIDE], dtype, device)
}

fn masks(space: &SearchSpace, count: usize, r: f64, seed: u64) -> Vec<PathMask> {
    let dropout = PathDropout::new(r).unwrap().with_schedule(Schedule::Constant);
    let rng = &mut draws(seed, "tests", 0);
    (0..count).map(|_| dropout.draw(space, 0, 1, rng)).collect()
}

fn architectures(space: &SearchSpace, count: usize, seed: u64) -> Vec<PathMask> {
    let rng = &mut draws(seed, "architectures", 0);
    (0..count).map(|_| space.sample(rng).mask().clone()).collect()
}

fn supernet(dtype: DType, device: &Device) -> Network<Net> {
    definition().supernet(&mut Formula(dtype), device).unwrap()
}

/// Logits, gradients of the mean cross entropy by the parameter's path, and use.
fn learn(
    network: &Network<Net>,
    masks: &[PathMask],
    images: Tensor<4>,
    device: &Device,
) -> (Vec<f64>, BTreeMap<String, Parameter>, Usage) {
    let paths = network.paths(masks.to_vec(), None).unwrap();
    let (logits, usage) = network.forward_used(images, &paths, &PLAIN).unwrap();
    let [count, classes] = logits.dims();
    let loss = cross_entropy(logits.clone(), labels(count, classes, device));
    (values(logits), backward(loss, network), usage)
}

#[test]
fn the_space_is_found_by_walking_the_module_and_one_name_is_one_choice() {
    let definition = definition();
    let choices: Vec<(String, usize, usize, usize)> = definition
        .space()
        .choices()
        .iter()
        .map(|c| (c.name().to_string(), c.options().len(), c.min(), c.max()))
        .collect();
    let expected = [
        ("layer0", 3, 1, 1),
        ("layer1", 3, 1, 1),
        ("some", 3, 1, 2),
        ("concat", 3, 1, 3),
        ("depth", 3, 1, 1),
        ("inner", 2, 1, 1),
    ];
    assert_eq!(choices, expected.map(|(name, options, min, max)| (name.to_string(), options, min, max)));
    assert_eq!(
        (definition.classes(), definition.space().size().to_string()),
        (CLASSES, (9 * 6 * 7 * 3 * 2).to_string())
    );
    let network = supernet(DType::F32, &device());
    assert_eq!(network.space(), definition.space());
    let mask = &architectures(definition.space(), 1, 1)[0];
    let alone = definition.stand_alone(mask, &mut Formula(DType::F32), &device()).unwrap();
    assert_eq!(alone.space(), definition.space(), "a stand-alone network tells the whole space too");
}

#[test]
fn an_extracted_network_equals_the_masked_supernet_in_logits_and_gradients_of_all_it_uses() {
    let device = device().autodiff();
    let (definition, network) = (definition(), supernet(DType::F64, &device));
    let all_on = [definition.space().all_on()];
    for mask in architectures(definition.space(), 12, 3).iter().chain(&all_on) {
        let alone = definition.extract(&network, mask, &device).unwrap();
        let x = || images(4, DType::F64, &device);
        let (masked, shared, _) = learn(&network, std::slice::from_ref(mask), x(), &device);
        let (own, alone, _) = learn(&alone, std::slice::from_ref(mask), x(), &device);
        assert_close(&format!("logits of {mask}"), &own, &masked, EXACT);
        for (name, parameter) in &alone {
            match shared.get(name) {
                Some(slice) => {
                    assert_eq!((parameter.id, &parameter.value), (slice.id, &slice.value), "{name} is copied");
                    let gradient = slice.gradient.as_ref().unwrap_or_else(|| panic!("{name}: no gradient"));
                    assert_close(name, parameter.gradient.as_ref().unwrap(), gradient, EXACT);
                }
                None => assert!(name.contains(".norm."), "{name}: a parameter that the supernet lacks"),
            }
        }
        let unused = shared.iter().filter(|(name, _)| !alone.contains_key(*name));
        unused
            .for_each(|(name, parameter)| assert!(parameter.gradient.is_none(), "{name}: extraction lacks what moves"));
    }
}

#[test]
fn in_f32_an_extracted_network_is_within_1e_4_of_the_masked_supernet() {
    let (definition, network) = (definition(), supernet(DType::F32, &device()));
    for mask in architectures(definition.space(), 6, 4) {
        let alone = definition.extract(&network, &mask, &device()).unwrap();
        let [masked, own] = [&network, &alone].map(|network| {
            let paths = network.paths(vec![mask.clone()], None).unwrap();
            values(network.forward_masked(images(4, DType::F32, &device()), &paths).unwrap())
        });
        assert_close(&mask.to_string(), &own, &masked, 1e-4);
    }
}

#[test]
fn each_ghost_batch_computes_as_if_it_were_alone() {
    let network = supernet(DType::F64, &device());
    let masks = [masks(network.search_space(), 6, 0.2, 5), architectures(network.search_space(), 3, 5)].concat();
    let all = images(masks.len() * 2, DType::F64, &device());
    let forward = |images, masks: &[PathMask]| {
        let paths = network.paths(masks.to_vec(), None).unwrap();
        values(network.forward_used(images, &paths, &PLAIN).unwrap().0)
    };
    let together = forward(all.clone(), &masks);
    for (g, logits) in together.chunks(2 * CLASSES).enumerate() {
        let alone = forward(all.clone().narrow(0, 2 * g, 2), &masks[g..=g]);
        assert_close(&format!("ghost batch {g} of mask {}", masks[g]), logits, &alone, EXACT);
    }
}

#[test]
fn a_parameter_is_used_exactly_where_its_gradient_is_not_zero() {
    let device = device().autodiff();
    let network = supernet(DType::F64, &device);
    let (mut unused, mut cut) = (0, 0);
    for (i, mask) in masks(network.search_space(), 40, 0.3, 6).into_iter().enumerate() {
        let (logits, found, usage) =
            learn(&network, std::slice::from_ref(&mask), images(3, DType::F64, &device), &device);
        cut += usize::from(logits.iter().all(|&x| x == 0.0));
        for (name, parameter) in found {
            let used = usage.share(parameter.id);
            assert_eq!(used > 0.0, parameter.moves(), "{name} under mask {i}, {mask}");
            unused += usize::from(used == 0.0);
        }
    }
    assert!(unused > 100 && cut > 2, "{unused} unused, {cut} cut");
}

#[test]
fn the_share_of_a_parameter_is_the_share_of_the_ghost_batches_that_use_it() {
    let device = device().autodiff();
    let network = supernet(DType::F64, &device);
    let masks = masks(network.search_space(), 8, 0.2, 7);
    let (_, found, usage) = learn(&network, &masks, images(16, DType::F64, &device), &device);
    let each: Vec<Usage> =
        (0..masks.len()).map(|g| learn(&network, &masks[g..=g], images(2, DType::F64, &device), &device).2).collect();
    for (name, parameter) in found {
        let expected = each.iter().map(|usage| usage.share(parameter.id)).sum::<f64>() / masks.len() as f64;
        assert_eq!(usage.share(parameter.id), expected, "{name}");
    }
}

#[test]
fn what_no_mask_of_a_step_uses_does_not_move_with_momentum_and_l2_on() {
    let device = device().autodiff();
    let mut network = supernet(DType::F64, &device);
    let momentum = MomentumConfig { momentum: 0.9, dampening: 0.0, nesterov: true };
    let mut optimizer = SgdConfig::new().with_momentum(Some(momentum)).init();
    let space = network.search_space().clone();
    let mut still = 0;
    for step in 0..6 {
        let masks = if step < 2 { vec![space.all_on(); 2] } else { masks(&space, 2, 0.3, 10 + step) };
        let paths = network.paths(masks, None).unwrap();
        let (logits, usage) = network.forward_used(images(6, DType::F64, &device), &paths, &PLAIN).unwrap();
        let loss = cross_entropy(logits, labels(6, CLASSES, &device));
        let gradients = burn::optim::GradientsParams::from_grads(loss.backward(), &network);
        let directions = MaskedL2::default().apply(&network, gradients, &usage);
        let before = parameters(&network, &burn::optim::GradientsParams::new());
        network = optimizer.step(0.1, network, directions);
        for (name, after) in parameters(&network, &burn::optim::GradientsParams::new()) {
            let moved = after.value != before[&name].value;
            assert_eq!(moved, usage.share(after.id) > 0.0, "{name} in step {step}");
            still += usize::from(!moved);
        }
    }
    assert!(still > 20, "{still}");
}

#[test]
fn masks_on_the_same_images_give_what_each_gives_alone_and_share_what_they_have_in_common() {
    let network = supernet(DType::F64, &device());
    let masks = [architectures(network.search_space(), 20, 8), masks(network.search_space(), 6, 0.2, 8)].concat();
    let x = || images(3, DType::F64, &device());
    let paths = network.paths(masks.clone(), None).unwrap();
    let together = values(network.forward_shared(x(), &paths, &PLAIN).unwrap());
    let mut alone_runs = 0;
    for (logits, mask) in together.chunks(3 * CLASSES).zip(&masks) {
        let one = network.paths(vec![mask.clone()], None).unwrap();
        let alone = values(network.forward_used(x(), &one, &PLAIN).unwrap().0);
        assert_close(&mask.to_string(), logits, &alone, EXACT);
        alone_runs += network.shared_runs(x(), &one, &PLAIN).unwrap();
    }
    let runs = network.shared_runs(x(), &paths, &PLAIN).unwrap();
    assert!(runs < alone_runs, "{runs} runs together, {alone_runs} alone");
    let twice = network.paths([masks.clone(), masks].concat(), None).unwrap();
    assert_eq!(network.shared_runs(x(), &twice, &PLAIN).unwrap(), runs, "equal masks cost nothing");
}

#[test]
fn the_cost_is_that_of_the_network_as_it_is_built() {
    let definition = definition();
    let cost = |text: &str| definition.cost(&definition.space().parse(text).unwrap()).unwrap();
    let places = (SIDE * SIDE) as u64;
    // Stem 3·4·9, concat's slice 4·4, depth 1: inner 1x1 4·4 and after 4·4·9. Head 4·5 and 5.
    let weights = 108 + 16 + 16 + 144;
    let norms = 2 * 4 * 3;
    let least = cost("100/100/100/100/100/10");
    assert_eq!((least.parameters, least.macs), (weights + norms + 25, weights * places + 20));
    // layer0 a 3x3 convolution, depth 2.
    let more = cost("010/100/100/100/010/10");
    let added = 144 + 16 + 144;
    assert_eq!((more.parameters - least.parameters, more.macs - least.macs), (added + 3 * 8, added * places));
    for mask in architectures(definition.space(), 5, 9) {
        let alone = definition.stand_alone(&mask, &mut Formula(DType::F32), &device()).unwrap();
        let found = parameters(&alone, &burn::optim::GradientsParams::new());
        let numbers = found.iter().filter(|(name, _)| !name.contains("stored_")).map(|(_, p)| p.value.len() as u64);
        assert_eq!(definition.cost(&mask).unwrap().parameters, numbers.sum::<u64>());
    }
}

#[test]
fn a_network_calibrated_on_one_batch_equals_batch_statistics_on_that_batch() {
    let (definition, network) = (definition(), supernet(DType::F64, &device()));
    let mask = &architectures(definition.space(), 1, 11)[0];
    let alone = definition.extract(&network, mask, &device()).unwrap();
    let paths = alone.paths(vec![mask.clone()], None).unwrap();
    let run = |network: &Network<Net>, statistics| {
        let call = Call { statistics, ..PLAIN };
        values(network.forward_used(images(6, DType::F64, &device()), &paths, &call).unwrap().0)
    };
    let notes = Notes::default();
    let batch = run(&alone, Statistics::Note(&notes));
    let calibrated = alone.calibrate(&notes);
    assert_close("stored statistics of this batch", &run(&calibrated, Statistics::Stored), &batch, EXACT);
}

#[test]
fn initial_weights_and_ids_are_functions_of_the_path() {
    let (definition, network) = (definition(), supernet(DType::F32, &device()));
    let mask = &architectures(definition.space(), 1, 12)[0];
    let alone = definition.stand_alone(mask, &mut Formula(DType::F32), &device()).unwrap();
    let none = burn::optim::GradientsParams::new();
    let (all, held) = (parameters(&network, &none), parameters(&alone, &none));
    let common: Vec<_> = held.iter().filter(|(name, _)| all.contains_key(*name)).collect();
    assert!(common.len() > 5);
    common.iter().for_each(|(name, p)| assert_eq!((p.id, &p.value), (all[*name].id, &all[*name].value), "{name}"));
}

// ---- What is refused, by name.

/// A network whose only choice has these options.
#[derive(Module, Debug)]
struct Single<M: Module> {
    choice: OneOf<M>,
    head: Linear,
}

impl<M: Layer> Layer<4, 2> for Single<M> {
    fn forward(&self, x: Rows) -> Rows<2> {
        x.through(&self.choice).global_average().through(&self.head)
    }
}

fn refused<M: Layer + 'static>(options: impl Fn(&Build) -> Vec<(&'static str, M)> + Send + Sync + 'static) -> NnError {
    let build = move |b: &Build| Single {
        choice: OneOf::new(b, "op", options(b)),
        head: LinearConfig::new(3, 2).init(b.device()),
    };
    Definition::new("refused", &[3, SIDE, SIDE], &device(), build).unwrap_err()
}

#[test]
fn options_of_different_shapes_are_refused_with_choice_option_and_both_shapes() {
    let conv = |b: &Build, to| ConvNorm::new(b, [3, to], 3);
    let error = refused(move |b| vec![("three", conv(b, 3)), ("four", conv(b, 4))]);
    assert_eq!(
        error.to_string(),
        "choice `op`: option `four` gives rows of shape [4, 6, 6], expected [3, 6, 6] as option `three` gives"
    );
}

#[test]
fn an_option_that_cannot_run_is_refused_with_choice_option_and_the_shape_that_it_got() {
    let error = refused(|b| vec![("fits", ConvNorm::new(b, [3, 3], 3)), ("wide", ConvNorm::new(b, [8, 3], 3))]);
    assert_eq!(
        error.to_string(),
        "choice `op`, option `wide`: fails on rows of shape [3, 6, 6]: Conv: found 3 channels, expected 8"
    );
}

#[derive(Module, Debug)]
struct Remembers {
    norm: BatchNorm,
}

impl Layer for Remembers {
    fn forward(&self, x: Rows) -> Rows {
        x.run(&self.norm, |norm, x| norm.forward(x))
    }
}

#[derive(Module, Debug)]
struct Drops {
    dropout: Dropout,
}

impl Layer for Drops {
    fn forward(&self, x: Rows) -> Rows {
        x.map(|x| self.dropout.forward(x))
    }
}

#[test]
fn a_running_statistic_or_a_training_flag_in_an_option_is_refused_by_name() {
    let message =
        refused(|b| vec![("batch_norm", Remembers { norm: BatchNormConfig::new(3).init(b.device()) })]).to_string();
    assert!(message.starts_with("`choice.options.batch_norm."), "{message}");
    assert!(message.contains("running"), "{message}");
    let message = refused(|_| vec![("dropout", Drops { dropout: DropoutConfig::new(0.5).init() })]).to_string();
    assert!(message.starts_with("`choice.options.dropout."), "{message}");
}

#[derive(Module, Debug)]
struct Forgets {
    weight: Param<Tensor<2>>,
}

impl Layer for Forgets {
    fn forward(&self, x: Rows) -> Rows {
        x
    }
}

#[test]
fn a_parameter_that_computes_nothing_is_refused_by_name() {
    let error =
        refused(|b| vec![("forgets", Forgets { weight: Param::from_tensor(Tensor::ones([2, 2], b.device())) })]);
    assert_eq!(
        error.to_string(),
        "parameter `choice.options.forgets.weight`: found no use of it with every option on, expected one in `Rows::run` or \
         `Rows::through`"
    );
}

#[test]
fn a_choice_without_options_and_equal_names_are_refused() {
    let error = refused(|_| Vec::<(&'static str, Identity)>::new());
    assert_eq!(error.to_string(), "choice `op`: found 0 options, expected 1 to 64");
    let error = refused(|_| vec![("skip", Identity {}), ("skip", Identity {})]);
    assert_eq!(error.to_string(), "choice `op`: found option `skip` twice, expected distinct names");
}

#[test]
fn input_of_another_shape_and_ghost_batches_that_do_not_divide_are_refused() {
    let network = supernet(DType::F32, &device());
    let paths = network.paths(vec![network.search_space().all_on(); 2], None).unwrap();
    let forward =
        |shape: [usize; 4]| network.forward_masked(Tensor::zeros(shape, &device()), &paths).unwrap_err().to_string();
    assert_eq!(forward([4, 1, 6, 6]), "input: found rows of shape [1, 6, 6], expected [3, 6, 6]");
    assert_eq!(forward([3, 3, 6, 6]), "batch: found 3 images for 2 ghost batches, expected a multiple");
}
