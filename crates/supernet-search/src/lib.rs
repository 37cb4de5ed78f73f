#![doc = include_str!("../README.md")]

mod adam;
mod agreement;
mod bootstrap;
mod bracket;
mod budget;
mod by_loss;
mod constraints;
mod controller;
mod correlate;
mod error;
mod evaluator;
mod exact;
mod factorised;
mod hill_climbing;
mod hyperband;
mod known;
mod linear_fit;
mod lstm;
mod main_effects;
mod nsga2;
mod pareto;
mod proposer;
mod random;
pub mod ranking;
mod regularised_evolution;
mod reinforce;
mod search;
mod spread;
mod state;
mod strategy;
mod subset_distribution;
mod successive_halving;
mod table;
#[cfg(test)]
mod testing;
mod tournament_evolution;
mod tpe;

pub use agreement::{best_place_among, kendall, partial, pearson, precision_at, spearman, weighted_kendall};
pub use bootstrap::{Bootstrap, Estimate};
pub use bracket::Rung;
pub use budget::{
    BudgetLimits, BudgetedEvaluator, BudgetedOutcome, BudgetedStrategy, PerBudget, Proposal, search_budgeted,
    search_budgeted_within,
};
pub use by_loss::ByLoss;
pub use constraints::{Constraints, OutOfRange};
pub use controller::Controller;
pub use correlate::{
    BestAmong, CorrelateSettings, PrecisionAt, TableAgreement, TableCorrelation, correlate, correlate_evaluator,
    correlate_rankings, cost_rankings, score_rankings,
};
pub use error::SearchError;
pub use evaluator::{Evaluator, RankBy, Score, Scored};
pub use factorised::Factorised;
pub use hill_climbing::HillClimbing;
pub use hyperband::Hyperband;
pub use linear_fit::LinearFit;
pub use lstm::Lstm;
pub use main_effects::main_effects;
pub use nsga2::Nsga2;
pub use pareto::{Objective, crowding, dominates, fronts, pareto_front};
pub use proposer::Proposer;
pub use random::RandomSearch;
pub use ranking::Ranking;
pub use regularised_evolution::RegularisedEvolution;
pub use reinforce::{Reinforce, ReinforceSettings};
pub use search::{Outcome, SearchLimits, search, search_within};
pub use spread::Spread;
pub use strategy::Strategy;
pub use successive_halving::SuccessiveHalving;
pub use table::{Table, TableColumns, TableRow};
pub use tournament_evolution::TournamentEvolution;
pub use tpe::Tpe;
