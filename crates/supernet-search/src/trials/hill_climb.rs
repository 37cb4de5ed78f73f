//! Hill climbing by morphisms.

use super::{Trial, TrialStrategy, allowed::Allowed, member::Member, morphisms::morphisms};
use crate::{
    Constraints, Scored, SearchError, exact,
    known::{Proposals, at_least, in_range},
    state::{check_known, checked_state},
};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use supernet_space::{Architecture, Cost, SearchSpace};

const NAME: &str = "morphism hill climbing";

/// The name of the learning rate in [`Trial::settings`].
const LEARNING_RATE: &str = "learning_rate";

/// Hill climbing by network morphisms (Elsken, Metzen and Hutter 2017, algorithm 1): one network is
/// trained; then in each round it has children that are some steps greater, but for the last, which
/// is the network itself. Each goes on from its weights for some steps of training, and the next
/// round begins with the best of them: a network that is kept has been trained on, so that it is
/// held against the others at equal training, and by new noise.
///
/// A step raises a size (a width, a repeat), opens a layer or adds an option, each that there is as
/// likely. For children that begin with what their parent computes, the evaluator has to inherit by
/// morphism; for the learning rate of the source, which falls within each trial, its schedule is a
/// cosine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct MorphismHillClimb {
    space: SearchSpace,
    start: Architecture,
    #[serde(with = "exact::number")]
    learning_rate: f64,
    first_steps: u64,
    steps: u64,
    children: usize,
    morphisms: usize,
    /// Whether the last child is the parent itself.
    trains_parent: bool,
    proposals: Proposals,
    /// What this round begins with.
    parent: Option<Member>,
    /// This round's trials that were told.
    told: Vec<Member>,
    /// Trials whose scores are not told.
    outstanding: Vec<Trial>,
    #[serde(skip)]
    allowed: Allowed,
}

checked_state!(MorphismHillClimb);

impl MorphismHillClimb {
    /// From `start`, trained for `first_steps` steps; rounds of 8 children of 5 morphisms as
    /// published, one of them the parent, each trained for `steps` steps, with the learning rate
    /// `learning_rate`; draws from stream `stream` under `seed`.
    ///
    /// # Errors
    /// An architecture of another space, a learning rate that is not above 0, no step.
    pub fn new(
        space: SearchSpace,
        start: Architecture,
        learning_rate: f64,
        (first_steps, steps): (u64, u64),
        seed: u64,
        stream: impl Into<String>,
    ) -> Result<Self, SearchError> {
        let new = Self {
            space,
            start,
            learning_rate,
            first_steps,
            steps,
            children: 8,
            morphisms: 5,
            trains_parent: true,
            proposals: Proposals::new(seed, stream),
            parent: None,
            told: Vec::new(),
            outstanding: Vec::new(),
            allowed: Allowed::default(),
        };
        new.check()?;
        Ok(new)
    }

    /// The same with other numbers of children in a round, the parent among them, and of morphisms
    /// of each other.
    ///
    /// # Errors
    /// Fewer than two children, no morphism.
    pub fn with_children(self, children: usize, morphisms: usize) -> Result<Self, SearchError> {
        let new = Self { children, morphisms, ..self };
        new.check()?;
        Ok(new)
    }

    /// The control of the source: one child at random in each round, which becomes the parent of
    /// the next whatever its score.
    #[must_use]
    pub fn at_random(self) -> Self {
        Self { children: 1, trains_parent: false, ..self }
    }

    /// The same that proposes only what costs as `constraints` allow; `cost` is the cost of an
    /// architecture. A state that was stored is given them again.
    ///
    /// # Errors
    /// A start that they refuse.
    pub fn with_constraints(
        self,
        constraints: Constraints,
        cost: impl Fn(&Architecture) -> Cost + Send + Sync + 'static,
    ) -> Result<Self, SearchError> {
        let of_start = cost(&self.start);
        if !constraints.allow(&of_start) {
            let (found, expected) = (format!("{of_start:?}"), "a cost that the constraints allow");
            return Err(SearchError::Setting { strategy: NAME, setting: "start", found, expected });
        }
        let allowed = Allowed::new(move |architecture| constraints.allow(&cost(architecture)));
        Ok(Self { allowed, ..self })
    }

    fn check(&self) -> Result<(), SearchError> {
        let (fewest, expected) = if self.trains_parent { (2, "at least 2") } else { (1, "at least 1") };
        at_least(NAME, "children", self.children, fewest, expected)?;
        at_least(NAME, "morphisms", self.morphisms, 1, "at least 1")?;
        let least = self.steps.min(self.first_steps);
        at_least(NAME, "steps", usize::try_from(least).unwrap_or(usize::MAX), 1, "at least 1")?;
        let holds = self.learning_rate.is_finite() && self.learning_rate > 0.0;
        in_range(NAME, LEARNING_RATE, self.learning_rate, holds, "above 0")?;
        self.space.check(&self.start)?;
        self.outstanding.iter().try_for_each(|trial| self.space.check(&trial.architecture))?;
        check_known(&self.space, self.told.iter().chain(&self.parent).map(|member| &member.known))
    }

    /// Trials of this round, the first being the start alone.
    fn most(&self) -> usize {
        if self.parent.is_some() { self.children } else { 1 }
    }

    /// The next trial, which `goes_on` with the parent itself or with a child that is greater; none
    /// where nothing can grow.
    fn propose(&mut self, goes_on: bool) -> Option<Trial> {
        let parent = self.parent.as_ref().map(|member| (member.trial.id, member.trial.architecture.clone()));
        if parent.as_ref().is_some_and(|(_, architecture)| self.allowed_morphisms(architecture).is_empty()) {
            return None;
        }
        let (id, settings) = (self.proposals.asked(), BTreeMap::from([(LEARNING_RATE.to_owned(), self.learning_rate)]));
        let mut rng = self.proposals.draw();
        Some(match parent {
            None => Trial { id, parent: None, architecture: self.start.clone(), settings, steps: self.first_steps },
            Some((parent, architecture)) => {
                let architecture = if goes_on { architecture } else { self.child(&architecture, &mut rng) };
                Trial { id, parent: Some(parent), architecture, settings, steps: self.steps }
            }
        })
    }

    /// A child that this round does not have, if a few draws find one.
    fn child(&self, parent: &Architecture, rng: &mut impl Rng) -> Architecture {
        /// Draws.
        const MOST: usize = 20;
        let in_round = self.told.iter().map(|member| &member.trial).chain(&self.outstanding);
        let siblings: Vec<&Architecture> = in_round.map(|trial| &trial.architecture).collect();
        let mut child = self.grown(parent, rng);
        for _ in 1..MOST {
            if !siblings.contains(&&child) {
                break;
            }
            child = self.grown(parent, rng);
        }
        child
    }

    /// An architecture that is some steps greater; fewer where it cannot grow further.
    fn grown(&self, parent: &Architecture, rng: &mut impl Rng) -> Architecture {
        let mut grown = parent.clone();
        for _ in 0..self.morphisms {
            let mut all = self.allowed_morphisms(&grown);
            if all.is_empty() {
                break;
            }
            grown = all.swap_remove(rng.random_range(0..all.len()));
        }
        grown
    }

    fn allowed_morphisms(&self, architecture: &Architecture) -> Vec<Architecture> {
        let mut all = morphisms(&self.space, architecture);
        all.retain(|grown| self.allowed.allows(grown));
        all
    }

    /// The next round begins.
    fn choose(&mut self) {
        self.parent = self.told.drain(..).min_by(Member::better_first);
    }
}

impl TrialStrategy for MorphismHillClimb {
    fn name(&self) -> &str {
        NAME
    }

    fn ask(&mut self, count: usize) -> Vec<Trial> {
        let born = self.told.len() + self.outstanding.len();
        let mut asked = Vec::new();
        for place in born..self.most().min(born + count) {
            let Some(trial) = self.propose(self.trains_parent && place + 1 == self.children) else { break };
            self.outstanding.push(trial.clone());
            asked.push(trial);
        }
        asked
    }

    fn tell(&mut self, told: &[(Trial, Scored)]) {
        for (trial, scored) in told {
            let Some(place) = self.outstanding.iter().position(|asked| asked.id == trial.id) else { continue };
            self.told.push(Member { trial: self.outstanding.remove(place), known: scored.into() });
            if self.told.len() >= self.most() {
                self.told.sort_by_key(|member| member.trial.id);
                self.choose();
            }
        }
    }

    fn parents(&self) -> BTreeSet<u64> {
        let told = self.told.iter().chain(&self.parent).map(|member| member.trial.id);
        told.chain(self.outstanding.iter().filter_map(|trial| trial.parent)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        least::least,
        testing::{chain, scored},
        trials::{TrialLimits, TrialOutcome, search_trials, synthetic::Lineage},
    };
    use supernet_space::Choice;

    fn climb(layers: usize, seed: u64) -> MorphismHillClimb {
        let space = chain(layers);
        let start = least(&space);
        MorphismHillClimb::new(space, start, 0.1, (300, 200), seed, "climb").unwrap().with_children(4, 2).unwrap()
    }

    fn run(mut strategy: MorphismHillClimb, steps: u64) -> TrialOutcome {
        search_trials(&mut strategy, &mut Lineage::default(), TrialLimits { steps, ask: 3 }).unwrap()
    }

    /// Layers that are open.
    fn open(trial: &Trial, layers: usize) -> usize {
        (0..layers).filter(|&layer| trial.architecture.bits(layer) > 1).count()
    }

    #[test]
    fn children_are_two_steps_greater_than_the_best_of_the_round_before_and_the_last_is_that_itself() {
        let outcome = run(climb(12, 1), 300 + 5 * 4 * 200);
        assert_eq!(outcome.scored.len(), 21);
        let accuracy = |id: u64| outcome.scored[id as usize].1.score.accuracy;
        for (trial, _) in &outcome.scored[1..] {
            let parent = trial.parent.unwrap();
            let round = (trial.id - 1) / 4;
            let before = if round == 0 { 0..=0 } else { 4 * round - 3..=4 * round };
            assert!(before.contains(&parent) && before.clone().all(|id| accuracy(id) <= accuracy(parent)));
            let parent = &outcome.scored[parent as usize].0;
            let greater = if trial.id % 4 == 0 { 0 } else { 2 };
            assert_eq!(open(trial, 12), (open(parent, 12) + greater).min(12), "trial {}", trial.id);
        }
        let round: BTreeSet<_> = outcome.scored[1..5].iter().map(|(trial, _)| &trial.architecture).collect();
        assert_eq!(round.len(), 4, "four different children");
    }

    #[test]
    fn the_best_of_four_children_comes_above_one_at_random() {
        let best = |strategy, rounds: u64| run(strategy, 300 + rounds * 200).best().unwrap().1.score.accuracy;
        let above = (0..21).filter(|&seed| best(climb(12, seed), 4 * 5) > best(climb(12, seed).at_random(), 5));
        assert!(above.count() >= 17, "of 21 seeds");
    }

    #[test]
    fn one_at_random_goes_on_whatever_its_score() {
        let mut strategy = climb(6, 1).at_random();
        for round in 0..4 {
            let asked = strategy.ask(9);
            assert_eq!((asked.len(), asked[0].parent), (1, (round > 0).then(|| round - 1)));
            strategy.tell(&[(asked[0].clone(), scored(&asked[0].architecture, -(round as f64)))]);
        }
        assert!(strategy.ask(9).is_empty(), "all six layers are open after three rounds");
    }

    #[test]
    fn nothing_is_proposed_that_the_constraints_refuse() {
        let cost = |a: &Architecture| {
            let sizes = (0..6).map(|layer| u64::from(a.bits(layer).trailing_zeros()));
            Cost { parameters: 10 + 10 * sizes.sum::<u64>(), macs: 0 }
        };
        let constraints = Constraints { parameters: 0..=55, ..Constraints::default() };
        let outcome = run(climb(6, 3).with_constraints(constraints.clone(), cost).unwrap(), 20_000);
        assert!(outcome.scored.iter().all(|(trial, _)| constraints.allow(&cost(&trial.architecture))));
        assert!(
            outcome.scored.len() > 4
                && run(climb(6, 3), 20_000).scored.iter().any(|(t, _)| { !constraints.allow(&cost(&t.architecture)) })
        );
        let none = Constraints { parameters: 0..=5, ..Constraints::default() };
        let error = climb(6, 3).with_constraints(none, cost).map(drop).unwrap_err().to_string();
        assert!(error.starts_with("morphism hill climbing, start: found Cost {"), "{error}");
    }

    #[test]
    fn a_stored_state_goes_on_and_nobody_but_who_may_be_a_parent_is_kept() {
        let mut strategy = climb(20, 2);
        for round in 0..12 {
            let asked = strategy.ask(3);
            assert_eq!(asked.len(), if round == 0 { 1 } else { [3, 1][(round + 1) % 2] });
            let mut read: MorphismHillClimb = serde_json::from_str(&serde_json::to_string(&strategy).unwrap()).unwrap();
            let parents = strategy.parents();
            assert!(asked.iter().filter_map(|trial| trial.parent).all(|parent| parents.contains(&parent)));
            assert!(parents.len() <= 4, "{parents:?}");
            let mut told: Vec<_> =
                asked.iter().map(|trial| (trial.clone(), scored(&trial.architecture, (trial.id % 7) as f64))).collect();
            strategy.tell(&told);
            told.reverse();
            read.tell(&told);
            assert_eq!(read.ask(2), strategy.clone().ask(2), "round {round}");
        }
    }

    #[test]
    fn what_is_out_of_range_is_refused() {
        let said = |result: Result<MorphismHillClimb, SearchError>| result.map(drop).unwrap_err().to_string();
        assert_eq!(
            said(climb(2, 1).with_children(1, 1)),
            "morphism hill climbing, children: found 1, expected at least 2"
        );
        assert_eq!(
            said(climb(2, 1).with_children(2, 0)),
            "morphism hill climbing, morphisms: found 0, expected at least 1"
        );
        let new = |rate, steps| MorphismHillClimb::new(chain(2), least(&chain(2)), rate, steps, 1, "climb");
        assert_eq!(said(new(0.0, (1, 1))), "morphism hill climbing, learning_rate: found 0, expected above 0");
        assert_eq!(said(new(0.1, (1, 0))), "morphism hill climbing, steps: found 0, expected at least 1");
        let fixed = SearchSpace::new("pools", [Choice::one_of("kind", ["conv", "pool"]).unwrap()]).unwrap();
        let start = least(&fixed);
        let mut still = MorphismHillClimb::new(fixed, start, 0.1, (1, 1), 1, "climb").unwrap();
        let first = still.ask(1);
        still.tell(&[(first[0].clone(), scored(&first[0].architecture, 0.5))]);
        assert!(still.ask(5).is_empty(), "nothing grows");
    }
}
