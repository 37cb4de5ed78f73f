//! SGD with Nesterov momentum as an optimiser of Burn.

use burn::{
    optim::{Optimizer, RecordState, StateSink, StateSource, join_path},
    tensor::{Device, Tensor},
};
use supernet_nn::nesterov;

/// Moves each parameter as Burn's `Sgd` with Nesterov momentum and without dampening does: on a
/// processor bit for bit, on a graphics card by a kernel of its own.
#[derive(Clone)]
pub(super) struct Nesterov {
    /// μ.
    pub momentum: f64,
}

/// The velocity of a parameter.
#[derive(Clone)]
pub(super) struct Velocity<const D: usize>(Tensor<D>);

impl Optimizer for Nesterov {
    type State<const D: usize> = Velocity<D>;

    fn step<const D: usize>(
        &self,
        rate: f64,
        weight: Tensor<D>,
        direction: Tensor<D>,
        state: Option<Velocity<D>>,
    ) -> (Tensor<D>, Option<Velocity<D>>) {
        let (weight, velocity) = nesterov(weight, direction, state.map(|state| state.0), self.momentum, rate);
        (weight, Some(Velocity(velocity)))
    }

    fn to_device<const D: usize>(state: Velocity<D>, device: &Device) -> Velocity<D> {
        Velocity(state.0.to_device(device))
    }
}

/// The name of the velocity's folder in a checkpoint, which Burn's `Sgd` gives it too.
const FOLDER: &str = "momentum";

impl<const D: usize> RecordState for Velocity<D> {
    fn state_flatten(&self, prefix: &str, out: &mut StateSink) {
        out.push_tensor(&join_path(prefix, FOLDER), "velocity", self.0.clone().into_data());
    }

    fn state_unflatten(prefix: &str, source: &mut StateSource, device: &Device) -> Option<Self> {
        let data = source.take_tensor(&join_path(prefix, FOLDER), "velocity")?;
        Some(Self(Tensor::from_data(data, device)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::{
        nn::{Linear, LinearConfig},
        optim::{GradientsParams, ModuleOptimizer, SgdConfig, momentum::MomentumConfig},
        tensor::Bytes,
    };

    const MOMENTUM: f64 = 0.9;

    fn of_burn() -> ModuleOptimizer {
        let momentum = MomentumConfig { momentum: MOMENTUM, dampening: 0.0, nesterov: true };
        SgdConfig::new().with_momentum(Some(momentum)).init()
    }

    fn own() -> ModuleOptimizer {
        Nesterov { momentum: MOMENTUM }.into()
    }

    /// The bits of a layer after `steps` more steps, and the optimiser's record.
    fn moved(mut layer: Linear, mut optimizer: ModuleOptimizer, steps: std::ops::Range<usize>) -> (Linear, Bytes) {
        let device = layer.weight.device();
        for step in steps {
            let input = Tensor::<2>::from_floats([[0.3, -1.7, 0.1 * step as f32], [2.1, 0.4, -0.9]], &device);
            let loss = layer.forward(input).powi_scalar(2).sum();
            let gradients = GradientsParams::from_grads(loss.backward(), &layer);
            layer = optimizer.step(0.05 / (step + 1) as f64, layer, gradients);
        }
        (layer, optimizer.into_bytes().unwrap())
    }

    fn bits(layer: &Linear) -> Vec<u32> {
        let data = layer.weight.val().inner().into_data();
        data.try_to_vec::<f32>().unwrap().into_iter().map(f32::to_bits).collect()
    }

    #[test]
    fn weights_and_checkpoints_are_those_of_burns_sgd() {
        let layer = LinearConfig::new(3, 4).init(&Device::flex().autodiff());
        // Parameters initialise when they are read: both start from the same numbers.
        bits(&layer);
        let (theirs, record) = moved(layer.clone(), of_burn(), 0..5);
        let (ours, own_record) = moved(layer, own(), 0..5);
        assert_eq!(bits(&ours), bits(&theirs));
        // Each goes on from what the other left.
        let (theirs, _) = moved(theirs, of_burn().from_bytes(own_record).unwrap(), 5..9);
        let (ours, _) = moved(ours, own().from_bytes(record).unwrap(), 5..9);
        assert_eq!(bits(&ours), bits(&theirs));
    }
}
