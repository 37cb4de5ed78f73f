//! Nothing is shown.

use super::Progress;

/// Nothing.
pub struct Silent;

impl Progress for Silent {}
