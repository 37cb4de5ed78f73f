//! Tensor operations of one-shot architecture search that Burn lacks or runs slowly, each with its own backward.
//!
//! A batch is `groups` ghost batches of `n` images, rows `[groups * n, channels, height, width]`; each ghost batch has a path mask
//! and statistics of its own. Operations take a sorted list `on` of ghost batches, run on those and on no others, and either
//! return a *compact* tensor (the listed ghost batches only) or add to an accumulator.

#![warn(missing_docs)]

mod add_on;
mod awake;
mod backend;
mod contract;
mod conv;
mod depthwise;
#[cfg(feature = "flex")]
mod flex;
mod ghosts;
mod gradients;
mod mean_pool;
mod norm_relu;
mod pointwise;
mod pool;
pub mod reference;
mod zeros;

#[cfg(feature = "flex")]
#[doc(hidden)]
pub use flex::simd;

pub use add_on::{add_at, add_on};
pub use awake::awake;
pub use conv::{conv, conv_add};
pub use depthwise::depthwise;
pub use mean_pool::mean_pool;
pub use norm_relu::{norm, norm_relu, norm_relu_on};
pub use pointwise::{pointwise, pointwise_add};
pub use pool::{Pool, pool_add};
pub use zeros::zeros_like_rows;
