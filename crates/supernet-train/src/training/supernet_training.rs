//! Settings of a supernet's training.

use crate::{
    TrainError,
    checks::{at_least_one, is_default, is_one, one},
    crew::{Alone, Workers},
    scoring::MOST_CHECKPOINTS,
    stage::SUPERNET_TRAINING,
    training::{Balance, PathSampler, Sgd, Shares, Training, UpdateRule},
};
use serde::{Deserialize, Serialize};
use supernet_data::Augmentation;
use supernet_nn::Execution;

/// How the supernet is trained.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupernetTraining {
    /// Steps T. Default 1,350; at least 1. What a ranking gains by more is [shown by its
    /// verdict](crate::SearchResult::verdict).
    pub steps: u64,
    /// Images per step. Default 128; 1 to the number of training images.
    pub batch: usize,
    /// Images per ghost batch, which share a mask and batch statistics. Default 16; divides
    /// `batch`.
    pub ghost_batch: usize,
    /// Default 1. Shares of whole ghost batches that a step is cut into, so that as many processes
    /// can train together, or any number that divides it; divides the number of ghost batches.
    /// Gradients are summed over the shares in a fixed order: results depend in their last bits on
    /// how many there are, and not on who computes them.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub shares: usize,
    /// Default 1. Parts of whole ghost batches that a share of a step is computed in, one after
    /// another, to need less memory; divides the number of ghost batches of a share. Only rounding
    /// depends on it.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub micro_batches: usize,
    /// Share of the steps, the first, that have every path on, before paths are drawn. Default 0; 0
    /// to 1.
    #[serde(default, skip_serializing_if = "is_default")]
    pub warm_up: f64,
    /// How learning is balanced between networks and operations that are trained unevenly. Default:
    /// not at all.
    #[serde(default, skip_serializing_if = "is_default")]
    pub balance: Balance,
    /// Default 1. Supernets that are trained one after another, each with weights, batches and
    /// paths of its own; a score is the mean over them. 1 to 16.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub supernets: usize,
    /// Few-shot (Zhao et al., ICML 2021): half of the steps train one supernet, the others one for
    /// each option of this choice, from 0 in the order of the space's; these go on from its weights
    /// with masks that take their option alone, and score what takes it. Default: none. For a
    /// choice of one option, with one supernet, one checkpoint and no fine-tune.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<usize>,
    /// Stochastic gradient descent.
    pub sgd: Sgd,
    /// Augmentation of training images. Default: crops as far as 1 pixel, and flips. Examples that
    /// are no images ignore it.
    pub augmentation: Augmentation,
}

impl SupernetTraining {
    /// Checks every number.
    ///
    /// # Errors
    /// The first number that is out of range.
    pub fn check(&self) -> Result<(), TrainError> {
        let Self { steps, batch, ghost_batch, shares, micro_batches, warm_up, balance, supernets, sgd, .. } = *self;
        at_least_one("supernet.steps", steps as usize)?;
        at_least_one("supernet.batch", batch)?;
        if ghost_batch == 0 || batch % ghost_batch != 0 {
            let expected = format!("a divisor of batch = {batch}");
            return Err(TrainError::config("supernet.ghost_batch", ghost_batch, expected));
        }
        Shares { count: shares, workers: &Alone }.check(batch / ghost_batch)?;
        let of_a_share = batch / ghost_batch / shares;
        if micro_batches == 0 || !of_a_share.is_multiple_of(micro_batches) {
            let expected = format!("a divisor of {of_a_share} ghost batches");
            return Err(TrainError::config("supernet.micro_batches", micro_batches, expected));
        }
        if !(0.0..=1.0).contains(&warm_up) {
            return Err(TrainError::config("supernet.warm_up", warm_up, "0 to 1"));
        }
        balance.check()?;
        if !(1..=MOST_SUPERNETS).contains(&supernets) {
            return Err(TrainError::config("supernet.supernets", supernets, format!("1 to {MOST_SUPERNETS}")));
        }
        if self.split.is_some() && supernets > 1 {
            return Err(TrainError::config("supernet.supernets", supernets, "1, where supernet.split is set"));
        }
        sgd.check("supernet.sgd")
    }

    /// Steps of the supernet that all others go on from, and of each of those, one for each of
    /// `options`, where it is split.
    pub(crate) fn split_steps(&self, options: usize) -> [u64; 2] {
        let each = (self.steps / 2 / options as u64).max(1);
        [self.steps.saturating_sub(each * options as u64).max(1), each]
    }

    /// Steps after which the supernet is looked at besides the last: `earlier` of them, a twentieth
    /// of the training apart, in order.
    pub fn earlier_steps(&self, earlier: usize) -> Vec<u64> {
        let apart = (self.steps / MOST_CHECKPOINTS as u64).max(1);
        let back = |i| self.steps.saturating_sub(i * apart);
        (1..=earlier as u64).rev().map(back).filter(|&step| step > 0).collect()
    }

    /// The training of a supernet whose masks `sampler` draws, by `workers`.
    pub fn training<'a>(
        &self,
        seed: u64,
        sampler: &'a dyn PathSampler,
        execution: Execution,
        workers: &'a dyn Workers,
    ) -> Training<'a> {
        let Self { steps, batch, ghost_batch, shares, micro_batches, warm_up, balance, sgd, .. } = *self;
        let (ghosts, shares) = (batch / ghost_batch, Shares { count: shares, workers });
        let warm_up = (warm_up * steps as f64).round() as u64;
        let (stage, rule, drop_path) = (SUPERNET_TRAINING, UpdateRule::Sgd, None);
        Training {
            stage,
            seed,
            steps,
            ghosts,
            shares,
            micro_batches,
            warm_up,
            balance,
            sgd,
            rule,
            sampler,
            drop_path,
            execution,
        }
    }
}

/// Supernets of a search, at most: all are held in memory.
const MOST_SUPERNETS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SearchConfig;

    #[test]
    fn a_split_takes_as_many_steps_as_there_are() {
        let of = |steps, options| SupernetTraining { steps, ..SearchConfig::quick().supernet }.split_steps(options);
        assert_eq!(of(1_000, 5), [500, 100]);
        assert_eq!(of(1_003, 5), [503, 100]);
        assert_eq!(of(2, 5), [1, 1], "each at least one");
    }

    #[test]
    fn earlier_checkpoints_are_a_twentieth_apart_and_never_before_the_first_step() {
        let of = |steps, earlier| SupernetTraining { steps, ..SearchConfig::quick().supernet }.earlier_steps(earlier);
        assert_eq!(of(1_000, 0), Vec::<u64>::new());
        assert_eq!(of(1_000, 3), [850, 900, 950]);
        assert_eq!(of(3, 3), [1, 2]);
    }
}
