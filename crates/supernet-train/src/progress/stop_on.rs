//! A progress that asks somebody else as well whether to stop.

use super::{Jobs, Observation, Progress, Standing};
use supernet_search::Score;

/// Passes everything on to another progress, and stops where that or `asked` says so: a program
/// whose user presses Ctrl-C. Without it the signal ends the process, and a run goes on from its
/// last checkpoint, of which the first is written after some seconds; with it the stage under way
/// leaves one of the step that it has just done.
///
/// ```
/// # use supernet_train::{Progress, ProgressLine, StopOn};
/// use std::sync::atomic::{AtomicBool, Ordering};
///
/// static STOP: AtomicBool = AtomicBool::new(false);
/// // In main, with the crate ctrlc: ctrlc::set_handler(|| STOP.store(true, Ordering::SeqCst))
/// let mut progress = StopOn::new(ProgressLine::new(), || STOP.load(Ordering::SeqCst));
/// // directory.search(&search, &mut progress)
/// assert!(!progress.should_stop());
/// STOP.store(true, Ordering::SeqCst);
/// assert!(progress.should_stop());
/// ```
pub struct StopOn<'a> {
    progress: Box<dyn Progress + 'a>,
    asked: Box<dyn Fn() -> bool + 'a>,
}

impl<'a> StopOn<'a> {
    /// Shows on `progress`; stops where `asked` returns true.
    pub fn new(progress: impl Progress + 'a, asked: impl Fn() -> bool + 'a) -> Self {
        Self { progress: Box::new(progress), asked: Box::new(asked) }
    }
}

impl Progress for StopOn<'_> {
    fn begin(&mut self, stage: &str, total: u64) {
        self.progress.begin(stage, total);
    }

    fn resume(&mut self, done: u64) {
        self.progress.resume(done);
    }

    fn is_due(&self, done: u64) -> bool {
        self.progress.is_due(done)
    }

    fn observe(&mut self, done: u64, observation: &Observation) {
        self.progress.observe(done, observation);
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

    fn over(&mut self) {
        self.progress.over();
    }

    fn should_stop(&self) -> bool {
        (self.asked)() || self.progress.should_stop()
    }
}
