//! What the dashboard knows.

use super::{Jobs, Standing, clock, curve::Curve};
use crate::tally::SCORING;
use burn::train::{
    metric::{MetricAttributes, MetricDefinition, MetricId},
    renderer::MetricState,
};
use std::time::{Duration, Instant};
use supernet_search::Score;

/// What the dashboard knows. Stages follow each other in it; what candidates reached stays.
#[derive(Clone)]
pub(crate) struct State {
    /// The stage's name.
    pub(crate) stage: String,
    /// Steps done, and steps in all.
    pub(crate) done: u64,
    pub(crate) total: u64,
    /// Steps that an earlier process did.
    before: u64,
    began: Instant,
    /// Epochs before the one under way, and in all; a training of ours is one epoch.
    epochs: (u64, u64),
    /// Whether steps are counted: those of a validation between epochs are not.
    counting: bool,
    /// Numeric metrics in the order in which they were registered.
    pub(crate) metrics: Vec<Metric>,
    pub(crate) learning_rate: Option<f64>,
    pub(crate) drop_rate: Option<f64>,
    pub(crate) jobs: Option<Jobs>,
    /// One-shot accuracy in per cent of each candidate of the sample.
    pub(crate) sample: Vec<Curve>,
    /// What has been scored.
    settled: Option<Standing>,
    /// What is being scored.
    pub(crate) scoring: Option<Standing>,
    /// What somebody wants to be read.
    pub(crate) note: Option<String>,
}

/// A metric and its values.
#[derive(Clone)]
pub(crate) struct Metric {
    id: MetricId,
    pub(crate) name: String,
    pub(crate) unit: Option<String>,
    pub(crate) train: Curve,
    pub(crate) valid: Curve,
}

impl Metric {
    fn new(id: MetricId, name: String, unit: Option<String>) -> Self {
        Self { id, name, unit, train: Curve::default(), valid: Curve::default() }
    }

    /// A value as it is written.
    pub(crate) fn written(&self, value: f64) -> String {
        match &self.unit {
            Some(unit) => format!("{value:.1} {unit}"),
            None => format!("{value:.3}"),
        }
    }
}

impl Default for State {
    fn default() -> Self {
        Self {
            stage: String::new(),
            done: 0,
            total: 0,
            before: 0,
            began: Instant::now(),
            epochs: (0, 1),
            counting: true,
            metrics: Vec::new(),
            learning_rate: None,
            drop_rate: None,
            jobs: None,
            sample: Vec::new(),
            settled: None,
            scoring: None,
            note: None,
        }
    }
}

impl State {
    /// A stage begins, of so many epochs behind `first`.
    pub(crate) fn begin(&mut self, stage: &str, first: u64, epochs: u64) {
        let metrics = self.metrics.drain(..).map(|Metric { id, name, unit, .. }| Metric::new(id, name, unit)).collect();
        let (sample, settled) = (std::mem::take(&mut self.sample), self.settled.take());
        let (stage, epochs) = (stage.into(), (first, epochs.max(1)));
        *self = Self { stage, epochs, metrics, sample, settled, ..Self::default() };
    }

    /// The stage's epochs have so many steps each.
    pub(crate) fn steps(&mut self, each: u64) {
        let (epoch, epochs) = self.epochs;
        (self.counting, self.total) = (true, epochs * each);
        if self.done == 0 {
            self.before = epoch * each;
        }
    }

    /// Steps are not counted until [`State::steps`]; they are of what is called `split`.
    pub(crate) fn pause(&mut self, split: &str) {
        (self.counting, self.note) = (false, Some(format!("{split} between epochs")));
    }

    /// `done` steps of the epoch are done.
    pub(crate) fn step(&mut self, done: u64) {
        if self.counting {
            let (epoch, epochs) = self.epochs;
            self.done = epoch * (self.total / epochs) + done;
        }
    }

    /// `epochs` epochs are done.
    pub(crate) fn epochs(&mut self, epochs: u64) {
        (self.epochs.0, self.note) = (epochs, None);
    }

    /// An earlier process did `done` steps.
    pub(crate) fn resume(&mut self, done: u64) {
        (self.before, self.done) = (done, done);
    }

    /// A metric that will have values.
    pub(crate) fn register(&mut self, definition: MetricDefinition) {
        let MetricDefinition { metric_id, name, attributes, .. } = definition;
        let unit = match attributes {
            MetricAttributes::Numeric(numeric) => numeric.unit,
            // What is no number has no curve.
            MetricAttributes::None => return,
        };
        if self.metrics.iter().all(|metric| metric.id != metric_id) {
            self.metrics.push(Metric::new(metric_id, name.to_string(), unit));
        }
    }

    /// A value of a metric that was registered, of training or else of validation.
    pub(crate) fn update(&mut self, state: &MetricState, training: bool) {
        let MetricState::Numeric(entry, Some(value)) = state else { return };
        let done = self.done;
        if let Some(metric) = self.metrics.iter_mut().find(|metric| metric.id == entry.metric_id) {
            let curve = if training { &mut metric.train } else { &mut metric.valid };
            curve.push(done, value.current());
        }
    }

    /// Scores of the sample. A training that begins anew begins new curves.
    pub(crate) fn sample(&mut self, done: u64, scores: &[Score]) {
        let newest = self.sample.first().and_then(|curve| curve.points().last()).map_or(0.0, |&(step, _)| step);
        if self.sample.len() != scores.len() || (done as f64) < newest {
            self.sample = vec![Curve::default(); scores.len()];
        }
        self.sample.iter_mut().zip(scores).for_each(|(curve, score)| curve.push(done, 100.0 * score.accuracy));
    }

    /// Mean and best of the sample's newest scores, in per cent.
    pub(crate) fn sample_now(&self) -> Option<(f64, f64)> {
        let now: Vec<f64> = self.sample.iter().filter_map(Curve::last).collect();
        let mean = now.iter().sum::<f64>() / now.len() as f64;
        (!now.is_empty()).then(|| (mean, now.iter().copied().fold(f64::NEG_INFINITY, f64::max)))
    }

    /// What scoring has found.
    pub(crate) fn standing(&mut self, standing: &Standing) {
        match standing.cost {
            Some(_) => (self.settled, self.scoring) = (Some(standing.clone()), None),
            None => self.scoring = Some(standing.clone()),
        }
    }

    /// The best candidate of those that are scored, or else of those that are being scored.
    pub(crate) fn best(&self) -> Option<&Standing> {
        self.settled.as_ref().or(self.scoring.as_ref())
    }

    /// How long the stage has been going on.
    pub(crate) fn gone(&self) -> Duration {
        self.began.elapsed()
    }

    /// Steps in a second, of those that this process did in `gone`; `None` before the first.
    pub(crate) fn rate(&self, gone: Duration) -> Option<f64> {
        let did = self.done.saturating_sub(self.before);
        (did > 0 && !gone.is_zero()).then(|| did as f64 / gone.as_secs_f64())
    }

    /// How long the stage will go on; `None` before the first step.
    pub(crate) fn left(&self, gone: Duration) -> Option<Duration> {
        let seconds = self.total.saturating_sub(self.done) as f64 / self.rate(gone)?;
        Duration::try_from_secs_f64(seconds).ok()
    }

    /// The share of the steps that is done.
    pub(crate) fn share(&self) -> f64 {
        (self.done as f64 / self.total.max(1) as f64).clamp(0.0, 1.0)
    }

    /// The stage in one line, to be read when it has ended.
    pub(crate) fn summary(&self, gone: Duration) -> String {
        let mut line = format!("{}: ", self.stage);
        line += &match &self.scoring {
            Some(Standing { candidates, score, .. }) => {
                let [candidates, images] = [*candidates, score.images].map(|count| thousands(count as u64));
                format!("{candidates} candidates on {images} images")
            }
            // A single one is the best of nothing: the network with every path on.
            None if self.stage == SCORING => "one candidate".into(),
            None => format!("{} steps", thousands(self.done)),
        };
        line += &format!(" in {}", clock(gone));
        for metric in &self.metrics {
            if let Some(value) = metric.train.last() {
                line += &format!(", {} {}", metric.name.to_lowercase(), metric.written(value));
            }
        }
        if let Some(Standing { score, .. }) = &self.scoring {
            line += &format!(", best {:.1} %", 100.0 * score.accuracy);
        }
        line
    }
}

/// A whole number as people read it: 12,345.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let grouped: Vec<&[u8]> = digits.as_bytes().rchunks(3).rev().collect();
    String::from_utf8_lossy(&grouped.join(&b","[..])).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_follows_the_steps_of_this_process() {
        let mut state = State::default();
        state.begin("training", 0, 1);
        state.steps(100);
        assert_eq!(state.left(Duration::from_secs(5)), None);
        state.resume(40);
        state.step(60);
        assert_eq!(state.left(Duration::from_secs(10)), Some(Duration::from_secs(20)));
        assert_eq!(state.share(), 0.6);
    }

    #[test]
    fn epochs_add_up_and_validation_between_them_does_not_count() {
        let mut state = State::default();
        state.begin("training", 0, 3);
        state.steps(10);
        state.step(10);
        state.pause("valid");
        state.step(4);
        assert_eq!((state.done, state.total), (10, 30));
        state.epochs(1);
        state.steps(10);
        state.step(5);
        assert_eq!((state.done, state.note.as_deref()), (15, None));
    }

    #[test]
    fn a_new_training_begins_new_curves_of_the_sample() {
        let score = |accuracy| Score { accuracy, loss: 1.0, images: 500 };
        let mut state = State::default();
        state.sample(10, &[score(0.1), score(0.3)]);
        state.sample(20, &[score(0.2), score(0.4)]);
        assert_eq!(state.sample[1].points(), [(10.0, 30.0), (20.0, 40.0)]);
        assert_eq!(state.sample_now().map(|(mean, best)| (mean.round(), best)), Some((30.0, 40.0)));
        state.sample(10, &[score(0.5), score(0.7)]);
        assert_eq!(state.sample[1].points(), [(10.0, 70.0)]);
    }

    #[test]
    fn a_summary_says_what_a_stage_was() {
        let mut state = State::default();
        state.begin("supernet training", 0, 1);
        state.steps(2_000);
        state.step(2_000);
        assert_eq!(state.summary(Duration::from_secs(75)), "supernet training: 2,000 steps in 1 min 15 s");
        state.begin(SCORING, 0, 1);
        assert_eq!(state.summary(Duration::from_secs(2)), "scoring: one candidate in 2 s");
        let cells = supernet_space::CellSpace::new(3, 2).unwrap();
        let score = Score { accuracy: 0.625, loss: 1.0, images: 1_000 };
        state.standing(&Standing { candidates: 500, best: cells.space().all_on(), score, cost: None });
        let expected = "scoring: 500 candidates on 1,000 images in 9 s, best 62.5 %";
        assert_eq!(state.summary(Duration::from_secs(9)), expected);
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }
}
