//! Population-based training.

use super::{Explore, Setting, Trial, TrialStrategy};
use crate::{
    Scored, SearchError, exact,
    known::{Known, Proposals, at_least, in_range},
    state::{check_count, check_known, checked_state},
};
use rand::RngExt;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use supernet_space::{Architecture, SearchSpace};

const NAME: &str = "population-based training";

/// Population-based training (Jaderberg et al. 2017): a population is trained side by side, and
/// after each interval of so many steps the worst members go on with weights and numbers of the
/// best, the numbers changed. What is found is a schedule of the numbers.
///
/// A round has a trial of each member, and the next one begins when all are told. Truncation: as
/// many members as `share` says, at least one, copy a uniform one of as many at the top.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct PopulationBased {
    space: SearchSpace,
    numbers: Vec<Setting>,
    #[serde(with = "exact::number")]
    share: f64,
    exploits: bool,
    explore: Explore,
    /// A draw for each change of a member.
    proposals: Proposals,
    members: Vec<Member>,
}

/// A member of the population.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Member {
    /// Its trial of this round.
    trial: Trial,
    is_asked: bool,
    told: Option<Known>,
}

checked_state!(PopulationBased);

impl PopulationBased {
    /// `population` members, each trained for `steps` steps at a time, over `space`: uniform
    /// architectures with uniform draws of `numbers`, all draws from stream `stream` under `seed`.
    ///
    /// # Errors
    /// No member, no step, a number whose ends are no range.
    pub fn new(
        space: SearchSpace,
        population: usize,
        steps: u64,
        numbers: Vec<Setting>,
        seed: u64,
        stream: impl Into<String>,
    ) -> Result<Self, SearchError> {
        at_least(NAME, "population", population, 1, "at least 1")?;
        numbers.iter().try_for_each(|number| number.check(NAME))?;
        let proposals = Proposals::new(seed, stream);
        let member = |place: usize| {
            let mut rng = proposals.beside("members", place as u64);
            let architecture = space.sample(&mut rng);
            let settings = numbers.iter().map(|number| (number.name.clone(), number.draw(&mut rng))).collect();
            Member::new(Trial { id: place as u64, parent: None, architecture, settings, steps })
        };
        let members: Vec<Member> = (0..population).map(member).collect();
        let (share, exploits, explore) = (SHARE, true, Explore::default());
        let new = Self { space, numbers, share, exploits, explore, proposals, members };
        new.check()?;
        Ok(new)
    }

    /// The same with one architecture for all members.
    ///
    /// # Errors
    /// An architecture of another space.
    pub fn with_architecture(mut self, architecture: &Architecture) -> Result<Self, SearchError> {
        self.space.check(architecture)?;
        self.members.iter_mut().for_each(|member| member.trial.architecture = architecture.clone());
        Ok(self)
    }

    /// The same with members that begin with these numbers, in order.
    ///
    /// # Errors
    /// Not as many as there are members.
    pub fn with_settings(mut self, settings: Vec<BTreeMap<String, f64>>) -> Result<Self, SearchError> {
        check_count(NAME, "settings", settings.len(), self.members.len())?;
        self.members.iter_mut().zip(settings).for_each(|(member, settings)| member.trial.settings = settings);
        Ok(self)
    }

    /// The same with another share of the members that copies, and is copied, after each interval;
    /// above 0, at most 0.5.
    ///
    /// # Errors
    /// A share out of range.
    pub fn with_share(self, share: f64) -> Result<Self, SearchError> {
        let new = Self { share, ..self };
        new.check()?;
        Ok(new)
    }

    /// The same without copying: every member goes on by itself, its numbers changed after each
    /// interval.
    #[must_use]
    pub fn without_exploiting(self) -> Self {
        Self { exploits: false, ..self }
    }

    /// The same with another way to change numbers.
    ///
    /// # Errors
    /// A number of it that is out of range.
    pub fn with_explore(self, explore: Explore) -> Result<Self, SearchError> {
        let new = Self { explore, ..self };
        new.check()?;
        Ok(new)
    }

    fn check(&self) -> Result<(), SearchError> {
        at_least(NAME, "population", self.members.len(), 1, "at least 1")?;
        let steps = self.members.iter().map(|member| member.trial.steps).min().unwrap_or(0);
        at_least(NAME, "steps", usize::try_from(steps).unwrap_or(usize::MAX), 1, "at least 1")?;
        let holds = self.share > 0.0 && self.share <= 0.5;
        in_range(NAME, "share", self.share, holds, "above 0, at most 0.5")?;
        self.explore.check(NAME)?;
        self.numbers.iter().try_for_each(|number| number.check(NAME))?;
        self.members.iter().try_for_each(|member| self.space.check(&member.trial.architecture))?;
        check_known(&self.space, self.members.iter().filter_map(|member| member.told.as_ref()))
    }

    /// The next round, once all of this one are told.
    fn turn(&mut self) {
        let Some(told) = self.members.iter().map(|member| member.told.as_ref()).collect::<Option<Vec<_>>>() else {
            return;
        };
        let count = self.members.len();
        let mut ranked: Vec<usize> = (0..count).collect();
        ranked.sort_by(|&a, &b| told[a].better_first(told[b]));
        let copied = ((self.share * count as f64) as usize).clamp(1, (count / 2).max(1));
        let is_worst = |place: usize| self.exploits && count > 1 && ranked[count - copied..].contains(&place);
        let next = |place: usize| {
            let mut rng = self.proposals.draw();
            let copies = is_worst(place);
            let source = if copies { ranked[rng.random_range(0..copied)] } else { place };
            let mut trial = self.members[source].trial.clone();
            if copies || !self.exploits {
                self.explore.change(&mut trial.settings, &self.numbers, &mut rng);
            }
            // Members are numbered in order, round by round.
            (trial.parent, trial.id) = (Some(trial.id), self.members[place].trial.id + count as u64);
            Member::new(trial)
        };
        self.members = (0..count).map(next).collect();
    }
}

/// The published share.
const SHARE: f64 = 0.2;

impl Member {
    fn new(trial: Trial) -> Self {
        Self { trial, is_asked: false, told: None }
    }
}

impl TrialStrategy for PopulationBased {
    fn name(&self) -> &str {
        NAME
    }

    fn ask(&mut self, count: usize) -> Vec<Trial> {
        self.turn();
        let waiting = self.members.iter_mut().filter(|member| !member.is_asked).take(count);
        let asked = waiting.map(|member| {
            member.is_asked = true;
            member.trial.clone()
        });
        asked.collect()
    }

    fn tell(&mut self, told: &[(Trial, Scored)]) {
        for (trial, scored) in told {
            let asked = self.members.iter_mut().find(|member| member.is_asked && member.trial.id == trial.id);
            asked.into_iter().for_each(|member| member.told = Some(scored.into()));
        }
    }

    fn parents(&self) -> BTreeSet<u64> {
        let of = |member: &Member| if member.told.is_some() { Some(member.trial.id) } else { member.trial.parent };
        self.members.iter().filter_map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        testing::{chain, scored},
        trials::{TrialLimits, TrialOutcome, search_trials, synthetic::Toy},
    };

    fn population(count: usize, seed: u64) -> PopulationBased {
        let numbers = vec![Setting::uniform("h0", 0.0, 10.0), Setting::uniform("h1", 0.0, 10.0)];
        let start = |h: [f64; 2]| BTreeMap::from([("h0".to_owned(), h[0]), ("h1".to_owned(), h[1])]);
        let starts = (0..count).map(|i| start(if i % 2 == 0 { [1.0, 0.0] } else { [0.0, 1.0] })).collect();
        let new = PopulationBased::new(chain(1), count, 4, numbers, seed, "population").unwrap();
        new.with_settings(starts).unwrap().with_explore(Explore::Normal(0.1)).unwrap()
    }

    /// The best Q of 200 steps of each member.
    fn found(mut strategy: PopulationBased) -> f64 {
        let limits = TrialLimits { steps: 200 * strategy.members.len() as u64, ask: 100 };
        let outcome = search_trials(&mut strategy, &mut Toy::default(), limits).unwrap();
        outcome.best().unwrap().1.score.accuracy
    }

    fn median(of: impl Fn(u64) -> f64) -> f64 {
        let mut all: Vec<f64> = (0..21).map(of).collect();
        all.sort_by(f64::total_cmp);
        all[10]
    }

    /// Jaderberg et al. 2017, figure 2: two members, each of which can learn one of two numbers.
    #[test]
    fn the_published_toy_is_solved_by_exploiting_and_exploring_together_alone() {
        let both = median(|seed| found(population(2, seed)));
        let exploring = median(|seed| found(population(2, seed).without_exploiting()));
        let neither = found(population(2, 1).without_exploiting().with_explore(Explore::Nothing).unwrap());
        // At a number of 0 a factor changes nothing.
        let factors = found(population(2, 1).with_explore(Explore::default()).unwrap());
        assert!(both >= 1.19, "{both}");
        assert!(exploring < both - 0.01, "exploring alone {exploring}");
        assert!((neither - 0.39).abs() < 0.01 && (factors - 0.39).abs() < 0.01, "{neither}, {factors}");
    }

    #[test]
    fn the_worst_go_on_from_the_best_and_the_others_from_themselves() {
        let mut strategy = population(10, 3);
        let first = strategy.ask(4);
        assert_eq!(first.iter().map(|trial| trial.id).collect::<Vec<_>>(), [0, 1, 2, 3]);
        let rest = strategy.ask(100);
        assert_eq!(rest.len(), 6);
        assert!(strategy.ask(1).is_empty() && strategy.parents().is_empty(), "waits for scores");
        let all: Vec<Trial> = first.into_iter().chain(rest).collect();
        // Member 7 fails, 0 is the worst of the others; 9 and 8 are the best.
        let score = |id: u64| if id == 7 { f64::NAN } else { id as f64 / 10.0 };
        let told: Vec<(Trial, Scored)> =
            all.iter().map(|trial| (trial.clone(), scored(&trial.architecture, score(trial.id)))).collect();
        strategy.tell(&told[1..]);
        assert!(strategy.ask(1).is_empty(), "one is missing");
        strategy.tell(&told[..1]);
        assert_eq!(strategy.parents(), (0..10).collect());
        let next = strategy.ask(100);
        for (trial, before) in next.iter().zip(&all) {
            assert_eq!(trial.id, before.id + 10);
            if [0, 7].contains(&before.id) {
                let source = &all[trial.parent.unwrap() as usize];
                assert!(source.id >= 8 && trial.architecture == source.architecture);
                assert_ne!(trial.settings, source.settings);
            } else {
                assert_eq!((trial.parent, &trial.settings), (Some(before.id), &before.settings));
            }
        }
        let read: PopulationBased = serde_json::from_str(&serde_json::to_string(&strategy).unwrap()).unwrap();
        assert_eq!(read, strategy);
        assert!(strategy.parents().iter().all(|&id| ![0, 7].contains(&id)), "nobody goes on from them");
    }

    #[test]
    fn a_population_of_one_goes_on_by_itself_with_the_numbers_that_it_has() {
        let (mut strategy, limits) = (population(1, 5), TrialLimits { steps: 40, ask: 9 });
        let outcome: TrialOutcome = search_trials(&mut strategy, &mut Toy::default(), limits).unwrap();
        let line = outcome.line_of(9);
        assert_eq!(line.len(), 10);
        assert!(line.iter().all(|trial| trial.settings == line[0].settings));
    }

    #[test]
    fn what_is_out_of_range_is_refused() {
        let new = |population, steps, number| {
            PopulationBased::new(chain(1), population, steps, vec![number], 1, "population").map(drop)
        };
        let said = |result: Result<(), SearchError>| result.unwrap_err().to_string();
        let rate = || Setting::logarithmic("learning_rate", 0.01, 1.0);
        assert_eq!(said(new(0, 1, rate())), "population-based training, population: found 0, expected at least 1");
        assert_eq!(said(new(1, 0, rate())), "population-based training, steps: found 0, expected at least 1");
        let error = said(new(1, 1, Setting::logarithmic("learning_rate", 0.0, 1.0)));
        assert!(error.ends_with("least of a number: found 0, expected above 0, where it is drawn by its logarithm"));
        assert!(new(1, 1, Setting::uniform("l2", 1.0, 0.5)).is_err());
        assert!(population(4, 1).with_share(0.6).is_err());
        assert!(population(4, 1).with_explore(Explore::Factors { down: 0.8, up: f64::INFINITY }).is_err());
        assert!(population(4, 1).with_settings(Vec::new()).is_err());
    }
}
