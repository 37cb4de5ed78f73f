//! What a pass has in place of max(x, 0).

use crate::{NnError, function::Function};
use burn::module::ParamId;
use std::{cell::RefCell, collections::HashSet};
use supernet_space::programs::Activation;

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
pub(crate) struct Functions {
    pub(crate) activation: Activation,
    pub(crate) places: Vec<Place>,
    /// One for all where the function has no β; else one for each place.
    pub(crate) functions: Vec<Function>,
}

impl Functions {
    /// Whether places are told apart.
    pub(crate) fn has_places(&self) -> bool {
        self.activation.has_beta()
    }

    /// The ids of its parameters.
    fn betas(&self) -> HashSet<ParamId> {
        self.functions.iter().filter_map(|function| Some(function.beta.as_ref()?.id)).collect()
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
    Replaced(Functions, HashSet<ParamId>),
}

impl Rectifier {
    pub(crate) fn of(replaced: Option<&Functions>) -> Self {
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
    ) -> Result<Option<&Function>, NnError> {
        match self {
            Self::Relu => Ok(None),
            Self::Noting(places) => {
                let (place, mut places) = (Place::new(parameters(), channels), places.borrow_mut());
                if !places.contains(&place) {
                    places.push(place);
                }
                Ok(None)
            }
            Self::Replaced(replaced, _) if !replaced.has_places() => Ok(replaced.functions.first()),
            Self::Replaced(replaced, betas) => {
                let place = Place::new(parameters().into_iter().filter(|id| !betas.contains(id)), channels);
                let number = replaced.places.iter().position(|other| *other == place);
                let (function, places) = (replaced.activation, replaced.places.len());
                let number = number.ok_or(NnError::ReplacedRelu { function, channels, places })?;
                Ok(Some(&replaced.functions[number]))
            }
        }
    }

    /// The places that were noted.
    pub(crate) fn noted(&self) -> Vec<Place> {
        if let Self::Noting(places) = self { places.borrow().clone() } else { Vec::new() }
    }
}
