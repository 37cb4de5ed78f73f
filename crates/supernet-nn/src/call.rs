//! What one call of a network is given besides images: how to run, and whose statistics to
//! normalise with.

use burn::{module::ParamId, tensor::Tensor};
use serde::{Deserialize, Serialize};
use std::{cell::RefCell, collections::HashMap};

/// How a network's operations run. All give the same values up to rounding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Execution {
    /// The kernels of `supernet-kernels` where the device has them, else Burn's operations.
    #[default]
    Kernels,
    /// Burn's own operations only.
    PlainBurn,
    /// The network as published: Burn's own operations, every option for every ghost batch, times 0
    /// or 1. Slow; what tests hold the others against.
    Dense,
}

/// Whose mean and variance a normalisation uses.
#[derive(Clone, Copy, Debug, Default)]
pub enum Statistics<'a> {
    /// Those of each ghost batch at hand, always so in a supernet.
    #[default]
    Batch,
    /// The same, and they are noted down for calibration.
    Note(&'a Notes),
    /// Those stored in a calibrated stand-alone network.
    Stored,
}

/// Statistics noted during calls, by the id of the normalisation's scale: sum of means, sum of
/// variances, number of calls.
pub type Notes = RefCell<HashMap<ParamId, (Tensor<1>, Tensor<1>, usize)>>;

/// The options of one call.
#[derive(Clone, Copy, Debug, Default)]
pub struct Call<'a> {
    /// How to run.
    pub execution: Execution,
    /// Whose statistics.
    pub statistics: Statistics<'a>,
}

/// Runs a tensor operation of `supernet-kernels`, by kernel or by Burn's own operations.
macro_rules! run {
    ($call:expr, $operation:ident($($argument:expr),* $(,)?)) => {
        match $call.execution {
            $crate::Execution::Kernels => supernet_kernels::$operation($($argument),*),
            $crate::Execution::PlainBurn | $crate::Execution::Dense => supernet_kernels::reference::$operation($($argument),*),
        }
    };
}
pub(crate) use run;
