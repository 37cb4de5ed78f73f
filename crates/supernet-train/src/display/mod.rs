//! Progress for people: a line with rate and time left, a dashboard in a terminal, or nothing.

mod curve;
mod dashboard;
mod drawing;
mod metrics;
mod progress_line;
mod renderer;
mod silent;
mod standing;
mod state;
mod terminal;
mod window;

pub use dashboard::Dashboard;
pub use progress_line::ProgressLine;
pub use silent::Silent;
pub use standing::Standing;
pub use terminal::{dashboard_is_shown, restore_terminal};

use burn::tensor::{Int, Tensor};
use std::{io::IsTerminal, time::Duration};
use supernet_search::Score;

/// What a training step shows, still on the device.
#[derive(Clone)]
pub struct Observation {
    /// Mean cross-entropy of the batch: `[1]`.
    pub loss: Tensor<1>,
    /// `[images, classes]`.
    pub logits: Tensor<2>,
    /// `[images]`.
    pub labels: Tensor<1, Int>,
    /// Learning rate of the step.
    pub learning_rate: f64,
    /// The rate at which path dropout drops each of two options; `None` where paths are not dropped at a rate.
    pub drop_rate: Option<f64>,
}

/// How far the jobs of a stage are that go side by side: networks that are trained, parts of a scoring.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Jobs {
    /// All of them.
    pub count: usize,
    /// Those that are done.
    pub finished: usize,
    /// Those under way.
    pub under_way: usize,
}

/// Shows how a stage gets on; what an implementation leaves out shows nothing and asks for nothing.
pub trait Display {
    /// A stage of `total` steps begins.
    fn begin(&mut self, _stage: &str, _total: u64) {}

    /// The stage goes on behind `done` steps that an earlier process did.
    fn resume(&mut self, _done: u64) {}

    /// Whether step `done` should be observed. Observing reads values back from the device.
    fn is_due(&self, _done: u64) -> bool {
        false
    }

    /// `done` steps are done; the last one gave `observation`.
    fn observe(&mut self, _done: u64, _observation: &Observation) {}

    /// `done` steps of a stage without loss are done.
    fn advance(&mut self, _done: u64) {}

    /// A job of the stage was begun or finished.
    fn jobs(&mut self, _jobs: Jobs) {}

    /// What scoring has found up to now.
    fn standing(&mut self, _standing: &Standing) {}

    /// Whether a fixed sample of candidates should be scored now. Asked at most some twenty times in the training of a supernet. It takes time and
    /// changes no result.
    fn wants_sample(&self) -> bool {
        false
    }

    /// The one-shot scores of the sample after `done` steps, always in the same order.
    fn sample(&mut self, _done: u64, _scores: &[Score]) {}

    /// The stage has ended.
    fn end(&mut self) {}

    /// Whether the user asked to stop.
    fn should_stop(&self) -> bool {
        false
    }
}

/// A dashboard where standard output is a terminal, else a line every ten seconds.
pub fn display() -> Box<dyn Display> {
    if std::io::stdout().is_terminal() { Box::new(Dashboard::default()) } else { Box::new(ProgressLine::new()) }
}

/// Hours, minutes and seconds.
pub(crate) fn clock(duration: Duration) -> String {
    let seconds = duration.as_secs_f64().round() as u64;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_hours_minutes_and_seconds() {
        assert_eq!(clock(Duration::from_millis(59_400)), "59 s");
        assert_eq!(clock(Duration::from_secs(125)), "2 min 05 s");
        assert_eq!(clock(Duration::from_secs(7_380)), "2 h 03 min");
    }
}
