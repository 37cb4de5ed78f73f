//! Search for programs: what stands in place of ReLU, or how weights move along their gradients.

mod kind;
mod program;
mod program_search;
mod settings;
mod trained;

pub use kind::ProgramKind;
pub use program::Program;
pub use program_search::{ProgramResult, TriedProgram, program_search};
pub use settings::ProgramSettings;
