//! The gradient of a loss at gates, with the weights as they are or a step ahead.

use crate::{TrainError, scoring::read, stage::SUPERNET_TRAINING};
use burn::{
    module::{Module, ModuleVisitor, Param},
    nn::loss::CrossEntropyLossConfig,
    optim::{GradientsParams, ModuleOptimizer, SgdConfig},
    tensor::{Device, Int, Tensor, TensorData},
};
use supernet_nn::{Call, Execution, MaskedNetwork, NnError, awake_on};
use supernet_space::PathMask;

/// Examples and their classes.
pub(super) type Batch<N> = (<N as MaskedNetwork>::Input, Tensor<1, Int>);

/// What is on in each of some ghost batches, and the gate of each option there.
pub(super) struct Gated<'a> {
    pub(super) masks: &'a [PathMask],
    pub(super) gates: &'a [Vec<f64>],
    pub(super) execution: Execution,
    pub(super) device: &'a Device,
}

/// A loss and its gradient at the gates of the ghost batches.
pub(super) struct AtGates {
    pub(super) loss: f64,
    pub(super) gradient: Vec<Vec<f64>>,
}

impl Gated<'_> {
    /// The mean loss of `batch` under `network`, and its gradient at the gates.
    pub(super) fn at<N: MaskedNetwork>(&self, network: &N, batch: Batch<N>) -> Result<AtGates, TrainError> {
        // Nothing but the gates is learnt from these examples.
        let (at, _) = self.backward(&network.clone().no_grad(), batch)?;
        Ok(at)
    }

    /// The same after a step of size `rate` down the gradient of the loss of the batch that
    /// `train` makes: the gradient through the step by a difference of two gradients of that loss
    /// (Liu, Simonyan and Yang, "DARTS", ICLR 2019, equations 7 and 8).
    pub(super) fn ahead<N: MaskedNetwork>(
        &self,
        network: &N,
        train: impl Fn() -> Batch<N>,
        validation: Batch<N>,
        rate: f64,
    ) -> Result<AtGates, TrainError> {
        let (_, at_weights) = self.backward(network, train())?;
        let (mut found, at_weights) = self.backward(&moved(network, at_weights, rate), validation)?;
        let norm = norm(network, &at_weights);
        if norm == 0.0 || !norm.is_finite() {
            return Ok(found);
        }
        // As the authors' code: small against the weights, large against rounding.
        let epsilon = 0.01 / norm;
        let (back, there) = (copy(network, &at_weights), at_weights);
        let [minus, plus] =
            [self.at(&moved(network, back, epsilon), train())?, self.at(&moved(network, there, -epsilon), train())?];
        let of_ghosts = found.gradient.iter_mut().zip(plus.gradient.into_iter().zip(minus.gradient));
        for (found, (plus, minus)) in of_ghosts {
            for (found, (plus, minus)) in found.iter_mut().zip(plus.into_iter().zip(minus)) {
                *found -= rate * (plus - minus) / (2.0 * epsilon);
            }
        }
        Ok(found)
    }

    /// Loss, its gradient at the gates, and that at the weights, as far as they are tracked.
    fn backward<N: MaskedNetwork>(
        &self,
        network: &N,
        (input, labels): Batch<N>,
    ) -> Result<(AtGates, GradientsParams), TrainError> {
        let Self { masks, gates, execution, device } = *self;
        let each = gates[0].len();
        let values: Vec<f32> = gates.iter().flatten().map(|&gate| gate as f32).collect();
        let gates = Tensor::<2>::from_data(TensorData::new(values, [gates.len(), each]), device).require_grad();
        let paths = network.with_gates(network.paths(masks.to_vec(), None)?, gates.clone());
        let (loss, at_gates, at_weights) = awake_on(device, || -> Result<_, NnError> {
            let call = Call { execution, ..Call::default() };
            let (logits, _) = network.forward_used(input, &paths, &call)?;
            let loss = CrossEntropyLossConfig::new().init(device).forward(logits, labels);
            // So that there is a gradient where no gate reaches the logits: zero.
            let loss = loss + gates.clone().sum().mul_scalar(0.0);
            let gradients = loss.backward();
            let at_gates = gates.grad(&gradients).expect("gates that are tracked");
            Ok((loss.inner(), at_gates, GradientsParams::from_grads(gradients, network)))
        })?;
        let loss = f64::from(read(loss.reshape([1, 1]), SUPERNET_TRAINING)?[0]);
        let values = read(at_gates, SUPERNET_TRAINING)?;
        let gradient = values.chunks(each).map(|values| values.iter().copied().map(f64::from).collect()).collect();
        Ok((AtGates { loss, gradient }, at_weights))
    }
}

/// `network` after a step of this size down `directions`.
fn moved<N: Module>(network: &N, directions: GradientsParams, size: f64) -> N {
    let mut plain: ModuleOptimizer = SgdConfig::new().init();
    plain.step(size, network.clone(), directions)
}

/// The length of a gradient, all parameters taken together.
fn norm(network: &impl Module, gradients: &GradientsParams) -> f64 {
    let mut visit = Squares { gradients, sum: 0.0 };
    network.visit(&mut visit);
    visit.sum.sqrt()
}

struct Squares<'a> {
    gradients: &'a GradientsParams,
    sum: f64,
}

impl ModuleVisitor for Squares<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(gradient) = self.gradients.get::<D>(param.id) else { return };
        // A device that fails gives no number, which the caller takes for a diverged training.
        self.sum += gradient.square().sum().try_into_scalar::<f32>().map_or(f64::NAN, f64::from);
    }
}

/// The same gradients once more.
fn copy(network: &impl Module, gradients: &GradientsParams) -> GradientsParams {
    let mut visit = Copies { gradients, copy: GradientsParams::new() };
    network.visit(&mut visit);
    visit.copy
}

struct Copies<'a> {
    gradients: &'a GradientsParams,
    copy: GradientsParams,
}

impl ModuleVisitor for Copies<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.get::<D>(param.id) {
            self.copy.register(param.id, gradient);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededWeights;
    use burn::nn::{Linear, LinearConfig};
    use supernet_nn::{Build, Definition, Layer, Network, OneOf, Rows};

    const GHOSTS: usize = 2;
    const FEATURES: usize = 5;
    const CLASSES: usize = 3;

    /// Three maps with tanh between, of which the middle one is chosen. Nothing has a kink: the
    /// gradient of a step would jump there.
    #[derive(Module, Debug)]
    struct Smooth {
        first: Linear,
        middle: OneOf<Linear>,
        head: Linear,
    }

    impl Layer<2> for Smooth {
        fn forward(&self, x: Rows<2>) -> Rows<2> {
            let tanh = |map: &Linear, x: Tensor<2>| map.forward(x).tanh();
            x.run(&self.first, tanh).through(&self.middle).run(&self.head, |head, x| head.forward(x.tanh()))
        }
    }

    fn smooth(b: &Build) -> Smooth {
        let map = |from, to| LinearConfig::new(from, to).init(b.device());
        let middle = ["a", "b", "c"].map(|name| (name, map(8, 8)));
        Smooth { first: map(FEATURES, 8), middle: OneOf::new(b, "middle", middle), head: map(8, CLASSES) }
    }

    fn batch(phase: f32, device: &Device) -> Batch<Network<Smooth, 2>> {
        let count = 16 * GHOSTS;
        let values: Vec<f32> = (0..count * FEATURES).map(|i| (0.37 * i as f32 + phase).sin()).collect();
        let labels: Vec<i64> = (0..count).map(|i| ((7 * i + i / 5) % CLASSES) as i64).collect();
        let input = Tensor::from_data(TensorData::new(values, [count, FEATURES]), device);
        (input, Tensor::from_data(TensorData::new(labels, [count]), device))
    }

    type OfGhosts = Vec<Vec<f64>>;

    fn dot(a: &OfGhosts, b: &OfGhosts) -> f64 {
        a.iter().flatten().zip(b.iter().flatten()).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn a_step_ahead_is_part_of_the_gradient_as_differences_of_the_whole_say() {
        let (device, execution, rate) = (Device::flex().autodiff(), Execution::PlainBurn, 2.0);
        let definition = Definition::new("smooth", &[FEATURES], &device, smooth).unwrap();
        let network = definition.supernet(&mut SeededWeights::new(1), &device).unwrap();
        let masks = vec![definition.space().all_on(); GHOSTS];
        let gates = |shift: f64, along: &OfGhosts| -> OfGhosts {
            let at = |ghost: usize, option: usize| 0.3 + 0.1 * option as f64 + shift * along[ghost][option];
            (0..GHOSTS).map(|ghost| (0..3).map(|option| at(ghost, option)).collect()).collect()
        };
        let [train, validation] = [0.0, 1.0].map(|phase| batch(phase, &device));
        let here = gates(0.0, &vec![vec![0.0; 3]; GHOSTS]);
        let gated = Gated { masks: &masks, gates: &here, execution, device: &device };
        let ahead = gated.ahead(&network, || train.clone(), validation.clone(), rate).unwrap().gradient;
        let first = gated.at(&network, validation.clone()).unwrap().gradient;

        // The loss after the step, which depends on the gates too.
        let whole = |gates: &OfGhosts| {
            let gated = Gated { masks: &masks, gates, execution, device: &device };
            let (_, directions) = gated.backward(&network, train.clone()).unwrap();
            gated.at(&moved(&network, directions, rate), validation.clone()).unwrap().loss
        };
        // Along the gradient found, and along what the step ahead adds to it.
        let added: OfGhosts =
            ahead.iter().zip(&first).map(|(a, b)| a.iter().zip(b).map(|(a, b)| a - b).collect()).collect();
        for along in [&ahead, &added] {
            let length = dot(along, along).sqrt();
            let unit: OfGhosts = along.iter().map(|of| of.iter().map(|value| value / length).collect()).collect();
            let shift = 0.02;
            let difference = (whole(&gates(shift, &unit)) - whole(&gates(-shift, &unit))) / (2.0 * shift);
            // Losses of some 1 are rounded to 1e-7: 3e-6 in the difference, beside its curvature.
            let (found, without) = (dot(&ahead, &unit), dot(&first, &unit));
            assert!((found - difference).abs() < 0.02 * difference.abs(), "{found}, differences {difference}");
            assert!((without - difference).abs() > 0.1 * difference.abs(), "{without}, differences {difference}");
        }
    }
}
