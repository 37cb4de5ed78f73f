//! The paper's experiments, one call each.
//!
//! An experiment is a directory ([`Lab`]): each unit of its work (a trained supernet, the scores that it gives, each network trained
//! from scratch) is stored when it is done, so the same command goes on where it was stopped, and another configuration is refused. Its
//! result is a value that serde reads and writes ([`ResultFile`]), beside it the figures and a page that needs no network.
//!
//! | experiment | call |
//! |---|---|
//! | correlation of one-shot and stand-alone accuracy | [`correlation`] |

mod agreement;
mod correlation;
mod correlation_report;
mod lab;
mod result_file;
mod sample;
mod truth;
mod variant;

pub use agreement::{Agreement, Correlations, Ranking, Top};
pub use correlation::{CorrelationResult, CorrelationSettings, Gain, Member, correlation};
pub use lab::{Lab, LabImages};
pub use result_file::ResultFile;
pub use sample::{Drawn, Sample, candidates};
pub use truth::{StandAloneRow, Truth, training_key};
pub use variant::Variant;
