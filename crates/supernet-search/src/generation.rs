//! A generation: members that are proposed, told and then bred from together.

use crate::{
    Scored, SearchError,
    known::Known,
    state::{check_all, check_known},
};
use serde::{Deserialize, Serialize};
use supernet_space::{Architecture, SearchSpace};

/// Members in the order of their places, and the scores of those told.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Generation {
    members: Vec<Architecture>,
    told: Vec<Option<Known>>,
    /// Proposals of this generation so far, a member each and then again those that were not told.
    asked: usize,
}

impl Generation {
    pub(crate) fn new(members: Vec<Architecture>) -> Self {
        Self { told: vec![None; members.len()], members, asked: 0 }
    }

    pub(crate) fn check(&self, space: &SearchSpace) -> Result<(), SearchError> {
        check_all(space, self.members.iter())?;
        check_known(space, self.told.iter().flatten())
    }

    #[cfg(test)]
    pub(crate) fn members(&self) -> &[Architecture] {
        &self.members
    }

    pub(crate) fn len(&self) -> usize {
        self.members.len().min(self.told.len())
    }

    /// Returns the number of members that were not proposed yet, or else not told.
    pub(crate) fn open(&self) -> usize {
        match self.len().saturating_sub(self.asked) {
            0 => self.told.iter().filter(|told| told.is_none()).count(),
            unasked => unasked,
        }
    }

    /// Returns the next member to propose. Once all were, those whose scores are outstanding come
    /// again, so that a score that never comes does not hold the generation up. `None` without a
    /// member.
    pub(crate) fn next(&mut self) -> Option<Architecture> {
        let asked = self.asked;
        self.asked += 1;
        if asked < self.len() {
            return Some(self.members[asked].clone());
        }
        let outstanding: Vec<usize> = (0..self.len()).filter(|&place| self.told[place].is_none()).collect();
        let place = outstanding.get((asked - self.len()) % outstanding.len().max(1))?;
        Some(self.members[*place].clone())
    }

    /// Takes a score to every member that it belongs to, and returns whether all are told now.
    pub(crate) fn tell(&mut self, scored: &Scored) -> bool {
        for (member, told) in self.members.iter().zip(&mut self.told) {
            if *member == scored.architecture && told.is_none() {
                *told = Some(scored.into());
            }
        }
        !self.members.is_empty() && self.told.iter().all(Option::is_some)
    }

    /// Returns the scores by member, once all are told.
    pub(crate) fn take(&mut self) -> Vec<Known> {
        std::mem::take(self).told.into_iter().flatten().collect()
    }
}

/// Fitness for means and roulettes: the accuracy, the least of the others where it is no number,
/// zero where none is.
pub(crate) fn fitness(told: &[Known]) -> Vec<f64> {
    let accuracies: Vec<f64> = told.iter().map(|known| known.score().accuracy).collect();
    let least = accuracies.iter().copied().filter(|value| value.is_finite()).fold(f64::INFINITY, f64::min);
    let least = if least.is_finite() { least } else { 0.0 };
    accuracies.into_iter().map(|value| if value.is_finite() { value } else { least }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{chain, scored};

    #[test]
    fn members_come_once_and_those_without_a_score_again() {
        let all = chain(1).architectures(3).unwrap();
        let mut generation = Generation::new(all.clone());
        assert_eq!(generation.open(), 3);
        assert_eq!((0..3).filter_map(|_| generation.next()).collect::<Vec<_>>(), all);
        assert!(!generation.tell(&scored(&all[1], 0.5)));
        assert_eq!(generation.open(), 2);
        let again: Vec<_> = (0..3).filter_map(|_| generation.next()).collect();
        assert_eq!(again, [all[0].clone(), all[2].clone(), all[0].clone()]);
        assert!(!generation.tell(&scored(&all[0], 0.4)));
        assert!(generation.tell(&scored(&all[2], f64::NAN)));
        assert_eq!(fitness(&generation.take()), [0.4, 0.5, 0.4]);
    }

    #[test]
    fn equal_members_share_a_score() {
        let one = chain(2).architectures(9).unwrap().remove(0);
        let mut generation = Generation::new(vec![one.clone(), one.clone()]);
        assert!(generation.tell(&scored(&one, 0.5)));
        assert_eq!(generation.take().len(), 2);
    }
}
