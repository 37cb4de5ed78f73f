//! Asks a strategy for trials and runs them.

use super::{Trial, TrialEvaluator, TrialStrategy};
use crate::Scored;
use serde::{Deserialize, Serialize};

/// How long to search by trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialLimits {
    /// Sum of the training steps of all trials. Those asked for last are run as far as it allows.
    pub steps: u64,
    /// Trials to ask for at a time.
    pub ask: usize,
}

/// What a search by trials found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrialOutcome {
    /// Every trial with its score, in the order in which they were proposed.
    pub scored: Vec<(Trial, Scored)>,
    /// Training steps of all.
    pub steps: u64,
}

impl TrialOutcome {
    /// Returns the best of all trials; the first of several. None of none.
    pub fn best(&self) -> Option<&(Trial, Scored)> {
        self.scored.iter().min_by(|(_, a), (_, b)| a.score.better_first(&b.score))
    }

    /// Returns the trials that one goes on from, the first of them first, and itself, the last.
    ///
    /// # Panics
    /// If it is none of the trials.
    pub fn line_of(&self, id: u64) -> Vec<&Trial> {
        let trial = |id: u64| self.scored.iter().map(|(trial, _)| trial).find(|trial| trial.id == id);
        let mut line = vec![trial(id).expect("one of the trials")];
        while let Some(parent) = line.last().and_then(|trial| trial.parent) {
            line.push(trial(parent).expect("a parent that was scored"));
        }
        line.reverse();
        line
    }
}

/// Asks `strategy` for trials until `limits` are met, or it has none, and has them trained and
/// scored.
///
/// # Errors
/// Whatever `evaluator` reports.
pub fn search_trials<E: TrialEvaluator>(
    strategy: &mut dyn TrialStrategy,
    evaluator: &mut E,
    limits: TrialLimits,
) -> Result<TrialOutcome, E::Error> {
    let mut outcome = TrialOutcome::default();
    while outcome.steps < limits.steps {
        let mut trials = strategy.ask(limits.ask.max(1));
        let asked = trials.len();
        let mut after = outcome.steps;
        let fits = |trial: &Trial| {
            after += trial.steps.max(1);
            after <= limits.steps
        };
        trials.truncate(trials.iter().map(fits).take_while(|&fits| fits).count());
        outcome.steps += trials.iter().map(|trial| trial.steps.max(1)).sum::<u64>();
        let scored = evaluator.evaluate_trials(&trials)?;
        let told: Vec<(Trial, Scored)> = trials.into_iter().zip(scored).collect();
        strategy.tell(&told);
        let is_over = told.is_empty() || told.len() < asked;
        outcome.scored.extend(told);
        if is_over {
            break;
        }
        evaluator.keep_only(&strategy.parents())?;
    }
    Ok(outcome)
}
