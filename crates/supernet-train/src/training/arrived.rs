//! Whether a graphics card had the memory for a step.

use burn::{
    module::{Module, ModuleVisitor, Param},
    optim::GradientsParams,
    tensor::Tensor,
};
use supernet_nn::Usage;

/// Waits for the directions of a step on a graphics card. A card that has no memory left skips what
/// it was asked for and says so once something of it is read; each direction depends on all
/// gradients by their norm, so a number of one tells of all. To be asked before the weights move,
/// which would be lost with it.
///
/// # Errors
/// What the device says.
pub(super) fn arrived(network: &impl Module, directions: &GradientsParams, usage: &Usage) -> Result<(), String> {
    let mut first = First { directions, usage, found: None };
    network.visit(&mut first);
    let Some(number) = first.found else { return Ok(()) };
    number.try_into_data().map(|_| ()).map_err(|error| error.to_string())
}

/// A number of the first direction of a parameter that the step uses.
struct First<'a> {
    directions: &'a GradientsParams,
    usage: &'a Usage,
    found: Option<Tensor<1>>,
}

impl ModuleVisitor for First<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if self.found.is_none() && self.usage.share(param.id) > 0.0 {
            let direction = self.directions.get::<D>(param.id);
            self.found = direction.map(|direction| direction.reshape([-1]).slice(0..1));
        }
    }
}
