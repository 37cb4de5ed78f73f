//! Loss and accuracy of observations, as Burn's metrics.

use super::Observation;
use burn::{
    data::dataloader::Progress,
    train::{
        metric::{
            AccuracyInput, AccuracyMetric, LossInput, LossMetric, Metric, MetricDefinition, MetricEntry, MetricId,
            MetricMetadata, Numeric,
        },
        renderer::MetricState,
    },
};

/// Burn's loss and accuracy metrics.
pub(crate) struct Metrics {
    loss: LossMetric,
    accuracy: AccuracyMetric,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        Self { loss: LossMetric::new(), accuracy: AccuracyMetric::new() }
    }

    /// What a renderer is told of them before the first value.
    pub(crate) fn definitions(&self) -> [MetricDefinition; 2] {
        let Self { loss, accuracy } = self;
        [
            MetricDefinition::new(MetricId::new(loss.name()), loss),
            MetricDefinition::new(MetricId::new(accuracy.name()), accuracy),
        ]
    }

    /// Takes in an observation of step `done` of `total`: the entries for a renderer. A device that fails shows nothing; the training loop
    /// reports it.
    pub(crate) fn update(&mut self, done: u64, total: u64, observation: &Observation) -> Vec<MetricState> {
        let progress = Progress::new(done as usize, total as usize, None);
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

    /// Loss and accuracy in per cent of what was taken in last; no numbers where there was none.
    pub(crate) fn values(&self) -> [f64; 2] {
        let value = |numeric: &dyn Numeric| numeric.value().map_or(f64::NAN, |entry| entry.current());
        [value(&self.loss), value(&self.accuracy)]
    }
}
