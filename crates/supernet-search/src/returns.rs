//! What a policy learns from: a batch of returns and the baseline that they are held against.

use crate::{ReinforceSettings, Scored, SearchError, exact::Exact, known::Known, state::check_known};
use serde::{Deserialize, Serialize};
use supernet_space::{Architecture, SearchSpace};

/// Scores that wait for a batch to be full, each with the actions that led to it, and the moving
/// average of the batches before. A policy that writes an architecture choice by choice needs no
/// record of its actions: they are the architecture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Returns<A = ()> {
    baseline: Option<Exact>,
    least_reward: Option<Exact>,
    told: Vec<(Known, A)>,
}

impl<A> Default for Returns<A> {
    fn default() -> Self {
        Self { baseline: None, least_reward: None, told: Vec::new() }
    }
}

/// What one member of a batch teaches.
pub(crate) struct Lesson<A = ()> {
    pub(crate) architecture: Architecture,
    pub(crate) actions: A,
    /// The logarithm of the actions' probability under the policy as it was when the batch was
    /// full.
    pub(crate) log_probability: f64,
    /// Its return minus the baseline.
    pub(crate) advantage: f64,
}

impl<A: Ord> Returns<A> {
    /// Whether all scores are of architectures of `space`.
    pub(crate) fn check(&self, space: &SearchSpace) -> Result<(), SearchError> {
        check_known(space, self.told.iter().map(|(known, _)| known))
    }

    /// Returns the actions of the scores that wait.
    pub(crate) fn actions(&self) -> impl Iterator<Item = &A> {
        self.told.iter().map(|(_, actions)| actions)
    }

    /// Adds a score and returns whether the batch is full.
    pub(crate) fn tell(&mut self, scored: &Scored, actions: A, batch: usize) -> bool {
        self.told.push((scored.into(), actions));
        self.told.len() >= batch
    }

    /// Returns the full batch's lessons, and moves the baseline. The return of an architecture is R
    /// − β·log π; the baseline is the moving average of the batches' means and starts as the first
    /// one. A reward that is no number counts as the least so far.
    pub(crate) fn lessons(
        &mut self,
        settings: &ReinforceSettings,
        log_probability: impl Fn(&Architecture, &A) -> f64,
    ) -> Vec<Lesson<A>> {
        // Sums do not depend on the order in which scores came in.
        let mut told = std::mem::take(&mut self.told);
        told.sort_by(|(a, a_actions), (b, b_actions)| {
            a.architecture.cmp(&b.architecture).then_with(|| a.better_first(b)).then_with(|| a_actions.cmp(b_actions))
        });
        let of_known = |(known, actions): (Known, A)| {
            let log_probability = log_probability(&known.architecture, &actions);
            let surprise = -log_probability;
            let value = self.reward(&known, settings) + settings.entropy * surprise;
            Lesson { architecture: known.architecture, actions, log_probability, advantage: value }
        };
        let mut lessons: Vec<Lesson<A>> = told.into_iter().map(of_known).collect();
        let mean = lessons.iter().map(|lesson| lesson.advantage).sum::<f64>() / lessons.len() as f64;
        let baseline = self.baseline.map_or(mean, |baseline| baseline.0);
        lessons.iter_mut().for_each(|lesson| lesson.advantage -= baseline);
        let decay = settings.decay;
        self.baseline = Some(Exact(decay * baseline + (1.0 - decay) * mean));
        lessons
    }

    fn reward(&mut self, known: &Known, settings: &ReinforceSettings) -> f64 {
        let reward = settings.reward.reward(&known.score());
        let least = self.least_reward.map_or(f64::INFINITY, |least| least.0);
        if reward.is_finite() {
            self.least_reward = Some(Exact(least.min(reward)));
            return reward;
        }
        if least.is_finite() { least } else { 0.0 }
    }
}
