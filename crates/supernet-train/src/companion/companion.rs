//! Something that is trained together with the shared weights.

use crate::{Moment, PathSampler, TrainError};
use supernet_search::{Score, Strategy};
use supernet_space::PathMask;

/// Something that is trained together with the shared weights: it draws the masks of training
/// steps, and learns from validation examples between them.
///
/// Between two updates nothing of it changes, so that a mask is a function of (seed, step, ghost
/// batch). Its state goes into the checkpoints of the training: whatever it depends on besides what
/// it was made from is part of that, so that a training that was stopped goes on bit for bit.
pub trait Companion {
    /// Returns who draws the masks of the steps up to the next update.
    fn sampler(&self) -> &dyn PathSampler;

    /// Learns from validation examples, after the step at `at`.
    ///
    /// # Errors
    /// Whatever `validation` reports.
    fn update(&mut self, at: Moment, validation: &mut dyn Validation) -> Result<(), TrainError>;

    /// Returns its state as text.
    fn state(&self) -> String;

    /// Takes over the state of another of its kind.
    ///
    /// # Errors
    /// What was found instead.
    fn restore(&mut self, state: &str) -> Result<(), String>;

    /// Returns who proposes what it has come to prefer, with draws from the stream "candidates" of
    /// `seed`.
    fn strategy(&self, seed: u64) -> Box<dyn Strategy>;

    /// Returns for each choice the probability of each of its options to be taken after the step at
    /// `at`, for the run's `companion.csv`.
    fn probabilities(&self, at: Moment) -> Vec<Vec<f64>>;
}

/// A network in training on a minibatch of validation examples: the same for all that is asked
/// within an update, another one in the next.
pub trait Validation {
    /// Returns the score of each mask, each as if it were alone: normalised by its own statistics
    /// of the minibatch.
    ///
    /// # Errors
    /// A mask of another space, or a device that fails.
    fn scores(&mut self, masks: &[PathMask]) -> Result<Vec<Score>, TrainError>;

    /// Returns how many ghost batches the minibatch is cut into for [`Validation::gate_gradients`]:
    /// of as many examples as those of a training step, or of more where these do not divide it.
    fn ghosts(&self) -> usize;

    /// Computes the gradient of the mean loss of the minibatch at the gates of its ghost batches.
    /// Ghost batch i takes `masks[i]`, and what each option gives is multiplied by its number of
    /// `gates[i]`, which has one for each option of all choices, one choice after another. What is
    /// off has no gradient, nor has a width. The weights are taken as they are.
    ///
    /// # Errors
    /// Masks that do not divide the minibatch or are of another space; a loss that is no number; a
    /// device that fails.
    fn gate_gradients(&mut self, masks: Vec<PathMask>, gates: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, TrainError>;

    /// Computes the same as [`Validation::gate_gradients`] after one step of gradient descent on a
    /// minibatch of training examples as large, of the step size of this step of the training: how
    /// that step depends on the gates is part of the gradient, by a difference of two gradients
    /// (Liu, Simonyan and Yang, "DARTS", ICLR 2019, section 2.3). The step is plain: without
    /// momentum or L2.
    ///
    /// # Errors
    /// As [`Validation::gate_gradients`]; fewer training examples than the minibatch has.
    fn gate_gradients_ahead(&mut self, masks: Vec<PathMask>, gates: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, TrainError>;
}
