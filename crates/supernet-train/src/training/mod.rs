//! Training: the loop, what draws masks, batches and weights, and its settings.

mod ahead;
mod balance;
mod drop_path;
mod epoch_order;
mod fair_options;
mod loader;
mod micro_batches;
mod most_weighted;
mod part;
mod path_sampler;
mod path_sampling;
mod pinned;
mod plain_l2;
mod rare_weightless;
mod seeded_weights;
mod sgd;
mod shares;
mod supernet_training;
mod training_loop;

pub use balance::Balance;
pub use drop_path::DropPath;
pub(crate) use epoch_order::EpochOrder;
pub use fair_options::FairOptions;
pub use loader::{Batches, Loader};
pub use most_weighted::MostWeighted;
pub use path_sampler::{AllOn, Fixed, Moment, OneMask, PathSampler, Proposed, UniformArchitectures, UniformNetworks};
pub use path_sampling::PathSampling;
pub(crate) use pinned::Pinned;
pub use rare_weightless::RareWeightless;
pub use seeded_weights::SeededWeights;
pub use sgd::Sgd;
pub use shares::Shares;
pub use supernet_training::SupernetTraining;
pub use training_loop::{AfterStep, Hooks, Training};
