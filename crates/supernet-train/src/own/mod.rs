//! Searching a space of one's own: examples of any shape in, a trained network out.

mod data;
mod evaluator;
mod examples;
mod order;
mod search;
mod stand_alone;

pub use data::OwnData;
pub use evaluator::OwnEvaluator;
pub use examples::{Examples, ImageExamples, Samples};
pub use order::OwnLoader;
pub(crate) use search::OwnSearch;
pub use search::{OwnResult, search_own};
pub use stand_alone::{OwnStandAlone, test_own};
