//! Strategies by name.

use crate::{
    CoEvolution, EditPolicy, GeneticAlgorithm, Guided, HierarchicalEvolution, HillClimbing, Neat, Nsga2, Objective,
    PairTournament, Perturb, PoolEvolution, Ppo, Progressive, QLearning, QLearningSettings, RandomSearch,
    RegularisedEvolution, Reinforce, SearchError, Strategy, TournamentEvolution, Tpe,
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
    /// Expected improvement by a Gaussian process.
    GpEi,
    /// The same, divided by the predicted multiply-accumulates.
    GpEiPerSecond,
    /// Expected improvement by ridge regression.
    RidgeEi,
    /// Deep networks for global optimisation.
    Dngo,
    /// Progressive growth by an ensemble of networks.
    Pnas,
    /// Progressive growth by a Gaussian process.
    ProgressiveGp,
    /// NSGA-II for several objectives; the run then has a Pareto front.
    Nsga2(Vec<Objective>),
    /// REINFORCE with a distribution of its own for each choice.
    Reinforce,
    /// REINFORCE with an LSTM of one layer.
    ReinforceLstm,
    /// REINFORCE with the anchored LSTM of two layers of Zoph and Le.
    NasRl,
    /// Proximal policy optimisation with a distribution of its own for each choice.
    Ppo,
    /// Proximal policy optimisation with an LSTM, NASNet's controller.
    PpoLstm,
    /// Tabular Q-learning (MetaQNN).
    QLearning {
        /// Networks over which exploration falls to 0.1.
        networks: usize,
    },
    /// A policy that edits the smallest network (EAS, without inherited weights).
    EditPolicy,
    /// The genetic algorithm of Genetic CNN.
    GeneticAlgorithm,
    /// Tournaments in which nobody dies (hierarchical representations).
    HierarchicalEvolution,
    /// Pairs of which the worse dies (large-scale evolution, without inherited weights).
    PairTournament,
    /// Mutants of any of the best (the exploration of recurrent cells).
    PoolEvolution,
    /// Random draws, changes of the best, then a chain of steps (SMASH).
    Perturb {
        /// Networks of the plan: 5/7 draws, 1/7 changes of the best, 1/7 steps.
        networks: usize,
    },
    /// Blueprints and modules that evolve together (CoDeepNEAT), over stages of like choices.
    CoEvolution,
    /// Graphs that grow, with innovation numbers and species (NEAT).
    Neat,
    /// What was trained together with the supernet's weights proposes what it has come to prefer.
    Companion,
}

impl Proposer {
    /// Returns the strategy of this name over `space`. It draws from the stream "candidates" of
    /// `seed`.
    ///
    /// # Errors
    /// An objective twice, or none; a setting out of range; a space of which the strategy cannot
    /// propose anything; a companion, which only a trained supernet has.
    pub fn strategy(&self, space: &SearchSpace, seed: u64) -> Result<Box<dyn Strategy>, SearchError> {
        let (space, stream) = (space.clone(), "candidates");
        Ok(match self {
            Self::Random => Box::new(RandomSearch::new(space, seed, stream)),
            Self::RegularisedEvolution => Box::new(RegularisedEvolution::new(space, seed, stream)),
            Self::TournamentEvolution => Box::new(TournamentEvolution::new(space, seed, stream)),
            Self::HillClimbing => Box::new(HillClimbing::new(space, seed, stream)),
            Self::Tpe => Box::new(Tpe::new(space, seed, stream)),
            Self::GpEi => Box::new(Guided::gp_ei(space, seed, stream)),
            Self::GpEiPerSecond => Box::new(Guided::gp_ei_per_second(space, seed, stream)),
            Self::RidgeEi => Box::new(Guided::ridge_ei(space, seed, stream)),
            Self::Dngo => Box::new(Guided::dngo(space, seed, stream)),
            Self::Pnas => Box::new(Progressive::pnas(space, seed, stream)),
            Self::ProgressiveGp => Box::new(Progressive::gp(space, seed, stream)),
            Self::Nsga2(objectives) => Box::new(Nsga2::new(space, objectives, seed, stream)?),
            Self::Reinforce => Box::new(Reinforce::factorised(space, seed, stream)),
            Self::ReinforceLstm => Box::new(Reinforce::lstm(space, seed, stream)),
            Self::NasRl => Box::new(Reinforce::nas_rl(space, seed, stream)),
            Self::Ppo => Box::new(Ppo::factorised(space, seed, stream)),
            Self::PpoLstm => Box::new(Ppo::lstm(space, seed, stream)),
            Self::QLearning { networks } => {
                let settings = QLearningSettings { networks: *networks, ..QLearningSettings::default() };
                Box::new(QLearning::new(space, seed, stream).with_settings(settings)?)
            }
            Self::EditPolicy => Box::new(EditPolicy::new(space, seed, stream)?),
            Self::GeneticAlgorithm => Box::new(GeneticAlgorithm::new(space, seed, stream)),
            Self::HierarchicalEvolution => Box::new(HierarchicalEvolution::new(space, seed, stream)),
            Self::PairTournament => Box::new(PairTournament::new(space, seed, stream)),
            Self::PoolEvolution => Box::new(PoolEvolution::new(space, seed, stream)),
            Self::Perturb { networks } => Box::new(Perturb::new(space, seed, stream).with_networks(*networks)?),
            Self::CoEvolution => Box::new(CoEvolution::new(space, seed, stream)?),
            Self::Neat => Box::new(Neat::new(space, seed, stream)?),
            Self::Companion => {
                let expected = "a supernet that is trained together with one";
                return Err(SearchError::Setting {
                    strategy: "companion",
                    setting: "companion",
                    found: "none".into(),
                    expected,
                });
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_space::{NasBench201, NasBenchMacro};

    #[test]
    fn every_name_is_a_strategy_and_comes_back_from_the_settings() {
        let names = [
            (Proposer::Random, "\"random\""),
            (Proposer::RegularisedEvolution, "\"regularised_evolution\""),
            (Proposer::TournamentEvolution, "\"tournament_evolution\""),
            (Proposer::HillClimbing, "\"hill_climbing\""),
            (Proposer::Tpe, "\"tpe\""),
            (Proposer::Nsga2(vec![Objective::Accuracy, Objective::Macs]), "{\"nsga2\":[\"accuracy\",\"macs\"]}"),
            (Proposer::GpEi, "\"gp_ei\""),
            (Proposer::GpEiPerSecond, "\"gp_ei_per_second\""),
            (Proposer::RidgeEi, "\"ridge_ei\""),
            (Proposer::Dngo, "\"dngo\""),
            (Proposer::Pnas, "\"pnas\""),
            (Proposer::ProgressiveGp, "\"progressive_gp\""),
            (Proposer::Reinforce, "\"reinforce\""),
            (Proposer::ReinforceLstm, "\"reinforce_lstm\""),
            (Proposer::NasRl, "\"nas_rl\""),
            (Proposer::Ppo, "\"ppo\""),
            (Proposer::PpoLstm, "\"ppo_lstm\""),
            (Proposer::QLearning { networks: 500 }, "{\"q_learning\":{\"networks\":500}}"),
            (Proposer::EditPolicy, "\"edit_policy\""),
            (Proposer::GeneticAlgorithm, "\"genetic_algorithm\""),
            (Proposer::HierarchicalEvolution, "\"hierarchical_evolution\""),
            (Proposer::PairTournament, "\"pair_tournament\""),
            (Proposer::PoolEvolution, "\"pool_evolution\""),
            (Proposer::Perturb { networks: 700 }, "{\"perturb\":{\"networks\":700}}"),
            (Proposer::CoEvolution, "\"co_evolution\""),
            (Proposer::Neat, "\"neat\""),
        ];
        for (proposer, text) in names {
            assert_eq!(serde_json::to_string(&proposer).unwrap(), text);
            assert_eq!(serde_json::from_str::<Proposer>(text).unwrap(), proposer);
            for space in [NasBenchMacro::new().space().clone(), NasBench201::new().space().clone()] {
                let asked = proposer.strategy(&space, 1).unwrap().ask(5);
                asked.iter().for_each(|architecture| space.check(architecture).unwrap());
            }
        }
        assert!(Proposer::QLearning { networks: 0 }.strategy(NasBenchMacro::new().space(), 1).is_err());
        assert!(Proposer::Perturb { networks: 0 }.strategy(NasBenchMacro::new().space(), 1).is_err());
        assert_eq!(serde_json::to_string(&Proposer::Companion).unwrap(), "\"companion\"");
        let error = Proposer::Companion.strategy(NasBenchMacro::new().space(), 1).err().unwrap().to_string();
        assert_eq!(error, "companion, companion: found none, expected a supernet that is trained together with one");
    }
}
