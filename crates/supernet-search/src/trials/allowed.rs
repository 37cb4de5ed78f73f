//! Which architectures a strategy may propose.

use std::{fmt, sync::Arc};
use supernet_space::Architecture;

/// A condition on architectures: no part of a state, which is given it again.
#[derive(Clone)]
pub(super) struct Allowed(Arc<dyn Fn(&Architecture) -> bool + Send + Sync>);

impl Allowed {
    pub(super) fn new(allows: impl Fn(&Architecture) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(allows))
    }

    pub(super) fn allows(&self, architecture: &Architecture) -> bool {
        (self.0)(architecture)
    }
}

impl Default for Allowed {
    fn default() -> Self {
        Self::new(|_| true)
    }
}

impl PartialEq for Allowed {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl fmt::Debug for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Allowed")
    }
}
