//! The end of a training step, with the library's kernels or with plain Burn.

use supernet::{
    burn::{
        module::Module,
        optim::{GradientsParams, ModuleOptimizer, SgdConfig, momentum::MomentumConfig},
    },
    nn::{Execution, together},
    train::UpdateRule,
};

const MOMENTUM: f64 = 0.9;
const RATE: f64 = 0.01;

/// SGD with Nesterov momentum: the library's, and Burn's for plain Burn.
pub(crate) struct Update {
    library: ModuleOptimizer,
    burn: ModuleOptimizer,
}

impl Update {
    pub(crate) fn new() -> Self {
        let momentum = MomentumConfig { momentum: MOMENTUM, dampening: 0.0, nesterov: true };
        let burn = SgdConfig::new().with_momentum(Some(momentum)).init();
        Self { library: UpdateRule::Sgd.optimizer(MOMENTUM, 1, 1), burn }
    }

    /// The network one step on.
    pub(crate) fn step<M: Module>(&mut self, network: M, directions: GradientsParams, execution: Execution) -> M {
        match execution {
            Execution::Kernels => together(|| self.library.step(RATE, network, directions)),
            Execution::PlainBurn | Execution::Dense => self.burn.step(RATE, network, directions),
        }
    }
}
