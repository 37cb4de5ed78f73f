#![doc = include_str!("../README.md")]

mod adam;
mod agreement;
mod anchors;
mod bootstrap;
mod bracket;
mod budget;
mod by_loss;
mod co_evolution;
mod constraints;
mod controller;
mod correlate;
mod edit_controller;
mod edit_policy;
mod error;
mod evaluator;
mod exact;
mod factorised;
mod filtered;
mod generation;
mod genetic_algorithm;
mod genome;
mod graph_form;
mod hierarchical_evolution;
mod hill_climbing;
mod hyperband;
mod innovations;
mod known;
mod least;
mod linear_fit;
mod lstm;
mod lstm_cell;
mod main_effects;
mod neat;
mod nsga2;
mod pair_tournament;
mod pareto;
mod pool_evolution;
mod ppo;
mod q_learning;
mod random;
pub mod ranking;
mod regularised_evolution;
mod reinforce;
mod returns;
mod reward_map;
mod search;
mod sections;
mod species;
mod state;
mod strategy;
mod subset_distribution;
mod successive_halving;
mod table;
#[cfg(test)]
mod testing;
mod tournament_evolution;
mod tpe;
mod vectors;

pub use agreement::{best_place_among, kendall, precision_at, spearman};
pub use bootstrap::{Bootstrap, Estimate};
pub use bracket::Rung;
pub use budget::{
    BudgetLimits, BudgetedEvaluator, BudgetedOutcome, BudgetedStrategy, PerBudget, Proposal, search_budgeted,
    search_budgeted_within,
};
pub use by_loss::ByLoss;
pub use co_evolution::{CoEvolution, CoEvolutionSettings};
pub use constraints::{Constraints, OutOfRange};
pub use controller::Controller;
pub use correlate::{
    BestAmong, CorrelateSettings, PrecisionAt, TableAgreement, TableCorrelation, correlate, correlate_evaluator,
    correlate_rankings, cost_rankings, score_rankings,
};
pub use edit_controller::{Edit, EditController, EditSettings};
pub use edit_policy::EditPolicy;
pub use error::SearchError;
pub use evaluator::{Evaluator, RankBy, Score, Scored};
pub use factorised::Factorised;
pub use filtered::Filtered;
pub use genetic_algorithm::{GeneticAlgorithm, GeneticSettings};
pub use hierarchical_evolution::HierarchicalEvolution;
pub use hill_climbing::HillClimbing;
pub use hyperband::Hyperband;
pub use linear_fit::LinearFit;
pub use lstm::{Lstm, LstmSettings};
pub use main_effects::main_effects;
pub use neat::{Neat, NeatSettings};
pub use nsga2::Nsga2;
pub use pair_tournament::PairTournament;
pub use pareto::{Objective, crowding, dominates, fronts, pareto_front};
pub use pool_evolution::PoolEvolution;
pub use ppo::{Ppo, PpoSettings};
pub use q_learning::{QLearning, QLearningSettings, Shaping};
pub use random::RandomSearch;
pub use ranking::Ranking;
pub use regularised_evolution::RegularisedEvolution;
pub use reinforce::{Reinforce, ReinforceSettings};
pub use reward_map::RewardMap;
pub use search::{Outcome, SearchLimits, search, search_within};
pub use strategy::Strategy;
pub use successive_halving::SuccessiveHalving;
pub use table::{Table, TableColumns, TableRow};
pub use tournament_evolution::TournamentEvolution;
pub use tpe::Tpe;
