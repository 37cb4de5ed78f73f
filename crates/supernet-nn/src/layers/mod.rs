//! Layers that rows go through: convolutions, normalisation, Burn's own modules.

mod conv;
mod ghost_norm;
mod layer;
mod norm;
mod pool;
mod wide_conv;

pub use conv::{Conv, ConvNorm};
pub use ghost_norm::GhostNorm;
pub use layer::{Identity, Layer, Zeros};
pub use norm::{EPSILON, Norm, NormKind};
pub use pool::{Pool, Pool3x3};
pub use wide_conv::WideConv;
