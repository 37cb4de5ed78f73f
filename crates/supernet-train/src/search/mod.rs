//! A whole search: its settings, its stages, what it finds.

mod candidates;
mod companions;
mod comparison_table;
mod config;
mod fine_tuner;
mod fitted;
mod fixed_sample;
mod one_shot;
mod plan;
mod reach;
mod retrained;
mod supernet;

pub use companions::training_images;
pub use comparison_table::ComparisonTable;
pub use config::{NetworkSettings, Retrain, SearchConfig};
pub use fine_tuner::FineTuner;
pub use one_shot::{SearchResult, one_shot_search, one_shot_search_with};
pub use plan::{Plan, StagePlan, plan, seconds_per_step};
pub use retrained::{Group, Retrained};
pub use supernet::{train_supernet, train_supernet_with};

pub(crate) use candidates::candidates;
pub(crate) use companions::{Companions, choose, random_companions, retrain, tested};
pub(crate) use one_shot::OneShot;
pub(crate) use reach::check_reach;
