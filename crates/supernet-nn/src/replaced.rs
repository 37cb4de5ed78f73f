//! The function that a network has in place of every ReLU, as a part of the network.

use crate::{
    Build, Init, NnError, Weights,
    flow::{Functions, Place},
    function::Function,
    names::Names,
    placed_weights::placed,
};
use burn::module::{Module, ModuleMapper, ModuleVisitor};
use supernet_space::programs::Activation;

/// What its parameters are called: this, the number of the place, `beta`.
const NAME: &str = "replaced_relu";

/// What visitors are told that they stand in.
const CONTAINER: &str = "Struct:Network";

impl Functions {
    /// The function at these places with values from `weights`, by name.
    ///
    /// # Errors
    /// What `weights` refuses.
    pub(crate) fn new(
        (activation, places): (Activation, Vec<Place>),
        build: &Build,
        weights: &mut dyn Weights,
    ) -> Result<Self, NnError> {
        let at = |place: &Place| Function { beta: Some(build.parameter([place.channels], Init::One)), activation };
        let functions: Vec<Function> = match activation.has_beta() {
            true => places.iter().map(at).collect(),
            false => vec![Function { beta: None, activation }],
        };
        let names = Names::new(|path| format!("{NAME}.{path}"));
        Ok(Self { activation, places, functions: placed(functions, build, &names, weights)? })
    }

    pub(crate) fn visit(&self, visitor: &mut impl ModuleVisitor) {
        visitor.enter_module(NAME, CONTAINER);
        self.functions.visit(visitor);
        visitor.exit_module(NAME, CONTAINER);
    }

    pub(crate) fn map(self, mapper: &mut impl ModuleMapper) -> Self {
        mapper.enter_module(NAME, CONTAINER);
        let functions = self.functions.map(mapper);
        mapper.exit_module(NAME, CONTAINER);
        Self { functions, ..self }
    }

    /// The same with what `f` makes of its parameters.
    pub(crate) fn with(self, f: impl FnOnce(Vec<Function>) -> Vec<Function>) -> Self {
        Self { functions: f(self.functions), ..self }
    }
}
