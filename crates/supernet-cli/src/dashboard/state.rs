//! What the dashboard knows.

use super::curve::Curve;
use std::time::{Duration, Instant};
use supernet::{
    search::Score,
    train::{Jobs, Standing, clock, stage::SCORING},
};

/// What the dashboard knows. Stages follow each other in it; what candidates reached stays.
#[derive(Clone)]
pub struct State {
    /// The stage's name.
    pub stage: String,
    /// Steps done, and steps in all.
    pub done: u64,
    pub total: u64,
    /// Steps that an earlier process did.
    before: u64,
    began: Instant,
    /// Mean cross-entropy of training batches.
    pub loss: Curve,
    /// Accuracy of training batches in per cent.
    pub accuracy: Curve,
    pub learning_rate: Option<f64>,
    pub drop_rate: Option<f64>,
    pub jobs: Option<Jobs>,
    /// One-shot accuracy in per cent of each candidate of the sample.
    pub sample: Vec<Curve>,
    /// What has been scored.
    settled: Option<Standing>,
    /// What is being scored.
    pub scoring: Option<Standing>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            stage: String::new(),
            done: 0,
            total: 0,
            before: 0,
            began: Instant::now(),
            loss: Curve::default(),
            accuracy: Curve::default(),
            learning_rate: None,
            drop_rate: None,
            jobs: None,
            sample: Vec::new(),
            settled: None,
            scoring: None,
        }
    }
}

impl State {
    /// A stage of `total` steps begins.
    pub fn begin(&mut self, stage: &str, total: u64) {
        let (sample, settled) = (std::mem::take(&mut self.sample), self.settled.take());
        *self = Self { stage: stage.into(), total, sample, settled, ..Self::default() };
    }

    /// An earlier process did `done` steps.
    pub fn resume(&mut self, done: u64) {
        (self.before, self.done) = (done, done);
    }

    /// Loss and accuracy (per cent) of the batch of the newest step.
    pub fn observe(&mut self, loss: f64, accuracy: f64) {
        self.loss.push(self.done, loss);
        self.accuracy.push(self.done, accuracy);
    }

    /// Scores of the sample. A training that begins anew begins new curves.
    pub fn sample(&mut self, done: u64, scores: &[Score]) {
        let newest = self.sample.first().and_then(|curve| curve.points().last()).map_or(0.0, |&(step, _)| step);
        if self.sample.len() != scores.len() || (done as f64) < newest {
            self.sample = vec![Curve::default(); scores.len()];
        }
        self.sample.iter_mut().zip(scores).for_each(|(curve, score)| curve.push(done, 100.0 * score.accuracy));
    }

    /// Mean and best of the sample's newest scores, in per cent.
    pub fn sample_now(&self) -> Option<(f64, f64)> {
        let now: Vec<f64> = self.sample.iter().filter_map(Curve::last).collect();
        let mean = now.iter().sum::<f64>() / now.len() as f64;
        (!now.is_empty()).then(|| (mean, now.iter().copied().fold(f64::NEG_INFINITY, f64::max)))
    }

    /// What scoring has found.
    pub fn standing(&mut self, standing: &Standing) {
        match standing.cost {
            Some(_) => (self.settled, self.scoring) = (Some(standing.clone()), None),
            None => self.scoring = Some(standing.clone()),
        }
    }

    /// The best candidate of those that are scored, or else of those that are being scored.
    pub fn best(&self) -> Option<&Standing> {
        self.settled.as_ref().or(self.scoring.as_ref())
    }

    /// How long the stage has been going on.
    pub fn gone(&self) -> Duration {
        self.began.elapsed()
    }

    /// Steps in a second, of those that this process did in `gone`; `None` before the first.
    pub fn rate(&self, gone: Duration) -> Option<f64> {
        let did = self.done.saturating_sub(self.before);
        (did > 0 && !gone.is_zero()).then(|| did as f64 / gone.as_secs_f64())
    }

    /// How long the stage will go on; `None` before the first step.
    pub fn left(&self, gone: Duration) -> Option<Duration> {
        let seconds = self.total.saturating_sub(self.done) as f64 / self.rate(gone)?;
        Duration::try_from_secs_f64(seconds).ok()
    }

    /// The share of the steps that is done.
    pub fn share(&self) -> f64 {
        (self.done as f64 / self.total.max(1) as f64).clamp(0.0, 1.0)
    }

    /// The stage in one line, to be read when it has ended.
    pub fn summary(&self, gone: Duration) -> String {
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
        if let (Some(loss), Some(accuracy)) = (self.loss.last(), self.accuracy.last()) {
            line += &format!(", loss {loss:.3}, accuracy {accuracy:.1} %");
        }
        if let Some(Standing { score, .. }) = &self.scoring {
            line += &format!(", best {:.1} %", 100.0 * score.accuracy);
        }
        line
    }
}

/// A whole number as people read it: 12,345.
pub fn thousands(number: u64) -> String {
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
        state.begin("training", 100);
        assert_eq!(state.left(Duration::from_secs(5)), None);
        state.resume(40);
        state.done = 60;
        assert_eq!(state.left(Duration::from_secs(10)), Some(Duration::from_secs(20)));
        assert_eq!(state.share(), 0.6);
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
        state.begin("supernet training", 2_000);
        state.done = 2_000;
        assert_eq!(state.summary(Duration::from_secs(75)), "supernet training: 2,000 steps in 1 min 15 s");
        state.begin(SCORING, 0);
        assert_eq!(state.summary(Duration::from_secs(2)), "scoring: one candidate in 2 s");
        let cells = supernet::space::CellSpace::new(3, 2).unwrap();
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
