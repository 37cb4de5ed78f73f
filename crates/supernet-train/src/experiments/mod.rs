//! The paper's experiments, one call each.
//!
//! An experiment is a directory ([`Lab`]): each unit of its work (a trained supernet, the scores that it gives, each network trained
//! from scratch) is stored when it is done, so the same command goes on where it was stopped, and another configuration is refused. Its
//! result is a value that serde reads and writes ([`ResultFile`]), beside it the figures and a page that needs no network.
//!
//! | experiment | call |
//! |---|---|
//! | main table: top, small, random, all on, at several widths | [`main_table`] |
//! | correlation of one-shot and stand-alone accuracy | [`correlation`] |
//! | the same for several rates of path dropout | [`dropout_study`] |
//! | which paths matter | [`which_paths`] |
//! | what each part of the method is worth, and what ranks better | [`ablations`] |
//! | the truth of many networks, and what supernets say of them | [`truth_table`] |
//! | ranking a space whose truth is known, NAS-Bench-Macro | [`macro_study`] |

mod ablations;
mod agreement;
mod correlation;
mod correlation_report;
mod dropout_study;
mod lab;
mod learning_curve;
mod macro_report;
mod macro_study;
mod main_table;
mod result_file;
mod sample;
mod truth;
mod truth_table;
mod variant;
mod which_paths;

pub use ablations::{Ablation, AblationResult, AblationRow, AblationSettings, ablations};
pub use agreement::{Agreement, Correlations, Top};
pub use correlation::{CorrelationResult, CorrelationSettings, Gain, Member, correlation};
pub use dropout_study::{DropoutStudyResult, DropoutStudySettings, dropout_study};
pub use lab::{Lab, LabImages};
pub use learning_curve::Epoch;
pub use macro_study::{
    FITTED_ROWS, GUIDE_ROWS, MacroResult, MacroSeed, MacroSettings, MacroSupernet, guide_rows, macro_study,
};
pub use main_table::{MainRow, MainTableResult, MainTableSettings, Method, main_table};
pub use result_file::ResultFile;
pub use sample::{Drawn, Sample, candidates};
pub use supernet_search::Ranking;
pub use truth::{StandAloneRow, Truth, training_key};
pub use truth_table::{TruthTableSettings, truth_table};
pub use variant::Variant;
pub use which_paths::{SwitchedOff, WhichPathsResult, WhichPathsSettings, which_paths};
