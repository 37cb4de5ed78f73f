//! What is trained together with the shared weights learns, goes on where it was stopped, and
//! proposes the candidates.

use burn::{
    module::Module,
    nn::{Linear, LinearConfig},
};
use rand::Rng;
use std::{collections::BTreeMap, path::Path};
use supernet::{
    own::{Build, Definition, Layer, OneOf, Rows, Samples, Zeros},
    prelude::*,
    report::SearchReport,
    search::Proposer,
    train::{
        Companion, CompanionKind, CompanionSettings, EnasSettings, GateLearning, GdasSettings, Moment, PathSampler,
        PathSampling, Reopening, Retrain, Updates, Validation,
    },
};
use supernet_tests::{
    device,
    own_chain::{FEATURES, rows},
    tiny::{Stopping, assert_same, contents, tiny},
};

/// A map, or nothing at all, which cuts the way to the logits. No normalisation follows: behind one
/// a gate would change nothing.
#[derive(Module, Debug)]
enum Op {
    Cut(Zeros),
    Map(Linear),
}

impl Layer<2> for Op {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        match self {
            Self::Cut(zeros) => x.through(zeros),
            Self::Map(map) => x.through(map).relu(),
        }
    }
}

/// Two layers of which each is a map or a cut: only two maps learn anything.
#[derive(Module, Debug)]
struct Net {
    first: Linear,
    layers: Vec<OneOf<Op>>,
    head: Linear,
}

impl Layer<2> for Net {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        x.through(&self.first).relu().through(&self.layers).through(&self.head)
    }
}

fn net(b: &Build) -> Net {
    let map = || Op::Map(LinearConfig::new(16, 16).init(b.device()));
    let layer = |i: usize| OneOf::new(b, format!("layer{i}"), [("none", Op::Cut(Zeros {})), ("map", map())]);
    Net {
        first: LinearConfig::new(FEATURES, 16).init(b.device()),
        layers: (1..=2).map(layer).collect(),
        head: LinearConfig::new(16, 3).init(b.device()),
    }
}

fn definition() -> Definition<Net, 2> {
    Definition::new("cuts", &[FEATURES], &device(), net).unwrap()
}

/// ENAS that learns fast enough for a test.
fn enas() -> CompanionKind {
    CompanionKind::Enas(EnasSettings {
        samples: 8,
        hidden: 8,
        tanh_constant: 4.0,
        rate: 0.02,
        ..EnasSettings::default()
    })
}

/// A search of a few steps that ends with a candidate or two.
fn config(kind: CompanionKind) -> SearchConfig {
    let mut config = tiny(1);
    config.paths = PathSampling::UniformArchitecture;
    (config.supernet.steps, config.supernet.batch, config.supernet.ghost_batch) = (8, 32, 8);
    let updates = Updates { start: 0.25, every: 2, examples: 64 };
    config.companion = Some(CompanionSettings { kind, updates });
    config.strategy = Proposer::Companion;
    (config.scoring.candidates, config.scoring.score_batch) = (3, 64);
    config.retrain = Retrain { picked: 1, small: 0, random: 1, largest: 1, all_on: false, at_once: 2 };
    config
}

fn search(config: &SearchConfig) -> Search<'static, Net, Samples<2>, 2> {
    Search::new(config, definition(), rows(), &device()).unwrap()
}

fn run(
    path: &Path,
    search: &Search<Net, Samples<2>, 2>,
    progress: &mut dyn Progress,
) -> Result<SearchResult<Net, 2>, TrainError> {
    RunDirectory::open(path, search, search.provenance("flex")?)?.search(search, progress)
}

/// The files of a run that is stopped at every `after`th question, and how often it was.
fn stopped_again_and_again(search: &Search<Net, Samples<2>, 2>, after: usize) -> (BTreeMap<String, Vec<u8>>, usize) {
    let (folder, mut stops) = (tempfile::tempdir().unwrap(), 0);
    while let Err(error) = run(folder.path(), search, &mut Stopping::after(after + stops / 5)) {
        assert!(matches!(error, TrainError::Stopped { .. }), "{error}");
        stops += 1;
        assert!(stops < 200, "the run does not get on");
    }
    (contents(folder.path()), stops)
}

fn assert_goes_on(search: &Search<Net, Samples<2>, 2>) {
    let folder = tempfile::tempdir().unwrap();
    let whole = run(folder.path(), search, &mut Silent).unwrap();
    let expected = contents(folder.path());
    for name in ["companion.json", "companion.csv"] {
        assert!(expected.contains_key(name), "{name} in {:?}", expected.keys());
    }
    let in_memory = search.run(&mut Silent).unwrap();
    assert_eq!((in_memory.candidates, in_memory.retrained), (whole.candidates, whole.retrained));
    for after in [2, 3] {
        let (left, stops) = stopped_again_and_again(search, after);
        // Twice at least in the eight steps of the supernet; how far workers get later until they
        // hear of a stop is up to the machine.
        assert!(stops > 1, "stopped {stops} times");
        assert_same(&left, &expected);
    }
}

/// The last probability of `map` in each layer, in the run's table.
fn maps(csv: &str) -> Vec<f64> {
    let mut last = BTreeMap::new();
    for line in csv.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        if cells[2] == "map" {
            last.insert(cells[1].to_owned(), cells[3].parse().unwrap());
        }
    }
    last.into_values().collect()
}

/// How probable a companion finds the maps after 160 steps, an update for each but the first 48, in
/// which the weights learn what they are for: before, a cut is as good.
fn learnt(kind: CompanionKind) -> Vec<f64> {
    let mut config = config(kind);
    config.supernet.steps = 160;
    config.companion = Some(CompanionSettings { kind, updates: Updates { start: 0.3, every: 1, examples: 64 } });
    let (folder, search) = (tempfile::tempdir().unwrap(), search(&config));
    let directory = RunDirectory::open(folder.path(), &search, search.provenance("flex").unwrap()).unwrap();
    directory.train(&search, &mut Silent).unwrap();
    let csv = std::fs::read_to_string(folder.path().join("companion.csv")).unwrap();
    assert!(csv.starts_with("step,choice,option,probability\n"), "{csv}");
    maps(&csv)
}

#[test]
fn a_run_with_enas_that_is_stopped_again_and_again_ends_with_the_same_files() {
    assert_goes_on(&search(&config(enas())));
}

#[test]
fn enas_finds_the_layers_that_let_something_through() {
    let maps = learnt(enas());
    assert!(maps.len() == 2 && maps.iter().all(|&map| map > 0.8), "{maps:?}");
}

/// GDAS that learns fast enough for a test.
fn gdas() -> CompanionKind {
    let learning = GateLearning { rate: 0.1, ..GateLearning::default() };
    CompanionKind::Gdas(GdasSettings { first_temperature: 2.0, last_temperature: 0.5, learning })
}

#[test]
fn a_run_with_gdas_that_is_stopped_again_and_again_ends_with_the_same_files() {
    assert_goes_on(&search(&config(gdas())));
}

#[test]
fn gdas_finds_the_layers_that_let_something_through() {
    let maps = learnt(gdas());
    assert!(maps.len() == 2 && maps.iter().all(|&map| map > 0.8), "{maps:?}");
}

/// ProxylessNAS that learns fast enough for a test.
fn proxyless_nas() -> CompanionKind {
    CompanionKind::ProxylessNas(GateLearning { rate: 0.1, ..GateLearning::default() })
}

#[test]
fn a_run_with_proxyless_nas_that_is_stopped_again_and_again_ends_with_the_same_files() {
    assert_goes_on(&search(&config(proxyless_nas())));
}

#[test]
fn proxyless_nas_finds_the_layers_that_let_something_through() {
    let maps = learnt(proxyless_nas());
    assert!(maps.len() == 2 && maps.iter().all(|&map| map > 0.8), "{maps:?}");
}

/// DARTS that learns fast enough for a test.
fn darts() -> CompanionKind {
    CompanionKind::Darts(GateLearning { rate: 0.1, ..GateLearning::default() })
}

#[test]
fn a_run_with_darts_that_is_stopped_again_and_again_ends_with_the_same_files() {
    assert_goes_on(&search(&config(darts())));
}

#[test]
fn darts_finds_the_layers_that_let_something_through() {
    let maps = learnt(darts());
    assert!(maps.len() == 2 && maps.iter().all(|&map| map > 0.8), "{maps:?}");
}

#[test]
fn darts_to_the_second_order_goes_on_and_finds_them_too() {
    let kind = CompanionKind::DartsSecondOrder(GateLearning { rate: 0.1, ..GateLearning::default() });
    assert_goes_on(&search(&config(kind)));
    let maps = learnt(kind);
    assert!(maps.len() == 2 && maps.iter().all(|&map| map > 0.8), "{maps:?}");
}

#[test]
fn candidates_come_from_the_companion_or_with_the_same_supernet_from_whom_is_asked() {
    let mut learnt = config(enas());
    learnt.supernet.steps = 120;
    let (folder, search) = (tempfile::tempdir().unwrap(), search(&learnt));
    let result = run(folder.path(), &search, &mut Silent).unwrap();
    let both_maps = search.space().architecture(|_| 0b10);
    assert_eq!(result.best.0, *both_maps.mask(), "what the companion prefers is the best as well");
    assert!(!result.verdict.to_string().contains("prefers an option without weights"), "{}", result.verdict);
    let directory = RunDirectory::open(folder.path(), &search, search.provenance("flex").unwrap()).unwrap();
    SearchReport::new(&directory, &result).save(folder.path()).unwrap();
    drop(directory);
    let page = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(page.contains("What the companion came to prefer") && page.contains("mean of 2 choices"));
    assert!(folder.path().join("companion.png").exists());
    let random = SearchConfig { strategy: Proposer::Random, ..learnt };
    let other = Search::new(&random, definition(), rows(), &device()).unwrap();
    let provenance = other.provenance("flex").unwrap();
    let directory =
        RunDirectory::open_search(folder.path(), "random", &other, provenance, Reopening::default()).unwrap();
    assert_eq!(directory.search(&other, &mut Silent).unwrap().candidates.len(), 3);
}

/// A companion of a program's own: counts its updates, sums its scores, draws uniformly.
#[derive(Default)]
struct Counting {
    updates: u64,
    sum: f64,
}

impl PathSampler for Counting {
    fn draw(&self, space: &SearchSpace, at: Moment, _ghost: usize, mut rng: &mut dyn Rng) -> PathMask {
        // What it draws depends on what it has seen.
        let skipped = (self.sum * 1e3) as u64 % 3 + at.step % 2;
        (0..skipped).for_each(|_| drop(space.sample(&mut rng)));
        space.sample(&mut rng).mask().clone()
    }
}

impl Companion for Counting {
    fn sampler(&self) -> &dyn PathSampler {
        self
    }

    fn update(&mut self, at: Moment, validation: &mut dyn Validation) -> Result<(), TrainError> {
        let space = definition().space().clone();
        let masks = [space.all_on(), space.architecture(|_| 0b10).mask().clone()];
        let scores = validation.scores(&masks)?;
        assert_eq!(scores, validation.scores(&masks)?, "the same minibatch within an update");
        assert!(scores.iter().all(|score| score.images == 64) && at.step % 2 == 1);
        (self.updates, self.sum) = (self.updates + 1, self.sum + scores[1].loss);
        Ok(())
    }

    fn state(&self) -> String {
        format!("{} {}", self.updates, self.sum.to_bits())
    }

    fn restore(&mut self, state: &str) -> Result<(), String> {
        let (updates, sum) = state.split_once(' ').ok_or("no numbers")?;
        self.updates = updates.parse().map_err(|_| "no count")?;
        self.sum = f64::from_bits(sum.parse().map_err(|_| "no sum")?);
        Ok(())
    }

    fn strategy(&self, seed: u64) -> Box<dyn Strategy> {
        assert_eq!(self.updates, 3, "of eight steps two come before the start");
        Box::new(RandomSearch::new(definition().space().clone(), seed, "candidates"))
    }

    fn probabilities(&self, _at: Moment) -> Vec<Vec<f64>> {
        vec![vec![0.9, 0.1]; 2]
    }
}

#[test]
fn a_companion_of_a_programs_own_works_in_a_run_that_goes_on() {
    let mut config = config(enas());
    config.companion = None;
    let updates = Updates { start: 0.25, every: 2, examples: 64 };
    let new = |name: &str, updates| search(&config).with_companion(name, &"", updates, |_, _| Counting::default());
    let own = new("counting", updates).unwrap();
    assert_goes_on(&own);
    let collapsed = "the companion prefers an option without weights in 2 of 2 choices";
    let verdict = own.run(&mut Silent).unwrap().verdict;
    assert!(verdict.reasons.iter().any(|reason| reason.starts_with(collapsed)), "{verdict}");

    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &own, &mut Silent).unwrap();
    let other = new("another", updates).unwrap();
    let error = run(folder.path(), &other, &mut Silent).err().unwrap().to_string();
    assert!(error.contains("provenance.parts"), "{error}");
    let error = new("counting", Updates { examples: 1_000, ..updates }).err().unwrap().to_string();
    let expected = "companion.updates.examples: found 1000, expected at most 256, the number of validation examples";
    assert_eq!(error, expected);
}

#[test]
fn settings_that_do_not_go_together_are_refused_with_place_found_and_expected() {
    let refused = |change: &dyn Fn(&mut SearchConfig)| {
        let mut config = config(enas());
        change(&mut config);
        Search::new(&config, definition(), rows(), &device()).err().unwrap().to_string()
    };
    assert_eq!(
        refused(&|config| config.supernet.supernets = 2),
        "supernet.supernets: found 2, expected 1, where there is a companion"
    );
    assert_eq!(
        refused(&|config| config.supernet.split = Some(0)),
        "supernet.split (--split): found 0, expected none, where there is a companion"
    );
    let enas = |change: fn(&mut EnasSettings)| {
        move |config: &mut SearchConfig| {
            let CompanionKind::Enas(mut settings) = config.companion.unwrap().kind else { panic!("ENAS") };
            change(&mut settings);
            config.companion.as_mut().unwrap().kind = CompanionKind::Enas(settings);
        }
    };
    assert_eq!(
        refused(&enas(|settings| settings.temperature = 0.0)),
        "companion.enas.temperature: found 0, expected above 0"
    );
    let mut alone = config(self::enas());
    alone.companion = None;
    let none = "companion, companion: found none, expected a supernet that is trained together with one";
    // Before anything is trained or written: whoever stops at once stops too late.
    let error = search(&alone).run(&mut Stopping::after(1)).err().unwrap().to_string();
    assert_eq!(error, none);
    let (folder, alone) = (tempfile::tempdir().unwrap(), search(&alone));
    let path = folder.path().join("run");
    let opened = RunDirectory::open(&path, &alone, alone.provenance("flex").unwrap());
    assert_eq!(opened.map(drop).unwrap_err().to_string(), none);
    assert!(!path.exists());
}

#[test]
fn a_directory_of_another_companion_is_refused_with_the_difference() {
    let (folder, first) = (tempfile::tempdir().unwrap(), search(&config(enas())));
    let open = |search: &Search<Net, Samples<2>, 2>| {
        RunDirectory::open(folder.path(), search, search.provenance("flex").unwrap()).map(drop)
    };
    open(&first).unwrap();
    let mut other = config(enas());
    other.companion.as_mut().unwrap().updates.every = 3;
    let error = open(&search(&other)).unwrap_err().to_string();
    assert!(error.contains("config.companion.updates.every: 2 there, 3 here"), "{error}");
}

#[test]
fn settings_come_back_from_json_and_are_left_out_where_there_is_no_companion() {
    let config = config(enas());
    let text = serde_json::to_string(&config).unwrap();
    assert!(text.contains(r#""kind":{"enas":{"samples":8"#) && text.contains(r#""strategy":"companion""#), "{text}");
    assert_eq!(serde_json::from_str::<SearchConfig>(&text).unwrap(), config);
    assert!(!serde_json::to_string(&SearchConfig::quick()).unwrap().contains("companion"));
}
