//! Batches made one step ahead by a thread of their own, so that a step does not wait for its
//! images.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

/// Batches of a training by `make`, one step ahead. The thread ends when this is dropped.
pub(super) struct Ahead<'s, M, B> {
    make: &'s M,
    steps: u64,
    ask: Sender<u64>,
    made: Receiver<thread::Result<B>>,
    /// The step that is being made.
    asked: Option<u64>,
}

impl<'s, M: Fn(u64) -> B + Sync, B: Send + 's> Ahead<'s, M, B> {
    /// Starts the thread for a training of `steps` steps.
    pub(super) fn new(scope: &'s thread::Scope<'s, '_>, make: &'s M, steps: u64) -> Self {
        let ((ask, asked), (give, made)) = (channel(), channel());
        scope.spawn(move || {
            for step in asked {
                let batch = catch_unwind(AssertUnwindSafe(|| make(step)));
                if give.send(batch).is_err() {
                    break;
                }
            }
        });
        Self { make, steps, ask, made, asked: None }
    }

    /// Returns the batch of `step`, and has that of the next one made meanwhile. A panic of the
    /// examples goes on here.
    pub(super) fn take(&mut self, step: u64) -> B {
        let asked = self.asked.take();
        // A batch that was made for another step is no longer wanted, but has to be taken.
        let made = asked.map(|_| self.made.recv().expect("the thread ends when nobody asks"));
        let batch = match made.filter(|_| asked == Some(step)) {
            Some(made) => made.unwrap_or_else(|panic| resume_unwind(panic)),
            None => (self.make)(step),
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
    use std::sync::Mutex;

    /// Makes batches that hold their step, and notes which were made.
    fn noting(made: &Mutex<Vec<u64>>) -> impl Fn(u64) -> Vec<u64> + Sync {
        move |step| {
            made.lock().unwrap().push(step);
            vec![step; 1_000]
        }
    }

    #[test]
    fn a_batch_is_that_of_its_step_in_whatever_order_steps_are_taken() {
        let made = Mutex::default();
        let make = noting(&made);
        thread::scope(|scope| {
            let mut ahead = Ahead::new(scope, &make, 10);
            for step in [0, 1, 2, 7, 8, 3, 4, 9, 0] {
                assert_eq!(ahead.take(step), vec![step; 1_000]);
            }
        });
        assert!(made.lock().unwrap().iter().all(|&step| step < 10), "beyond the last step");
    }

    #[test]
    fn the_next_batch_is_made_while_a_step_is_computed() {
        let made = Mutex::default();
        let make = noting(&made);
        thread::scope(|scope| {
            let mut ahead = Ahead::new(scope, &make, 3);
            ahead.take(0);
            // Nobody asks for it yet.
            while *made.lock().unwrap() != [0, 1] {
                thread::yield_now();
            }
        });
    }

    #[test]
    fn a_panic_of_the_examples_is_one_of_the_step_that_takes_them() {
        let make = |step: u64| {
            assert!(step != 2, "no examples for step {step}");
            step
        };
        thread::scope(|scope| {
            let mut ahead = Ahead::new(scope, &make, 5);
            assert_eq!([0, 1].map(|step| ahead.take(step)), [0, 1], "made ahead of it");
            let panic = catch_unwind(AssertUnwindSafe(|| ahead.take(2))).unwrap_err();
            assert_eq!(panic.downcast_ref::<String>().unwrap(), "no examples for step 2");
            assert_eq!(ahead.take(3), 3);
        });
    }
}
