//! What the shapes of all networks have to meet.

use crate::SpaceError;

/// Checks that none of the named numbers is 0.
///
/// # Errors
/// The first that is.
pub(crate) fn at_least_1(fields: impl IntoIterator<Item = (&'static str, usize)>) -> Result<(), SpaceError> {
    match fields.into_iter().find(|&(_, found)| found == 0) {
        Some((field, found)) => Err(SpaceError::Field { field, found, expected: "at least 1" }),
        None => Ok(()),
    }
}

/// Checks that the side of square images is a multiple of `strides`, which `expected` puts in
/// words.
///
/// # Errors
/// A side that is not, or 0.
pub(crate) fn side_halves(found: usize, strides: usize, expected: &'static str) -> Result<(), SpaceError> {
    if found > 0 && found.is_multiple_of(strides) {
        return Ok(());
    }
    Err(SpaceError::Field { field: "image side", found, expected })
}
