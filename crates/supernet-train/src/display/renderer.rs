//! The dashboard behind Burn's renderer trait: our training loop feeds it through that, and so can a `Learner`.

use super::dashboard::Dashboard;
use burn::train::{
    logger::{EvaluationProgressLogger, TrainingProgressLogger},
    metric::MetricDefinition,
    renderer::{EvaluationName, MetricState, MetricsRenderer, MetricsRendererEvaluation, MetricsRendererTraining},
};

impl MetricsRendererTraining for Dashboard {
    fn update_train(&mut self, state: MetricState) {
        self.state().update(&state, true);
    }

    fn update_valid(&mut self, state: MetricState) {
        self.state().update(&state, false);
    }
}

impl MetricsRendererEvaluation for Dashboard {
    fn update_test(&mut self, _name: EvaluationName, state: MetricState) {
        self.state().update(&state, false);
    }
}

impl TrainingProgressLogger for Dashboard {
    fn start(&mut self, total_epochs: usize, starting_epoch: usize, total_items: Option<usize>, label: Option<&str>) {
        let stage = label.unwrap_or("training");
        self.open(stage, starting_epoch.saturating_sub(1) as u64, total_epochs as u64);
        if let Some(items) = total_items {
            self.state().steps(items as u64);
        }
    }

    fn update_epoch(&mut self, epoch: usize) {
        self.state().epochs(epoch as u64);
    }

    fn start_split(&mut self, split: &str, total_items: usize) {
        match split {
            "train" => self.state().steps(total_items as u64),
            other => self.state().pause(other),
        }
    }

    fn update_split(&mut self, items_processed: usize) {
        self.state().step(items_processed as u64);
    }

    fn end_split(&mut self) {}

    fn end(&mut self) {
        self.close();
    }

    fn log_event_training(&mut self, event: String) {
        self.state().note = Some(event);
    }
}

impl EvaluationProgressLogger for Dashboard {
    fn start_global_progress(&mut self, _total_tests: usize) {}

    fn start_test(&mut self, name: &str, total_items: usize) {
        self.open(name, 0, 1);
        self.state().steps(total_items as u64);
    }

    fn update_test_progress(&mut self, items_processed: usize) {
        self.state().step(items_processed as u64);
    }

    fn end_test(&mut self) {
        self.close();
    }

    fn end_global_progress(&mut self) {}

    fn log_event_evaluation(&mut self, event: String) {
        self.state().note = Some(event);
    }
}

impl MetricsRenderer for Dashboard {
    /// Nothing: the dashboard gives the terminal back when its stage ends, so that what is printed then can be read.
    fn manual_close(&mut self) {}

    fn register_metric(&mut self, definition: MetricDefinition) {
        self.state().register(definition);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::train::{
        Interrupter,
        metric::{LossMetric, MetricEntry, MetricId, NumericEntry, SerializedEntry},
    };

    #[test]
    fn the_calls_of_a_learner_give_epochs_values_and_events() {
        let mut dashboard: Box<dyn MetricsRenderer> = Box::new(Dashboard::new(Interrupter::new()));
        dashboard.manual_close();
        let mut dashboard = Dashboard::new(Interrupter::new());
        let id = MetricId::new("Loss".to_string().into());
        dashboard.register_metric(MetricDefinition::new(id.clone(), &LossMetric::new()));
        let written = SerializedEntry::new(String::new(), String::new());
        let entry_of = |id: &MetricId| MetricEntry::new(id.clone(), written.clone());
        let entry = |value| MetricState::Numeric(entry_of(&id), Some(NumericEntry::Value(value)));
        dashboard.start(2, 1, None, None);
        for epoch in 1..=2 {
            dashboard.start_split("train", 10);
            dashboard.update_train(entry(1.0 / epoch as f64));
            dashboard.update_split(10);
            dashboard.end_split();
            dashboard.start_split("valid", 4);
            dashboard.update_valid(entry(2.0));
            dashboard.update_split(4);
            dashboard.end_split();
            dashboard.update_epoch(epoch);
        }
        dashboard.log_event_training("checkpoint".into());
        let state = dashboard.state().clone();
        assert_eq!((state.stage.as_str(), state.done, state.total), ("training", 20, 20));
        assert_eq!(state.metrics[0].train.points(), [(0.0, 1.0), (10.0, 0.5)]);
        assert_eq!(state.metrics[0].valid.points(), [(10.0, 2.0), (20.0, 2.0)]);
        assert_eq!(state.note.as_deref(), Some("checkpoint"));

        dashboard.start_test("held out", 8);
        dashboard.update_test_progress(3);
        dashboard.update_test(EvaluationName::new("held out"), entry(0.5));
        let state = dashboard.state().clone();
        assert_eq!((state.stage.as_str(), state.done, state.total), ("held out", 3, 8));
        assert_eq!(state.metrics[0].valid.last(), Some(0.5));
    }
}
