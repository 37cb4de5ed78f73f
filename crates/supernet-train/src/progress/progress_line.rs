//! A line every ten seconds: for logs, and for terminals that are none.

use super::{Observation, Progress, clock};
use std::time::{Duration, Instant};

/// One line per interval: stage, steps, loss and accuracy, rate, time left; and one at the end of a
/// stage, or of several of one name in a row, as a strategy's whose proposals are scored a few at a
/// time.
pub struct ProgressLine {
    /// What has ended and is not told yet: the name of one stage or of several in a row, and how
    /// long they took.
    ended: Option<(String, Duration)>,
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
        let ended = None;
        Self { ended, stage: String::new(), total: 0, before: 0, began, shown: None, every: Duration::from_secs(10) }
    }

    /// Tells what has ended.
    fn tell(&mut self) {
        if let Some((stage, took)) = self.ended.take() {
            eprintln!("{stage}: done in {}", clock(took));
        }
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
        let goes_on = self.ended.as_ref().is_some_and(|(ended, _)| ended == stage);
        if !goes_on {
            self.tell();
            self.shown = Some(Instant::now());
        }
        (self.stage, self.total, self.before, self.began) = (stage.into(), total, 0, Instant::now());
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
        if self.is_due(done) {
            self.show(done, "");
        }
    }

    fn warn(&mut self, text: &str) {
        self.tell();
        eprintln!("{text}");
    }

    fn end(&mut self) {
        let took = self.ended.take().map_or(Duration::ZERO, |(_, took)| took);
        self.ended = Some((self.stage.clone(), took + self.began.elapsed()));
    }

    fn over(&mut self) {
        self.tell();
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        self.tell();
    }
}
