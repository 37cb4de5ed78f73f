//! Random draws, perturbations of the best of them, then a chain of steps that never gets worse.

use crate::{
    Scored, SearchError, Strategy,
    known::{Known, Proposals, at_least, in_range},
    state::{check_known, checked_state},
};
use rand::RngExt;
use serde::{Deserialize, Serialize};
use supernet_space::{Architecture, SearchSpace};

const NAME: &str = "perturb";

/// The search of SMASH (Brock, Lim, Ritchie and Weston 2017): `random` uniform architectures, then
/// `perturbed` perturbations of the best of these, then a Markov chain that begins at the best of
/// all and steps to a perturbation of where it stands if that scores no worse. The paper takes 500,
/// 100 and 100 steps; proposals beyond the plan are steps of the chain.
///
/// A perturbation draws each option of each choice with probability `rate`, and makes a mutation
/// for each that is drawn, and one at least: the paper's elements are numbers 0 or 1 for each bank
/// that may be read, as options are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Perturb {
    space: SearchSpace,
    proposals: Proposals,
    random: usize,
    perturbed: usize,
    #[serde(with = "crate::exact::number")]
    rate: f64,
    /// The best of the random draws, once they are over.
    centre: Option<Known>,
    best: Option<Known>,
}

checked_state!(Perturb);

impl Perturb {
    /// The published plan, 500 draws and 100 perturbations before the chain, and a rate of 0.05 for
    /// each option, over `space`, with draws from stream `stream` under `seed`.
    pub fn new(space: SearchSpace, seed: u64, stream: impl Into<String>) -> Self {
        let proposals = Proposals::new(seed, stream);
        Self { space, proposals, random: 500, perturbed: 100, rate: 0.05, centre: None, best: None }
    }

    /// With the published shares of `networks` proposals: 5/7 random draws, 1/7 perturbations, the
    /// rest steps of the chain.
    ///
    /// # Errors
    /// Fewer than 7 networks.
    pub fn with_networks(self, networks: usize) -> Result<Self, SearchError> {
        let networks = at_least(NAME, "networks", networks, 7, "at least 7")?;
        Ok(Self { random: networks - 2 * (networks / 7), perturbed: networks / 7, ..self })
    }

    /// With another probability for each option.
    ///
    /// # Errors
    /// A number outside 0 to 1.
    pub fn with_rate(self, rate: f64) -> Result<Self, SearchError> {
        let holds = (0.0..=1.0).contains(&rate);
        Ok(Self { rate: in_range(NAME, "rate", rate, holds, "a probability, 0 to 1")?, ..self })
    }

    fn check(&self) -> Result<(), SearchError> {
        at_least(NAME, "random", self.random, 1, "at least 1")?;
        self.clone().with_rate(self.rate)?;
        check_known(&self.space, self.centre.iter().chain(&self.best))
    }

    /// Proposals that are left of the part of the plan that is at hand; none in the chain.
    fn left(&self) -> Option<usize> {
        let asked = usize::try_from(self.proposals.asked()).unwrap_or(usize::MAX);
        let ends = [self.random, self.random.saturating_add(self.perturbed)];
        ends.into_iter().find(|&end| asked < end).map(|end| end - asked)
    }

    fn propose(&mut self) -> Architecture {
        let is_random = self.proposals.asked() < self.random as u64;
        let is_chain = self.left().is_none();
        let mut rng = self.proposals.draw();
        if !is_random && self.centre.is_none() {
            self.centre = self.best.clone();
        }
        let from = if is_chain { &self.best } else { &self.centre };
        let Some(from) = from.as_ref().filter(|_| !is_random) else { return self.space.sample(&mut rng) };
        let options: usize = self.space.choices().iter().map(|choice| choice.options().len()).sum();
        let changes = (0..options).filter(|_| rng.random::<f64>() < self.rate).count();
        (0..changes.max(1)).fold(from.architecture.clone(), |from, _| self.space.mutate(&from, &mut rng))
    }
}

impl Strategy for Perturb {
    fn name(&self) -> &str {
        NAME
    }

    fn most_at_once(&self) -> usize {
        self.left().unwrap_or(1)
    }

    fn ask(&mut self, count: usize) -> Vec<Architecture> {
        (0..count).map(|_| self.propose()).collect()
    }

    fn tell(&mut self, scored: &[Scored]) {
        for known in scored.iter().map(Known::from) {
            // An equal score moves the chain on.
            if self.best.as_ref().is_none_or(|best| known.better_first(best).is_le()) {
                self.best = Some(known);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{by_paths, chain, scored};

    #[test]
    fn draws_come_first_then_changes_of_the_best_draw_and_then_steps_from_the_best_of_all() {
        let space = chain(10);
        let mut strategy = Perturb::new(space.clone(), 1, "perturb").with_networks(70).unwrap();
        assert_eq!(strategy.most_at_once(), 50);
        let draws = strategy.ask(50);
        strategy.tell(&by_paths(&draws));
        let best_draw = strategy.best.clone().unwrap();
        assert_eq!(strategy.most_at_once(), 10);
        let changed = |a: &Architecture, b: &Architecture| (0..10).filter(|&i| a.bits(i) != b.bits(i)).count();
        let perturbed = strategy.ask(10);
        for architecture in &perturbed {
            assert!((1..=8).contains(&changed(architecture, &best_draw.architecture)), "{architecture}");
        }
        strategy.tell(&by_paths(&perturbed));
        let mut stands = strategy.best.clone().unwrap();
        for _ in 0..40 {
            assert_eq!(strategy.most_at_once(), 1);
            let step = strategy.ask(1);
            assert!(changed(&step[0], &stands.architecture) <= 8);
            let told = by_paths(&step);
            strategy.tell(&told);
            if told[0].score.accuracy >= stands.score().accuracy {
                stands = Known::from(&told[0]);
            }
            assert_eq!(strategy.best.as_ref(), Some(&stands));
        }
        assert!(stands.score().accuracy > best_draw.score().accuracy);
    }

    #[test]
    fn the_published_plan_is_the_default_and_its_shares_hold_for_others() {
        let published = Perturb::new(chain(2), 1, "perturb");
        assert_eq!(published, published.clone().with_networks(700).unwrap());
        assert_eq!((published.random, published.perturbed), (500, 100));
        let error = published.clone().with_networks(6).unwrap_err().to_string();
        assert_eq!(error, "perturb, networks: found 6, expected at least 7");
        assert!(published.with_rate(f64::NAN).is_err());
    }

    #[test]
    fn what_failed_is_no_place_to_go_on_from() {
        let mut strategy = Perturb::new(chain(3), 1, "perturb").with_networks(7).unwrap();
        let asked = strategy.ask(5);
        strategy.tell(&[scored(&asked[0], 0.4), scored(&asked[1], f64::NAN)]);
        strategy.ask(1);
        assert_eq!(strategy.centre.unwrap().architecture, asked[0]);
    }
}
