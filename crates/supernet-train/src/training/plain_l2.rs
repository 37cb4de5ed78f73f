//! Plain L2, for the ablation of masked L2: every weight decays at every step, whether a mask uses
//! it or not.

use burn::{
    module::{Module, ModuleVisitor, Param},
    optim::GradientsParams,
    tensor::Tensor,
};
use supernet_nn::{MaskedL2, Usage};

/// Directions d = c·q + λ·w of every weight, q = 0 where no mask of the step uses it; c as in
/// masked L2, λ = 0 for biases, scales and shifts.
pub(crate) fn plain_l2(
    l2: MaskedL2,
    module: &impl Module,
    gradients: GradientsParams,
    usage: &Usage,
) -> GradientsParams {
    let directions = MaskedL2 { decay: 0.0, ..l2 }.apply(module, gradients, usage);
    let mut visit = Decay { decay: l2.decay, directions };
    module.visit(&mut visit);
    visit.directions
}

struct Decay {
    decay: f64,
    directions: GradientsParams,
}

impl ModuleVisitor for Decay {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        // Biases, scales and shifts are the parameters of rank 1.
        if D == 1 {
            return;
        }
        let decay = param.val().inner().mul_scalar(self.decay);
        let direction = match self.directions.remove::<D>(param.id) {
            Some(direction) => direction + decay,
            None => decay,
        };
        self.directions.register(param.id, direction);
    }
}
