#![doc = include_str!("../README.md")]
// Without a backend, the routing that `backend_extension` writes has nothing to hand its arguments
// to.
#![cfg_attr(not(any(feature = "flex", feature = "cubecl")), allow(unused_variables))]

mod add_on;
mod awake;
mod backend;
mod channels_add;
mod contract;
mod conv;
mod conv_stride2;
#[cfg(feature = "cubecl")]
mod cube;
mod decayed;
mod depthwise;
#[cfg(feature = "flex")]
mod flex;
mod ghosts;
mod gradients;
mod linear;
mod mean_pool;
mod norm_add;
mod norm_affine_relu;
mod norm_relu;
mod phase;
mod pointwise;
mod pool;
mod pool_kind;
pub mod reference;
mod relu;
mod taps;
mod update;
mod zeros;

#[cfg(feature = "flex")]
#[doc(hidden)]
pub use flex::simd;

#[cfg(feature = "cubecl")]
#[doc(hidden)]
pub use cube::launches;

pub use add_on::{add_at, add_on};
pub use awake::{awake, awake_on, on_processor};
pub use channels_add::channels_add;
pub use conv::{conv, conv_add, conv_add_of, conv_of};
pub use conv_stride2::{conv_stride2, conv_stride2_of};
pub use decayed::Decayed;
pub use depthwise::{depthwise, depthwise_taps};
pub use linear::linear;
pub use mean_pool::mean_pool;
pub use norm_add::norm_add;
pub use norm_affine_relu::norm_affine_relu;
pub use norm_relu::{norm, norm_on, norm_relu, norm_relu_on};
pub use phase::{every, every_other};
pub use pointwise::{pointwise, pointwise_add, pointwise_of};
pub use pool::{pool_add, pool_at, strided_pool_at};
pub use pool_kind::Pool;
pub use relu::relu_on;
pub use taps::Taps;
pub use update::{directions, nesterov, together, works_together};
pub use zeros::{zeros_like, zeros_like_rows};
