//! Random search: every architecture of the space is equally likely.

use crate::{Scored, Strategy};
use serde::{Deserialize, Serialize};
use supernet_space::{Architecture, SearchSpace, draws};

/// Draws architectures uniformly (PAPER, *Scoring and selection*). Proposal number i is a function
/// of (seed, i) alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RandomSearch {
    space: SearchSpace,
    seed: u64,
    stream: String,
    asked: u64,
}

impl RandomSearch {
    /// Uniform draws over `space` from the stream named `stream` under `seed`.
    pub fn new(space: SearchSpace, seed: u64, stream: impl Into<String>) -> Self {
        Self { space, seed, stream: stream.into(), asked: 0 }
    }
}

impl Strategy for RandomSearch {
    fn name(&self) -> &str {
        "random"
    }

    fn is_uniform(&self) -> bool {
        true
    }

    fn ask(&mut self, count: usize) -> Vec<Architecture> {
        let first = self.asked;
        self.asked += count as u64;
        (first..self.asked).map(|i| self.space.sample(&mut draws(self.seed, &self.stream, i))).collect()
    }

    fn tell(&mut self, _scored: &[Scored]) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_space::CellSpace;

    fn random() -> RandomSearch {
        RandomSearch::new(CellSpace::new(3, 4).unwrap().space().clone(), 7, "candidates")
    }

    #[test]
    fn proposals_do_not_depend_on_how_they_are_asked_for() {
        let all = random().ask(20);
        let mut stepwise = random();
        let mut parts = stepwise.ask(3);
        let stored = serde_json::to_string(&stepwise).unwrap();
        let mut resumed: RandomSearch = serde_json::from_str(&stored).unwrap();
        parts.extend(resumed.ask(17));
        assert_eq!(all, parts);
    }
}
