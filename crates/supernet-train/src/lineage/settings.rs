//! Searches by trials, by name.

use super::Inheritance;
use crate::{SearchConfig, StandAloneTraining, TrainError, checks::at_least_one};
use serde::{Deserialize, Serialize};
use supernet_nn::Morph;
use supernet_search::{
    Constraints, EditPolicy, least,
    trials::{EditTrials, InheritingEvolution, MorphismHillClimb, PopulationBased, Setting, TrialStrategy},
};
use supernet_space::{SearchSpace, draws};

/// A search by trials: trainings of which each may begin with the weights of another.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrialSettings {
    /// Training steps of all trials together; at least those of one.
    pub steps: u64,
    /// Who proposes the trials.
    pub kind: TrialKind,
}

/// Who proposes trials.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialKind {
    /// Population-based training ([`PopulationBased`]).
    Population(PopulationSettings),
    /// Large-scale evolution ([`InheritingEvolution`]).
    Evolution(EvolutionSettings),
    /// Hill climbing by network morphisms ([`MorphismHillClimb`]), from the space's least network.
    HillClimb(HillClimbSettings),
    /// Efficient architecture search: a policy edits the space's least network ([`EditTrials`]).
    Edits(EditTrialSettings),
}

/// A population that is trained side by side.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PopulationSettings {
    /// Members. Default 6; at least 1.
    pub members: usize,
    /// Training steps after which the worst members go on from the best. Default 100; at least 1.
    pub interval: u64,
    /// Between which learning rates members begin and stay. Default 0.003 to 1; above 0.
    pub learning_rate: [f64; 2],
    /// The same of L2. Default 0.00001 to 0.01; above 0.
    pub l2: [f64; 2],
    /// Whether all members are of one architecture, a uniform one, so that only numbers are
    /// searched. Default: each has one of its own, and those of the worst die out.
    #[serde(default)]
    pub one_architecture: bool,
}

impl Default for PopulationSettings {
    fn default() -> Self {
        Self { members: 6, interval: 100, learning_rate: [0.003, 1.0], l2: [1e-5, 1e-2], one_architecture: false }
    }
}

/// Networks of which the better have children that begin with their weights.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvolutionSettings {
    /// Networks that live at a time. Default 20; at least 2.
    pub members: usize,
    /// Training steps of each. Default 100; at least 1.
    pub interval: u64,
}

impl Default for EvolutionSettings {
    fn default() -> Self {
        Self { members: 20, interval: 100 }
    }
}

/// Networks that grow: in each round a network, trained on, and its children are held against each
/// other.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HillClimbSettings {
    /// Children of a round, of which the last is the network itself. Default 8, as published; at
    /// least 2.
    pub children: usize,
    /// Morphisms by which each is greater than its parent. Default 5, as published; at least 1.
    pub morphisms: usize,
    /// Training steps of each network. Default 100; at least 1.
    pub interval: u64,
}

impl Default for HillClimbSettings {
    fn default() -> Self {
        Self { children: 8, morphisms: 5, interval: 100 }
    }
}

/// Networks that a policy makes of one by edits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditTrialSettings {
    /// Training steps of each network. Default 100; at least 1.
    pub interval: u64,
}

impl Default for EditTrialSettings {
    fn default() -> Self {
        Self { interval: 100 }
    }
}

impl TrialSettings {
    /// Steps of a trial.
    fn interval(&self) -> u64 {
        match self.kind {
            TrialKind::Population(PopulationSettings { interval, .. })
            | TrialKind::Evolution(EvolutionSettings { interval, .. })
            | TrialKind::HillClimb(HillClimbSettings { interval, .. })
            | TrialKind::Edits(EditTrialSettings { interval }) => interval,
        }
    }

    /// How a trial of another architecture than its parent's begins: networks that grow begin with
    /// what their parent computes.
    pub(super) fn inheritance(&self) -> Inheritance {
        match self.kind {
            TrialKind::Population(_) | TrialKind::Evolution(_) => Inheritance::ByName,
            TrialKind::HillClimb(_) | TrialKind::Edits(_) => Inheritance::Morphism(Morph::default()),
        }
    }

    /// Checks every number.
    ///
    /// # Errors
    /// The first number that is out of range.
    pub fn check(&self) -> Result<(), TrainError> {
        let (interval, place) = (self.interval(), "trials.interval (--interval)");
        at_least_one(place, interval as usize)?;
        if self.steps < interval {
            let expected = format!("at least {interval}, the steps of one trial");
            return Err(TrainError::config("trials.steps (--steps)", self.steps, expected));
        }
        match self.kind {
            TrialKind::Population(PopulationSettings { members, learning_rate, l2, .. }) => {
                at_least_one("trials.members (--members)", members)?;
                range("trials.learning_rate (--learning-rates)", learning_rate)?;
                range("trials.l2 (--l2s)", l2)
            }
            TrialKind::Evolution(EvolutionSettings { members, .. }) if members < 2 => {
                Err(TrainError::config("trials.members (--members)", members, "at least 2"))
            }
            TrialKind::HillClimb(HillClimbSettings { children, .. }) if children < 2 => {
                Err(TrainError::config("trials.children (--members)", children, "at least 2"))
            }
            TrialKind::HillClimb(HillClimbSettings { morphisms, .. }) => {
                at_least_one("trials.morphisms (--morphisms)", morphisms)
            }
            TrialKind::Evolution(_) | TrialKind::Edits(_) => Ok(()),
        }
    }

    /// Checks every number, and that a search of `config` can be by trials.
    ///
    /// # Errors
    /// The first number that is out of range; limits on costs, which trials do not keep to.
    pub fn check_for(&self, config: &SearchConfig) -> Result<(), TrainError> {
        self.check()?;
        if config.constraints != Constraints::default() || config.latency.is_some() {
            return Err(TrainError::config("constraints, latency", "limits", "none: trials do not keep to them"));
        }
        let grows = matches!(self.kind, TrialKind::HillClimb(_) | TrialKind::Edits(_));
        if let Some(activation) = config.network.activation().filter(|_| grows) {
            let expected = "none where networks grow: what is inserted computes the identity behind a ReLU alone";
            return Err(TrainError::config("network.activation (--activation)", activation, expected));
        }
        Ok(())
    }

    /// Trials to ask for at a time: all members of a population; of an evolution what some cores
    /// train at the same time, whatever machine it runs on.
    pub(super) fn ask(&self) -> usize {
        const AT_ONCE: usize = 4;
        match self.kind {
            TrialKind::Population(PopulationSettings { members, .. }) => members,
            TrialKind::Evolution(EvolutionSettings { members, .. }) => members.min(AT_ONCE),
            TrialKind::HillClimb(HillClimbSettings { children, .. }) => children,
            // What the policy learns from at a time.
            TrialKind::Edits(_) => 10,
        }
    }

    /// Makes the strategy over a space, its draws functions of `seed`; networks learn as `training`
    /// says where the strategy chooses nothing.
    ///
    /// # Errors
    /// A number out of range.
    pub fn strategy(
        &self,
        space: &SearchSpace,
        training: &StandAloneTraining,
        seed: u64,
    ) -> Result<Box<dyn TrialStrategy>, TrainError> {
        self.check()?;
        let (first, rate) = (|| space.sample(&mut draws(seed, "trials/first", 0)), training.sgd.learning_rate);
        Ok(match self.kind {
            TrialKind::Population(PopulationSettings { members, interval, learning_rate, l2, one_architecture }) => {
                let of = |name: &str, [least, greatest]: [f64; 2]| Setting::logarithmic(name, least, greatest);
                let numbers = vec![of("learning_rate", learning_rate), of("l2", l2)];
                let new = PopulationBased::new(space.clone(), members, interval, numbers, seed, "trials")?;
                Box::new(if one_architecture { new.with_architecture(&first())? } else { new })
            }
            TrialKind::Evolution(EvolutionSettings { members, interval }) => {
                let new = InheritingEvolution::new(space.clone(), first(), rate, interval, seed, "trials")?;
                Box::new(new.with_population(members)?)
            }
            TrialKind::HillClimb(HillClimbSettings { children, morphisms, interval }) => {
                let steps = (interval, interval);
                let new = MorphismHillClimb::new(space.clone(), least(space), rate, steps, seed, "trials")?;
                Box::new(new.with_children(children, morphisms)?)
            }
            TrialKind::Edits(EditTrialSettings { interval }) => {
                let policy = EditPolicy::new(space.clone(), seed, "trials")?;
                Box::new(EditTrials::new(policy, rate, (interval, interval))?)
            }
        })
    }
}

/// # Errors
/// Ends that are no range above 0.
fn range(place: &'static str, [least, greatest]: [f64; 2]) -> Result<(), TrainError> {
    if least > 0.0 && least <= greatest && greatest.is_finite() {
        return Ok(());
    }
    Err(TrainError::config(place, format!("{least} to {greatest}"), "the least and the greatest, above 0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_out_of_range_are_refused_with_place_found_and_expected() {
        let refused = |settings: TrialSettings| settings.check().unwrap_err().to_string();
        let population = PopulationSettings::default();
        let of = |kind| TrialSettings { steps: 1_000, kind };
        assert_eq!(
            refused(TrialSettings { steps: 99, ..of(TrialKind::Population(population)) }),
            "trials.steps (--steps): found 99, expected at least 100, the steps of one trial"
        );
        assert_eq!(
            refused(of(TrialKind::Population(PopulationSettings { l2: [1e-2, 1e-5], ..population }))),
            "trials.l2 (--l2s): found 0.01 to 0.00001, expected the least and the greatest, above 0"
        );
        assert_eq!(
            refused(of(TrialKind::Evolution(EvolutionSettings { members: 1, interval: 100 }))),
            "trials.members (--members): found 1, expected at least 2"
        );
        let none = PopulationSettings { interval: 0, ..population };
        assert_eq!(
            refused(of(TrialKind::Population(none))),
            "trials.interval (--interval): found 0, expected at least 1"
        );
    }
}
