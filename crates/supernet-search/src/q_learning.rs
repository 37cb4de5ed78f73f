//! Tabular Q-learning over a space's choices in order.

use crate::{
    Scored, SearchError, Strategy,
    exact::{self, Exact},
    known::{Known, Proposals, at_least, in_range},
    least::least,
    state::{allows, check_all, check_count, check_known, checked_state},
    subset_distribution::SubsetDistribution,
};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use supernet_space::{Architecture, SearchSpace};

const NAME: &str = "q-learning";

/// MetaQNN (Baker, Gupta, Naik and Raskar, ICLR 2017): a network is written choice by choice. The
/// state is the choice and what the choice before it takes, an action is what the choice itself
/// takes; every action is ε-greedy. After each score, `replay` known networks and the new one are
/// learnt from, each from its last transition to its first:
/// ```text
/// Q(s, a) ← (1 − α)·Q(s, a) + α·(r + max_a' Q(s', a'))
/// ```
/// ε falls from 1 to 0.1 with the number of different networks that were scored, not of proposals:
/// one proposed again costs nothing, so it must not end the exploration either. An action that was
/// never taken has the value `first`; while a choice has such actions they stand beside the others
/// when the greatest is looked for. Choices come as they stand in the space, but behind those that
/// their conditions look at; those that are not active are passed over.
///
/// With the published reward ([`Shaping::Terminal`]) and rate, early choices hear almost nothing in
/// some hundred networks: on NAS-Bench-Macro it is no better than random search after 200.
/// [`Shaping::Spread`] is the default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct QLearning {
    space: SearchSpace,
    proposals: Proposals,
    settings: QLearningSettings,
    /// For each choice, by what the one written before it takes, the value of each action taken so
    /// far.
    values: Vec<BTreeMap<u64, BTreeMap<u64, Exact>>>,
    /// One architecture of each different network, in order of telling.
    memory: Vec<Known>,
    networks: BTreeSet<Architecture>,
    told: u64,
}

checked_state!(QLearning);

/// How [`QLearning`] learns.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct QLearningSettings {
    /// Networks over which ε falls to 0.1, shared out as published: of 2,700, 1,500 with ε 1, then
    /// 100 each with 0.9, 0.8 and 0.7 and 150 each with 0.6 to 0.1, which stays.
    pub networks: usize,
    /// Rate α.
    #[serde(with = "exact::number")]
    pub rate: f64,
    /// Value of an action that was never taken.
    #[serde(with = "exact::number")]
    pub first: f64,
    /// Known networks learnt from after each score.
    pub replay: usize,
    /// Where the reward comes in.
    pub shaping: Shaping,
}

/// Which transitions of a network are rewarded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shaping {
    /// The last, with the accuracy (Baker et al.).
    Terminal,
    /// All of T, with accuracy/T each (Zhong et al., CVPR 2018).
    #[default]
    Spread,
}

impl Default for QLearningSettings {
    /// For searches of some hundred networks: ε falls over 200, the reward is spread and the first
    /// value 0.1. The published 0.5 is more than the last transitions of a spread reward can be
    /// worth, so they would be tried for ever. Rate 0.01 and 100 replayed networks as published.
    fn default() -> Self {
        Self { networks: 200, rate: 0.01, first: 0.1, replay: 100, shaping: Shaping::Spread }
    }
}

impl QLearningSettings {
    /// Returns those of the paper: 2,700 networks, the reward at the end, first value 0.5 (the
    /// authors' program).
    pub fn published() -> Self {
        Self { networks: 2_700, first: 0.5, shaping: Shaping::Terminal, ..Self::default() }
    }

    fn check(self) -> Result<Self, SearchError> {
        at_least(NAME, "networks", self.networks, 1, "at least 1")?;
        in_range(NAME, "rate", self.rate, self.rate > 0.0 && self.rate <= 1.0, "0 < rate <= 1")?;
        in_range(NAME, "first", self.first, self.first.is_finite(), "a number")?;
        Ok(self)
    }

    /// Computes ε once `known` different networks are scored.
    fn epsilon(&self, known: usize) -> f64 {
        let mut at = known as f64 / self.networks as f64 * 2_700.0;
        for (networks, tenths) in [(1_500.0, 10.0), (100.0, 9.0), (100.0, 8.0), (100.0, 7.0)]
            .into_iter()
            .chain([6.0, 5.0, 4.0, 3.0, 2.0].map(|tenths| (150.0, tenths)))
        {
            if at < networks {
                return tenths / 10.0;
            }
            at -= networks;
        }
        0.1
    }
}

impl QLearning {
    /// Over `space`, with draws from stream `stream` under `seed`.
    pub fn new(space: SearchSpace, seed: u64, stream: impl Into<String>) -> Self {
        Self {
            values: vec![BTreeMap::new(); space.choices().len()],
            space,
            proposals: Proposals::new(seed, stream),
            settings: QLearningSettings::default(),
            memory: Vec::new(),
            networks: BTreeSet::new(),
            told: 0,
        }
    }

    /// With other settings.
    ///
    /// # Errors
    /// A number out of range.
    pub fn with_settings(self, settings: QLearningSettings) -> Result<Self, SearchError> {
        Ok(Self { settings: settings.check()?, ..self })
    }

    fn check(&self) -> Result<(), SearchError> {
        self.settings.check()?;
        check_count(NAME, "choices with values", self.values.len(), self.space.choices().len())?;
        for (place, states) in self.values.iter().enumerate() {
            let fits = |place: usize, bits: u64| allows(&self.space.choices()[place], bits);
            let states_fit = |last: u64| self.before(place).map_or(last == 0, |before| fits(before, last));
            let wrong = states.iter().filter(|(last, actions)| {
                !states_fit(**last) || actions.is_empty() || !actions.keys().all(|&action| fits(place, action))
            });
            check_count(NAME, "states or actions that the space lacks", wrong.count(), 0)?;
        }
        check_count(NAME, "networks", self.networks.len(), self.memory.len())?;
        check_all(&self.space, self.networks.iter())?;
        check_known(&self.space, &self.memory)
    }

    /// Returns the values of the actions taken so far of choice `choice`, where the choice before
    /// it takes `last` (0 for the first choice), by what they take.
    pub fn values(&self, choice: usize, last: u64) -> BTreeMap<u64, f64> {
        let actions = self.values[choice].get(&last);
        actions.into_iter().flatten().map(|(&action, value)| (action, value.0)).collect()
    }

    /// The choice that is written before another.
    fn before(&self, choice: usize) -> Option<usize> {
        let order = self.space.in_order();
        let place = order.iter().position(|&other| other == choice)?;
        Some(order[place.checked_sub(1)?])
    }

    fn has_untaken(&self, choice: usize, last: u64) -> bool {
        let taken = self.values[choice].get(&last).map_or(0, BTreeMap::len);
        (taken as u128) < self.space.choices()[choice].subsets()
    }

    /// Computes the greatest value of a state.
    fn greatest(&self, choice: usize, last: u64) -> f64 {
        let taken = self.values[choice].get(&last).into_iter().flatten().map(|(_, value)| value.0);
        let untaken = self.has_untaken(choice, last).then_some(self.settings.first);
        taken.chain(untaken).fold(f64::NEG_INFINITY, f64::max)
    }

    fn learn_from(&mut self, known: &Known) {
        let accuracy = known.score().accuracy;
        let reward = if accuracy.is_finite() { accuracy } else { 0.0 };
        let active = self.space.active(&known.architecture);
        let taken: Vec<usize> = self.space.in_order().iter().copied().filter(|&choice| active[choice]).collect();
        let mut onwards = 0.0;
        for &choice in taken.iter().rev() {
            let last = self.before(choice).map_or(0, |before| known.architecture.bits(before));
            let is_last = taken.last() == Some(&choice);
            let reward = match self.settings.shaping {
                Shaping::Spread => reward / taken.len() as f64,
                Shaping::Terminal if is_last => reward,
                Shaping::Terminal => 0.0,
            };
            let (rate, first) = (self.settings.rate, self.settings.first);
            let actions = self.values[choice].entry(last).or_default();
            let value = actions.entry(known.architecture.bits(choice)).or_insert(Exact(first));
            value.0 = (1.0 - rate) * value.0 + rate * (reward + onwards);
            onwards = self.greatest(choice, last);
        }
    }

    fn propose(&mut self) -> Architecture {
        let epsilon = self.settings.epsilon(self.memory.len());
        let mut rng = self.proposals.draw();
        let least = least(&self.space);
        let mut mask = least.mask().clone();
        for &choice in self.space.in_order() {
            let explore = rng.random::<f64>() < epsilon;
            if self.space.active(&mask)[choice] {
                let last = self.before(choice).map_or(0, |before| mask.bits(before));
                let action = if explore { self.any(choice, &mut rng) } else { self.greedy(choice, last, &mut rng) };
                mask = mask.with(choice, action);
            }
        }
        self.space.accept(mask).expect("actions of the space")
    }

    fn any(&self, choice: usize, rng: &mut impl Rng) -> u64 {
        let bounds = &self.space.choices()[choice];
        SubsetDistribution::new(&vec![0.0; bounds.options().len()], bounds.min(), bounds.max()).sample(rng)
    }

    /// One of the actions of the greatest value; of those never taken any.
    fn greedy(&self, choice: usize, last: u64, rng: &mut impl Rng) -> u64 {
        /// Draws after which an action counts as untaken that is not: at worst the choice is
        /// uniform.
        const MOST_DRAWS: usize = 100;
        let greatest = self.greatest(choice, last);
        let taken = self.values[choice].get(&last);
        let mut best: Vec<u64> =
            taken.into_iter().flatten().filter(|(_, value)| value.0 == greatest).map(|(&action, _)| action).collect();
        if self.has_untaken(choice, last) && self.settings.first == greatest {
            let mut draws = (0..MOST_DRAWS).map(|_| self.any(choice, rng));
            best.extend(draws.find(|action| taken.is_none_or(|taken| !taken.contains_key(action))));
        }
        if best.is_empty() { self.any(choice, rng) } else { best[rng.random_range(0..best.len())] }
    }
}

impl Strategy for QLearning {
    fn name(&self) -> &str {
        NAME
    }

    fn most_at_once(&self) -> usize {
        // As many as a twentieth of the schedule.
        (self.settings.networks / 20).max(1)
    }

    fn ask(&mut self, count: usize) -> Vec<Architecture> {
        (0..count).map(|_| self.propose()).collect()
    }

    fn tell(&mut self, scored: &[Scored]) {
        for scored in scored {
            let known = Known::from(scored);
            self.learn_from(&known);
            if self.networks.insert(self.space.canonical(&scored.architecture)) {
                self.memory.push(known);
            }
            let mut rng = self.proposals.beside("replay", self.told);
            self.told += 1;
            for _ in 0..self.settings.replay {
                let known = self.memory[rng.random_range(0..self.memory.len())].clone();
                self.learn_from(&known);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{chain, scored, upside_down};
    use supernet_space::NasBenchMacro;

    /// Of three layers: what the last two take together is all that counts, so the states of the
    /// table know enough.
    fn by_last_two(architecture: &Architecture) -> f64 {
        let option = |layer| architecture.bits(layer).trailing_zeros() as usize;
        [[0.1, 0.5, 0.2], [0.3, 0.9, 0.4], [0.6, 0.0, 0.7]][option(1)][option(2)]
    }

    #[test]
    fn values_of_a_chain_come_to_be_those_of_the_best_way_on() {
        let settings = QLearningSettings { rate: 0.1, shaping: Shaping::Terminal, ..Default::default() };
        let space = chain(3);
        let mut strategy = QLearning::new(space.clone(), 1, "q").with_settings(settings).unwrap();
        for architecture in space.architectures(27).unwrap() {
            strategy.tell(&[scored(&architecture, by_last_two(&architecture))]);
        }
        for _ in 0..100 {
            let asked = strategy.ask(1);
            strategy.tell(&[scored(&asked[0], by_last_two(&asked[0]))]);
        }
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-3, "{found}, not {expected}");
        (0..3).for_each(|option| near(strategy.values(0, 0)[&(1 << option)], 0.9));
        for (second, best) in [0.5, 0.9, 0.7].into_iter().enumerate() {
            (0..3).for_each(|first| near(strategy.values(1, 1 << first)[&(1 << second)], best));
        }
        near(strategy.values(2, 0b10)[&0b10], 0.9);
        near(strategy.values(2, 0b100)[&0b1], 0.6);
    }

    #[test]
    fn a_network_is_learnt_from_its_end_so_one_pass_reaches_its_start() {
        let settings =
            QLearningSettings { rate: 1.0, first: 0.0, replay: 0, shaping: Shaping::Terminal, ..Default::default() };
        let space = chain(3);
        let mut strategy = QLearning::new(space.clone(), 1, "q").with_settings(settings).unwrap();
        let architecture = space.parse_architecture("010/001/100").unwrap();
        strategy.tell(&[scored(&architecture, 0.8)]);
        assert_eq!(strategy.values(0, 0)[&0b10], 0.8);
        // Spread over three transitions, each way on is worth the shares to come.
        let settings = QLearningSettings { shaping: Shaping::Spread, ..settings };
        let mut strategy = QLearning::new(space, 1, "q").with_settings(settings).unwrap();
        strategy.tell(&[scored(&architecture, 0.6)]);
        let values = [strategy.values(0, 0)[&0b10], strategy.values(1, 0b10)[&0b100], strategy.values(2, 0b100)[&0b1]];
        values.into_iter().zip([0.6, 0.4, 0.2]).for_each(|(found, expected)| assert!((found - expected).abs() < 1e-15));
    }

    #[test]
    fn exploration_falls_as_published_and_with_new_networks_alone() {
        let published = QLearningSettings::published();
        for (known, epsilon) in [(0, 1.0), (1_499, 1.0), (1_500, 0.9), (1_799, 0.7), (1_800, 0.6), (2_549, 0.2)] {
            assert_eq!(published.epsilon(known), epsilon, "{known}");
        }
        assert_eq!((published.epsilon(2_550), published.epsilon(9_999)), (0.1, 0.1));

        let bench = NasBenchMacro::new();
        let mut strategy = QLearning::new(bench.space().clone(), 1, "q");
        // One network, described in two ways and told again and again.
        for text in ["11012021", "11102021"] {
            let architecture = bench.parse(text).unwrap();
            (0..150).for_each(|_| strategy.tell(&[scored(&architecture, 0.5)]));
        }
        strategy.ask(1_000);
        assert_eq!(strategy.settings.epsilon(strategy.memory.len()), 1.0);
    }

    #[test]
    fn a_choice_that_stands_before_what_it_depends_on_is_written_behind_it() {
        let space = upside_down();
        let settings = QLearningSettings { networks: 20, ..Default::default() };
        let mut strategy = QLearning::new(space.clone(), 1, "q").with_settings(settings).unwrap();
        let mut momenta = BTreeSet::new();
        for _ in 0..200 {
            let asked = strategy.ask(1);
            momenta.extend(space.active(&asked[0])[1].then(|| asked[0].bits(1)));
            strategy
                .tell(&[scored(&asked[0], f64::from(u8::from(space.active(&asked[0])[1] && asked[0].is_on(1, 1))))]);
        }
        assert_eq!(momenta, BTreeSet::from([0b1, 0b10]));
        // The momentum is worth something, and so is what leads to it.
        let best = |choice: usize, last: u64| {
            let values = strategy.values(choice, last);
            values.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap().0
        };
        assert_eq!((best(2, 0b1), best(1, 0b10)), (0b10, 0b10));
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        let refuse = |settings| QLearning::new(chain(2), 1, "q").with_settings(settings).unwrap_err().to_string();
        let settings = QLearningSettings::default();
        assert_eq!(
            refuse(QLearningSettings { rate: 1.5, ..settings }),
            "q-learning, rate: found 1.5, expected 0 < rate <= 1"
        );
        refuse(QLearningSettings { networks: 0, ..settings });
        refuse(QLearningSettings { first: f64::NAN, ..settings });
    }
}
