//! A look at the first steps of a training: what cannot be trained is given up there.

use crate::{Jobs, Observation, Progress, Standing};
use supernet_search::Score;

/// Which trainings are given up: those whose loss is no number in one of the first steps, and those
/// whose loss after the last of these is too high.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FirstSteps {
    /// How many steps are looked at. Default 50.
    pub steps: u64,
    /// The highest loss after these, in units of ln(classes), that of a guess. Default 2.
    pub most: f64,
}

impl Default for FirstSteps {
    fn default() -> Self {
        Self { steps: 50, most: 2.0 }
    }
}

/// Passes everything on to another progress, and asks to stop where the loss is too high.
pub(super) struct Watched<'a> {
    pub(super) progress: &'a mut dyn Progress,
    pub(super) steps: u64,
    /// The highest loss, in nats.
    pub(super) most: f64,
    /// Whether it was above that.
    pub(super) exploded: bool,
}

impl Progress for Watched<'_> {
    fn begin(&mut self, stage: &str, total: u64) {
        self.progress.begin(stage, total);
    }

    fn resume(&mut self, done: u64) {
        self.progress.resume(done);
    }

    /// Of what is due the training loop reads the loss, and refuses what is no number.
    fn is_due(&self, done: u64) -> bool {
        done <= self.steps || self.progress.is_due(done)
    }

    fn observe(&mut self, done: u64, observation: &Observation) {
        if done == self.steps {
            let loss = observation.loss_and_accuracy().map(|[loss, _]| loss);
            self.exploded = loss.is_some_and(|loss| loss > self.most);
        }
        if self.progress.is_due(done) {
            self.progress.observe(done, observation);
        }
    }

    fn advance(&mut self, done: u64) {
        self.progress.advance(done);
    }

    fn jobs(&mut self, jobs: Jobs) {
        self.progress.jobs(jobs);
    }

    fn warn(&mut self, text: &str) {
        self.progress.warn(text);
    }

    fn standing(&mut self, standing: &Standing) {
        self.progress.standing(standing);
    }

    fn wants_sample(&self) -> bool {
        self.progress.wants_sample()
    }

    fn sample(&mut self, done: u64, scores: &[Score]) {
        self.progress.sample(done, scores);
    }

    fn end(&mut self) {
        self.progress.end();
    }

    fn should_stop(&self) -> bool {
        self.exploded || self.progress.should_stop()
    }
}
