//! Guided search: propose what a surrogate expects most of.

use crate::{
    Acquisition, Dngo, Gp, Normal, Ridge, Scored, SearchError, Strategy, Surrogate,
    archive::{Archive, Entry, bounded, rows},
    known::{Proposals, at_least},
    state::{check_all, checked_state},
    targets::Targets,
};
use rand::{Rng, seq::SliceRandom};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use supernet_space::{Architecture, Encoding, SearchSpace};

const NAME: &str = "guided";

/// Sequential model-based search: a surrogate is fitted to what was told, and the next proposal is
/// the candidate of greatest acquisition. Candidates are `uniform` uniform draws and the neighbours
/// of the best `centres` networks told (at most 100 of each), but none that is known or being
/// looked at. The first `start` networks are uniform.
///
/// The surrogate sees the one-hot encoding of canonical architectures; targets are logits whose
/// lower end is cut off (see `targets.rs`). Where several are asked for before they are told, those
/// that are out count as told at their predicted mean.
///
/// # Cost
/// What is dear to learn is learnt anew each time the number told has grown by a tenth (each time,
/// up to 20; by a half, from 200 on), from at most [`Surrogate::most_rows`] networks ([`Guided::with_rows`]): the best half
/// of as many, and those told last of the others. A fit is good for a fiftieth of what was told,
/// and beyond a thousand networks for more: from 100 networks on some proposals come from one
/// ranking, at most a few hundred. At most [`Strategy::most_at_once`] proposals are guided between
/// two tells; further ones are uniform. So the time per proposal falls as a search goes on; memory
/// is one entry for each network told.
#[derive(Clone, Debug, Serialize, Deserialize)]
// Left to itself, serde wants a default of S for the field that is skipped.
#[serde(remote = "Self", bound(serialize = "S: Serialize", deserialize = "S: Deserialize<'de>"))]
pub struct Guided<S> {
    space: SearchSpace,
    proposals: Proposals,
    surrogate: S,
    acquisition: Acquisition,
    name: String,
    start: usize,
    uniform: usize,
    centres: usize,
    rows: usize,
    told: Archive,
    /// Ranked candidates that are still to be proposed, the next one last.
    plan: Vec<Architecture>,
    /// Guided proposals that were not told, at most as many as are planned at once.
    out: Vec<Architecture>,
    /// Guided proposals since something was told.
    since_told: usize,
    /// Networks told since the plan was made.
    new: usize,
    #[serde(skip)]
    fitted: Option<Fitted<S>>,
}

checked_state!(Guided<S: Surrogate>);

/// The surrogates as fitted to the first networks told. It can be made again from these and is not
/// stored.
#[derive(Clone, Debug)]
struct Fitted<S> {
    first: usize,
    rule: Targets,
    score: S,
    log_seconds: Option<S>,
}

impl Guided<Gp> {
    /// GP-EI (Snoek, Larochelle and Adams, NeurIPS 2012): a [`Gp`] with a length for each choice
    /// and expected improvement; 10 uniform networks first.
    pub fn gp_ei(space: SearchSpace, seed: u64, stream: impl Into<String>) -> Self {
        Self::of_process(space, Acquisition::ExpectedImprovement, seed, stream)
    }

    /// GP-EI per second (the same): a second process predicts the logarithm of a network's
    /// multiply-accumulates, which stand for the duration of its training.
    pub fn gp_ei_per_second(space: SearchSpace, seed: u64, stream: impl Into<String>) -> Self {
        Self::of_process(space, Acquisition::ExpectedImprovementPerSecond, seed, stream)
    }

    fn of_process(space: SearchSpace, acquisition: Acquisition, seed: u64, stream: impl Into<String>) -> Self {
        let gp = Gp::new(Encoding::one_hot(&space).blocks().to_vec());
        Self { start: 10, ..Self::new(space, gp, acquisition, seed, stream) }
    }
}

impl Guided<Ridge> {
    /// Expected improvement by a [`Ridge`], which is quick and holds where accuracy is nearly a sum
    /// over choices; 10 uniform networks first.
    pub fn ridge_ei(space: SearchSpace, seed: u64, stream: impl Into<String>) -> Self {
        Self { start: 10, ..Self::new(space, Ridge::new(), Acquisition::ExpectedImprovement, seed, stream) }
    }
}

impl Guided<Dngo> {
    /// DNGO (Snoek, Rippel, Swersky et al., ICML 2015): a [`Dngo`] and expected improvement.
    pub fn dngo(space: SearchSpace, seed: u64, stream: impl Into<String>) -> Self {
        Self::new(space, Dngo::new(seed), Acquisition::ExpectedImprovement, seed, stream)
    }
}

impl<S: Surrogate + Clone> Guided<S> {
    /// Returns the search over `space` with any surrogate of [`Encoding::one_hot`] rows: 20 uniform
    /// networks first, candidates are 150 uniform draws and the neighbours of the best 5, with
    /// draws from stream `stream` under `seed`.
    pub fn new(
        space: SearchSpace,
        surrogate: S,
        acquisition: Acquisition,
        seed: u64,
        stream: impl Into<String>,
    ) -> Self {
        let name = format!("{}, {}", surrogate.name(), acquisition.name());
        let rows = surrogate.most_rows();
        Self {
            space,
            proposals: Proposals::new(seed, stream),
            surrogate,
            acquisition,
            name,
            start: 20,
            uniform: 150,
            centres: 5,
            rows,
            told: Archive::default(),
            plan: Vec::new(),
            out: Vec::new(),
            since_told: 0,
            new: 0,
            fitted: None,
        }
    }

    /// Returns the search with another number of networks told before the first guided proposal, at
    /// least 1.
    ///
    /// # Errors
    /// A start of none.
    pub fn with_start(self, start: usize) -> Result<Self, SearchError> {
        Ok(Self { start: at_least(NAME, "start", start, 1, "at least 1")?, ..self })
    }

    /// Returns the search with another number of uniform candidates and of networks whose
    /// neighbours are candidates.
    ///
    /// # Errors
    /// Neither of both.
    pub fn with_candidates(self, uniform: usize, centres: usize) -> Result<Self, SearchError> {
        at_least(NAME, "candidates", uniform + centres, 1, "at least one uniform draw or one centre")?;
        Ok(Self { uniform, centres, ..self })
    }

    /// Returns the search whose surrogate learns from another number of networks at most, at least
    /// 2.
    ///
    /// # Errors
    /// Fewer than two.
    pub fn with_rows(self, rows: usize) -> Result<Self, SearchError> {
        Ok(Self { rows: at_least(NAME, "rows", rows, 2, "at least 2")?, ..self })
    }
}

/// The greatest of the numbers, from 20 on, each by a tenth above the last, from 200 on by a half,
/// that is not above n; n itself up to 20.
fn learnt_from(n: usize) -> usize {
    let mut first = n.min(20);
    loop {
        let next = first + (if first < 200 { first / 10 } else { first / 2 }).max(1);
        if next > n {
            return first;
        }
        first = next;
    }
}

impl<S: Surrogate> Guided<S> {
    fn check(&self) -> Result<(), SearchError> {
        at_least(NAME, "start", self.start, 1, "at least 1")?;
        at_least(NAME, "rows", self.rows, 2, "at least 2")?;
        self.told.check(&self.space)?;
        check_all(&self.space, self.plan.iter().chain(&self.out))
    }
}

impl<S: Surrogate + Clone> Guided<S> {
    /// Guided proposals between two tells that a small number of networks told is good for.
    const AT_ONCE: usize = 4;
    /// The most proposals of one ranking; if they are more than `MOST_CHOSEN`, none is chosen with
    /// those before counted in.
    const MOST_PLANNED: usize = 400;
    const MOST_CHOSEN: usize = 4;
    const MOST_NEIGHBOURS: usize = 100;

    /// Proposals that a ranking is good for: a fiftieth of what was told, from a thousand on more
    /// and more.
    fn good_for(&self) -> usize {
        let told = self.told.len();
        (told / 50 * (told / 1_000).max(1)).min(Self::MOST_PLANNED)
    }

    fn planned_at_once(&self) -> usize {
        self.good_for().max(Self::AT_ONCE)
    }

    /// The next guided proposal; `wanted` more are asked for with it. `None` where there is nothing
    /// to go by.
    fn guided(&mut self, wanted: usize) -> Option<Architecture> {
        let free = self.planned_at_once().saturating_sub(self.since_told);
        if self.told.len() < self.start || free == 0 {
            return None;
        }
        if self.plan.is_empty() {
            let wanted = wanted.max(self.good_for()).min(free);
            self.plan = self.planned(wanted)?;
            self.plan.reverse();
            self.new = 0;
        }
        let next = self.plan.pop()?;
        if self.told.contains(&next) {
            // Told without being asked for.
            return self.guided(wanted);
        }
        self.since_told += 1;
        self.out.push(next.clone());
        let most = self.planned_at_once();
        self.out.drain(..self.out.len().saturating_sub(most));
        Some(next)
    }

    /// The best `wanted` candidates, best first; fewer where there are not as many.
    fn planned(&mut self, wanted: usize) -> Option<Vec<Architecture>> {
        let encoding = Encoding::one_hot(&self.space);
        let (mut score, log_seconds, best) = self.fit(&encoding)?;
        let out: Vec<Vec<f64>> = self.out.iter().map(|network| encoding.encode(network)).collect();
        assume(&mut score, &out);
        let mut pool = self.candidates();
        let mut inputs: Vec<Vec<f64>> = pool.iter().map(|network| encoding.encode(network)).collect();
        let mut chosen = Vec::new();
        while chosen.len() < wanted && !pool.is_empty() {
            let values = self.values(&score, log_seconds.as_ref(), &inputs, best);
            let mut order: Vec<usize> = (0..pool.len()).collect();
            order.sort_by(|&a, &b| values[b].0.total_cmp(&values[a].0).then(values[b].1.total_cmp(&values[a].1)));
            if chosen.len() + 1 >= wanted || wanted > Self::MOST_CHOSEN {
                let rest = order.into_iter().take(wanted - chosen.len());
                chosen.extend(rest.map(|i| pool[i].clone()));
                break;
            }
            chosen.push(pool.swap_remove(order[0]));
            assume(&mut score, &[inputs.swap_remove(order[0])]);
        }
        Some(chosen)
    }

    /// The surrogates of what was told, and the best target.
    fn fit(&mut self, encoding: &Encoding) -> Option<(S, Option<S>, f64)> {
        let entries = self.told.in_order();
        let first = learnt_from(entries.len());
        if self.fitted.as_ref().is_none_or(|fitted| fitted.first != first) {
            self.fitted = Some(self.learnt(encoding, &entries[..first])?);
        }
        let fitted = self.fitted.as_ref()?;
        let more = bounded(&entries[first..], self.rows / 4);
        let (mut score, mut log_seconds) = (fitted.score.clone(), fitted.log_seconds.clone());
        if !more.is_empty() {
            let inputs = rows(encoding, &more);
            score.condition(&inputs, &targets(&fitted.rule, &more));
            log_seconds.iter_mut().for_each(|model| model.condition(&inputs, &logarithms(&more)));
        }
        // Targets rise with the accuracy.
        let accuracies = entries.iter().map(|(_, told)| told.accuracy()).filter(|accuracy| accuracy.is_finite());
        let best = fitted.rule.target(accuracies.fold(f64::NEG_INFINITY, f64::max));
        Some((score, log_seconds, best))
    }

    fn learnt(&self, encoding: &Encoding, first: &[Entry]) -> Option<Fitted<S>> {
        let entries = bounded(first, self.rows);
        let rule = Targets::of(&entries.iter().map(|(_, told)| told.accuracy()).collect::<Vec<_>>())?;
        let inputs = rows(encoding, &entries);
        let fit = |values: &[f64]| {
            let mut model = self.surrogate.clone();
            model.fit(&inputs, values).expect("rows of one encoding and finite targets");
            model
        };
        let is_timed = self.acquisition == Acquisition::ExpectedImprovementPerSecond;
        let log_seconds = is_timed.then(|| fit(&logarithms(&entries)));
        Some(Fitted { first: first.len(), rule, score: fit(&targets(&rule, &entries)), log_seconds })
    }

    /// Each candidate's acquisition, and its predicted mean, which parts those that are worth
    /// nothing.
    fn values(&self, score: &S, log_seconds: Option<&S>, inputs: &[Vec<f64>], best: f64) -> Vec<(f64, f64)> {
        let durations = log_seconds.map(|model| model.means(inputs));
        let predictions = score.predict(inputs).into_iter().enumerate();
        let value = |(i, prediction): (usize, Normal)| {
            let duration = durations.as_ref().map_or(0.0, |durations| durations[i]);
            (self.acquisition.value(prediction, best, duration), prediction.mean)
        };
        predictions.map(value).collect()
    }

    /// Networks that are neither known nor out, each once: uniform draws, and neighbours of the
    /// best told.
    fn candidates(&self) -> Vec<Architecture> {
        let mut rng = self.proposals.beside("candidates", self.proposals.asked());
        let mut pool: Vec<Architecture> = (0..self.uniform).map(|_| self.space.sample(&mut rng)).collect();
        for (centre, _) in self.told.best(self.centres) {
            pool.extend(some_neighbours(&self.space, centre, Self::MOST_NEIGHBOURS, &mut rng));
        }
        let mut seen: BTreeSet<Architecture> = self.out.iter().cloned().collect();
        let canonical = pool.into_iter().map(|one| self.space.canonical(&one));
        canonical.filter(|network| !self.told.contains(network) && seen.insert(network.clone())).collect()
    }
}

/// All neighbours, or `most` of them drawn.
fn some_neighbours(space: &SearchSpace, centre: &Architecture, most: usize, rng: &mut impl Rng) -> Vec<Architecture> {
    let mut all = space.neighbours(centre);
    all.partial_shuffle(rng, most).0.to_vec()
}

fn targets(rule: &Targets, entries: &[Entry]) -> Vec<f64> {
    entries.iter().map(|(_, told)| rule.target(told.accuracy())).collect()
}

/// The logarithm of each network's multiply-accumulates.
fn logarithms(entries: &[Entry]) -> Vec<f64> {
    entries.iter().map(|(_, told)| (told.cost.macs.max(1) as f64).ln()).collect()
}

/// Counts rows as measured at their predicted mean.
fn assume(score: &mut impl Surrogate, inputs: &[Vec<f64>]) {
    if !inputs.is_empty() {
        score.condition(inputs, &score.means(inputs));
    }
}

impl<S: Surrogate + Clone> Strategy for Guided<S> {
    fn name(&self) -> &str {
        &self.name
    }

    fn most_at_once(&self) -> usize {
        self.planned_at_once()
    }

    fn ask(&mut self, count: usize) -> Vec<Architecture> {
        let mut propose = |i: usize| {
            let mut rng = self.proposals.draw();
            self.guided(count - i).unwrap_or_else(|| self.space.sample(&mut rng))
        };
        (0..count).map(&mut propose).collect()
    }

    fn tell(&mut self, scored: &[Scored]) {
        for scored in scored {
            let network = self.space.canonical(&scored.architecture);
            self.out.retain(|out| *out != network);
            self.new += usize::from(self.told.add(network, scored));
            self.since_told = 0;
        }
        if self.new >= self.good_for().max(1) {
            self.plan.clear();
            self.new = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{by_paths, chain, scored};

    fn told<S: Surrogate + Clone>(mut strategy: Guided<S>, rounds: usize) -> (Guided<S>, Vec<f64>) {
        let mut accuracies = Vec::new();
        for _ in 0..rounds {
            let asked = strategy.ask(1);
            let told = by_paths(&asked);
            accuracies.extend(told.iter().map(|scored| scored.score.accuracy));
            strategy.tell(&told);
        }
        (strategy, accuracies)
    }

    #[test]
    fn it_finds_the_top_of_a_sum_soon_after_its_start() {
        let (_, accuracies) = told(Guided::gp_ei(chain(7), 1, "gp"), 32);
        assert_eq!(accuracies.into_iter().fold(0.0, f64::max), 14.0);
        let ridge = Guided::new(chain(7), Ridge::new(), Acquisition::Mean, 1, "ridge");
        assert_eq!(told(ridge, 26).1.into_iter().fold(0.0, f64::max), 14.0);
    }

    #[test]
    fn what_is_known_or_out_is_never_proposed_again() {
        let mut strategy = Guided::gp_ei(chain(4), 1, "gp").with_start(5).unwrap();
        let first = strategy.ask(9);
        strategy.tell(&by_paths(&first));
        let mut known: BTreeSet<Architecture> = first.into_iter().collect();
        for _ in 0..15 {
            // Three at once, the first of which is told when the next two are out.
            let mut asked = strategy.ask(2);
            asked.extend(strategy.ask(1));
            strategy.tell(&by_paths(&asked[1..]));
            let more = strategy.ask(1);
            assert!(!asked.contains(&more[0]), "{} is out or told", more[0]);
            asked.extend(more);
            for one in &asked {
                assert!(known.insert(one.clone()), "{one} twice");
            }
            strategy.tell(&by_paths(&asked));
        }
    }

    #[test]
    fn all_of_a_small_space_is_found_and_then_it_goes_on_proposing() {
        let (strategy, _) = told(Guided::gp_ei(chain(3), 1, "gp").with_start(3).unwrap(), 40);
        assert_eq!(strategy.told.len(), 27);
    }

    #[test]
    fn per_second_prefers_the_cheaper_of_two_that_promise_alike() {
        let space = chain(6);
        let run = |mut strategy: Guided<Gp>| {
            let mut macs = 0.0;
            for round in 0..45 {
                let asked = strategy.ask(1);
                let mut told = scored(&asked[0], f64::from(asked[0].bits(0).trailing_zeros()));
                // The first choice alone is worth something, the others cost.
                told.cost.macs = 10f64.powi((1..6).map(|i| asked[0].bits(i).trailing_zeros() as i32).sum()) as u64;
                if round >= 20 {
                    macs += (told.cost.macs as f64).log10();
                }
                strategy.tell(&[told]);
            }
            macs / 25.0
        };
        let plain = run(Guided::gp_ei(space.clone(), 1, "gp"));
        let timed = run(Guided::gp_ei_per_second(space, 1, "gp"));
        assert!(timed < plain - 1.0, "{timed} and {plain} decades of multiply-accumulates");
    }

    #[test]
    fn scores_that_are_all_no_numbers_leave_it_uniform_and_some_count_as_bad() {
        let space = chain(5);
        let mut strategy = Guided::gp_ei(space, 1, "gp").with_start(2).unwrap();
        for round in 0..30 {
            let asked = strategy.ask(1);
            let accuracy = if round < 6 || asked[0].is_on(0, 0) { f64::NAN } else { 0.5 };
            strategy.tell(&[scored(&asked[0], accuracy)]);
        }
        let asked = strategy.ask(4);
        assert!(asked.iter().all(|one| !one.is_on(0, 0)), "{asked:?}");
    }

    #[test]
    fn below_twenty_networks_dngo_is_not_trusted_yet() {
        let space = chain(6);
        let mut strategy = Guided::dngo(space.clone(), 3, "dngo");
        for step in 0..19 {
            let asked = strategy.ask(1);
            assert_eq!(asked[0], space.sample(&mut supernet_space::draws(3, "dngo", step)));
            strategy.tell(&by_paths(&asked));
        }
    }

    #[test]
    fn beyond_what_is_planned_at_once_proposals_are_uniform_until_something_is_told() {
        let mut strategy = Guided::gp_ei(chain(8), 1, "gp");
        let start = strategy.ask(10);
        strategy.tell(&by_paths(&start));
        assert_eq!(strategy.most_at_once(), 4);
        strategy.ask(50);
        assert_eq!((strategy.since_told, strategy.out.len()), (4, 4));
        let more = strategy.ask(1);
        strategy.tell(&by_paths(&more));
        strategy.ask(1);
        assert_eq!((strategy.since_told, strategy.out.len()), (1, 4));
    }

    #[test]
    fn what_is_learnt_from_grows_by_a_tenth_and_later_by_a_half() {
        let sizes: Vec<usize> = (1..=60).map(learnt_from).collect();
        assert_eq!(sizes[..20], (1..=20).collect::<Vec<_>>());
        assert_eq!(sizes[20..26], [20, 22, 22, 24, 24, 26]);
        let growth = |n: usize| if learnt_from(n) < 200 { 1.1 } else { 1.5 };
        assert!((1..100_000).all(|n| learnt_from(n) <= n && n as f64 <= growth(n) * learnt_from(n) as f64 + 1.0));
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        let error = Guided::gp_ei(chain(2), 1, "gp").with_start(0).unwrap_err();
        assert_eq!(error.to_string(), "guided, start: found 0, expected at least 1");
        assert!(Guided::gp_ei(chain(2), 1, "gp").with_candidates(0, 0).is_err());
        assert!(Guided::gp_ei(chain(2), 1, "gp").with_rows(1).is_err());
    }
}
