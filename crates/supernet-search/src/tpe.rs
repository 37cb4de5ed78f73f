//! The tree-structured Parzen estimator for choices: model what good and what bad candidates take.

use crate::{
    Scored, SearchError, Strategy,
    known::{Known, Proposals, at_least, in_range},
    state::{check_all, check_count, check_known, checked_state},
};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};
use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};
use supernet_space::{Architecture, SearchSpace};

const NAME: &str = "tpe";

/// TPE (Bergstra, Bardenet, Bengio and Kégl, NeurIPS 2011) over the subsets of each choice. The
/// best share γ of the architectures told are *good*, the others *bad*; l and g model each choice
/// on its own, the probability of a subset being in proportion to one plus the number of good (bad)
/// architectures that take it (the ones are a uniform prior; all of a choice together weigh at most
/// [`Tpe::MOST_PRIOR`] architectures, for choices of very many subsets). A proposal is the one of
/// `candidates` draws from l that has the greatest l/g among those not told yet; if all are, it is
/// uniform, of a hundred draws the first that is not. So are the first `start` proposals.
///
/// A choice under a condition is modelled on those architectures alone in which it is active, and
/// counts in l/g only where the candidate has it: what a branch that is not taken would hold says
/// nothing. On a space with conditions a proposal takes of each choice the draw that is best there,
/// parents first, as hyperopt does on its trees (Bergstra, Yamins and Cox, ICML 2013); only if that
/// is known, the best draw as a whole.
///
/// It keeps every different architecture that it was told; time per proposal does not grow with
/// them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Tpe {
    space: SearchSpace,
    proposals: Proposals,
    #[serde(with = "crate::exact::number")]
    gamma: f64,
    start: usize,
    candidates: usize,
    known: BTreeSet<Architecture>,
    good: Group,
    bad: Group,
}

checked_state!(Tpe);

/// Some of the architectures told, best first, and how many take which subset of each choice.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Group {
    members: BTreeSet<Ranked>,
    counts: Vec<BTreeMap<u64, u32>>,
}

/// In order of score, then of telling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Ranked {
    known: Known,
    number: usize,
}

impl Eq for Ranked {}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        self.known.better_first(&other.known).then(self.number.cmp(&other.number))
    }
}

impl Group {
    fn new(choices: usize) -> Self {
        Self { members: BTreeSet::new(), counts: vec![BTreeMap::new(); choices] }
    }

    fn count(&mut self, space: &SearchSpace, architecture: &Architecture) {
        let active = space.active(architecture);
        for (choice, counts) in self.counts.iter_mut().enumerate().filter(|&(choice, _)| active[choice]) {
            *counts.entry(architecture.bits(choice)).or_default() += 1;
        }
    }

    fn insert(&mut self, space: &SearchSpace, ranked: Ranked) {
        self.count(space, &ranked.known.architecture);
        self.members.insert(ranked);
    }

    fn take(&mut self, space: &SearchSpace, ranked: Option<Ranked>) -> Option<Ranked> {
        let ranked = ranked?;
        let active = space.active(&ranked.known.architecture);
        for (choice, counts) in self.counts.iter_mut().enumerate().filter(|&(choice, _)| active[choice]) {
            let bits = ranked.known.architecture.bits(choice);
            match counts.get_mut(&bits) {
                Some(count) if *count > 1 => *count -= 1,
                _ => drop(counts.remove(&bits)),
            }
        }
        Some(ranked)
    }

    fn pop_best(&mut self, space: &SearchSpace) -> Option<Ranked> {
        let best = self.members.pop_first();
        self.take(space, best)
    }

    fn pop_worst(&mut self, space: &SearchSpace) -> Option<Ranked> {
        let worst = self.members.pop_last();
        self.take(space, worst)
    }

    /// Members in which a choice is active.
    fn with(&self, space: &SearchSpace, choice: usize) -> f64 {
        if space.choices()[choice].when().is_empty() {
            return self.members.len() as f64;
        }
        self.counts[choice].values().map(|&count| f64::from(count)).sum()
    }

    /// A subset's probability under this group's model of a choice.
    fn probability(&self, space: &SearchSpace, choice: usize, bits: u64) -> f64 {
        let subsets = space.choices()[choice].subsets() as f64;
        let prior = prior(space, choice);
        let count = self.counts[choice].get(&bits).copied().unwrap_or(0);
        (prior / subsets + f64::from(count)) / (prior + self.with(space, choice))
    }

    /// A draw from the model, as the subset of each choice, active or not: uniform with the prior's
    /// weight, else from a random member.
    fn draw(&self, space: &SearchSpace, rng: &mut impl Rng) -> Vec<u64> {
        let uniform: Vec<u64> = space.choices().iter().map(|choice| choice.sample(rng)).collect();
        let of_choice = |(choice, counts): (usize, &BTreeMap<u64, u32>)| {
            let mut rank = rng.random::<f64>() * (prior(space, choice) + self.with(space, choice));
            for (&bits, &count) in counts {
                if rank < f64::from(count) {
                    return bits;
                }
                rank -= f64::from(count);
            }
            uniform[choice]
        };
        self.counts.iter().enumerate().map(of_choice).collect()
    }
}

/// What the uniform prior of a choice weighs, in architectures.
fn prior(space: &SearchSpace, choice: usize) -> f64 {
    (space.choices()[choice].subsets() as f64).min(Tpe::MOST_PRIOR)
}

impl Tpe {
    /// The most architectures that the prior of one choice weighs.
    pub const MOST_PRIOR: f64 = 64.0;

    /// γ = 0.15, 20 uniform proposals first, 24 candidates, over `space`, with draws from stream
    /// `stream` under `seed`.
    pub fn new(space: SearchSpace, seed: u64, stream: impl Into<String>) -> Self {
        let choices = space.choices().len();
        Self {
            space,
            proposals: Proposals::new(seed, stream),
            gamma: 0.15,
            start: 20,
            candidates: 24,
            known: BTreeSet::new(),
            good: Group::new(choices),
            bad: Group::new(choices),
        }
    }

    /// With another share γ of good architectures.
    ///
    /// # Errors
    /// A number that is not between 0 and 1.
    pub fn with_gamma(self, gamma: f64) -> Result<Self, SearchError> {
        let holds = gamma > 0.0 && gamma < 1.0;
        Ok(Self { gamma: in_range(NAME, "gamma", gamma, holds, "0 < gamma < 1")?, ..self })
    }

    /// With another number of uniform proposals first and of candidates, the latter at least 1.
    ///
    /// # Errors
    /// No candidate.
    pub fn with_candidates(self, start: usize, candidates: usize) -> Result<Self, SearchError> {
        Ok(Self { start, candidates: at_least(NAME, "candidates", candidates, 1, "at least 1")?, ..self })
    }

    fn check(&self) -> Result<(), SearchError> {
        self.clone().with_gamma(self.gamma)?.with_candidates(self.start, self.candidates)?;
        check_all(&self.space, self.known.iter())?;
        for group in [&self.good, &self.bad] {
            check_known(&self.space, group.members.iter().map(|ranked| &ranked.known))?;
            let mut counted = Group::new(self.space.choices().len());
            group.members.iter().for_each(|ranked| counted.count(&self.space, &ranked.known.architecture));
            let differ = counted.counts.iter().zip(&group.counts).filter(|(counted, stored)| counted != stored).count();
            check_count(NAME, "choices whose counts are not their members'", differ, 0)?;
            check_count(NAME, "counts", group.counts.len(), counted.counts.len())?;
        }
        Ok(())
    }

    fn propose(&mut self) -> Architecture {
        /// Uniform draws for one that is not told yet, once the candidates are all told.
        const MOST_UNIFORM: usize = 100;
        let uniform = self.proposals.asked() < self.start as u64 || self.known.is_empty();
        let mut rng = self.proposals.draw();
        if uniform {
            return self.space.sample(&mut rng);
        }
        let drawn: Vec<Vec<u64>> = (0..self.candidates).map(|_| self.good.draw(&self.space, &mut rng)).collect();
        let accept = |subsets: &Vec<u64>| self.space.accept(self.space.mask(subsets.clone())).expect("allowed subsets");
        let mut ranked: Vec<(f64, Architecture)> = drawn.iter().map(accept).map(|one| (self.gain(&one), one)).collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        let by_choice = self.space.is_conditional().then(|| self.best_by_choice(&drawn));
        let mut best_first = by_choice.into_iter().chain(ranked.into_iter().map(|(_, one)| one));
        let new = best_first.find(|architecture| !self.known.contains(architecture));
        new.unwrap_or_else(|| {
            let mut uniform = (0..MOST_UNIFORM).map(|_| self.space.sample(&mut rng));
            let first = uniform.next().expect("at least one draw");
            let is_new = |one: &Architecture| !self.known.contains(one);
            if is_new(&first) { first } else { uniform.find(is_new).unwrap_or(first) }
        })
    }

    /// The logarithm of l/g of a choice's subset.
    fn log_ratio(&self, choice: usize, bits: u64) -> f64 {
        let model = |group: &Group| group.probability(&self.space, choice, bits);
        (model(&self.good) / model(&self.bad)).ln()
    }

    /// The same of an architecture's active choices together.
    fn gain(&self, architecture: &Architecture) -> f64 {
        let active = self.space.active(architecture);
        let choices = (0..active.len()).filter(|&choice| active[choice]);
        choices.map(|choice| self.log_ratio(choice, architecture.bits(choice))).sum()
    }

    /// Of each active choice the draw of the greatest l/g; of equal ones the first.
    fn best_by_choice(&self, drawn: &[Vec<u64>]) -> Architecture {
        self.space.architecture(|choice| {
            let ratio = |subsets: &Vec<u64>| self.log_ratio(choice, subsets[choice]);
            let best = drawn.iter().rev().max_by(|a, b| ratio(a).total_cmp(&ratio(b)));
            best.expect("at least one candidate")[choice]
        })
    }
}

impl Strategy for Tpe {
    fn name(&self) -> &str {
        NAME
    }

    fn most_at_once(&self) -> usize {
        // Half of the draws that a proposal is the best of.
        (self.candidates / 2).max(1)
    }

    fn ask(&mut self, count: usize) -> Vec<Architecture> {
        (0..count).map(|_| self.propose()).collect()
    }

    fn tell(&mut self, scored: &[Scored]) {
        for scored in scored {
            if !self.known.insert(scored.architecture.clone()) {
                continue;
            }
            // The new one goes where it belongs, then the border moves to the best ⌈γ·n⌉.
            let ranked = Ranked { known: scored.into(), number: self.known.len() };
            let is_good = self.good.members.last().is_some_and(|worst| ranked < *worst);
            let group = if is_good { &mut self.good } else { &mut self.bad };
            group.insert(&self.space, ranked);
            let wanted = (self.gamma * self.known.len() as f64).ceil() as usize;
            while self.good.members.len() < wanted {
                let Some(best) = self.bad.pop_best(&self.space) else { break };
                self.good.insert(&self.space, best);
            }
            while self.good.members.len() > wanted {
                let Some(worst) = self.good.pop_worst(&self.space) else { break };
                self.bad.insert(&self.space, worst);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{by_paths, chain, scored};
    use supernet_space::Choice;

    #[test]
    fn the_good_are_the_best_share_and_the_counts_are_theirs() {
        let space = chain(5);
        let mut tpe = Tpe::new(space.clone(), 1, "tpe").with_gamma(0.2).unwrap();
        for _ in 0..20 {
            let asked = tpe.ask(7);
            tpe.tell(&by_paths(&asked));
        }
        let n = tpe.known.len();
        assert_eq!(tpe.good.members.len(), (0.2 * n as f64).ceil() as usize);
        assert_eq!(tpe.bad.members.len(), n - tpe.good.members.len());
        assert!(tpe.good.members.last() < tpe.bad.members.first());
        for group in [&tpe.good, &tpe.bad] {
            let mut fresh = Group::new(5);
            group.members.iter().cloned().for_each(|ranked| fresh.insert(&space, ranked));
            assert_eq!(*group, fresh);
        }
    }

    #[test]
    fn a_model_is_a_distribution_and_draws_follow_it() {
        let space = chain(3);
        let mut tpe = Tpe::new(space.clone(), 1, "tpe");
        let asked = tpe.ask(20);
        tpe.tell(&by_paths(&asked));
        let probability = |bits| tpe.bad.probability(&space, 1, bits);
        assert!((probability(1) + probability(2) + probability(4) - 1.0).abs() < 1e-12);
        let (n, mut rng) = (20_000, supernet_space::draws(4, "model", 0));
        let mut seen = [0.0; 3];
        (0..n).for_each(|_| seen[tpe.bad.draw(&space, &mut rng)[1].trailing_zeros() as usize] += 1.0);
        let chi2: f64 =
            (0..3).map(|i| (i, probability(1 << i) * f64::from(n))).map(|(i, e)| (seen[i] - e).powi(2) / e).sum();
        assert!(chi2 < 13.82, "chi-square {chi2} at 2 degrees of freedom; 13.82 is the 0.1 % point");
    }

    #[test]
    fn what_is_told_is_not_proposed_again_while_there_is_much_else() {
        let mut tpe = Tpe::new(chain(8), 1, "tpe");
        let mut repeated = 0;
        for round in 0..120 {
            let asked = tpe.ask(1);
            repeated += u32::from(round >= 20 && tpe.known.contains(&asked[0]));
            tpe.tell(&by_paths(&asked));
        }
        assert_eq!(repeated, 0, "of 100 proposals on a space of 6,561");
    }

    #[test]
    fn a_small_space_is_found_as_a_whole_without_much_repetition() {
        let mut tpe = Tpe::new(chain(3), 1, "tpe");
        for _ in 0..40 {
            let asked = tpe.ask(1);
            tpe.tell(&by_paths(&asked));
        }
        assert_eq!(tpe.known.len(), 27);
        assert_eq!(tpe.ask(50).len(), 50);
    }

    #[test]
    fn a_conditional_choice_is_modelled_on_those_that_have_it_at_any_depth() {
        let one_of = |name: &str, options: [&str; 2]| Choice::one_of(name, options).unwrap();
        let choices = [
            one_of("op", ["conv", "pool"]),
            one_of("norm", ["none", "batch"]).under("op", ["conv"]),
            one_of("momentum", ["low", "high"]).under("norm", ["batch"]),
        ];
        let space = SearchSpace::new("nested", choices).unwrap();
        let mut tpe = Tpe::new(space.clone(), 1, "tpe").with_gamma(0.01).unwrap();
        let told = ["01/10/10", "10/10/10", "10/01/01", "10/01/10"].map(|text| space.parse_architecture(text).unwrap());
        tpe.tell(
            &told.iter().zip([0.9, 0.3, 0.2, 0.1]).map(|(one, accuracy)| scored(one, accuracy)).collect::<Vec<_>>(),
        );
        // The pool is good; of the three convolutions two have a batch norm, one of which is of
        // high momentum.
        let of_bad = |choice, bits| tpe.bad.probability(&space, choice, bits);
        assert_eq!((of_bad(1, 0b01), of_bad(1, 0b10)), (2.0 / 5.0, 3.0 / 5.0));
        assert_eq!((of_bad(2, 0b01), of_bad(2, 0b10)), (2.0 / 4.0, 2.0 / 4.0));
        // No good one has a norm: there the model is uniform, whatever the bits of the pool's mask
        // are.
        assert_eq!((tpe.good.probability(&space, 1, 0b01), tpe.good.probability(&space, 2, 0b01)), (0.5, 0.5));
    }

    #[test]
    fn a_gamma_outside_zero_to_one_is_refused() {
        let error = Tpe::new(chain(2), 1, "tpe").with_gamma(1.0).unwrap_err();
        assert_eq!(error.to_string(), "tpe, gamma: found 1, expected 0 < gamma < 1");
        assert!(Tpe::new(chain(2), 1, "tpe").with_gamma(f64::NAN).is_err());
        assert!(Tpe::new(chain(2), 1, "tpe").with_candidates(5, 0).is_err());
    }
}
