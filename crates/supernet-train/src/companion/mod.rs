//! What is trained together with the shared weights: who it is, when it learns, what it leaves.

mod accompanied;
mod collapse;
#[expect(clippy::module_inception, reason = "the trait itself")]
mod companion;
mod course;
mod enas;
mod gates;
mod settings;
mod updates;

pub use accompanied::Accompanied;
pub(crate) use collapse::collapse;
pub use companion::{Companion, Validation};
pub(crate) use course::COURSE;
pub use course::{Course, CoursePoint, read_course};
pub use enas::{Enas, EnasSettings};
pub use gates::{GateLearning, Gates, GdasSettings};
pub use settings::{CompanionKind, CompanionSettings};
pub use updates::Updates;
