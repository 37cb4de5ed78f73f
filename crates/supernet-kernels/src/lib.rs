#![doc = include_str!("../README.md")]
// Without a backend, the routing that `backend_extension` writes has nothing to hand its arguments to.
#![cfg_attr(not(any(feature = "flex", feature = "cubecl")), allow(unused_variables))]

mod add_on;
mod awake;
mod backend;
mod contract;
mod conv;
mod conv_stride2;
#[cfg(feature = "cubecl")]
mod cube;
mod depthwise;
#[cfg(feature = "flex")]
mod flex;
mod ghosts;
mod gradients;
mod linear;
mod mean_pool;
mod norm_affine_relu;
mod norm_relu;
mod phase;
mod pointwise;
mod pool;
mod pool_kind;
pub mod reference;
mod zeros;

#[cfg(feature = "flex")]
#[doc(hidden)]
pub use flex::simd;

#[cfg(feature = "cubecl")]
#[doc(hidden)]
pub use cube::launches;

pub use add_on::{add_at, add_on};
pub use awake::{awake, awake_on, on_processor};
pub use conv::{conv, conv_add};
pub use conv_stride2::conv_stride2;
pub use depthwise::depthwise;
pub use linear::linear;
pub use mean_pool::mean_pool;
pub use norm_affine_relu::norm_affine_relu;
pub use norm_relu::{norm, norm_on, norm_relu, norm_relu_on};
pub use pointwise::{pointwise, pointwise_add};
pub use pool::{pool_add, pool_at};
pub use pool_kind::Pool;
pub use zeros::{zeros_like, zeros_like_rows};
