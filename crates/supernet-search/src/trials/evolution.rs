//! Large-scale evolution with inherited weights.

use super::{Trial, TrialStrategy, member::Member};
use crate::{
    Scored, SearchError, exact,
    known::{Proposals, at_least, in_range},
    pair_tournament::{better_of_two, join},
    state::{check_known, checked_state},
};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use supernet_space::{Architecture, SearchSpace};

const NAME: &str = "inheriting evolution";

/// The name of the learning rate in [`Trial::settings`].
const LEARNING_RATE: &str = "learning_rate";

/// The evolution of Real, Moore, Selle, Saxena, Suematsu, Tan, Le and Kurakin (ICML 2017) with
/// inherited weights: of two members the worse dies, and the better has a child that begins with
/// its weights, one thing of it changed.
///
/// What changes is one of eleven as published, where eight change the architecture: here these are
/// one mutation of the space with probability 8/11, so that a network grows by opening choices. The
/// others are the learning rate (times 1/2 to 2, by its logarithm), nothing (the parent is trained
/// on), and the weights (the child begins anew).
///
/// The first generation, where all are alike as published, is here the start and mutations of it,
/// since equal trainings have equal ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct InheritingEvolution {
    space: SearchSpace,
    start: Architecture,
    #[serde(with = "exact::number")]
    learning_rate: f64,
    steps: u64,
    population: usize,
    inherits: bool,
    proposals: Proposals,
    alive: Vec<Member>,
    /// Trials whose scores are not told.
    outstanding: Vec<Trial>,
}

checked_state!(InheritingEvolution);

impl InheritingEvolution {
    /// A population of 20 (1,000 as published), each trained for `steps` steps, from `start` with
    /// the learning rate `learning_rate`, with draws from stream `stream` under `seed`.
    ///
    /// # Errors
    /// An architecture of another space, a learning rate that is not above 0, no step.
    pub fn new(
        space: SearchSpace,
        start: Architecture,
        learning_rate: f64,
        steps: u64,
        seed: u64,
        stream: impl Into<String>,
    ) -> Result<Self, SearchError> {
        let (proposals, alive, outstanding) = (Proposals::new(seed, stream), Vec::new(), Vec::new());
        let (population, inherits) = (20, true);
        let new = Self { space, start, learning_rate, steps, population, inherits, proposals, alive, outstanding };
        new.check()?;
        Ok(new)
    }

    /// The same with another population.
    ///
    /// # Errors
    /// A population below 2.
    pub fn with_population(self, population: usize) -> Result<Self, SearchError> {
        let new = Self { population, ..self };
        new.check()?;
        Ok(new)
    }

    /// The same with children that all begin anew.
    #[must_use]
    pub fn without_inheriting(self) -> Self {
        Self { inherits: false, ..self }
    }

    fn check(&self) -> Result<(), SearchError> {
        at_least(NAME, "population", self.population, 2, "at least 2")?;
        at_least(NAME, "steps", usize::try_from(self.steps).unwrap_or(usize::MAX), 1, "at least 1")?;
        let holds = self.learning_rate.is_finite() && self.learning_rate > 0.0;
        in_range(NAME, LEARNING_RATE, self.learning_rate, holds, "above 0")?;
        self.space.check(&self.start)?;
        check_known(&self.space, self.alive.iter().map(|member| &member.known))
    }

    fn propose(&mut self) -> Trial {
        let (id, settings) = (self.proposals.asked(), BTreeMap::from([(LEARNING_RATE.to_owned(), self.learning_rate)]));
        let mut rng = self.proposals.draw();
        let trial = |architecture| Trial { id, parent: None, architecture, settings, steps: self.steps };
        if id == 0 {
            return trial(self.start.clone());
        }
        if id < self.population as u64 || self.alive.len() < 2 {
            return trial(self.space.mutate(&self.start, &mut rng));
        }
        let parent = better_of_two(&mut self.alive, self.population, Member::better_first, &mut rng);
        self.child(id, &parent.trial, &mut rng)
    }

    /// A child with one change.
    fn child(&self, id: u64, parent: &Trial, rng: &mut impl Rng) -> Trial {
        let mut child = Trial { id, parent: Some(parent.id).filter(|_| self.inherits), ..parent.clone() };
        match rng.random_range(0..11) {
            0 => {
                if let Some(rate) = child.settings.get_mut(LEARNING_RATE) {
                    *rate *= 2f64.powf(2.0 * rng.random::<f64>() - 1.0);
                }
            }
            1 => {}
            2 => child.parent = None,
            _ => child.architecture = self.space.mutate(&parent.architecture, rng),
        }
        child
    }
}

impl TrialStrategy for InheritingEvolution {
    fn name(&self) -> &str {
        NAME
    }

    fn ask(&mut self, count: usize) -> Vec<Trial> {
        // A tenth of the population is new before its children breed; the first generation is drawn
        // at once.
        let first = self.population.saturating_sub(self.proposals.asked() as usize);
        let most = if first > 0 { first } else { (self.population / 10).max(1) };
        let count = count.min(most.saturating_sub(self.outstanding.len()));
        let asked: Vec<Trial> = (0..count).map(|_| self.propose()).collect();
        self.outstanding.extend(asked.iter().cloned());
        asked
    }

    fn tell(&mut self, told: &[(Trial, Scored)]) {
        for (trial, scored) in told {
            let Some(place) = self.outstanding.iter().position(|asked| asked.id == trial.id) else { continue };
            let member = Member { trial: self.outstanding.remove(place), known: scored.into() };
            join(&mut self.alive, self.population, member, Member::better_first);
        }
    }

    fn parents(&self) -> BTreeSet<u64> {
        let alive = self.alive.iter().map(|member| member.trial.id);
        alive.chain(self.outstanding.iter().filter_map(|trial| trial.parent)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        least::least,
        testing::{chain, scored},
        trials::{TrialLimits, search_trials, synthetic::Lineage},
    };

    fn evolution(seed: u64) -> InheritingEvolution {
        let space = chain(6);
        let start = least(&space);
        let new = InheritingEvolution::new(space, start, 0.1, 100, seed, "evolution").unwrap();
        new.with_population(10).unwrap()
    }

    /// Steps until a score of 0.5 is reached.
    fn steps_to_half(mut strategy: InheritingEvolution) -> u64 {
        let limits = TrialLimits { steps: 100_000, ask: 5 };
        let outcome = search_trials(&mut strategy, &mut Lineage::default(), limits).unwrap();
        let reached = outcome.scored.iter().position(|(_, scored)| scored.score.accuracy >= 0.5);
        reached.map_or(u64::MAX, |place| 100 * (place as u64 + 1))
    }

    #[test]
    fn inherited_weights_halve_the_steps_to_a_score() {
        let median = |of: &dyn Fn(u64) -> u64| {
            let mut all: Vec<u64> = (0..21).map(of).collect();
            all.sort_unstable();
            all[10]
        };
        let with = median(&|seed| steps_to_half(evolution(seed)));
        let without = median(&|seed| steps_to_half(evolution(seed).without_inheriting()));
        assert!(2 * with <= without, "{with} steps with, {without} without");
    }

    #[test]
    fn a_child_differs_from_its_parent_in_one_thing() {
        let mut strategy = evolution(1);
        let outcome =
            search_trials(&mut strategy, &mut Lineage::default(), TrialLimits { steps: 60_000, ask: 1 }).unwrap();
        let trials: Vec<&Trial> = outcome.scored.iter().map(|(trial, _)| trial).collect();
        assert!(trials[..10].iter().all(|trial| trial.parent.is_none()));
        let mut seen = [0; 4];
        for child in &trials[10..] {
            let Some(parent) = child.parent else {
                seen[0] += 1;
                continue;
            };
            let parent = trials[parent as usize];
            let other = child.architecture != parent.architecture;
            let rate = child.settings[LEARNING_RATE] / parent.settings[LEARNING_RATE];
            assert!(!other || rate == 1.0, "one change");
            assert!((0.5..=2.0).contains(&rate));
            assert!(!other || chain(6).neighbours(&parent.architecture).contains(&child.architecture));
            seen[if other { 3 } else { 1 + usize::from(rate == 1.0) }] += 1;
        }
        // 590 children: three kinds at 1/11, standard error 7; the rest changes the architecture.
        let expected = trials[10..].len() as f64 / 11.0;
        assert!(seen[..3].iter().all(|&count| (f64::from(count) - expected).abs() < 28.0), "{seen:?}");
    }

    #[test]
    fn nobody_but_the_living_and_parents_of_the_unborn_is_kept_and_a_stored_state_goes_on() {
        let mut strategy = evolution(2);
        for round in 0..30 {
            let asked = strategy.ask(3);
            assert!(!asked.is_empty() && (round < 3 || asked.len() == 1), "a tenth of the population at a time");
            let parents = strategy.parents();
            assert!(asked.iter().filter_map(|trial| trial.parent).all(|parent| parents.contains(&parent)));
            assert!(parents.len() <= 12, "{parents:?}");
            let mut read: InheritingEvolution =
                serde_json::from_str(&serde_json::to_string(&strategy).unwrap()).unwrap();
            let told: Vec<_> =
                asked.iter().map(|trial| (trial.clone(), scored(&trial.architecture, trial.id as f64))).collect();
            strategy.tell(&told);
            read.tell(&told);
            assert_eq!(read.clone().ask(3), strategy.clone().ask(3));
        }
        assert_eq!(strategy.alive.len(), 10);
    }

    #[test]
    fn what_is_out_of_range_is_refused() {
        let said = |result: Result<InheritingEvolution, SearchError>| result.map(drop).unwrap_err().to_string();
        assert_eq!(
            said(evolution(1).with_population(1)),
            "inheriting evolution, population: found 1, expected at least 2"
        );
        let new = |rate, steps| InheritingEvolution::new(chain(2), least(&chain(2)), rate, steps, 1, "evolution");
        assert_eq!(said(new(0.0, 1)), "inheriting evolution, learning_rate: found 0, expected above 0");
        assert_eq!(said(new(0.1, 0)), "inheriting evolution, steps: found 0, expected at least 1");
        let other = InheritingEvolution::new(chain(2), least(&chain(3)), 0.1, 1, 1, "evolution");
        assert!(other.is_err());
    }
}
