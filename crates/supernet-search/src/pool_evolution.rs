//! Mutants of any of the best so far.

use crate::{
    Scored, SearchError, Strategy,
    known::{Known, Proposals, at_least},
    state::{check_all, check_known, checked_state},
};
use rand::RngExt;
use serde::{Deserialize, Serialize};
use supernet_space::{Architecture, SearchSpace};

const NAME: &str = "pool evolution";

/// The exploration of recurrent cells of Jozefowicz, Zaremba and Sutskever (ICML 2015): known
/// architectures are scored first (theirs were the LSTM and the GRU), then each proposal is one of
/// the pool's, drawn uniformly, after one to `mutations` mutations. The pool holds the best that
/// were told, each once.
///
/// Their filter, by which a candidate must pass a short test before it is scored in earnest, is
/// [`crate::Filtered`]; that a score is the least over several tasks is [`crate::OverTasks`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct PoolEvolution {
    space: SearchSpace,
    starts: Vec<Architecture>,
    proposals: Proposals,
    pool: usize,
    mutations: usize,
    best: Vec<Known>,
}

checked_state!(PoolEvolution);

impl PoolEvolution {
    /// A pool of 100 and up to 3 mutations, over `space`, from two uniform architectures, with
    /// draws from stream `stream` under `seed`.
    pub fn new(space: SearchSpace, seed: u64, stream: impl Into<String>) -> Self {
        let proposals = Proposals::new(seed, stream);
        let starts = (0..2).map(|start| space.sample(&mut proposals.beside("start", start))).collect();
        Self { space, starts, proposals, pool: 100, mutations: 3, best: Vec::new() }
    }

    /// With another pool and most mutations of a proposal, both at least 1.
    ///
    /// # Errors
    /// A number of zero.
    pub fn with_pool(self, pool: usize, mutations: usize) -> Result<Self, SearchError> {
        let pool = at_least(NAME, "pool", pool, 1, "at least 1")?;
        let mutations = at_least(NAME, "mutations", mutations, 1, "at least 1")?;
        Ok(Self { pool, mutations, ..self })
    }

    /// From other architectures.
    ///
    /// # Errors
    /// None, or one of another space.
    pub fn with_starts(self, starts: Vec<Architecture>) -> Result<Self, SearchError> {
        at_least(NAME, "starts", starts.len(), 1, "at least 1")?;
        check_all(&self.space, starts.iter())?;
        Ok(Self { starts, ..self })
    }

    fn check(&self) -> Result<(), SearchError> {
        self.clone().with_pool(self.pool, self.mutations)?.with_starts(self.starts.clone())?;
        check_known(&self.space, &self.best)
    }

    fn propose(&mut self) -> Architecture {
        let number = self.proposals.asked();
        let mut rng = self.proposals.draw();
        if let Some(start) = usize::try_from(number).ok().and_then(|number| self.starts.get(number)) {
            return start.clone();
        }
        let parent = match self.best.len() {
            0 => &self.starts[rng.random_range(0..self.starts.len())],
            pool => &self.best[rng.random_range(0..pool)].architecture,
        };
        let mutations = rng.random_range(1..=self.mutations);
        (0..mutations).fold(parent.clone(), |mutant, _| self.space.mutate(&mutant, &mut rng))
    }
}

impl Strategy for PoolEvolution {
    fn name(&self) -> &str {
        NAME
    }

    fn most_at_once(&self) -> usize {
        // A tenth of the pool is new before its children breed.
        (self.pool / 10).max(1)
    }

    fn ask(&mut self, count: usize) -> Vec<Architecture> {
        (0..count).map(|_| self.propose()).collect()
    }

    fn tell(&mut self, scored: &[Scored]) {
        for scored in scored.iter().filter(|scored| scored.score.accuracy.is_finite()) {
            if self.best.iter().any(|known| known.architecture == scored.architecture) {
                continue;
            }
            // Sorted; an equal score goes behind the older one.
            let known = Known::from(scored);
            let place = self.best.partition_point(|other| other.better_first(&known).is_le());
            self.best.insert(place, known);
            self.best.truncate(self.pool);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{by_paths, chain, scored};

    #[test]
    fn the_starts_come_first_and_the_pool_holds_the_best() {
        let space = chain(6);
        let starts = space.architectures(729).unwrap()[..3].to_vec();
        let mut strategy = PoolEvolution::new(space, 1, "pool")
            .with_pool(5, 2)
            .and_then(|strategy| strategy.with_starts(starts.clone()))
            .unwrap();
        assert_eq!(strategy.ask(3), starts);
        let mut told = by_paths(&starts);
        for _ in 0..60 {
            strategy.tell(&told[told.len() - 1..]);
            told.extend(by_paths(&strategy.ask(1)));
        }
        let mut seen: Vec<f64> = Vec::new();
        let mut networks: Vec<&Architecture> = Vec::new();
        for scored in &told[2..told.len() - 1] {
            if !networks.contains(&&scored.architecture) {
                networks.push(&scored.architecture);
                seen.push(scored.score.accuracy);
            }
        }
        seen.sort_by(|a, b| b.total_cmp(a));
        assert_eq!(strategy.best.iter().map(|known| known.score().accuracy).collect::<Vec<_>>(), seen[..5]);
    }

    #[test]
    fn what_failed_never_joins_the_pool() {
        let space = chain(3);
        let mut strategy = PoolEvolution::new(space.clone(), 1, "pool");
        let asked = strategy.ask(2);
        strategy.tell(&[scored(&asked[0], f64::NAN), scored(&asked[1], 0.5)]);
        assert_eq!(strategy.best.len(), 1);
        assert!(strategy.clone().with_pool(0, 1).is_err());
        assert_eq!(
            strategy.with_starts(Vec::new()).unwrap_err().to_string(),
            "pool evolution, starts: found 0, expected at least 1"
        );
    }
}
