//! Scoring candidates by a supernet's weights.

mod divergence;
mod fine_tune;
mod halving;
mod jobs;
mod latency;
mod ledger;
mod settings;
mod supernet_evaluator;
mod tally;

pub use divergence::{divergences, symmetric_kl};
pub use fine_tune::FineTune;
pub use halving::Halving;
pub use latency::{Latency, LatencyLimit, latency};
pub use settings::Scoring;
pub use supernet_evaluator::SupernetEvaluator;

pub(crate) use settings::MOST_CHECKPOINTS;
pub(crate) use tally::{Tally, read};
