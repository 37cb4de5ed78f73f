//! Nothing is shown.

use super::Display;

/// Nothing.
pub struct Silent;

impl Display for Silent {}
