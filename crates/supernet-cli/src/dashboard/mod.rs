//! The dashboard of a search: progress, loss and accuracy, path dropout, a sample's one-shot
//! accuracy, the best so far, time left.

mod curve;
mod drawing;
mod state;
mod terminal;
mod window;

pub use terminal::{dashboard_is_shown, restore_terminal};

use crate::stop::StopFlag;
use state::State;
use std::{
    io::IsTerminal,
    sync::{Arc, MutexGuard},
    time::{Duration, Instant},
};
use supernet::{
    search::Score,
    train::{Jobs, Observation, Progress, Standing},
};
use window::{PATIENCE, Shared, Window};

/// Progress on a screen of its own, for as long as a stage goes on: steps, time left, loss and
/// accuracy of training batches, learning rate and drop rate, one-shot accuracy of a fixed sample
/// of candidates, the best candidate up to now, networks under way. When the stage has ended the
/// terminal is given back, and a line on standard error sums the stage up.
///
/// `q` and Ctrl-C ask to stop; Ctrl-C after that ends the process at once, with exit code 130.
/// Where standard output is no terminal, only the lines are written.
pub struct Dashboard {
    shared: Arc<Shared>,
    stop: &'static StopFlag,
    window: Option<Window>,
    /// Whether the stage before was long enough to be shown; then the next one is shown at once.
    was_shown: bool,
    /// A short stage that has ended: if it comes again and again, one line is written for all of
    /// them.
    ended: Option<Ended>,
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
    /// Creates a dashboard that sets `stop` when the user asks to stop.
    pub fn new(stop: &'static StopFlag) -> Self {
        Self { shared: Arc::default(), stop, window: None, was_shown: false, ended: None, observed: None }
    }

    /// What is shown.
    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state()
    }

    fn write_ended(&mut self) {
        if let Some(ended) = self.ended.as_mut().filter(|ended| !ended.written) {
            eprintln!("{}", ended.line);
            ended.written = true;
        }
    }
}

impl Drop for Dashboard {
    fn drop(&mut self) {
        self.window = None;
        self.write_ended();
    }
}

impl Progress for Dashboard {
    fn begin(&mut self, stage: &str, total: u64) {
        self.window = None;
        if self.ended.as_ref().is_some_and(|ended| ended.stage != stage) {
            self.write_ended();
            self.ended = None;
        }
        self.state().begin(stage, total);
        self.observed = None;
        if std::io::stdout().is_terminal() {
            let patience = if self.was_shown { Duration::ZERO } else { PATIENCE };
            self.window = Some(Window::open(Arc::clone(&self.shared), self.stop, patience));
        }
    }

    fn resume(&mut self, done: u64) {
        self.state().resume(done);
    }

    fn is_due(&self, _done: u64) -> bool {
        self.observed.is_none_or(|observed| observed.elapsed() >= OBSERVED_EVERY)
    }

    fn observe(&mut self, done: u64, observation: &Observation) {
        let values = observation.loss_and_accuracy();
        let Observation { learning_rate, drop_rate, .. } = *observation;
        {
            let mut state = self.state();
            state.done = done;
            if let Some([loss, accuracy]) = values {
                state.observe(loss, accuracy);
            }
            (state.learning_rate, state.drop_rate) = (Some(learning_rate), drop_rate);
        }
        self.observed = Some(Instant::now());
    }

    fn advance(&mut self, done: u64) {
        self.state().done = done;
    }

    fn jobs(&mut self, jobs: Jobs) {
        self.state().jobs = Some(jobs);
    }

    fn warn(&mut self, text: &str) {
        self.window = None;
        self.write_ended();
        eprintln!("{text}");
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
        self.was_shown = self.window.take().is_some_and(Window::close);
        let (stage, line, gone) = {
            let state = self.state();
            (state.stage.clone(), state.summary(state.gone()), state.gone())
        };
        let short = gone < PATIENCE;
        match &mut self.ended {
            // A line on this stage was written a moment ago.
            Some(ended) if short && ended.written => {}
            _ => self.ended = Some(Ended { stage, line, written: false }),
        }
        if !short {
            self.write_ended();
        }
    }

    fn should_stop(&self) -> bool {
        self.stop.is_set()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet::burn::tensor::{Device, Tensor};

    #[test]
    fn the_calls_of_a_training_give_steps_values_and_rates() {
        static STOP: StopFlag = StopFlag::new();
        let mut dashboard = Dashboard::new(&STOP);
        dashboard.begin("training", 20);
        dashboard.resume(5);
        for done in [10, 20] {
            let device = Device::flex();
            let observation = Observation {
                loss: Tensor::from_data([10.0 / done as f32], &device),
                logits: Tensor::from_data([[1.0, 2.0], [3.0, 0.0]], &device),
                labels: Tensor::from_data([1, 1], &device),
                learning_rate: 0.25,
                drop_rate: Some(0.5),
            };
            dashboard.observe(done, &observation);
        }
        let state = dashboard.state().clone();
        assert_eq!((state.stage.as_str(), state.done, state.total), ("training", 20, 20));
        assert_eq!(state.loss.points(), [(10.0, 1.0), (20.0, 0.5)]);
        assert_eq!(state.accuracy.points(), [(10.0, 50.0), (20.0, 50.0)]);
        assert_eq!((state.learning_rate, state.drop_rate), (Some(0.25), Some(0.5)));
        assert!(!dashboard.should_stop());
        STOP.ask();
        assert!(dashboard.should_stop());
    }
}
