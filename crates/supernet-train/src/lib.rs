#![doc = include_str!("../README.md")]

pub mod best;
mod caught;
mod checks;
mod columns;
mod error;
mod memory;
pub mod own;
mod progress;
mod run;
mod scoring;
mod search;
pub mod stage;
mod stand_alone;
pub mod store;
mod training;
mod trust;
pub mod workers;

pub use columns::Columns;
pub use error::TrainError;
pub use progress::{Jobs, Observation, Progress, ProgressLine, Silent, Standing, clock};
pub use run::{BURN, FinishedRun, Provenance, Reopening, RunDirectory, RunState, list_runs, sorted_front};
pub use scoring::{
    FineTune, Halving, Latency, LatencyLimit, Scoring, SupernetEvaluator, divergences, latency, symmetric_kl,
};
pub use search::{
    ComparisonTable, FineTuner, Group, NetworkSettings, Plan, Retrain, Retrained, SearchConfig, SearchResult,
    StagePlan, one_shot_search, one_shot_search_with, plan, seconds_per_step, train_supernet, train_supernet_with,
    training_images,
};
pub use stand_alone::{StandAlone, StandAloneEvaluator, StandAloneTraining, test, test_uncalibrated};
pub use store::{Event, EventLine, EventLog, Keeper, Saving, read_events, write_whole};
pub use training::{
    AfterStep, AllOn, Batches, Fixed, Hooks, Loader, Moment, OneMask, PathSampler, PathSampling, Proposed,
    RareIdentity, SeededWeights, Sgd, StepBatch, SupernetTraining, Training, UniformArchitectures, UniformNetworks,
};
