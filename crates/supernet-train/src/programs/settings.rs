//! What a search for programs is given.

use super::{kind::ProgramKind, program::ProgramSpace};
use crate::{Examples, Search, TrainError, checks::at_least_one, search::check_relu};
use serde::{Deserialize, Serialize};
use supernet_nn::Layer;
use supernet_search::Constraints;
use supernet_space::{
    PathMask, draws,
    programs::{Activation, UpdateProgram},
};

/// A search for programs: of which kind, on which network, for how long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgramSettings {
    /// What is searched.
    pub what: ProgramKind,
    /// Units of a program: of functions at most so many, 1 to 4; of rules so many, 1 to 3. Default
    /// 2.
    pub units: usize,
    /// Different programs that are trained. Default 60; at least 1.
    pub programs: usize,
    /// The best of them, which are trained again from other weights beside what is known. Default
    /// 5; 1 to `programs`.
    pub best: usize,
    /// Epochs of a training of the search; those at the end are the recipe's. At least 1.
    pub epochs: usize,
    /// Learning rates of rules; the known ones are tried at each. Default 1, .3, .1 and so on to
    /// .0003.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub learning_rates: Vec<f64>,
    /// The network that is trained with each program, an architecture of the search's space.
    pub architecture: PathMask,
}

impl ProgramSettings {
    /// Searches for `what` on the network of `architecture`, in trainings of so many epochs; the
    /// default of every other field.
    pub fn new(what: ProgramKind, architecture: PathMask, epochs: usize) -> Self {
        let learning_rates = match what {
            ProgramKind::Activations => Vec::new(),
            ProgramKind::Rules => vec![1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003],
        };
        Self { what, units: 2, programs: 60, best: 5, epochs, learning_rates, architecture }
    }

    /// Draws the network of a search that names none: a uniform one, from stream
    /// `programs/network`.
    pub fn drawn_network<M: Layer<D, 2>, E: Examples<D>, const D: usize>(search: &Search<'_, M, E, D>) -> PathMask {
        search.space().sample(&mut draws(search.config().seed, "programs/network", 0)).mask().clone()
    }

    /// The space of programs.
    ///
    /// # Errors
    /// A number of units or a learning rate out of range.
    pub(super) fn space(&self) -> Result<ProgramSpace, TrainError> {
        ProgramSpace::new(self.what, self.units, &self.learning_rates)
    }

    /// Checks every number, and that `search` can be one for programs.
    ///
    /// # Errors
    /// The first number that is out of range; an architecture of another space; limits on costs,
    /// which programs have none of.
    pub fn check_for<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
        &self,
        search: &Search<'_, M, E, D>,
    ) -> Result<(), TrainError> {
        let most = match self.what {
            ProgramKind::Activations => Activation::MOST_UNITS,
            ProgramKind::Rules => UpdateProgram::MOST_UNITS,
        };
        if !(1..=most).contains(&self.units) {
            return Err(TrainError::config("programs.units (--units)", self.units, format!("1 to {most}")));
        }
        self.space()?;
        at_least_one("programs.programs (--programs)", self.programs)?;
        at_least_one("programs.epochs (--child-epochs)", self.epochs)?;
        if !(1..=self.programs).contains(&self.best) {
            let expected = format!("1 to {}, the programs", self.programs);
            return Err(TrainError::config("programs.best (--best)", self.best, expected));
        }
        if self.what == ProgramKind::Activations && !self.learning_rates.is_empty() {
            let expected = "none: functions are trained at that of the recipe";
            return Err(TrainError::config("programs.learning_rates", self.learning_rates.len(), expected));
        }
        search.space().accept(self.architecture.clone())?;
        let config = search.config();
        if self.what == ProgramKind::Activations {
            let definition = &search.networks().stand_alone;
            if let Some(activation) = definition.activation() {
                let expected = "none: it is what is searched";
                return Err(TrainError::config("network.activation (--activation)", activation, expected));
            }
            check_relu(definition, "a function of those that are searched")?;
        }
        if config.constraints != Constraints::default() || config.latency.is_some() {
            let expected = "none: all programs are trained in one network";
            return Err(TrainError::config("constraints, latency", "limits", expected));
        }
        Ok(())
    }
}
