//! What the workers' file takes from its crate, without tensors.
#![allow(missing_docs, reason = "what they stand in for is documented")]

use std::fmt;

/// A step's loss and predictions.
#[derive(Clone)]
pub struct Observation;

/// How far the jobs of a stage are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Jobs {
    pub count: usize,
    pub finished: usize,
    pub under_way: usize,
    pub members: usize,
}

/// Is told how a stage gets on.
pub trait Progress {
    fn begin(&mut self, _stage: &str, _total: u64) {}
    fn is_due(&self, _done: u64) -> bool {
        false
    }
    fn observe(&mut self, _done: u64, _observation: &Observation) {}
    fn advance(&mut self, _done: u64) {}
    fn jobs(&mut self, _jobs: Jobs) {}
    fn should_stop(&self) -> bool {
        false
    }
}

/// Shows nothing.
pub struct Silent;

impl Progress for Silent {}

/// The errors of a stage.
#[derive(Debug)]
pub enum TrainError {
    Config { field: &'static str, found: String, expected: String },
    Device { stage: String, reason: String },
    Stopped { stage: String, step: u64 },
}

impl TrainError {
    pub fn config(field: &'static str, found: impl ToString, expected: impl ToString) -> Self {
        Self::Config { field, found: found.to_string(), expected: expected.to_string() }
    }
}

impl fmt::Display for TrainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config { field, found, expected } => write!(f, "{field}: found {found}, expected {expected}"),
            Self::Device { stage, reason } => write!(f, "{stage}: the device failed: {reason}"),
            Self::Stopped { stage, step } => write!(f, "{stage}: stopped at step {step} by the user"),
        }
    }
}
