//! Tournaments in which nobody dies, from mutants of one simple architecture.

use crate::{
    Scored, SearchError, Strategy,
    known::{Known, Proposals, at_least, in_range},
    least::least,
    state::{check_known, checked_state},
};
use rand::seq::index;
use serde::{Deserialize, Serialize};
use supernet_space::{Architecture, SearchSpace};

const NAME: &str = "hierarchical evolution";

/// The search of Liu, Simonyan, Vinyals, Fernando and Kavukcuoglu (ICLR 2018): the first
/// `population` proposals are the start, each after `burn_in` random mutations of its own; then
/// each is a mutant of the best of a share of all architectures told so far, drawn without
/// replacement. Nobody is removed.
///
/// The start takes the first options of every choice: of [`supernet_space::HierarchicalMotifs`]
/// chains of identities.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct HierarchicalEvolution {
    space: SearchSpace,
    start: Architecture,
    proposals: Proposals,
    population: usize,
    burn_in: usize,
    #[serde(with = "crate::exact::number")]
    share: f64,
    told: Vec<Known>,
}

checked_state!(HierarchicalEvolution);

impl HierarchicalEvolution {
    /// A population of 40 after 1,000 mutations each (200 as published, for 7,000 steps), and
    /// tournaments of 5 %, over `space`, with draws from stream `stream` under `seed`.
    pub fn new(space: SearchSpace, seed: u64, stream: impl Into<String>) -> Self {
        let proposals = Proposals::new(seed, stream);
        Self { start: least(&space), space, proposals, population: 40, burn_in: 1_000, share: 0.05, told: Vec::new() }
    }

    /// With another number of starts, and mutations of each.
    ///
    /// # Errors
    /// A population of zero.
    pub fn with_population(self, population: usize, burn_in: usize) -> Result<Self, SearchError> {
        let population = at_least(NAME, "population", population, 1, "at least 1")?;
        Ok(Self { population, burn_in, ..self })
    }

    /// With tournaments of another share of all that were told; there is always one member.
    ///
    /// # Errors
    /// A share outside 0 to 1.
    pub fn with_share(self, share: f64) -> Result<Self, SearchError> {
        Ok(Self { share: in_range(NAME, "share", share, share > 0.0 && share <= 1.0, "0 < share <= 1")?, ..self })
    }

    /// From another start.
    ///
    /// # Errors
    /// An architecture of another space.
    pub fn with_start(self, start: Architecture) -> Result<Self, SearchError> {
        self.space.check(&start)?;
        Ok(Self { start, ..self })
    }

    fn check(&self) -> Result<(), SearchError> {
        self.clone().with_population(self.population, self.burn_in)?.with_share(self.share)?;
        self.space.check(&self.start)?;
        check_known(&self.space, &self.told)
    }

    fn propose(&mut self) -> Architecture {
        let starts = self.proposals.asked() < self.population as u64 || self.told.is_empty();
        let mut rng = self.proposals.draw();
        if starts {
            return (0..self.burn_in).fold(self.start.clone(), |mutant, _| self.space.mutate(&mutant, &mut rng));
        }
        let size = ((self.share * self.told.len() as f64).ceil() as usize).clamp(1, self.told.len());
        let drawn = index::sample(&mut rng, self.told.len(), size).into_iter().map(|place| &self.told[place]);
        let parent = drawn.min_by(|a, b| a.better_first(b)).expect("at least one");
        self.space.mutate(&parent.architecture, &mut rng)
    }
}

impl Strategy for HierarchicalEvolution {
    fn name(&self) -> &str {
        NAME
    }

    fn most_at_once(&self) -> usize {
        // A tenth of the population is new before its children breed.
        (self.population / 10).max(1)
    }

    fn ask(&mut self, count: usize) -> Vec<Architecture> {
        (0..count).map(|_| self.propose()).collect()
    }

    fn tell(&mut self, scored: &[Scored]) {
        self.told.extend(scored.iter().map(Known::from));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{chain, scored};
    use std::collections::BTreeSet;
    use supernet_space::{HierarchicalMotifs, draws};

    #[test]
    fn nobody_leaves_and_a_parent_is_never_changed() {
        // Some copies mutate the parent in place, so that its score stands for another
        // architecture.
        let mut strategy = HierarchicalEvolution::new(chain(4), 1, "evolution").with_population(5, 10).unwrap();
        let mut all = Vec::new();
        for round in 0..50 {
            let asked = strategy.ask(1);
            strategy.tell(&[scored(&asked[0], f64::from(round) / 100.0)]);
            all.extend(asked);
        }
        assert_eq!(strategy.told.iter().map(|known| known.architecture.clone()).collect::<Vec<_>>(), all);
    }

    #[test]
    fn a_tournament_of_all_breeds_from_the_best() {
        let space = chain(4);
        let mut strategy = HierarchicalEvolution::new(space.clone(), 1, "evolution")
            .with_population(4, 100)
            .and_then(|strategy| strategy.with_share(1.0))
            .unwrap();
        let asked = strategy.ask(4);
        strategy.tell(&asked.iter().zip([0.1, 0.8, 0.2, f64::NAN]).map(|(a, s)| scored(a, s)).collect::<Vec<_>>());
        let near = space.neighbours(&asked[1]);
        assert!(strategy.ask(20).iter().all(|child| near.contains(child)));
    }

    #[test]
    fn a_mutation_of_motifs_changes_one_label_and_reaches_every_one_but_those_that_cut_the_chain() {
        let motifs = HierarchicalMotifs::published();
        let space = motifs.space();
        let mut reached: BTreeSet<(usize, u64)> = BTreeSet::new();
        let mut mutant = motifs.chains();
        for draw in 0..20_000 {
            let next = space.mutate(&mutant, &mut draws(1, "coupons", draw));
            let changed: Vec<usize> = (0..space.choices().len()).filter(|&i| mutant.bits(i) != next.bits(i)).collect();
            assert_eq!(changed.len(), 1);
            reached.insert((changed[0], next.bits(changed[0])));
            mutant = next;
        }
        // Drawing among labels other than none alone would never remove an edge.
        assert_eq!(reached.len(), space.choices().iter().map(|choice| choice.options().len()).sum::<usize>());
        let cuts = |(choice, _): &&(usize, u64)| {
            let name = space.choices()[*choice].name();
            let (from, to) = name.rsplit_once("edge").unwrap().1.split_once('_').unwrap();
            from.parse::<usize>().unwrap() + 1 == to.parse::<usize>().unwrap()
        };
        let of_chains = reached.iter().filter(cuts);
        assert!(of_chains.clone().count() > 0);
        of_chains.for_each(|(choice, _)| assert!(!space.choices()[*choice].options().contains(&"none".to_string())));
    }

    #[test]
    fn a_share_of_nothing_is_refused() {
        let error = HierarchicalEvolution::new(chain(2), 1, "evolution").with_share(0.0).unwrap_err();
        assert_eq!(error.to_string(), "hierarchical evolution, share: found 0, expected 0 < share <= 1");
        assert!(HierarchicalEvolution::new(chain(2), 1, "evolution").with_population(0, 1).is_err());
    }
}
