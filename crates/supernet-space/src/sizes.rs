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

/// Checks that the side of square images is a multiple of `strides`, a power of two.
///
/// # Errors
/// A side that is not, or 0.
pub(crate) fn side_halves(found: usize, strides: usize) -> Result<(), SpaceError> {
    let expected = match strides {
        2 => "a multiple of 2, not 0",
        4 => "a multiple of 4, not 0",
        8 => "a multiple of 8, not 0",
        16 => "a multiple of 16, not 0",
        32 => "a multiple of 32, not 0",
        64 => "a multiple of 64, not 0",
        _ => "a multiple of the strides of all stages together, not 0",
    };
    side_fits(found, strides, expected)
}

/// Checks the same, with `expected` in words.
///
/// # Errors
/// As [`side_halves`].
pub(crate) fn side_fits(found: usize, strides: usize, expected: &'static str) -> Result<(), SpaceError> {
    if found > 0 && found.is_multiple_of(strides) {
        return Ok(());
    }
    Err(SpaceError::Field { field: "image side", found, expected })
}
