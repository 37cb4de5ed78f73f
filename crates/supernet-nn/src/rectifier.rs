//! What a network has in place of max(x, 0).

use crate::{Build, Formula, NnError, Weights, names::Names, placed_weights::placed};
use burn::module::{Module, ModuleMapper, ModuleVisitor, ParamId};
use std::{cell::RefCell, collections::HashSet};
use supernet_space::programs::Activation;

/// What parameters of replaced ReLUs are called: this, the number of the place, `beta`.
const NAME: &str = "replaced_relu";

/// What visitors are told that the parameters stand in.
const CONTAINER: &str = "Struct:Network";

/// A place of max(x, 0) in a network of one architecture, told by x: the parameters that it was
/// computed with, and its channels. Modules say the same of a tensor whether they compute it or
/// describe it, and in whatever order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    parameters: u64,
    pub(crate) channels: usize,
}

impl Place {
    pub(crate) fn new(parameters: impl IntoIterator<Item = ParamId>, channels: usize) -> Self {
        // Ids are hashes of names already.
        let parameters = parameters.into_iter().fold(0, |sum: u64, id| sum.wrapping_add(id.val()));
        Self { parameters, channels }
    }
}

/// A function in place of every max(x, 0) of a network, with a β of its own for each channel of
/// each place.
#[derive(Clone, Debug)]
pub(crate) struct Replaced {
    activation: Activation,
    places: Vec<Place>,
    /// One for all where the function has no β; else one for each place.
    formulas: Vec<Formula>,
}

impl Replaced {
    /// The function at these places, its parameters as `build` makes them.
    pub(crate) fn new(build: &Build, activation: Activation, places: Vec<Place>) -> Self {
        let formula = |channels| Formula::new(build, &activation, channels);
        let formulas = match activation.has_beta() {
            true => places.iter().map(|place| formula(place.channels)).collect(),
            false => vec![formula(1)],
        };
        Self { activation, places, formulas }
    }

    /// The same with values from `weights`, by name.
    ///
    /// # Errors
    /// What `weights` refuses.
    pub(crate) fn placed(self, build: &Build, weights: &mut dyn Weights) -> Result<Self, NnError> {
        let names = Names::new(|path| format!("{NAME}.{path}"));
        Ok(Self { formulas: placed(self.formulas, build, &names, weights)?, ..self })
    }

    /// The parameters, as a module.
    pub(crate) fn formulas(&self) -> &impl Module {
        &self.formulas
    }

    /// Whether places are told apart.
    pub(crate) fn has_places(&self) -> bool {
        self.activation.has_beta()
    }

    pub(crate) fn visit(&self, visitor: &mut impl ModuleVisitor) {
        visitor.enter_module(NAME, CONTAINER);
        self.formulas.visit(visitor);
        visitor.exit_module(NAME, CONTAINER);
    }

    pub(crate) fn map(self, mapper: &mut impl ModuleMapper) -> Self {
        mapper.enter_module(NAME, CONTAINER);
        let formulas = self.formulas.map(mapper);
        mapper.exit_module(NAME, CONTAINER);
        Self { formulas, ..self }
    }

    /// The same with what `f` makes of its parameters.
    pub(crate) fn with(self, f: impl FnOnce(Vec<Formula>) -> Vec<Formula>) -> Self {
        Self { formulas: f(self.formulas), ..self }
    }

    /// The ids of its parameters.
    fn betas(&self) -> HashSet<ParamId> {
        self.formulas.iter().filter_map(|formula| Some(formula.beta()?.id)).collect()
    }
}

/// What stands in place of max(x, 0) in one pass over a network.
#[derive(Debug, Default)]
pub(crate) enum Rectifier {
    /// It itself.
    #[default]
    Relu,
    /// It itself; places are noted, each once.
    Noting(RefCell<Vec<Place>>),
    /// A function. Beside it the ids of its parameters, which tell no place.
    Replaced(Replaced, HashSet<ParamId>),
}

impl Rectifier {
    pub(crate) fn of(replaced: Option<&Replaced>) -> Self {
        replaced.map_or(Self::Relu, |replaced| Self::Replaced(replaced.clone(), replaced.betas()))
    }

    /// Whether places are told apart: of a tensor of slices the whole is one then.
    pub(crate) fn has_places(&self) -> bool {
        match self {
            Self::Relu => false,
            Self::Noting(_) => true,
            Self::Replaced(replaced, _) => replaced.has_places(),
        }
    }

    /// The function of the place that is come to, if it is another than max(x, 0). `parameters` are
    /// those of the place, which are asked for where places matter.
    ///
    /// # Errors
    /// A place that the network was not built with.
    pub(crate) fn function(
        &self,
        channels: usize,
        parameters: impl FnOnce() -> HashSet<ParamId>,
    ) -> Result<Option<&Formula>, NnError> {
        match self {
            Self::Relu => Ok(None),
            Self::Noting(places) => {
                let (place, mut places) = (Place::new(parameters(), channels), places.borrow_mut());
                if !places.contains(&place) {
                    places.push(place);
                }
                Ok(None)
            }
            Self::Replaced(replaced, _) if !replaced.has_places() => Ok(replaced.formulas.first()),
            Self::Replaced(replaced, betas) => {
                let place = Place::new(parameters().into_iter().filter(|id| !betas.contains(id)), channels);
                let number = replaced.places.iter().position(|other| *other == place);
                let (function, places) = (replaced.activation, replaced.places.len());
                let number = number.ok_or(NnError::ReplacedRelu { function, channels, places })?;
                Ok(Some(&replaced.formulas[number]))
            }
        }
    }

    /// The places that were noted.
    pub(crate) fn noted(&self) -> Vec<Place> {
        if let Self::Noting(places) = self { places.borrow().clone() } else { Vec::new() }
    }
}
