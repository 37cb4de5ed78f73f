//! What a network is built with: where, which options it holds, which normalisation, how its
//! parameters start.

use crate::{Init, NormKind};
use burn::{
    module::{Module, ModuleVisitor, Param, ParamId},
    tensor::{Device, Tensor},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use supernet_space::{PathMask, SearchSpace};

/// What a network is built with. The same code builds the supernet and every stand-alone network:
/// the choices ask it which of their options to hold, the normalisations which kind they are.
#[derive(Clone, Debug)]
pub struct Build {
    device: Device,
    norm: NormKind,
    held: Option<(SearchSpace, PathMask)>,
    inits: Arc<Mutex<HashMap<ParamId, Init>>>,
}

impl Build {
    /// Every option.
    pub(crate) fn everything(norm: NormKind, device: Device) -> Self {
        Self { device, norm, held: None, inits: Arc::default() }
    }

    /// What `mask` has on, with ordinary batch normalisation.
    pub(crate) fn of_mask(space: SearchSpace, mask: PathMask, device: Device) -> Self {
        Self { device, norm: NormKind::Batch, held: Some((space, mask)), inits: Arc::default() }
    }

    /// Where parameters live.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Returns a parameter of `shape` that starts as `init` says. Its value is handed in when the
    /// network has been built, by its path: until then it is zero.
    pub fn parameter<const D: usize>(&self, shape: [usize; D], init: Init) -> Param<Tensor<D>> {
        let parameter = Param::from_tensor(Tensor::zeros(shape, &self.device));
        self.inits.lock().expect("no thread panics here").insert(parameter.id, init);
        parameter
    }

    /// Returns `module` with weights that start as `init` says, whatever initialiser it was made
    /// with; biases, scales and shifts, the parameters of one axis, start as they would. For Burn's
    /// modules, whose initialisers draw numbers that nobody could repeat.
    pub fn with_init<M: Module>(&self, module: M, init: Init) -> M {
        struct Weights<'a>(&'a Build, Init);
        impl ModuleVisitor for Weights<'_> {
            fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
                if D > 1 {
                    self.0.inits.lock().expect("no thread panics here").insert(param.id, self.1);
                }
            }
        }
        module.visit(&mut Weights(self, init));
        module
    }

    /// Whether the network holds option `option` (from 0) of the choice named `choice`: the
    /// supernet holds all, a stand-alone network those that its architecture takes. For parts that
    /// exist only if something reads them.
    pub fn holds(&self, choice: &str, option: usize) -> bool {
        self.held(choice) >> option & 1 == 1
    }

    /// Whether it is a supernet that is built.
    pub(crate) fn holds_everything(&self) -> bool {
        self.held.is_none()
    }

    /// How a parameter that was made here starts.
    pub(crate) fn init_of(&self, parameter: ParamId) -> Option<Init> {
        self.inits.lock().expect("no thread panics here").get(&parameter).copied()
    }

    /// Which normalisation [`crate::GhostNorm`] gets.
    pub(crate) fn norm(&self) -> NormKind {
        self.norm
    }

    /// The options of the choice named `choice` that the network holds; bit j is option j.
    pub(crate) fn held(&self, choice: &str) -> u64 {
        match &self.held {
            None => !0,
            Some((space, mask)) => space.position(choice).map_or(!0, |position| mask.bits(position)),
        }
    }
}
