#![doc = include_str!("../README.md")]

mod caught;
mod config;
mod divergence;
mod error;
pub mod experiments;
pub mod export;
mod fine_tune;
mod fitted;
mod fixed_sample;
mod halving;
mod latency;
mod ledger;
mod loader;
mod memory;
mod micro_batches;
mod name_number;
mod one_shot;
pub mod own;
mod path_sampler;
mod plain_l2;
mod plan;
mod progress;
mod proposer;
pub mod rank;
mod reach;
pub mod report;
mod run;
mod score_file;
mod scoring;
mod seeded_weights;
pub mod stage;
mod stand_alone;
mod supernet_evaluator;
mod table;
mod tally;
mod training;
mod workers;

mod figure;
pub use figure::{FigureError, FigureGroup, SearchFigure};

pub use config::{NetworkSettings, PathSampling, Retrain, SearchConfig, Sgd, StandAloneTraining, SupernetTraining};
pub use divergence::{divergences, symmetric_kl};
pub use error::TrainError;
pub use fine_tune::FineTune;
pub use halving::Halving;
pub use latency::{Latency, LatencyLimit, latency};
pub use loader::{Batches, Loader, StepBatch};
pub use one_shot::{
    Group, Retrained, SearchResult, one_shot_search, one_shot_search_with, train_supernet, train_supernet_with,
};
pub use path_sampler::{
    AllOn, Fixed, Moment, OneMask, PathSampler, Proposed, RareIdentity, UniformArchitectures, UniformNetworks,
};
pub use plan::{Plan, StagePlan, plan, seconds_per_step};
pub use progress::{Jobs, Observation, Progress, ProgressLine, Silent, Standing, clock};
pub use proposer::Proposer;
pub use run::{
    Event, EventLine, EventLog, FinishedRun, Keeper, Provenance, Reopening, RunDirectory, RunState, Saving, list_runs,
    read_events, write_whole,
};
pub use scoring::Scoring;
pub use seeded_weights::SeededWeights;
pub use stand_alone::{StandAlone, StandAloneEvaluator, test};
pub use supernet_evaluator::SupernetEvaluator;
pub use table::{ComparisonTable, Spread};
pub use training::{AfterStep, Hooks, Training};
