//! A whole search: its settings, its parts, its stages, what it finds.

mod accompanied;
mod candidates;
mod companion_check;
mod companions;
mod comparison_table;
mod config;
mod fine_tuner;
mod fitted;
mod fixed_sample;
mod gate_gradient;
mod held;
mod in_memory;
mod known;
mod minibatch;
mod network_settings;
mod networks;
mod one_shot;
mod paper_settings;
mod parts;
mod plan;
mod published;
mod reach;
mod recommended;
mod relu;
mod retrained;
#[expect(clippy::module_inception, reason = "the search itself")]
mod search;
mod split;
mod supernet;

pub use comparison_table::ComparisonTable;
pub use config::{Retrain, SearchConfig};
pub use fine_tuner::FineTuner;
pub use in_memory::one_shot_search;
pub use known::{KNOWN_SPACES, KnownSettings, KnownSpace, Number};
pub use network_settings::{NetworkSettings, OwnSettings};
pub use networks::Networks;
pub use one_shot::SearchResult;
pub use paper_settings::PaperSettings;
pub(crate) use parts::{COMPANION, SAMPLER};
pub use parts::{OwnPart, Scene};
pub use plan::{Plan, StagePlan, plan, seconds_per_step};
pub(crate) use relu::check_relu;
pub use retrained::{Group, Retrained};
pub use search::Search;

use fixed_sample::FixedSample;
pub(crate) use one_shot::OneShot;
