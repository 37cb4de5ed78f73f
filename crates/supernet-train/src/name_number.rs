//! A number for a name.

use rand::RngExt;
use supernet_space::draws;

/// A number that depends on `name` alone and hardly ever equals another's: the first of the stream that it names.
pub(crate) fn name_number(name: &str) -> u64 {
    draws(0, name, 0).random()
}
