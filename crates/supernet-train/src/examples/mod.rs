//! What is trained and scored on: labelled examples of any shape.

mod image_examples;
mod labelled;
mod parts;
mod samples;
mod search_data;

pub use image_examples::ImageExamples;
pub use labelled::Examples;
pub(crate) use parts::{Joined, Part, Selected};
pub use samples::Samples;
pub use search_data::SearchData;
