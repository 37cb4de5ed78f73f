#![doc = include_str!("../README.md")]

mod ablations;
mod agreement;
mod correlation;
mod correlation_report;
mod dropout_study;
mod error;
mod lab;
mod learning_curve;
mod macro_report;
mod macro_result;
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
pub use error::ExperimentError;
pub use lab::{Lab, LabImages};
pub use learning_curve::Epoch;
pub use macro_result::{FITTED_ROWS, GUIDE_ROWS, MacroResult, MacroSeed, MacroSettings, MacroSupernet};
pub use macro_study::{guide_rows, macro_study};
pub use main_table::{MainRow, MainTableResult, MainTableSettings, Method, main_table};
pub use result_file::ResultFile;
pub use sample::{Drawn, Sample, candidates};
pub use supernet_search::Ranking;
pub use truth::{StandAloneRow, Truth, training_key};
pub use truth_table::{TruthTableSettings, truth_table};
pub use variant::Variant;
pub use which_paths::{SwitchedOff, WhichPathsResult, WhichPathsSettings, which_paths};
