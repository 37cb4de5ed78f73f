//! The dashboard of a search: progress, loss and accuracy, path dropout, a sample's one-shot accuracy, the best so far, time left.

use super::{
    Display, Jobs, Observation, Standing,
    metrics::Metrics,
    state::State,
    window::{PATIENCE, Shared, Window},
};
use burn::train::{
    Interrupter,
    logger::TrainingProgressLogger,
    renderer::{MetricsRenderer, MetricsRendererTraining},
};
use std::{
    io::IsTerminal,
    sync::{Arc, MutexGuard},
    time::{Duration, Instant},
};
use supernet_search::Score;

/// Progress on a screen of its own, for as long as a stage goes on: steps, time left, loss and accuracy of training batches, learning rate and
/// drop rate, one-shot accuracy of a fixed sample of candidates, the best candidate up to now, networks under way. When the stage has ended the
/// terminal is given back, and a line on standard error says what it was.
///
/// `q` and Ctrl-C ask to stop; Ctrl-C after that ends the process at once, with exit code 130. Where standard output is no terminal, only
/// the lines are written.
///
/// It is one of Burn's renderers too ([`MetricsRenderer`]), so that it serves Burn's `Learner`, with the `Learner`'s own [`Interrupter`].
pub struct Dashboard {
    shared: Arc<Shared>,
    interrupter: Interrupter,
    window: Option<Window>,
    /// Whether the stage before was long enough to be shown; then the next one is shown at once.
    was_shown: bool,
    /// A short stage that has ended, and its time: if it comes again and again, one line says so.
    ended: Option<Ended>,
    metrics: Metrics,
    /// When a step was observed last.
    observed: Option<Instant>,
}

/// A stage that has ended.
struct Ended {
    stage: String,
    line: String,
    /// Whether the line was written.
    written: bool,
}

/// Between two observations.
const OBSERVED_EVERY: Duration = Duration::from_millis(250);

impl Dashboard {
    /// A dashboard that asks to stop by `interrupter`, and says so when somebody else did.
    pub fn new(interrupter: Interrupter) -> Self {
        Self {
            shared: Arc::default(),
            interrupter,
            window: None,
            was_shown: false,
            ended: None,
            metrics: Metrics::new(),
            observed: None,
        }
    }

    /// What is shown.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state()
    }

    /// A stage begins, of `epochs` epochs of which `first` are done.
    pub(crate) fn open(&mut self, stage: &str, first: u64, epochs: u64) {
        self.window = None;
        if self.ended.as_ref().is_some_and(|ended| ended.stage != stage) {
            self.write_ended();
            self.ended = None;
        }
        self.state().begin(stage, first, epochs);
        self.observed = None;
        if std::io::stdout().is_terminal() {
            let patience = if self.was_shown { Duration::ZERO } else { PATIENCE };
            self.window = Some(Window::open(Arc::clone(&self.shared), self.interrupter.clone(), patience));
        }
    }

    /// The stage has ended.
    pub(crate) fn close(&mut self) {
        self.was_shown = self.window.take().is_some_and(Window::close);
        let (stage, line, gone) = {
            let state = self.state();
            (state.stage.clone(), state.summary(state.gone()), state.gone())
        };
        let short = gone < PATIENCE;
        match &mut self.ended {
            // Nothing to add to what was said of this stage a moment ago.
            Some(ended) if short && ended.written => {}
            _ => self.ended = Some(Ended { stage, line, written: false }),
        }
        if !short {
            self.write_ended();
        }
    }

    fn write_ended(&mut self) {
        if let Some(ended) = self.ended.as_mut().filter(|ended| !ended.written) {
            eprintln!("{}", ended.line);
            ended.written = true;
        }
    }
}

impl Default for Dashboard {
    fn default() -> Self {
        Self::new(Interrupter::new())
    }
}

impl Drop for Dashboard {
    fn drop(&mut self) {
        self.window = None;
        self.write_ended();
    }
}

impl Display for Dashboard {
    fn begin(&mut self, stage: &str, total: u64) {
        self.start(1, 1, Some(total as usize), Some(stage));
        self.metrics.definitions().into_iter().for_each(|definition| self.register_metric(definition));
    }

    fn resume(&mut self, done: u64) {
        self.state().resume(done);
    }

    fn is_due(&self, _done: u64) -> bool {
        self.observed.is_none_or(|observed| observed.elapsed() >= OBSERVED_EVERY)
    }

    fn observe(&mut self, done: u64, observation: &Observation) {
        self.update_split(done as usize);
        let total = self.state().total;
        for state in self.metrics.update(done, total, observation) {
            self.update_train(state);
        }
        let Observation { learning_rate, drop_rate, .. } = *observation;
        {
            let mut state = self.state();
            (state.learning_rate, state.drop_rate) = (Some(learning_rate), drop_rate);
        }
        self.observed = Some(Instant::now());
    }

    fn advance(&mut self, done: u64) {
        self.update_split(done as usize);
    }

    fn jobs(&mut self, jobs: Jobs) {
        self.state().jobs = Some(jobs);
    }

    fn standing(&mut self, standing: &Standing) {
        self.state().standing(standing);
    }

    fn wants_sample(&self) -> bool {
        self.window.is_some()
    }

    fn sample(&mut self, done: u64, scores: &[Score]) {
        self.state().sample(done, scores);
    }

    fn end(&mut self) {
        TrainingProgressLogger::end(self);
    }

    fn should_stop(&self) -> bool {
        self.interrupter.should_stop()
    }
}
