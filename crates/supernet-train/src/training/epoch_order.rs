//! Which examples a step reads: epochs in an order of their own, cut into batches.

use crate::TrainError;
use std::sync::{Arc, Mutex, PoisonError};
use supernet_data::epoch_order;
use supernet_space::draws;

/// An epoch and its order.
type Ordered = (u64, Vec<usize>);

/// Cuts epochs of `count` examples into batches. Which examples batch number `step` holds is a
/// function of (seed, step): the order of an epoch is drawn for that epoch, once. The examples that
/// do not fill a batch are left out of their epoch.
#[derive(Clone, Debug)]
pub(crate) struct EpochOrder {
    count: usize,
    batch: usize,
    seed: u64,
    /// The epoch that was asked for last, and its order.
    newest: Arc<Mutex<Option<Ordered>>>,
}

impl EpochOrder {
    /// Batches of `batch` of `count` examples, which are called `what`.
    ///
    /// # Errors
    /// No example in a batch, or more than there are.
    pub(crate) fn new(count: usize, batch: usize, seed: u64, what: &str) -> Result<Self, TrainError> {
        if batch == 0 || batch > count {
            return Err(TrainError::config("batch", batch, format!("1 to {count} training {what}")));
        }
        Ok(Self { count, batch, seed, newest: Arc::default() })
    }

    /// Steps in an epoch.
    pub(crate) fn steps_per_epoch(&self) -> u64 {
        (self.count / self.batch) as u64
    }

    /// The examples of batch number `step`.
    pub(crate) fn indices(&self, step: u64) -> Vec<usize> {
        let (epoch, place) = (step / self.steps_per_epoch(), step % self.steps_per_epoch());
        // An order is stored whole, so a panic elsewhere leaves it whole.
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        let order = match newest.take() {
            Some((known, order)) if known == epoch => order,
            _ => epoch_order(self.count, &mut draws(self.seed, "order", epoch)),
        };
        let first = place as usize * self.batch;
        let indices = order[first..first + self.batch].to_vec();
        *newest = Some((epoch, order));
        indices
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_do_not_depend_on_what_was_asked_for_before() {
        let order = EpochOrder::new(10, 3, 7, "images").unwrap();
        assert_eq!(order.steps_per_epoch(), 3);
        let fresh = |step| EpochOrder::new(10, 3, 7, "images").unwrap().indices(step);
        for step in [0, 1, 5, 2, 4, 3, 0, 8] {
            assert_eq!(order.indices(step), fresh(step), "step {step}");
        }
        let mut epoch: Vec<usize> = (3..6).flat_map(|step| order.indices(step)).collect();
        epoch.sort();
        epoch.dedup();
        assert_eq!(epoch.len(), 9, "an epoch holds no example twice");
        assert_ne!(order.indices(0), order.indices(3), "each epoch has an order of its own");
    }
}
