//! What an update rule knows of a parameter.

use super::rule_draws::RuleDraws;
use burn::{
    optim::{RecordState, StateSink, StateSource},
    tensor::{Device, Tensor},
};
use burn_pack::Scalar;
use supernet_space::programs::{MOMENT_DECAYS, Moments};

/// Steps that a parameter has had, what its draws are named for, and those of the running means m
/// of g, v of g² and γ of g³ that the rule reads. Each is moved on once in a step, however often it
/// is read.
#[derive(Clone)]
pub(super) struct RuleState<const D: usize> {
    steps: u64,
    draws: u64,
    moments: [Option<Tensor<D>>; 3],
}

/// Names of the moments in a checkpoint.
const NAMES: [&str; 3] = ["first", "second", "third"];

impl<const D: usize> RuleState<D> {
    /// The state of a parameter `weight` before its first step; what is drawn is named for its
    /// value.
    pub(super) fn new(weight: &Tensor<D>, draws: bool) -> Self {
        Self { steps: 0, draws: if draws { RuleDraws::named(weight) } else { 0 }, moments: [const { None }; 3] }
    }

    /// The state of one step later, whose gradient is `g`. A moment starts as what it is the mean
    /// of.
    pub(super) fn after(self, g: &Tensor<D>, Moments { first, second, third }: Moments) -> Self {
        let is_read = [first, second, third];
        let power = |i: usize| match i {
            0 => g.clone(),
            1 => g.clone().square(),
            _ => g.clone().square() * g.clone(),
        };
        let [m, v, c] = self.moments;
        let moved = |moment: Option<Tensor<D>>, i: usize| {
            let (power, kept) = (is_read[i].then(|| power(i))?, MOMENT_DECAYS[i]);
            Some(match moment {
                Some(moment) => power.mul_scalar(1.0 - kept).add(moment.mul_scalar(kept)),
                None => power,
            })
        };
        Self { steps: self.steps + 1, draws: self.draws, moments: [moved(m, 0), moved(v, 1), moved(c, 2)] }
    }

    /// The step at hand, from 0.
    pub(super) fn step(&self) -> u64 {
        self.steps - 1
    }

    /// What is drawn at the step at hand, under `seed`.
    pub(super) fn draws(&self, seed: u64) -> RuleDraws {
        RuleDraws { seed, name: self.draws, step: self.step() }
    }

    /// m, v or γ, of those that the rule reads.
    pub(super) fn moment(&self, moment: usize) -> Tensor<D> {
        self.moments[moment].clone().expect("the rule reads it, so it is moved on")
    }

    /// The same on a device.
    pub(super) fn moved_to(self, device: &Device) -> Self {
        Self { moments: self.moments.map(|moment| moment.map(|tensor| tensor.to_device(device))), ..self }
    }
}

impl<const D: usize> RecordState for RuleState<D> {
    fn state_flatten(&self, prefix: &str, out: &mut StateSink) {
        out.push_scalar(prefix, "steps", Scalar::from(self.steps));
        out.push_scalar(prefix, "draws", Scalar::from(self.draws));
        for (name, moment) in NAMES.iter().zip(&self.moments) {
            if let Some(tensor) = moment {
                out.push_tensor(prefix, name, tensor.clone().into_data());
            }
        }
    }

    fn state_unflatten(prefix: &str, source: &mut StateSource, device: &Device) -> Option<Self> {
        let steps = source.take_scalar(prefix, "steps")?.try_into().ok()?;
        let draws = source.take_scalar(prefix, "draws")?.try_into().ok()?;
        let moments = NAMES.map(|name| source.take_tensor(prefix, name).map(|data| Tensor::from_data(data, device)));
        Some(Self { steps, draws, moments })
    }
}
