//! One bracket of successive halving: rungs of fewer candidates and greater budgets.

use crate::{
    Proposal, Scored, SearchError,
    known::Known,
    state::{check_all, check_known},
};
use rand::Rng;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, VecDeque};
use supernet_space::{Architecture, SearchSpace};

/// A rung: so many candidates, scored with that budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// Candidates.
    pub candidates: usize,
    /// Budget of each.
    pub budget: u64,
}

/// What goes through the rungs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Bracket {
    /// The rung that is being scored first.
    rungs: VecDeque<Rung>,
    to_propose: VecDeque<Architecture>,
    waiting: BTreeSet<Architecture>,
    told: Vec<Known>,
}

/// At most `count` proposals of the bracket at hand; where there is none, or it is done, of one
/// that `start` makes.
pub(crate) fn ask(current: &mut Option<Bracket>, count: usize, start: impl FnOnce() -> Bracket) -> Vec<Proposal> {
    if current.as_ref().is_some_and(Bracket::is_done) {
        *current = None;
    }
    let bracket = current.get_or_insert_with(start);
    (0..count).map_while(|_| bracket.ask()).collect()
}

/// Takes scores into the bracket at hand, if there is one.
pub(crate) fn tell(current: &mut Option<Bracket>, told: &[(Proposal, Scored)]) {
    if let Some(bracket) = current {
        told.iter().for_each(|(proposal, scored)| bracket.tell(proposal, scored));
    }
}

impl Bracket {
    /// Draws of a first candidate that is not drawn yet, for each.
    const TRIES: usize = 100;

    /// Starts with different uniform architectures, as many as the first rung has, or as were found
    /// in `TRIES` draws for each.
    pub(crate) fn start(space: &SearchSpace, rungs: &[Rung], rng: &mut impl Rng) -> Self {
        let wanted = rungs.first().map_or(0, |rung| rung.candidates);
        let mut drawn = BTreeSet::new();
        let mut to_propose = VecDeque::new();
        for _ in 0..wanted {
            let new = (0..Self::TRIES).map(|_| space.sample(rng)).find(|architecture| !drawn.contains(architecture));
            let Some(architecture) = new else { break };
            drawn.insert(architecture.clone());
            to_propose.push_back(architecture);
        }
        Self { rungs: rungs.iter().copied().collect(), to_propose, waiting: BTreeSet::new(), told: Vec::new() }
    }

    pub(crate) fn check(&self, space: &SearchSpace) -> Result<(), SearchError> {
        check_all(space, self.to_propose.iter().chain(&self.waiting))?;
        check_known(space, &self.told)
    }

    /// Whether the last rung is scored.
    fn is_done(&self) -> bool {
        self.rungs.is_empty()
    }

    /// The next proposal; none where the rung waits for scores.
    fn ask(&mut self) -> Option<Proposal> {
        let budget = self.rungs.front()?.budget;
        let architecture = self.to_propose.pop_front()?;
        self.waiting.insert(architecture.clone());
        Some(Proposal { architecture, budget })
    }

    /// Takes a score of this rung; once all are in, the best go up.
    fn tell(&mut self, proposal: &Proposal, scored: &Scored) {
        let is_of_rung = self.rungs.front().is_some_and(|rung| rung.budget == proposal.budget);
        if !is_of_rung || !self.waiting.remove(&proposal.architecture) {
            return;
        }
        self.told.push(Known::from(&scored.clone().of(&proposal.architecture)));
        if !self.to_propose.is_empty() || !self.waiting.is_empty() {
            return;
        }
        self.rungs.pop_front();
        // Ties do not depend on the order in which scores came in.
        self.told.sort_by(|a, b| a.better_first(b).then_with(|| a.architecture.cmp(&b.architecture)));
        let up = self.rungs.front().map_or(0, |rung| rung.candidates);
        self.to_propose = self.told.drain(..).take(up).map(|known| known.architecture).collect();
    }
}
