//! Widths among several as channel masks: what lies beyond a width does not run, does not move, and
//! is not there in a stand-alone network.

use burn::{
    module::Module,
    nn::{Linear, LinearConfig},
    optim::{GradientsParams, SgdConfig, momentum::MomentumConfig},
    tensor::{DType, Device, Tensor},
};
use std::{collections::BTreeMap, slice::from_ref};
use supernet_nn::{
    Build, ConvNorm, Definition, Layer, MaskedL2, MaskedNetwork, Network, NnError, NormKind, OneOf, Rows, Usage,
    WideConv, Width,
};
use supernet_space::{PathDropout, PathMask, Schedule, SearchSpace, draws};
use supernet_tests::{
    Formula, PLAIN, Parameter, assert_close, backward, cross_entropy, device, labels, parameters, values, waves,
};

const SIDE: usize = 6;
const CLASSES: usize = 3;
/// f64: only the order of sums differs.
const EXACT: f64 = 1e-10;

/// The middle tensors have 2, 3 or 5 and 4 or 6 channels.
#[derive(Module, Debug)]
struct Net {
    stem: WideConv,
    middle: OneOf<WideConv>,
    last: WideConv,
    head: Linear,
}

impl Layer<4, 2> for Net {
    fn forward(&self, x: Rows) -> Rows<2> {
        let x = x.through(&self.stem).through(&self.middle).through(&self.last);
        x.global_average().through(&self.head)
    }
}

fn net(b: &Build) -> Net {
    let (first, second) = (Width::one_of(b, "first", [2, 3, 5]), Width::one_of(b, "second", [6, 4]));
    let middle = |k| WideConv::new(b, &first, &second, k).with_stride(2).with_relu();
    Net {
        stem: WideConv::new(b, &Width::fixed(3), &first, 3).with_relu(),
        middle: OneOf::new(b, "middle", [("conv1", middle(1)), ("conv3", middle(3))]),
        last: WideConv::new(b, &second, &Width::fixed(4), 1),
        head: LinearConfig::new(4, CLASSES).init(b.device()),
    }
}

fn definition() -> Definition<Net> {
    Definition::new("widths", &[3, SIDE, SIDE], &device(), net).unwrap()
}

fn images(count: usize, device: &Device) -> Tensor<4> {
    waves([count, 3, SIDE, SIDE], DType::F64, device)
}

fn every_architecture(space: &SearchSpace) -> Vec<PathMask> {
    let width = |bits: &[u64]| -> Vec<Vec<u64>> { bits.iter().map(|&bit| vec![bit]).collect() };
    let choices = [width(&[1, 2, 4]), width(&[1, 2]), width(&[1, 2])];
    let all = choices.into_iter().fold(vec![Vec::new()], |all: Vec<Vec<u64>>, options| {
        all.iter().flat_map(|head| options.iter().map(move |tail| [head.clone(), tail.clone()].concat())).collect()
    });
    all.into_iter().map(|bits| space.mask(bits)).collect()
}

fn dropout_masks(space: &SearchSpace, count: usize, seed: u64) -> Vec<PathMask> {
    let dropout = PathDropout::new(0.1).unwrap().with_schedule(Schedule::Constant);
    let rng = &mut draws(seed, "tests", 0);
    (0..count).map(|_| dropout.draw(space, 0, 1, rng)).collect()
}

fn learn(
    network: &Network<Net>,
    masks: &[PathMask],
    device: &Device,
) -> (Vec<f64>, BTreeMap<String, Parameter>, Usage) {
    let paths = network.paths(masks.to_vec(), None).unwrap();
    let (logits, usage) = network.forward_used(images(2 * masks.len(), device), &paths, &PLAIN).unwrap();
    let [count, classes] = logits.dims();
    (values(logits.clone()), backward(cross_entropy(logits, labels(count, classes, device)), network), usage)
}

#[test]
fn a_width_is_a_choice_of_its_numbers_in_ascending_order() {
    let definition = definition();
    let found: Vec<(&str, Vec<String>)> =
        definition.space().choices().iter().map(|c| (c.name(), c.options().to_vec())).collect();
    let options = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Vec<_>>();
    assert_eq!(
        found,
        [
            ("first", options(&["2", "3", "5"])),
            ("middle", options(&["conv1", "conv3"])),
            ("second", options(&["4", "6"]))
        ]
    );
}

#[test]
fn a_narrow_network_cut_out_equals_the_masked_supernet_in_logits_and_gradients() {
    let device = device().autodiff();
    for norm in [NormKind::Ghost, NormKind::GhostAffine] {
        let definition = definition().with_norm(norm);
        let network = definition.supernet(&mut Formula(DType::F64), &device).unwrap();
        for mask in every_architecture(definition.space()) {
            let alone = definition.extract(&network, &mask, &device).unwrap();
            let (masked, shared, _) = learn(&network, from_ref(&mask), &device);
            let (own, alone, _) = learn(&alone, from_ref(&mask), &device);
            assert_close(&format!("logits of {mask}"), &own, &masked, EXACT);
            for (name, parameter) in alone.iter().filter(|(name, _)| shared.contains_key(*name)) {
                assert_eq!(parameter.shape, shared[name].shape, "{name}: slices are whole");
                let [a, b] = [parameter, &shared[name]].map(|p| p.gradient.clone());
                match (a, b) {
                    (Some(a), Some(b)) => assert_close(name, &a, &b, EXACT),
                    (None, None) => assert!(name.contains("stored_"), "{name}: no gradient"),
                    _ => panic!("{name}: a gradient on one side"),
                }
            }
            let unused = shared.iter().filter(|(name, _)| !alone.contains_key(*name));
            unused.for_each(|(name, parameter)| assert!(parameter.gradient.is_none(), "{name} moves under {mask}"));
        }
    }
}

#[test]
fn a_slice_is_used_exactly_where_its_gradient_is_not_zero() {
    let device = device().autodiff();
    let definition = definition();
    let network = definition.supernet(&mut Formula(DType::F64), &device).unwrap();
    let masks = [every_architecture(definition.space()), dropout_masks(definition.space(), 30, 1)].concat();
    let mut unused = 0;
    for mask in &masks {
        let (_, found, usage) = learn(&network, from_ref(mask), &device);
        for (name, parameter) in found {
            let used = usage.share(parameter.id);
            assert_eq!(used > 0.0, parameter.moves(), "{name} under {mask}");
            unused += usize::from(used == 0.0);
        }
    }
    assert!(unused > 50, "{unused}");
}

#[test]
fn ghost_batches_of_different_widths_compute_as_if_alone() {
    let definition = definition();
    let network = definition.supernet(&mut Formula(DType::F64), &device()).unwrap();
    let masks = [every_architecture(definition.space()), dropout_masks(definition.space(), 8, 2)].concat();
    let x = images(2 * masks.len(), &device());
    let forward = |x, masks: &[PathMask]| {
        let paths = network.paths(masks.to_vec(), None).unwrap();
        values(network.forward_used(x, &paths, &PLAIN).unwrap().0)
    };
    let together = forward(x.clone(), &masks);
    for (g, logits) in together.chunks(2 * CLASSES).enumerate() {
        let alone = forward(x.clone().narrow(0, 2 * g, 2), &masks[g..=g]);
        assert_close(&masks[g].to_string(), logits, &alone, EXACT);
    }
}

#[test]
fn a_slice_beyond_every_width_of_a_step_does_not_move() {
    let device = device().autodiff();
    let definition = definition();
    let mut network = definition.supernet(&mut Formula(DType::F64), &device).unwrap();
    let momentum = MomentumConfig { momentum: 0.9, dampening: 0.0, nesterov: true };
    let mut optimizer = SgdConfig::new().with_momentum(Some(momentum)).init();
    let none = GradientsParams::new;
    for (step, text) in ["111/11/11", "100/10/10", "010/10/01"].into_iter().enumerate() {
        let paths = network.paths(vec![definition.space().parse(text).unwrap(); 2], None).unwrap();
        let (logits, usage) = network.forward_used(images(4, &device), &paths, &PLAIN).unwrap();
        let loss = cross_entropy(logits, labels(4, CLASSES, &device));
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        let directions = MaskedL2::default().apply(&network, gradients, &usage);
        let before = parameters(&network, &none());
        network = optimizer.step(0.1, network, directions);
        for (name, after) in parameters(&network, &none()) {
            assert_eq!(after.value != before[&name].value, usage.share(after.id) > 0.0, "{name} in step {step}");
        }
    }
}

#[test]
fn a_narrow_network_costs_what_a_hand_count_gives() {
    let definition = definition();
    let cost = |text: &str| definition.cost(&definition.space().parse(text).unwrap()).unwrap();
    // 2 channels, 1x1 to 4 channels at half the side, 1x1 to 4, classifier.
    let found = cost("100/10/10");
    let (whole, half) = ((SIDE * SIDE) as u64, (SIDE * SIDE / 4) as u64);
    let weights = [3 * 2 * 9, 2 * 4, 4 * 4, 4 * 3];
    assert_eq!(found.macs, weights[0] * whole + (weights[1] + weights[2]) * half + weights[3]);
    assert_eq!(found.parameters, weights.iter().sum::<u64>() + 2 * (2 + 4 + 4) + 3);
    // 5 channels, 3x3 to 6.
    let found = cost("001/01/01");
    let weights = [3 * 5 * 9, 5 * 6 * 9, 6 * 4, 4 * 3];
    assert_eq!(found.macs, weights[0] * whole + (weights[1] + weights[2]) * half + weights[3]);
    assert_eq!(found.parameters, weights.iter().sum::<u64>() + 2 * (5 + 6 + 4) + 3);
}

/// A network in which a layer of one width only reads a tensor of several.
#[derive(Module, Debug)]
struct Forgetful {
    stem: WideConv,
    after: ConvNorm,
    head: Linear,
}

impl Layer<4, 2> for Forgetful {
    fn forward(&self, x: Rows) -> Rows<2> {
        x.through(&self.stem).through(&self.after).global_average().through(&self.head)
    }
}

#[test]
fn a_layer_that_does_not_know_of_a_width_is_refused() {
    let build = |b: &Build| Forgetful {
        stem: WideConv::new(b, &Width::fixed(3), &Width::one_of(b, "width", [2, 4]), 3),
        after: ConvNorm::new(b, [4, 4], 3),
        head: LinearConfig::new(4, CLASSES).init(b.device()),
    };
    let error: NnError = Definition::new("forgetful", &[3, SIDE, SIDE], &device(), build).unwrap_err();
    assert_eq!(error.to_string(), "the network: fails on rows of shape [3, 6, 6]: Conv: found 2 channels, expected 4");
}
