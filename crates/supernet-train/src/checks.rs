//! Checks of settings, and which settings a file leaves out.

use crate::TrainError;

/// The default of settings that count something.
pub(crate) fn one() -> usize {
    1
}

/// Whether a setting has the value of [`one`], which files leave out.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
pub(crate) fn is_one(count: &usize) -> bool {
    *count == 1
}

/// Whether a setting is its type's default, which files leave out.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// # Errors
/// A count of 0, which is called `field`.
pub(crate) fn at_least_one(field: &'static str, found: usize) -> Result<(), TrainError> {
    if found == 0 { Err(TrainError::config(field, found, "at least 1")) } else { Ok(()) }
}
