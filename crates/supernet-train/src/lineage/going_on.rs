//! Budgets of which a greater one goes on from a lesser.

use super::Lineage;
use crate::TrainError;
use std::collections::{BTreeMap, HashMap};
use supernet_nn::Layer;
use supernet_search::{
    BudgetedEvaluator, Proposal, Scored,
    trials::{Trial, TrialEvaluator},
};
use supernet_space::Architecture;

/// Scores networks from scratch by budgets of epochs, each training going on from the longest
/// shorter one of its architecture: successive halving and Hyperband pay for what is new alone.
/// Under a constant schedule a score is that of a training from scratch
/// ([`StandAloneEvaluator`](crate::StandAloneEvaluator)).
pub struct GoingOn<'l, 'a, M, const D: usize = 4> {
    lineage: &'l mut Lineage<'a, M, D>,
    /// The longest training of each architecture: its trial, and its epochs.
    longest: HashMap<Architecture, (u64, u64)>,
    next: u64,
}

impl<'l, 'a, M: Layer<D, 2>, const D: usize> GoingOn<'l, 'a, M, D> {
    /// Trains in the directory of `lineage`.
    pub fn new(lineage: &'l mut Lineage<'a, M, D>) -> Self {
        Self { lineage, longest: HashMap::new(), next: 0 }
    }

    /// The training that one goes on from, and its epochs.
    fn before(&self, Proposal { architecture, budget }: &Proposal) -> Option<(u64, u64)> {
        self.longest.get(architecture).copied().filter(|(_, epochs)| epochs < budget)
    }
}

impl<M: Layer<D, 2>, const D: usize> BudgetedEvaluator for GoingOn<'_, '_, M, D> {
    type Error = TrainError;

    fn price(&self, proposal: &Proposal) -> u64 {
        proposal.budget - self.before(proposal).map_or(0, |(_, epochs)| epochs)
    }

    fn evaluate_at(&mut self, proposals: &[Proposal]) -> Result<Vec<Scored>, TrainError> {
        if proposals.iter().any(|proposal| proposal.budget == 0) {
            return Err(TrainError::config("budget", 0, "at least 1 epoch"));
        }
        let of_an_epoch = self.lineage.steps_of_an_epoch()?;
        let trial = |(id, proposal): (u64, &Proposal)| Trial {
            id,
            parent: self.before(proposal).map(|(parent, _)| parent),
            architecture: proposal.architecture.clone(),
            settings: BTreeMap::new(),
            steps: self.price(proposal) * of_an_epoch,
        };
        let trials: Vec<Trial> = (self.next..).zip(proposals).map(trial).collect();
        let scored = self.lineage.evaluate_trials(&trials)?;
        self.next += trials.len() as u64;
        for (trial, proposal) in trials.iter().zip(proposals) {
            let longest = self.longest.entry(proposal.architecture.clone()).or_insert((trial.id, proposal.budget));
            if longest.1 < proposal.budget {
                *longest = (trial.id, proposal.budget);
            }
        }
        let kept = self.longest.values().map(|&(trial, _)| trial).collect();
        self.lineage.keep_only(&kept)?;
        Ok(scored)
    }
}
