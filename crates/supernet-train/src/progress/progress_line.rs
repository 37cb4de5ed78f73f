//! A line every ten seconds: for logs, and for terminals that are none.

use super::{Observation, Progress, clock};
use std::time::{Duration, Instant};

/// One line per interval: stage, steps, loss and accuracy, rate, time left.
pub struct ProgressLine {
    stage: String,
    total: u64,
    /// Steps that an earlier process did.
    before: u64,
    began: Instant,
    shown: Option<Instant>,
    every: Duration,
}

impl ProgressLine {
    /// A line every ten seconds, on standard error.
    pub fn new() -> Self {
        let began = Instant::now();
        Self { stage: String::new(), total: 0, before: 0, began, shown: None, every: Duration::from_secs(10) }
    }

    fn show(&mut self, done: u64, values: &str) {
        let seconds = self.began.elapsed().as_secs_f64();
        let rate = done.saturating_sub(self.before) as f64 / seconds;
        let left = Duration::from_secs_f64(self.total.saturating_sub(done) as f64 / rate.max(1e-9));
        let Self { stage, total, .. } = self;
        let percent = 100 * done / (*total).max(1);
        eprintln!("{stage}: {done}/{total} ({percent} %){values}, {rate:.1}/s, {} left", clock(left));
        self.shown = Some(Instant::now());
    }
}

impl Default for ProgressLine {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress for ProgressLine {
    fn begin(&mut self, stage: &str, total: u64) {
        (self.stage, self.total, self.before) = (stage.into(), total, 0);
        (self.began, self.shown) = (Instant::now(), Some(Instant::now()));
    }

    fn resume(&mut self, done: u64) {
        self.before = done;
        eprintln!("{}: goes on behind step {done} of {}", self.stage, self.total);
    }

    fn is_due(&self, _done: u64) -> bool {
        self.shown.is_none_or(|shown| shown.elapsed() >= self.every)
    }

    fn observe(&mut self, done: u64, observation: &Observation) {
        let [loss, accuracy] = observation.loss_and_accuracy().unwrap_or([f64::NAN; 2]);
        self.show(done, &format!(", loss {loss:.3}, accuracy {accuracy:.1} %"));
    }

    fn advance(&mut self, done: u64) {
        if self.is_due(done) || done == self.total {
            self.show(done, "");
        }
    }

    fn end(&mut self) {
        eprintln!("{}: done in {}", self.stage, clock(self.began.elapsed()));
    }
}
