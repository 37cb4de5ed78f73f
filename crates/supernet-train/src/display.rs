//! Progress for people: a line with rate and time left, Burn's dashboard, or nothing.

use burn::{
    tensor::{Int, Tensor},
    train::{
        Interrupter,
        metric::{
            AccuracyInput, AccuracyMetric, LossInput, LossMetric, Metric, MetricDefinition, MetricEntry, MetricId,
            MetricMetadata, Numeric,
        },
        renderer::{MetricState, MetricsRenderer, tui::TuiMetricsRendererWrapper},
    },
};
use std::{
    io::{IsTerminal, Write},
    time::{Duration, Instant},
};

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
}

/// Shows how a stage gets on.
pub trait Display {
    /// A stage of `total` steps begins.
    fn begin(&mut self, stage: &str, total: u64);

    /// The stage goes on behind `done` steps that an earlier process did.
    fn resume(&mut self, _done: u64) {}

    /// Whether step `done` should be observed. Observing reads values back from the device.
    fn is_due(&self, done: u64) -> bool;

    /// `done` steps are done; the last one gave `observation`.
    fn observe(&mut self, done: u64, observation: &Observation);

    /// `done` steps of a stage without loss are done.
    fn advance(&mut self, done: u64);

    /// The stage has ended.
    fn end(&mut self);

    /// Whether the user asked to stop.
    fn should_stop(&self) -> bool {
        false
    }
}

/// Burn's dashboard where standard output is a terminal, else a line every ten seconds.
pub fn display() -> Box<dyn Display> {
    if std::io::stdout().is_terminal() { Box::new(Dashboard::default()) } else { Box::new(ProgressLine::new()) }
}

/// Nothing.
pub struct Silent;

impl Display for Silent {
    fn begin(&mut self, _stage: &str, _total: u64) {}
    fn is_due(&self, _done: u64) -> bool {
        false
    }
    fn observe(&mut self, _done: u64, _observation: &Observation) {}
    fn advance(&mut self, _done: u64) {}
    fn end(&mut self) {}
}

/// Burn's loss and accuracy metrics, averaged over what was observed since the last line.
struct Metrics {
    loss: LossMetric,
    accuracy: AccuracyMetric,
}

impl Metrics {
    fn new() -> Self {
        Self { loss: LossMetric::new(), accuracy: AccuracyMetric::new() }
    }

    /// Takes in an observation: the entries for Burn's renderer. A device that fails shows nothing; the training loop reports it.
    fn update(&mut self, progress: burn::data::dataloader::Progress, observation: &Observation) -> Vec<MetricState> {
        let metadata = MetricMetadata { progress, iteration: None, lr: None };
        let input = LossInput::new(observation.loss.clone());
        let loss = self.loss.update(&input, &metadata);
        let input = AccuracyInput::new(observation.logits.clone(), observation.labels.clone());
        let accuracy = self.accuracy.update(&input, &metadata);
        let state = |id: MetricId, entry, value| MetricState::Numeric(MetricEntry::new(id, entry), value);
        let mut states = Vec::new();
        states.extend(loss.ok().map(|entry| state(MetricId::new(self.loss.name()), entry, self.loss.value())));
        states.extend(
            accuracy.ok().map(|entry| state(MetricId::new(self.accuracy.name()), entry, self.accuracy.value())),
        );
        states
    }
}

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

impl Display for ProgressLine {
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
        let mut metrics = Metrics::new();
        let progress = burn::data::dataloader::Progress::new(done as usize, self.total as usize, None);
        metrics.update(progress, observation);
        let value = |numeric: &dyn Numeric| numeric.value().map_or(f64::NAN, |entry| entry.current());
        let values = format!(", loss {:.3}, accuracy {:.1} %", value(&metrics.loss), value(&metrics.accuracy));
        self.show(done, &values);
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

/// Hours, minutes and seconds.
pub(crate) fn clock(duration: Duration) -> String {
    let seconds = duration.as_secs_f64().round() as u64;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

/// Burn's terminal dashboard for stages with a loss, a single rewritten line for the others.
#[derive(Default)]
pub struct Dashboard {
    open: Option<Open>,
    line: ProgressLine,
}

struct Open {
    renderer: TuiMetricsRendererWrapper,
    interrupter: Interrupter,
    metrics: Metrics,
    shown: Instant,
}

impl Open {
    fn new(stage: &str, total: u64) -> Self {
        use burn::train::logger::TrainingProgressLogger;
        let interrupter = Interrupter::new();
        let mut renderer = TuiMetricsRendererWrapper::new(interrupter.clone(), None);
        let metrics = Metrics::new();
        let define = |renderer: &mut TuiMetricsRendererWrapper, definition| renderer.register_metric(definition);
        let (loss, accuracy) = (&metrics.loss, &metrics.accuracy);
        define(&mut renderer, MetricDefinition::new(MetricId::new(loss.name()), loss));
        define(&mut renderer, MetricDefinition::new(MetricId::new(accuracy.name()), accuracy));
        renderer.start(1, 1, Some(total as usize), Some(stage));
        renderer.start_split("train", total as usize);
        Self { renderer, interrupter, metrics, shown: Instant::now() }
    }
}

impl Display for Dashboard {
    fn begin(&mut self, stage: &str, total: u64) {
        self.line.begin(stage, total);
    }

    fn resume(&mut self, done: u64) {
        self.line.before = done;
    }

    fn is_due(&self, _done: u64) -> bool {
        self.open.as_ref().is_none_or(|open| open.shown.elapsed() >= Duration::from_millis(250))
    }

    fn observe(&mut self, done: u64, observation: &Observation) {
        use burn::train::{logger::TrainingProgressLogger, renderer::MetricsRendererTraining};
        let Self { open, line } = self;
        let open = open.get_or_insert_with(|| Open::new(&line.stage, line.total));
        let progress = burn::data::dataloader::Progress::new(done as usize, line.total as usize, None);
        for state in open.metrics.update(progress, observation) {
            open.renderer.update_train(state);
        }
        open.renderer.update_split(done as usize);
        open.shown = Instant::now();
    }

    fn advance(&mut self, done: u64) {
        let seconds = self.line.began.elapsed().as_secs_f64();
        print!(
            "\r{}: {done}/{} ({:.1}/s)   ",
            self.line.stage,
            self.line.total,
            done.saturating_sub(self.line.before) as f64 / seconds
        );
        // A terminal that is gone is noticed by whoever writes next.
        std::io::stdout().flush().ok();
    }

    fn end(&mut self) {
        if let Some(open) = self.open.take() {
            drop(open.renderer);
        }
        println!("\r{}: done in {}   ", self.line.stage, clock(self.line.began.elapsed()));
    }

    fn should_stop(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.interrupter.should_stop())
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
