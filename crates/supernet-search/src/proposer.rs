//! Strategies by name.

use crate::{
    HillClimbing, Nsga2, Objective, RandomSearch, RegularisedEvolution, SearchError, Strategy, TournamentEvolution, Tpe,
};
use serde::{Deserialize, Serialize};
use supernet_space::SearchSpace;

/// Who proposes candidates; each with the settings of its paper.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proposer {
    /// Uniform draws (the paper's way).
    #[default]
    Random,
    /// Regularised evolution.
    RegularisedEvolution,
    /// Tournament evolution with crossover.
    TournamentEvolution,
    /// Hill climbing with restarts.
    HillClimbing,
    /// A tree of Parzen estimators.
    Tpe,
    /// NSGA-II for several objectives; the run then has a Pareto front.
    Nsga2(Vec<Objective>),
}

impl Proposer {
    /// Returns the strategy of this name over `space`. It draws from the stream "candidates" of `seed`.
    ///
    /// # Errors
    /// An objective twice, or none.
    pub fn strategy(&self, space: &SearchSpace, seed: u64) -> Result<Box<dyn Strategy>, SearchError> {
        let (space, stream) = (space.clone(), "candidates");
        Ok(match self {
            Self::Random => Box::new(RandomSearch::new(space, seed, stream)),
            Self::RegularisedEvolution => Box::new(RegularisedEvolution::new(space, seed, stream)),
            Self::TournamentEvolution => Box::new(TournamentEvolution::new(space, seed, stream)),
            Self::HillClimbing => Box::new(HillClimbing::new(space, seed, stream)),
            Self::Tpe => Box::new(Tpe::new(space, seed, stream)),
            Self::Nsga2(objectives) => Box::new(Nsga2::new(space, objectives, seed, stream)?),
        })
    }
}
