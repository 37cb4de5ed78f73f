//! Progress of a scoring whose best candidate is of no interest.

use super::{Jobs, Observation, Progress, Standing};
use supernet_search::Score;

/// Passes everything on but the best candidate up to now.
pub(crate) struct WithoutStandings<'a>(pub(crate) &'a mut dyn Progress);

impl Progress for WithoutStandings<'_> {
    fn begin(&mut self, stage: &str, total: u64) {
        self.0.begin(stage, total);
    }

    fn resume(&mut self, done: u64) {
        self.0.resume(done);
    }

    fn is_due(&self, done: u64) -> bool {
        self.0.is_due(done)
    }

    fn observe(&mut self, done: u64, observation: &Observation) {
        self.0.observe(done, observation);
    }

    fn advance(&mut self, done: u64) {
        self.0.advance(done);
    }

    fn jobs(&mut self, jobs: Jobs) {
        self.0.jobs(jobs);
    }

    fn warn(&mut self, text: &str) {
        self.0.warn(text);
    }

    fn standing(&mut self, _standing: &Standing) {}

    fn wants_sample(&self) -> bool {
        self.0.wants_sample()
    }

    fn sample(&mut self, done: u64, scores: &[Score]) {
        self.0.sample(done, scores);
    }

    fn end(&mut self) {
        self.0.end();
    }

    fn should_stop(&self) -> bool {
        self.0.should_stop()
    }
}
