//! Masked L2 and the global gradient norm: what a step's gradients become before the optimiser sees
//! them.

use crate::Usage;
use burn::{
    module::{Module, ModuleVisitor, Param, ParamId},
    optim::GradientsParams,
    tensor::Tensor,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use supernet_kernels::{Decayed, directions, works_together};

/// How strongly a parameter decays that only some ghost batches of a step use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weighting {
    /// By the share u of ghost batches that use it.
    #[default]
    Share,
    /// Fully, as soon as one uses it.
    Any,
}

/// L2 regularisation **only on what the masks of a step use**, and one norm bound for the whole
/// gradient (PAPER, *Use, masked L2, update*). With q the gradient of the mean loss:
///
/// ```text
/// c = min(1, clip / sqrt(Σ_{u>0} |q|²))        d = c·q + λ·u·w        λ = 0 for biases, scales and shifts
/// ```
///
/// A parameter with u = 0 gets no entry, so the optimiser leaves it and its momentum as they are,
/// bit for bit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MaskedL2 {
    /// λ, the weight decay.
    pub decay: f64,
    /// The bound on the global norm of q.
    pub clip: f64,
    /// How u enters.
    #[serde(default)]
    pub weighting: Weighting,
}

impl Default for MaskedL2 {
    fn default() -> Self {
        Self { decay: 5e-4, clip: 5.0, weighting: Weighting::Share }
    }
}

impl MaskedL2 {
    /// The update directions d of `module`'s parameters from their gradients q.
    pub fn apply(&self, module: &impl Module, gradients: GradientsParams, usage: &Usage) -> GradientsParams {
        if module.devices().iter().all(works_together) {
            return self.apply_together(module, gradients, usage);
        }
        let mut squares = Squares { gradients: &gradients, usage, sums: Vec::new() };
        module.visit(&mut squares);
        let Some(clip) = clip_factor(squares.sums, self.clip) else { return GradientsParams::new() };
        let mut directions = Directions { l2: *self, usage, clip, gradients, directions: GradientsParams::new() };
        module.visit(&mut directions);
        directions.directions
    }

    /// [`MaskedL2::apply`] for all parameters at once.
    fn apply_together(&self, module: &impl Module, gradients: GradientsParams, usage: &Usage) -> GradientsParams {
        let mut gathered = Gathered { l2: *self, usage, gradients, ids: Vec::new(), parameters: Vec::new() };
        module.visit(&mut gathered);
        let directions = directions(gathered.parameters, self.clip);
        let directions = gathered.ids.into_iter().zip(directions).collect();
        let mut handed_out = HandedOut { flat: directions, directions: GradientsParams::new() };
        module.visit(&mut handed_out);
        handed_out.directions
    }

    fn decay_of(&self, share: f64, rank: usize) -> f64 {
        // Biases, scales and shifts are the parameters of rank 1.
        match (rank, self.weighting) {
            (1, _) => 0.0,
            (_, Weighting::Share) => self.decay * share,
            (_, Weighting::Any) => self.decay,
        }
    }
}

/// min(1, bound / sqrt(sum)), computed on the device: [1].
fn clip_factor(sums: Vec<Tensor<1>>, bound: f64) -> Option<Tensor<1>> {
    if sums.is_empty() {
        return None;
    }
    let norm = Tensor::cat(sums, 0).sum().sqrt();
    // A norm of zero gives an infinite ratio, which the bound of 1 takes care of.
    Some(norm.recip().mul_scalar(bound).clamp_max(1.0))
}

struct Squares<'a> {
    gradients: &'a GradientsParams,
    usage: &'a Usage,
    sums: Vec<Tensor<1>>,
}

impl ModuleVisitor for Squares<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if self.usage.share(param.id) == 0.0 {
            return;
        }
        if let Some(gradient) = self.gradients.get::<D>(param.id) {
            self.sums.push(gradient.square().sum());
        }
    }
}

struct Directions<'a> {
    l2: MaskedL2,
    usage: &'a Usage,
    clip: Tensor<1>,
    gradients: GradientsParams,
    directions: GradientsParams,
}

impl ModuleVisitor for Directions<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let share = self.usage.share(param.id);
        let Some(gradient) = self.gradients.remove::<D>(param.id).filter(|_| share > 0.0) else { return };
        let clipped = gradient * self.clip.clone().reshape([1; D]);
        let decay = self.l2.decay_of(share, D);
        let direction = match decay > 0.0 {
            true => clipped + param.val().inner().mul_scalar(decay),
            false => clipped,
        };
        self.directions.register(param.id, direction);
    }
}

/// Gradients and weights as lists of numbers.
struct Gathered<'a> {
    l2: MaskedL2,
    usage: &'a Usage,
    gradients: GradientsParams,
    ids: Vec<ParamId>,
    parameters: Vec<Decayed>,
}

impl ModuleVisitor for Gathered<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let share = self.usage.share(param.id);
        let Some(gradient) = self.gradients.remove::<D>(param.id).filter(|_| share > 0.0) else { return };
        let flat = |t: Tensor<D>| t.reshape([-1]);
        let (gradient, weight) = (flat(gradient), flat(param.val().inner()));
        self.ids.push(param.id);
        self.parameters.push(Decayed { gradient, weight, decay: self.l2.decay_of(share, D) });
    }
}

/// Directions as lists of numbers, brought into the shapes of their parameters.
struct HandedOut {
    flat: HashMap<ParamId, Tensor<1>>,
    directions: GradientsParams,
}

impl ModuleVisitor for HandedOut {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(direction) = self.flat.remove(&param.id) {
            self.directions.register::<D>(param.id, direction.reshape(param.shape()));
        }
    }
}
