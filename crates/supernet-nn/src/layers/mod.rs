//! Layers that rows go through: convolutions, normalisation, Burn's own modules.

mod conv;
mod formula;
mod gated_step;
mod generated;
mod ghost_norm;
mod hypernetwork;
mod layer;
mod lstm_step;
mod norm;
mod pool;
mod recurrent_step;
mod resize;
mod wide_conv;
mod wide_depthwise;
mod wide_linear;

pub use conv::{Conv, ConvNorm};
pub use formula::Formula;
pub use gated_step::{GatedStep, Gating};
pub use generated::Generated;
pub use ghost_norm::GhostNorm;
pub use hypernetwork::Hypernetwork;
pub use layer::{Identity, Layer, Zeros};
pub use lstm_step::LstmStep;
pub use norm::{EPSILON, Norm, NormKind};
pub use pool::{Pool, Pool3x3};
pub use recurrent_step::RecurrentStep;
pub use resize::{Resize, coverage};
pub use wide_conv::WideConv;
pub use wide_depthwise::WideDepthwise;
pub use wide_linear::WideLinear;

pub(crate) use generated::generated_of;
pub(crate) use resize::resized;
pub(crate) use wide_conv::WIDE_CONV;
pub(crate) use wide_depthwise::WIDE_DEPTHWISE;
pub(crate) use wide_linear::WIDE_LINEAR;
