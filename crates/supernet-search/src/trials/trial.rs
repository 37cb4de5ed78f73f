//! A training that begins where another ended, who proposes it and who runs it.

use crate::{Scored, exact};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use supernet_space::Architecture;

/// A training that begins with the weights of another trial, or with seeded ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// Its number: a strategy's trials are numbered from 0, in the order in which it proposes them.
    pub id: u64,
    /// The trial whose weights it begins with, as far as its architecture has them; none begins
    /// anew.
    pub parent: Option<u64>,
    /// What is trained.
    pub architecture: Architecture,
    /// Numbers of the training, by name: which there are and what they mean is the evaluator's.
    #[serde(with = "exact::map")]
    pub settings: BTreeMap<String, f64>,
    /// Training steps, beyond those of its parents.
    pub steps: u64,
}

/// Proposes trials and learns from their scores; its state is data, as that of a
/// [`crate::Strategy`].
pub trait TrialStrategy {
    /// A short name for tables.
    fn name(&self) -> &str;

    /// At most `count` trials: fewer where what comes next needs scores that were not told. None of
    /// them is the parent of another, and every parent was told.
    fn ask(&mut self, count: usize) -> Vec<Trial>;

    /// The scores of trials, in any order. What was not asked for is ignored. A score that is no
    /// number says that the trial failed.
    fn tell(&mut self, told: &[(Trial, Scored)]);

    /// Returns the trials that may be a parent yet, or are that of a trial whose score is not told:
    /// what all others left can be forgotten.
    fn parents(&self) -> BTreeSet<u64>;
}

/// Trains and scores trials, and keeps what their children begin with.
pub trait TrialEvaluator {
    /// What can go wrong.
    type Error;

    /// The scores of trials, in order. Their parents were scored before and are kept.
    ///
    /// # Errors
    /// A setting that the evaluator does not have, or whatever goes wrong in a training.
    fn evaluate_trials(&mut self, trials: &[Trial]) -> Result<Vec<Scored>, Self::Error>;

    /// Forgets what the trials that were scored have left, but for that of `parents`.
    ///
    /// # Errors
    /// Files that cannot be removed.
    fn keep_only(&mut self, parents: &BTreeSet<u64>) -> Result<(), Self::Error>;
}
