//! Networks that begin with what another one computes: function-preserving changes of an
//! architecture, *morphisms*.

mod anatomy;
mod gathered;
mod identity;
mod kept;
mod morphed;
mod probe;
mod runs;
mod settings;
mod sorted;
mod values;
mod widened;
mod zeroed;

pub use kept::Kept;
pub use morphed::Morphed;
pub use settings::{Morph, Widening};
