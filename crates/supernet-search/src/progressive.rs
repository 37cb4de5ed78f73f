//! Progressive search: networks grow step by step, and a surrogate chooses which of the larger ones
//! are looked at.

use crate::{
    Ensemble, Gp, Growth, Scored, SearchError, Strategy, Surrogate,
    archive::{Archive, Entry, bounded, rows},
    exact::Exact,
    kendall,
    known::{Proposals, at_least},
    state::{check_all, checked_state},
    targets::Targets,
};
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use supernet_space::{Architecture, Encoding, SearchSpace};

const NAME: &str = "progressive";

/// Progressive neural architecture search (Liu, Zoph, Neumann et al., ECCV 2018) over any
/// [`Growth`]: at each step all networks that the kept ones can grow to are ranked by a surrogate
/// of everything told so far, the best `beam` of them are kept, and those of the kept that are not
/// known yet are proposed. A known one ranks by its own score. At the first step there is nothing
/// to rank by: all are proposed, or as many as the beam holds, drawn.
///
/// While scores are outstanding, further proposals are uniform. Once all steps are done the growth
/// begins anew with twice the beam, so that a search may go on; what is known costs nothing.
///
/// Of at most [`Progressive::MOST_RANKED`] networks a step ranks all, of more as many, drawn; the
/// surrogate sees at most [`Surrogate::most_rows`] of those told. Time per proposal falls with the
/// beam, memory is one entry for each network told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Progressive<S> {
    space: SearchSpace,
    proposals: Proposals,
    growth: Growth,
    surrogate: S,
    name: String,
    beam: usize,
    /// The step whose networks are proposed; none before the first.
    step: Option<usize>,
    kept: Vec<Architecture>,
    /// Networks to propose, the next one last.
    queue: Vec<Architecture>,
    /// Networks that were proposed and not told.
    waiting: BTreeSet<Architecture>,
    /// What was predicted of the networks of this step.
    predicted: BTreeMap<Architecture, Exact>,
    foresight: Vec<Option<Exact>>,
    told: Archive,
}

checked_state!(Progressive<S: Surrogate>);

impl Progressive<Ensemble> {
    /// PNAS: networks grow in the order of the space's choices ([`Growth::in_order`]), an
    /// [`Ensemble`] ranks them, 12 are kept; with draws from stream `stream` under `seed`. The
    /// published beam of 256 is for searches of more than a thousand networks.
    pub fn pnas(space: SearchSpace, seed: u64, stream: impl Into<String>) -> Self {
        let growth = Growth::in_order(&space);
        let strategy = Self::new(space, growth, Ensemble::new(seed), seed, stream);
        Self { name: "pnas".into(), ..strategy.expect("a growth of its own space") }
    }
}

impl Progressive<Gp> {
    /// Returns PNAS with a [`Gp`] in place of the networks.
    pub fn gp(space: SearchSpace, seed: u64, stream: impl Into<String>) -> Self {
        let growth = Growth::in_order(&space);
        let process = Gp::new(Encoding::one_hot(&space).blocks().to_vec());
        Self::new(space, growth, process, seed, stream).expect("a growth of its own space")
    }
}

impl<S: Surrogate> Progressive<S> {
    /// The most networks that a step ranks.
    pub const MOST_RANKED: usize = 10_000;
    const MOST_BEAM: usize = 4_096;

    /// Returns the search over `space` by any growth and any surrogate of [`Encoding::one_hot`]
    /// rows; 12 networks are kept.
    ///
    /// # Errors
    /// A growth of another space.
    pub fn new(
        space: SearchSpace,
        growth: Growth,
        surrogate: S,
        seed: u64,
        stream: impl Into<String>,
    ) -> Result<Self, SearchError> {
        growth.check(&space)?;
        let name = format!("progressive, {}", surrogate.name());
        Ok(Self {
            space,
            proposals: Proposals::new(seed, stream),
            growth,
            surrogate,
            name,
            beam: 12,
            step: None,
            kept: Vec::new(),
            queue: Vec::new(),
            waiting: BTreeSet::new(),
            predicted: BTreeMap::new(),
            foresight: Vec::new(),
            told: Archive::default(),
        })
    }

    /// Returns the search with another number of networks kept at each step, 1 to 4,096.
    ///
    /// # Errors
    /// A number out of range.
    pub fn with_beam(self, beam: usize) -> Result<Self, SearchError> {
        at_least(NAME, "beam", beam, 1, "1 to 4096")?;
        if beam > Self::MOST_BEAM {
            let (setting, expected) = ("beam", "1 to 4096");
            return Err(SearchError::Setting { strategy: NAME, setting, found: beam.to_string(), expected });
        }
        Ok(Self { beam, ..self })
    }

    /// Returns for each step done how well the surrogate had foreseen it: Kendall's tau of the
    /// predictions, made before a network of this size was known, with the scores. `None` where
    /// fewer than two were predicted or all are equal; the first step has no prediction.
    pub fn foresight(&self) -> impl Iterator<Item = Option<f64>> {
        self.foresight.iter().map(|tau| tau.map(|Exact(tau)| tau))
    }

    fn check(&self) -> Result<(), SearchError> {
        self.growth.check(&self.space)?;
        at_least(NAME, "beam", self.beam, 1, "1 to 4096")?;
        if let Some(step) = self.step.filter(|&step| step >= self.growth.steps().len()) {
            let expected = "a step of the growth";
            return Err(SearchError::Setting { strategy: NAME, setting: "step", found: step.to_string(), expected });
        }
        self.told.check(&self.space)?;
        let lists = self.kept.iter().chain(&self.queue).chain(&self.waiting).chain(self.predicted.keys());
        check_all(&self.space, lists)
    }
}

impl<S: Surrogate + Clone> Progressive<S> {
    /// Goes on to the next step that has something unknown to propose; leaves nothing to propose
    /// where the space has no more.
    fn advance(&mut self) {
        let steps = self.growth.steps().len();
        // Doubling the beam 12 times passes its bound.
        for _ in 0..12 * steps {
            self.finish_step();
            let next = self.step.map_or(0, |step| step + 1);
            if next < steps {
                self.step = Some(next);
            } else if self.beam < Self::MOST_BEAM {
                self.beam = (2 * self.beam).min(Self::MOST_BEAM);
                self.step = Some(0);
            } else {
                return;
            }
            if self.step == Some(0) {
                self.kept = vec![self.growth.closed().clone()];
            }
            self.open();
            if !self.queue.is_empty() {
                return;
            }
        }
    }

    fn finish_step(&mut self) {
        if self.predicted.is_empty() {
            return;
        }
        let known = self.predicted.iter().filter_map(|(network, mean)| Some((mean.0, self.told.get(network)?)));
        let (means, scores): (Vec<f64>, Vec<f64>) = known.map(|(mean, told)| (mean, told.accuracy())).unzip();
        self.foresight.push(kendall(&means, &scores).map(Exact));
        self.predicted.clear();
    }

    /// Chooses what is kept of the step's networks and queues what of it is unknown.
    fn open(&mut self) {
        let step = self.step.expect("a step");
        let mut rng = self.proposals.beside("growth", self.proposals.asked());
        let most = (Self::MOST_RANKED / self.kept.len().max(1)).max(1);
        let mut children: BTreeSet<Architecture> = BTreeSet::new();
        for parent in &self.kept {
            children.extend(self.growth.children(&self.space, parent, step, most, |choice| choice.sample(&mut rng)));
        }
        let children: Vec<Architecture> = children.into_iter().collect();
        let ranked = self.ranked(children);
        self.kept = ranked.iter().take(self.beam).map(|(network, _)| network.clone()).collect();
        for (network, mean) in ranked.into_iter().take(self.beam) {
            if !self.told.contains(&network) {
                self.predicted.extend(mean.map(|mean| (network.clone(), Exact(mean))));
                self.queue.push(network);
            }
        }
        self.queue.reverse();
    }

    /// Networks, those that are worth most first: the known by their score, others by what is
    /// predicted of them, which is returned with them. In random order where there is nothing to go
    /// by.
    fn ranked(&self, mut networks: Vec<Architecture>) -> Vec<(Architecture, Option<f64>)> {
        networks.shuffle(&mut self.proposals.beside("order", self.proposals.asked()));
        let entries = bounded(&self.told.in_order(), self.surrogate.most_rows());
        let Some(rule) = Targets::of(&entries.iter().map(|(_, told)| told.accuracy()).collect::<Vec<_>>()) else {
            return networks.into_iter().map(|network| (network, None)).collect();
        };
        let unknown: Vec<&Architecture> = networks.iter().filter(|network| !self.told.contains(network)).collect();
        let mut predicted = self.predicted_means(&entries, &rule, &unknown).into_iter();
        let worth = |network: Architecture| match self.told.get(&network) {
            Some(told) => (rule.target(told.accuracy()), (network, None)),
            None => predicted.next().map(|mean| (mean, (network, Some(mean)))).expect("a mean for each unknown"),
        };
        let mut worth: Vec<(f64, (Architecture, Option<f64>))> = networks.clone().into_iter().map(worth).collect();
        worth.sort_by(|a, b| b.0.total_cmp(&a.0));
        worth.into_iter().map(|(_, ranked)| ranked).collect()
    }

    fn predicted_means(&self, entries: &[Entry], rule: &Targets, networks: &[&Architecture]) -> Vec<f64> {
        if networks.is_empty() {
            return Vec::new();
        }
        let encoding = Encoding::one_hot(&self.space);
        let targets: Vec<f64> = entries.iter().map(|(_, told)| rule.target(told.accuracy())).collect();
        let mut model = self.surrogate.clone();
        model.fit(&rows(&encoding, entries), &targets).expect("rows of one encoding and finite targets");
        let inputs: Vec<Vec<f64>> = networks.iter().map(|network| encoding.encode(network)).collect();
        model.predict(&inputs).into_iter().map(|normal| normal.mean).collect()
    }
}

impl<S: Surrogate + Clone> Strategy for Progressive<S> {
    fn name(&self) -> &str {
        &self.name
    }

    fn most_at_once(&self) -> usize {
        // Where nothing is queued, the next ask may queue a beam.
        if self.queue.is_empty() { self.beam } else { self.queue.len() }
    }

    fn ask(&mut self, count: usize) -> Vec<Architecture> {
        let mut propose = || {
            let mut rng = self.proposals.draw();
            if self.queue.is_empty() && self.waiting.is_empty() {
                self.advance();
            }
            let Some(next) = self.queue.pop() else { return self.space.sample(&mut rng) };
            self.waiting.insert(next.clone());
            next
        };
        (0..count).map(|_| propose()).collect()
    }

    fn tell(&mut self, scored: &[Scored]) {
        for scored in scored {
            let network = self.space.canonical(&scored.architecture);
            self.waiting.remove(&network);
            self.queue.retain(|queued| *queued != network);
            self.told.add(network, scored);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Ridge,
        testing::{by_paths, chain, scored},
    };
    use supernet_space::NasBenchMacro;

    #[test]
    fn networks_grow_and_at_most_the_beam_is_looked_at_in_each_step() {
        let space = chain(6);
        let growth = Growth::in_order(&space);
        let mut strategy =
            Progressive::new(space, growth, Ridge::new(), 1, "progressive").unwrap().with_beam(4).unwrap();
        let mut best: f64 = 0.0;
        let mut asked_at = vec![0; 6];
        while strategy.beam == 4 {
            let asked = strategy.ask(1);
            if strategy.beam > 4 {
                break;
            }
            let step = strategy.step.unwrap();
            asked_at[step] += 1;
            // What is not open yet is closed.
            assert!((step + 1..6).all(|layer| asked[0].is_on(layer, 0)), "{} at step {step}", asked[0]);
            let told = by_paths(&asked);
            best = best.max(told[0].score.accuracy);
            strategy.tell(&told);
        }
        assert_eq!(asked_at[0], 3);
        assert!(asked_at[1..].iter().all(|&n| (1..=4).contains(&n)), "{asked_at:?}");
        assert_eq!(best, 12.0, "a sum is found by its largest parts");
        assert_eq!(strategy.foresight().count(), 5);
    }

    #[test]
    fn what_was_predicted_before_is_held_against_what_came() {
        let space = chain(6);
        let growth = Growth::in_order(&space);
        let mut strategy =
            Progressive::new(space, growth, Ridge::new(), 1, "progressive").unwrap().with_beam(30).unwrap();
        // Layers count less and less, so a network of five layers says most of what one of six is
        // worth.
        let value =
            |one: &Architecture| (0..6).map(|i| f64::from(one.bits(i).trailing_zeros()) * 0.5f64.powi(i as i32)).sum();
        while strategy.foresight().count() < 5 {
            let asked = strategy.ask(1);
            strategy.tell(&[scored(&asked[0], value(&asked[0]))]);
        }
        let last = strategy.foresight().last().flatten().unwrap();
        assert!(last > 0.5, "{last}");
    }

    #[test]
    fn a_network_that_is_best_closed_stays_in_the_beam() {
        // The more layers are open, the worse.
        let space = chain(5);
        let mut strategy = Progressive::pnas(space.clone(), 1, "pnas").with_beam(3).unwrap();
        for _ in 0..12 {
            let asked = strategy.ask(1);
            let open = (0..5).filter(|&layer| !asked[0].is_on(layer, 0)).count();
            strategy.tell(&[scored(&asked[0], 0.9 - 0.1 * open as f64)]);
            assert!(strategy.kept.contains(strategy.growth.closed()));
        }
    }

    #[test]
    fn the_whole_space_is_looked_at_in_the_end_and_then_it_goes_on_proposing() {
        let mut strategy = Progressive::pnas(chain(3), 1, "pnas");
        for _ in 0..60 {
            let asked = strategy.ask(3);
            strategy.tell(&by_paths(&asked));
        }
        assert_eq!(strategy.told.len(), 27);
    }

    #[test]
    fn equal_networks_are_one_in_the_beam() {
        let bench = NasBenchMacro::new();
        let mut strategy = Progressive::pnas(bench.space().clone(), 1, "pnas");
        for _ in 0..60 {
            let asked = strategy.ask(1);
            strategy.tell(&[scored(&asked[0], 0.5 + 0.01 * f64::from(asked[0].paths_on() % 7))]);
            let distinct: BTreeSet<_> = strategy.kept.iter().map(|one| bench.space().canonical(one)).collect();
            assert_eq!(distinct.len(), strategy.kept.len());
        }
    }

    #[test]
    fn a_beam_of_none_is_refused() {
        let error = Progressive::pnas(chain(2), 1, "pnas").with_beam(0).unwrap_err();
        assert_eq!(error.to_string(), "progressive, beam: found 0, expected 1 to 4096");
        assert!(Progressive::pnas(chain(2), 1, "pnas").with_beam(5_000).is_err());
    }
}
