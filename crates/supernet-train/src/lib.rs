#![doc = include_str!("../README.md")]

pub mod best;
mod caught;
mod checks;
mod columns;
mod companion;
pub mod crew;
mod error;
mod examples;
mod lineage;
mod memory;
mod programs;
mod progress;
mod proxies;
mod run;
mod scoring;
mod search;
pub mod stage;
mod stand_alone;
pub mod store;
mod training;
mod trust;
mod widths;
pub mod workers;

pub use columns::Columns;
pub use companion::{
    Accompanied, Companion, CompanionKind, CompanionSettings, Course, CoursePoint, Enas, EnasSettings, GateLearning,
    Gates, GdasSettings, Updates, Validation, read_course,
};
pub use error::TrainError;
pub use examples::{Examples, ImageExamples, Samples, SearchData};
pub use lineage::{
    EditTrialSettings, EvolutionSettings, GoingOn, HillClimbSettings, Inheritance, Lineage, PopulationSettings,
    TrialKind, TrialResult, TrialSettings, trial_search,
};
pub use programs::{Program, ProgramKind, ProgramResult, ProgramSettings, TriedProgram, program_search};
pub use progress::{Jobs, Observation, Progress, ProgressLine, Silent, Standing, StopOn, clock};
pub use proxies::{ByProxy, Proxies, Untrained};
pub use run::{
    BURN, FinishedRun, MemberDirectory, OtherSearch, Provenance, Reopening, RunDirectory, RunState, list_runs,
    run_files, sorted_front,
};
pub use scoring::{
    FineTune, Halving, Latency, LatencyLimit, Scoring, SupernetEvaluator, divergences, latency, symmetric_kl,
};
pub use search::{
    ComparisonTable, FineTuner, Group, KNOWN_SPACES, KnownSettings, KnownSpace, NetworkSettings, Networks, Number,
    OwnPart, OwnSettings, PaperSettings, Plan, Retrain, Retrained, Scene, Search, SearchConfig, SearchResult,
    StagePlan, one_shot_search, plan, seconds_per_step,
};
pub use stand_alone::{
    Child, ChildEvaluator, FirstSteps, MakeChild, StandAlone, StandAloneEvaluator, StandAloneTraining, test,
    test_uncalibrated,
};
pub use store::{Event, EventLine, EventLog, Keeper, Saving, read_events, write_whole};
pub use training::{
    AfterStep, AllOn, Balance, Batches, DropPath, FairOptions, Fixed, Hooks, Loader, Moment, MostWeighted, OneMask,
    PathSampler, PathSampling, Penalty, Proposed, RareWeightless, SeededWeights, Sgd, Shares, SupernetTraining,
    Training, UniformArchitectures, UniformNetworks, UpdateRule,
};
pub use widths::{
    MorphNet, MorphNetSettings, Resource, Shrunk, WidthResult, WidthSettings, width_search, widths_within,
};
