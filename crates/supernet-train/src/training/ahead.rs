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
