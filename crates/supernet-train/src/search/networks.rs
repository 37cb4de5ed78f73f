//! The networks of a search: the one that holds the whole space, and those that are trained from
//! scratch.

use supernet_nn::{Definition, Layer};
use supernet_space::SearchSpace;

/// The networks of a search.
#[derive(Clone, Debug)]
pub struct Networks<M, const D: usize = 4> {
    /// The supernet.
    pub supernet: Definition<M, D>,
    /// The networks that are trained from scratch, of the same space, perhaps wider. Costs are
    /// theirs.
    pub stand_alone: Definition<M, D>,
}

impl<M: Layer<D, 2>, const D: usize> Networks<M, D> {
    /// The space.
    pub fn space(&self) -> &SearchSpace {
        self.stand_alone.space()
    }
}

impl<M: Clone, const D: usize> From<Definition<M, D>> for Networks<M, D> {
    /// Takes one definition for both.
    fn from(definition: Definition<M, D>) -> Self {
        Self { supernet: definition.clone(), stand_alone: definition }
    }
}
