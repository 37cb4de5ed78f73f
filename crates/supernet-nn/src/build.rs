//! What a network is built with: where, which options it holds, which normalisation, how its
//! parameters start.

use crate::{Init, NormKind};
use burn::{
    module::{Module, ModuleVisitor, Param, ParamId},
    tensor::{Device, Tensor},
};
use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};
use supernet_space::{PathMask, SearchSpace};

/// What a network is built with. The same code builds the supernet and every stand-alone network:
/// the choices ask it which of their options to hold, the normalisations which kind they are.
#[derive(Clone, Debug)]
pub struct Build {
    device: Device,
    norm: NormKind,
    space: Option<SearchSpace>,
    held: Option<PathMask>,
    generates: bool,
    inits: Arc<Mutex<HashMap<ParamId, Init>>>,
    fixed: Arc<Mutex<HashSet<ParamId>>>,
    /// Whether the space was asked for.
    asked: Arc<AtomicBool>,
}

impl Build {
    /// Every option.
    pub(crate) fn everything(norm: NormKind, device: Device) -> Self {
        Self {
            device,
            norm,
            space: None,
            held: None,
            generates: true,
            inits: Arc::default(),
            fixed: Arc::default(),
            asked: Arc::default(),
        }
    }

    /// What `mask` has on, with ordinary batch normalisation.
    pub(crate) fn of_mask(space: SearchSpace, mask: PathMask, device: Device) -> Self {
        let held = Some(mask);
        Self { held, generates: false, ..Self::everything(NormKind::Batch, device).of_space(space) }
    }

    /// The same where the space is known.
    pub(crate) fn of_space(self, space: SearchSpace) -> Self {
        Self { space: Some(space), ..self }
    }

    /// The same with plain weights in place of generated ones: every stand-alone network at once.
    pub(crate) fn without_hypernetwork(self) -> Self {
        Self { generates: false, ..self }
    }

    /// Whether weights are generated where a layer asks for it.
    pub(crate) fn generates(&self) -> bool {
        self.generates
    }

    /// Choices and options of all choices; none while the space is being found, by building the
    /// network once.
    pub(crate) fn encoded(&self) -> (usize, usize) {
        self.asked.store(true, Ordering::Relaxed);
        let choices = self.space.as_ref().map_or(&[][..], SearchSpace::choices);
        (choices.len(), choices.iter().map(|choice| choice.options().len()).sum())
    }

    /// Whether the space was asked for before it was known.
    pub(crate) fn asked_for_space(&self) -> bool {
        self.space.is_none() && self.asked.load(Ordering::Relaxed)
    }

    /// Returns a value of `shape` that starts as `init` says, stays as it starts and is stored with
    /// the weights.
    pub(crate) fn fixed<const D: usize>(&self, shape: [usize; D], init: Init) -> Param<Tensor<D>> {
        let value = self.parameter(shape, init).set_require_grad(false);
        self.fixed.lock().expect("no thread panics here").insert(value.id);
        value
    }

    /// Whether a value was made to stay as it starts.
    pub(crate) fn is_fixed(&self, value: ParamId) -> bool {
        self.fixed.lock().expect("no thread panics here").contains(&value)
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
        let (Some(space), Some(mask)) = (&self.space, &self.held) else { return !0 };
        space.position(choice).map_or(!0, |position| mask.bits(position))
    }
}
