//! Functions in place of ReLU need one.

use crate::TrainError;
use std::fmt::Display;
use supernet_nn::{Definition, Layer};

/// Checks that networks have a ReLU, in whose place `function` is to stand.
///
/// # Errors
/// Networks without one.
pub(crate) fn check_relu<M: Layer<D, 2>, const D: usize>(
    definition: &Definition<M, D>,
    function: impl Display,
) -> Result<(), TrainError> {
    if definition.has_relu()? {
        return Ok(());
    }
    let expected =
        format!("none: networks of `{}` have no ReLU, in whose place it would stand", definition.space().name());
    Err(TrainError::config("network.activation (--activation)", function, expected))
}
