//! What holds of the networks of every definition, whatever its layers.

use crate::{
    DENSE, Formula, PLAIN, Parameter, assert_close, assert_same_gradients, backward, cross_entropy, device, labels,
    parameters, values,
};
use burn::{
    optim::GradientsParams,
    tensor::{DType, Device, Tensor},
};
use std::collections::BTreeMap;
use supernet_nn::{Call, Definition, Layer, MaskedNetwork, Network, Usage};
use supernet_space::{PathDropout, PathMask, Schedule, SearchSpace, draws};

/// Rows of a ghost batch.
const ROWS: usize = 2;

/// Asserts that each ghost batch of some masks computes as if alone, and as the dense reference
/// does with its gradients, and the same as a candidate among others; that a parameter is used
/// where it has a gradient and nowhere else; that the networks of `count` architectures equal the
/// masked supernet, and have as many parameters as they are said to cost. Numbers are `f64` and may
/// differ by `tolerance`.
///
/// # Panics
/// If one of these does not hold.
pub fn is_one_definition<M: Layer<D, 2>, const D: usize>(
    definition: &Definition<M, D>,
    count: usize,
    tolerance: f64,
    input: impl Fn(usize, &Device) -> Tensor<D>,
) {
    let autodiff = device().autodiff();
    let network = definition.supernet(&mut Formula(DType::F64), &autodiff).expect("a network");
    let rng = &mut draws(3, "architectures", 0);
    let architectures: Vec<PathMask> = (0..count).map(|_| definition.space().sample(rng).mask().clone()).collect();
    let masks = masks(definition.space(), &architectures);
    let batch = input(ROWS * masks.len(), &autodiff);
    ghost_batches_are_alone(&network, &masks, &batch, tolerance);
    candidates_are_alone(&network, &masks, &batch.narrow(0, 0, ROWS), tolerance);
    for mask in &architectures {
        let error = definition.extraction_error(&network, mask, input(ROWS, &autodiff)).expect("a network");
        assert!(error <= tolerance, "{mask}: {error}");
        let alone = definition.stand_alone(mask, &mut Formula(DType::F64), &device()).expect("a network");
        let of = parameters(&alone, &GradientsParams::new());
        let numbers = of.iter().filter(|(name, _)| !name.contains("stored_")).map(|(_, p)| p.value.len() as u64);
        assert_eq!(definition.cost(mask).expect("a cost").parameters, numbers.sum::<u64>(), "{mask}");
    }
}

/// Masks of path dropout, with any options on and also none, of architectures, and of all that is.
fn masks(space: &SearchSpace, architectures: &[PathMask]) -> Vec<PathMask> {
    let dropout = PathDropout::new(0.3).expect("a rate").with_schedule(Schedule::Constant);
    let rng = &mut draws(2, "tests", 0);
    let dropped = (0..6).map(|_| dropout.draw(space, 0, 1, rng));
    dropped.chain(architectures.iter().cloned()).chain([space.all_on()]).collect()
}

/// Logits, parameters with the gradients of the mean cross entropy, and use.
fn learnt<M: Layer<D, 2>, const D: usize>(
    network: &Network<M, D>,
    masks: &[PathMask],
    x: Tensor<D>,
    call: &Call,
) -> (Vec<f64>, BTreeMap<String, Parameter>, Usage) {
    let device = x.device();
    let paths = network.paths(masks.to_vec(), None).expect("masks of the space");
    let (logits, usage) = network.forward_used(x, &paths, call).expect("rows for each mask");
    let [rows, classes] = logits.dims();
    let loss = cross_entropy(logits.clone(), labels(rows, classes, &device));
    (values(logits), backward(loss, network), usage)
}

fn ghost_batches_are_alone<M: Layer<D, 2>, const D: usize>(
    network: &Network<M, D>,
    masks: &[PathMask],
    batch: &Tensor<D>,
    tolerance: f64,
) {
    let (together, sparse, _) = learnt(network, masks, batch.clone(), &PLAIN);
    let (dense, expected, _) = learnt(network, masks, batch.clone(), &DENSE);
    assert_close("the dense reference", &together, &dense, tolerance);
    assert_same_gradients(&sparse, &expected, tolerance);
    let moving = sparse.values().filter(|parameter| parameter.moves()).count();
    assert!(10 * moving > 9 * sparse.len(), "gradients reach {moving} of {} parameters", sparse.len());
    for (g, (mask, found)) in masks.iter().zip(together.chunks(ROWS * network.classes())).enumerate() {
        let own = batch.clone().narrow(0, ROWS * g, ROWS);
        let (alone, parameters, usage) = learnt(network, std::slice::from_ref(mask), own, &PLAIN);
        assert_close(&format!("ghost batch {g}, {mask}"), found, &alone, tolerance);
        for (name, parameter) in parameters {
            assert_eq!(usage.share(parameter.id) > 0.0, parameter.gradient.is_some(), "{name} under {mask}");
        }
    }
}

/// Candidates on the same rows, one in a pass and all in one.
fn candidates_are_alone<M: Layer<D, 2>, const D: usize>(
    network: &Network<M, D>,
    masks: &[PathMask],
    rows: &Tensor<D>,
    tolerance: f64,
) {
    let all: Vec<&PathMask> = masks.iter().collect();
    let mut compare = |places: &[usize], logits: Tensor<2>| {
        for (&place, found) in places.iter().zip(values(logits).chunks(ROWS * network.classes())) {
            let (alone, ..) = learnt(network, std::slice::from_ref(&masks[place]), rows.clone(), &PLAIN);
            assert_close(&format!("as a candidate, {}", masks[place]), found, &alone, tolerance);
        }
        true
    };
    for memory in [1, 1 << 30] {
        network.forward_each(rows.clone(), &all, memory, &PLAIN, &mut compare).expect("rows and masks");
    }
}
