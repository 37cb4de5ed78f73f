//! Batches made one step ahead by a thread of their own, so that a step does not wait for its
//! images.

use super::Batches;
use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

/// Batches of a training, one step ahead. The thread ends when this is dropped.
pub(super) struct Ahead<'s, B: Batches> {
    batches: &'s B,
    steps: u64,
    ask: Sender<u64>,
    made: Receiver<thread::Result<B::Host>>,
    /// The step that is being made.
    asked: Option<u64>,
}

impl<'s, B: Batches> Ahead<'s, B> {
    /// Starts the thread for a training of `steps` steps.
    pub(super) fn new(scope: &'s thread::Scope<'s, '_>, batches: &'s B, steps: u64) -> Self {
        let ((ask, asked), (give, made)) = (channel(), channel());
        scope.spawn(move || {
            for step in asked {
                let batch = catch_unwind(AssertUnwindSafe(|| batches.host(step)));
                if give.send(batch).is_err() {
                    break;
                }
            }
        });
        Self { batches, steps, ask, made, asked: None }
    }

    /// What makes them.
    pub(super) fn batches(&self) -> &'s B {
        self.batches
    }

    /// Returns the batch of `step`, and has that of the next one made meanwhile. A panic of the
    /// examples goes on here.
    pub(super) fn take(&mut self, step: u64) -> B::Host {
        let batch = match self.asked.take() {
            Some(asked) if asked == step => {
                self.made.recv().expect("the thread ends when nobody asks").unwrap_or_else(|panic| resume_unwind(panic))
            }
            _ => self.batches.host(step),
        };
        if step + 1 < self.steps && self.ask.send(step + 1).is_ok() {
            self.asked = Some(step + 1);
        }
        batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, Int, Tensor};
    use std::{ops::Range, sync::Mutex};

    /// Batches that hold their step, and a list of those that were made. Step `broken` panics.
    struct Noted {
        made: Mutex<Vec<u64>>,
        broken: u64,
    }

    impl Noted {
        fn new(broken: u64) -> Self {
            Self { made: Mutex::default(), broken }
        }
    }

    impl Batches for Noted {
        type Input = ();
        type Host = Vec<u64>;

        fn host(&self, step: u64) -> Vec<u64> {
            assert!(step != self.broken, "no examples for step {step}");
            self.made.lock().unwrap().push(step);
            vec![step; 1_000]
        }

        fn place(&self, _: Vec<u64>, device: &Device) -> ((), Tensor<1, Int>) {
            ((), Tensor::zeros([1], device))
        }

        fn rows(&self, _: &(), _: Range<usize>) {}
    }

    #[test]
    fn a_batch_is_that_of_its_step_in_whatever_order_steps_are_taken() {
        let batches = Noted::new(u64::MAX);
        let taken = [0, 1, 2, 7, 8, 3, 4, 9, 0];
        thread::scope(|scope| {
            let mut ahead = Ahead::new(scope, &batches, 10);
            for step in taken {
                assert_eq!(ahead.take(step), vec![step; 1_000]);
            }
        });
        assert!(batches.made.into_inner().unwrap().iter().all(|&step| step < 10), "beyond the last step");
    }

    #[test]
    fn the_next_batch_is_made_while_a_step_is_computed() {
        let batches = Noted::new(u64::MAX);
        thread::scope(|scope| {
            let mut ahead = Ahead::new(scope, &batches, 3);
            ahead.take(0);
            // Nobody asks for it yet.
            while *batches.made.lock().unwrap() != [0, 1] {
                thread::yield_now();
            }
        });
    }

    #[test]
    fn a_panic_of_the_examples_is_one_of_the_step_that_takes_them() {
        let batches = Noted::new(2);
        thread::scope(|scope| {
            let mut ahead = Ahead::new(scope, &batches, 5);
            assert_eq!([0, 1].map(|step| ahead.take(step)[0]), [0, 1], "made ahead of it");
            let panic = catch_unwind(AssertUnwindSafe(|| ahead.take(2))).unwrap_err();
            assert_eq!(panic.downcast_ref::<String>().unwrap(), "no examples for step 2");
            assert_eq!(ahead.take(3)[0], 3);
        });
    }
}
