//! What is shown changes no result.

use std::collections::BTreeMap;
use supernet::{
    prelude::*,
    train::{Jobs, Observation, Standing},
};
use supernet_tests::{
    device,
    tiny::{assert_same, contents, open, search_of, stripes_split, tiny},
};

/// Wants to see everything, and notes what it was shown.
#[derive(Default)]
struct Curious {
    stages: Vec<String>,
    drop_rates: Vec<Option<f64>>,
    samples: Vec<(u64, Vec<Score>)>,
    standings: Vec<Standing>,
    jobs: Vec<Jobs>,
    resumed: Vec<u64>,
    /// Stages that had begun when all was over.
    over: Vec<usize>,
}

impl Progress for Curious {
    fn begin(&mut self, stage: &str, _total: u64) {
        self.stages.push(stage.into());
    }
    fn resume(&mut self, done: u64) {
        self.resumed.push(done);
    }
    fn is_due(&self, _done: u64) -> bool {
        true
    }
    fn observe(&mut self, _done: u64, observation: &Observation) {
        self.drop_rates.push(observation.drop_rate);
    }
    fn jobs(&mut self, jobs: Jobs) {
        self.jobs.push(jobs);
    }
    fn standing(&mut self, standing: &Standing) {
        self.standings.push(standing.clone());
    }
    fn wants_sample(&self) -> bool {
        true
    }
    fn sample(&mut self, done: u64, scores: &[Score]) {
        self.samples.push((done, scores.to_vec()));
    }
    fn over(&mut self) {
        self.over.push(self.stages.len());
    }
}

/// What a search leaves, weights and candidates and all.
fn left_by(progress: &mut dyn Progress) -> (BTreeMap<String, Vec<u8>>, Vec<Scored>) {
    let (folder, split) = (tempfile::tempdir().unwrap(), stripes_split([64, 24, 32]));
    let search = search_of(&tiny(1), &split).unwrap();
    let result = open(folder.path(), &search).unwrap().search(&search, progress).unwrap();
    (contents(folder.path()), result.candidates)
}

#[test]
fn a_search_that_is_watched_ends_with_the_same_bits() {
    let mut curious = Curious::default();
    let (watched, candidates) = left_by(&mut curious);
    let (unwatched, same_candidates) = left_by(&mut Silent);
    assert!(watched.contains_key("supernet.safetensors") && watched.contains_key("best/weights.safetensors"));
    assert_same(&watched, &unwatched);
    assert_eq!(candidates, same_candidates);

    // It did see something.
    let steps: Vec<u64> = curious.samples.iter().map(|(step, _)| *step).collect();
    assert_eq!(steps, [3, 6], "a short training is looked at twice");
    assert!(curious.samples.iter().all(|(_, scores)| scores.len() == 8 && scores[0].images == 8));
    assert!(curious.drop_rates[..6].iter().all(Option::is_some), "path dropout has a rate");
    let last = curious.standings.last().unwrap();
    let best = candidates.iter().min_by(|a, b| a.score.better_first(&b.score)).unwrap();
    assert_eq!((last.candidates, &last.best, last.cost), (12, best.architecture.mask(), Some(best.cost)));
    assert!(curious.standings.iter().any(|standing| standing.cost.is_none()), "the best while scoring");
    let networks = curious.jobs.last().unwrap();
    assert_eq!((networks.finished, networks.under_way), (networks.count, 0));
    assert!(curious.jobs.iter().any(|jobs| jobs.under_way > 0));
    assert_eq!(curious.over, [curious.stages.len()], "told once, behind the last stage");
}

#[test]
fn a_plain_search_shows_the_same_sample() {
    let split = stripes_split([64, 24, 32]);
    let mut curious = Curious::default();
    one_shot_search(&tiny(1), &split, &device(), &mut curious).unwrap();
    let mut in_a_directory = Curious::default();
    left_by(&mut in_a_directory);
    assert_eq!(curious.samples, in_a_directory.samples);
    assert_eq!(curious.stages[0], "supernet training");
    assert_eq!(curious.over, [curious.stages.len()]);
    assert!(curious.resumed.is_empty() && in_a_directory.resumed.is_empty(), "nothing was done before");
}
