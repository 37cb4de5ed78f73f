//! A whole search in small: what it leaves behind, and that it repeats bit for bit.

mod refused;

use std::{fs, path::Path, process::Command};
use supernet::{
    burn::{
        module::Module,
        store::{ModuleSnapshot, SafetensorsStore},
        tensor::{Tensor, TensorData},
    },
    nn::{Call, Network, NetworkConfig, Statistics},
    prelude::*,
    search::{Objective, Proposer},
    train::{
        AllOn, FinishedRun, Group, Halving, ImageExamples, LatencyLimit, NetworkSettings, PathSampling, Retrain,
        Scoring, SeededWeights, StandAlone, StandAloneEvaluator, SupernetEvaluator, best::load_best, divergences,
    },
    write_finished, write_results,
};
use supernet_tests::{
    device,
    tiny::{assert_same, contents, open, search_of, stripes_split, tiny},
};

fn split() -> Split {
    stripes_split([64, 24, 32])
}

fn run(config: &SearchConfig, path: &Path) -> Result<SearchResult<KnownNet>, TrainError> {
    let split = split();
    let search = search_of(config, &split)?;
    let directory = open(path, &search)?;
    let result = directory.search(&search, &mut Silent)?;
    write_results(&directory, &result).expect("a directory that can be written");
    Ok(result)
}

#[test]
fn a_search_leaves_its_files_and_a_table_and_the_same_seed_leaves_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    let result = run(&tiny(1), &first).unwrap();
    run(&tiny(1), &second).unwrap();

    let (left, right) = (contents(&first), contents(&second));
    let names: Vec<&str> = left.keys().map(String::as_str).collect();
    let expected = [
        "best/architecture.json",
        "best/card.md",
        "best/cell.svg",
        "best/model.onnx",
        "best/model.rs",
        "best/weights.safetensors",
        "candidates.csv",
        "config.json",
        "events.jsonl",
        "figure.png",
        "figure.svg",
        "half-1.csv",
        "half-2.csv",
        "networks.csv",
        "report.html",
        "supernet.safetensors",
        "table.txt",
        "verdict.json",
    ];
    let of_networks = |name: &&&str| !name.starts_with("networks/");
    assert_eq!(names.iter().filter(of_networks).copied().collect::<Vec<_>>(), expected);
    for (name, bytes) in &left {
        assert!(bytes == &right[name], "{name} differs");
    }
    let text = |name: &str| String::from_utf8(left[name].clone()).unwrap();
    assert_eq!(text("candidates.csv").lines().count(), 1 + 12);
    assert_eq!(text("networks.csv").lines().count(), 1 + 2 + 2 + 2 + 1);
    assert_eq!(text("table.txt"), format!("{}\n{}", result.verdict, ComparisonTable(&result.retrained)));
    assert!(text("table.txt").contains("picked − random:"));
}

#[test]
fn another_seed_gives_other_candidates() {
    let folder = tempfile::tempdir().unwrap();
    let one = run(&tiny(1), &folder.path().join("1")).unwrap();
    let two = run(&tiny(2), &folder.path().join("2")).unwrap();
    assert_ne!(one.candidates, two.candidates);
}

#[test]
fn the_picked_are_the_best_by_one_shot_score_and_the_largest_have_most_parameters() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = tiny(3);
    config.retrain.small = 1;
    let result = run(&config, folder.path()).unwrap();
    let of = |group: Group| result.retrained.iter().filter(move |r| r.group == group);
    let masks = |group| of(group).map(|r| r.mask.clone()).collect::<Vec<_>>();
    // A sort written out: by accuracy, ties by loss, then in the order of scoring.
    let mut order: Vec<usize> = (0..result.candidates.len()).collect();
    let score = |i: usize| result.candidates[i].score;
    order.sort_by(|&a, &b| {
        let by_accuracy = score(b).accuracy.partial_cmp(&score(a).accuracy).unwrap();
        by_accuracy.then(score(a).loss.partial_cmp(&score(b).loss).unwrap()).then(a.cmp(&b))
    });
    let mask = |&i: &usize| result.candidates[i].architecture.mask().clone();
    assert_eq!(masks(Group::Picked), order.iter().take(2).map(mask).collect::<Vec<_>>());
    let parameters = |i: usize| result.candidates[i].cost.parameters;
    let mut sizes: Vec<u64> = (0..order.len()).map(parameters).collect();
    sizes.sort_unstable();
    let small = order.iter().filter(|&&i| parameters(i) <= sizes[(sizes.len() - 1) / 2]).take(1);
    assert_eq!(masks(Group::Small), small.map(mask).collect::<Vec<_>>());
    order.sort_by_key(|&i| std::cmp::Reverse(parameters(i)));
    assert_eq!(masks(Group::Largest), order.iter().take(2).map(mask).collect::<Vec<_>>());
    assert_eq!(of(Group::AllOn).count(), 1);
    assert_eq!(result.best.0, of(Group::Picked).next().unwrap().mask);
}

/// Proposes only architectures whose first block takes the identity alone.
struct Corner(RandomSearch, CellSpace);

impl Strategy for Corner {
    fn name(&self) -> &str {
        "corner"
    }

    fn ask(&mut self, count: usize) -> Vec<Architecture> {
        let into_the_corner = |drawn: Architecture| self.1.space().accept(drawn.mask().with(1, 1)).unwrap();
        self.0.ask(count).into_iter().map(into_the_corner).collect()
    }

    fn tell(&mut self, _scored: &[Scored]) {}
}

#[test]
fn random_companions_of_a_strategy_that_is_not_uniform_are_drawn_from_the_space() {
    let config = tiny(1);
    let (cells, split) = (config.cells().unwrap(), split());
    let corner =
        |_: &SearchSpace, seed| Corner(RandomSearch::new(cells.space().clone(), seed, "corner"), cells.clone());
    let search = search_of(&config, &split).unwrap().with_strategy("corner", &(), corner);
    let result = search.run(&mut Silent).unwrap();
    let random: Vec<_> = result.retrained.iter().filter(|network| network.group == Group::Random).collect();
    let mut uniform = RandomSearch::new(cells.space().clone(), 1, "random companions");
    let drawn: Vec<_> = uniform.ask(2).iter().map(|drawn| cells.space().canonical(drawn).mask().clone()).collect();
    assert_eq!(random.iter().map(|network| network.mask.clone()).collect::<Vec<_>>(), drawn);
    assert!(drawn.iter().any(|mask| mask.bits(1) != 1), "outside of the corner");
    assert!(random.iter().all(|network| network.one_shot.images == split.validation.len() && network.cost.macs > 0));
}

#[test]
fn the_saved_weights_give_the_best_networks_outputs_in_another_network() {
    let folder = tempfile::tempdir().unwrap();
    let result = run(&tiny(1), folder.path()).unwrap();
    let card: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("best/architecture.json")).unwrap()).unwrap();
    let config: NetworkConfig = serde_json::from_value(card["network"].clone()).unwrap();
    let mask = config.cells.space().parse(card["architecture"].as_str().unwrap()).unwrap();
    let mut network = config.stand_alone(&mask, &mut SeededWeights::new(99), &device()).unwrap();
    let mut store = SafetensorsStore::from_file(folder.path().join("best/weights.safetensors"));
    network.load_from(&mut store).unwrap();
    fn logits<M: supernet::own::Layer<4, 2>>(
        network: &Network<M>,
        config: &NetworkConfig,
        mask: &PathMask,
    ) -> TensorData {
        let images = Tensor::from_data(TensorData::new(vec![0.5f32; 64], [1, 1, 8, 8]), &device());
        let paths = supernet_tests::paths(&config.cells, std::slice::from_ref(mask));
        let call = Call { statistics: Statistics::Stored, ..Call::default() };
        let logits = network.forward_with(images.clone(), &paths, &call).unwrap().into_data();
        assert_eq!(network.forward(images).unwrap().into_data(), logits);
        logits
    }
    let expected = logits(&result.best.1, &config, &mask);
    assert_eq!(logits(&network.valid(), &config, &mask), expected);
    let (record, read) = load_best(folder.path().join("best"), &device()).unwrap();
    assert_eq!(logits(&read, &config, &mask), expected);
    assert_eq!((record.test, record.seed), (Some(result.retrained[0].test), 1));
    assert_eq!(record.spread.map(|spread| spread.n), Some(2));
}

#[test]
fn the_best_network_is_timed_once_and_its_card_says_how_long_it_takes() {
    let folder = tempfile::tempdir().unwrap();
    run(&tiny(1), folder.path()).unwrap();
    let best = folder.path().join("best");
    let (record, _) = load_best(&best, &device()).unwrap();
    assert_eq!(record.latency.iter().map(|latency| latency.images).collect::<Vec<_>>(), [1, 64]);
    for latency in &record.latency {
        let ([low, high], median) = (latency.quartiles_ms, latency.median_ms);
        assert!(0.0 < low && low <= median && median <= high && latency.runs >= 20, "{latency:?}");
    }
    let files = || ["card.md", "architecture.json"].map(|name| fs::read_to_string(best.join(name)).unwrap());
    let before = files();
    let rows: Vec<&str> = before[0].lines().filter(|line| line.starts_with("| latency | ")).collect();
    assert_eq!(rows, record.latency.iter().map(|l| format!("| latency | {l}, on flex |")).collect::<Vec<_>>());

    // A report that is written again changes nothing; without the times they are measured again.
    run(&tiny(1), folder.path()).unwrap();
    assert_eq!(files(), before);
    fs::write(best.join("architecture.json"), "damaged").unwrap();
    run(&tiny(1), folder.path()).unwrap();
    assert_eq!(load_best(&best, &device()).unwrap().0.latency.len(), 2);
}

/// A tiny search's supernet with what scores by it.
struct Trained {
    config: SearchConfig,
    split: Split,
    supernet: KnownNetwork,
}

impl Trained {
    fn new(config: SearchConfig) -> Self {
        let split = split();
        let supernet = search_of(&config, &split).unwrap().train(&mut Silent).unwrap();
        Self { config, split, supernet }
    }

    fn with_evaluator<R>(&self, scoring: Scoring, f: impl FnOnce(&mut SupernetEvaluator<KnownNet>) -> R) -> R {
        let Self { config, split, supernet } = self;
        let search = search_of(config, split).unwrap();
        let (costs, examples) = (&search.networks().stand_alone, &search.data().validation);
        let mut silent = Silent;
        let evaluator = SupernetEvaluator::new(supernet, costs, examples, scoring, &device(), &mut silent);
        f(&mut evaluator.unwrap())
    }

    fn scores(&self, scoring: Scoring, architectures: &[Architecture]) -> Vec<Scored> {
        self.with_evaluator(scoring, |evaluator| evaluator.evaluate(architectures).unwrap())
    }

    fn architectures(&self, count: u64) -> Vec<Architecture> {
        let cells = self.config.cells().unwrap();
        (0..count).map(|i| cells.space().sample(&mut draws(5, "architectures", i))).collect()
    }
}

#[test]
fn a_score_depends_neither_on_the_candidates_beside_it_nor_on_memory_and_workers() {
    let trained = Trained::new(tiny(1));
    let architectures = trained.architectures(7);
    let score = |list: &[Architecture], memory_mib, at_once| {
        trained.scores(Scoring { memory_mib, at_once, ..trained.config.scoring }, list)
    };
    let together = score(&architectures, None, 1);
    // Without memory a block at a time.
    assert_eq!(together, score(&architectures, Some(0), 1));
    assert_eq!(together, score(&architectures, Some(0), 3));
    for (architecture, scored) in architectures.iter().zip(&together) {
        assert_eq!(score(std::slice::from_ref(architecture), Some(0), 0)[0], *scored);
    }
}

#[test]
fn halving_scores_the_best_on_all_images_and_keeping_everything_is_the_plain_ranking() {
    let trained = Trained::new(tiny(1));
    let architectures = trained.architectures(9);
    let scores = |halving| trained.scores(Scoring { halving, ..trained.config.scoring }, &architectures);
    let plain = scores(None);
    assert_eq!(plain, scores(Some(Halving { keep: 1.0, rungs: 3 })));

    // Half of the images for nine candidates, all for the best five.
    let halved = scores(Some(Halving { keep: 0.5, rungs: 2 }));
    let all = trained.split.validation.len();
    assert!(plain.iter().all(|scored| scored.score.images == all));
    let (whole, dropped): (Vec<_>, Vec<_>) = halved.iter().partition(|scored| scored.score.images == all);
    assert_eq!((whole.len(), dropped.len()), (5, 4));
    assert!(whole.iter().all(|scored| plain.contains(scored)), "who survives has its plain score");
    let seen = (all / trained.config.scoring.score_batch).div_ceil(2) * trained.config.scoring.score_batch;
    assert!(seen < all && dropped.iter().all(|scored| scored.score.images == seen));
    let worst_of_whole = whole.iter().map(|scored| &scored.score).max_by(|a, b| a.better_first(b)).unwrap();
    assert!(dropped.iter().all(|scored| worst_of_whole.better_first(&scored.score).is_lt()));
}

#[test]
fn the_supernet_learns() {
    let mut config = tiny(1);
    config.network.set_filters(4);
    config.paths = PathSampling::AllOn;
    let accuracy = |steps| {
        let mut config = config.clone();
        config.supernet.steps = steps;
        let trained = Trained::new(config);
        let moment = supernet::train::Moment { step: 0, steps: 1 };
        let mask = supernet::train::PathSampler::masks(&AllOn, trained.supernet.space(), moment, 1, 1);
        trained.with_evaluator(trained.config.scoring, |evaluator| evaluator.score(&mask).unwrap()[0].accuracy)
    };
    let (before, after) = (accuracy(1), accuracy(60));
    assert!(after > 0.8 && after > before, "accuracy {before} after one step, {after} after sixty");
}

#[test]
fn stand_alone_training_is_an_evaluator_like_any_other() {
    let config = tiny(1);
    let split = split();
    let search = search_of(&config, &split).unwrap();
    let architectures: Vec<Architecture> =
        (0..2).map(|i| search.space().sample(&mut draws(5, "architectures", i))).collect();
    let evaluate = |list: &[Architecture]| {
        let stand_alone = StandAlone {
            definition: &search.networks().stand_alone,
            training: &config.stand_alone,
            examples: &search.data().train,
            seed: 1,
            execution: config.execution,
            device: &device(),
        };
        StandAloneEvaluator { stand_alone, examples: &search.data().validation, at_once: 2, progress: &mut Silent }
            .evaluate(list)
            .unwrap()
    };
    let both = evaluate(&architectures);
    assert_eq!(both[1], evaluate(&architectures[1..])[0], "a score does not depend on what was trained before");
    assert!(both.iter().all(|scored| (0.0..=1.0).contains(&scored.score.accuracy) && scored.score.loss.is_finite()));
}

#[test]
fn runs_are_even_where_their_size_does_not_divide_the_validation_images() {
    let of = |score_batch| {
        let mut config = tiny(1);
        config.scoring.score_batch = score_batch;
        run(&config, tempfile::tempdir().unwrap().path()).unwrap().candidates
    };
    // 24 images in four runs of 6: at most 7 each, as even as can be.
    let candidates = of(7);
    assert!(candidates.iter().all(|scored| scored.score.images == 24));
    assert_eq!(candidates, of(6));
    // Fewer images than a run may have are one.
    assert_eq!(of(100), of(24));
}

#[test]
fn symmetric_kl_is_zero_for_equal_masks_symmetric_and_reads_no_label() {
    let config = tiny(1);
    let split = split();
    let normalisation = Normalisation::of(&split.train);
    let supernet = search_of(&config, &split).unwrap().train(&mut Silent).unwrap();
    let space = supernet.space();
    let (all, some) = (space.all_on(), space.sample(&mut draws(1, "some", 0)).mask().clone());
    let of = |reference: &PathMask, mask: &PathMask, images: &Images| {
        let (masks, count) = (std::slice::from_ref(mask), images.len());
        let examples = ImageExamples::new(images, normalisation.clone()).unwrap();
        divergences(&supernet, reference, masks, &examples, count, 8, &device()).unwrap()[0]
    };
    assert_eq!(of(&all, &all, &split.train), 0.0);
    assert_eq!(of(&some, &some, &split.train), 0.0);
    let there = of(&all, &some, &split.train);
    assert!(there > 0.0);
    assert_eq!(there, of(&some, &all, &split.train));
    // The same pixels under other labels.
    let train = &split.train;
    let labels = train.labels().iter().map(|label| (label + 1) % 4).collect();
    let pixels = train.all_pixels().to_vec();
    let relabelled = Images::new("other labels", train.shape(), train.classes().to_vec(), pixels, labels).unwrap();
    assert_eq!(there, of(&all, &some, &relabelled));
}

#[test]
fn a_search_on_the_embedded_images_ends_with_its_files_and_a_table() {
    let images = fashion_mnist().unwrap().average_2x2().unwrap().pad(1).unwrap();
    let split = stratified(&images, &[300, 100, 100], &mut draws(1, "split", 0)).unwrap();
    let mut config = SearchConfig::quick().with_budget(0.005).unwrap();
    config.retrain = Retrain { picked: 2, small: 0, random: 2, largest: 0, all_on: false, at_once: 2 };
    let folder = tempfile::tempdir().unwrap();
    let search = search_of(&config, &split).unwrap();
    let directory = open(folder.path(), &search).unwrap();
    let result = directory.search(&search, &mut Silent).unwrap();
    write_results(&directory, &result).unwrap();
    let different: std::collections::BTreeSet<&PathMask> = result.retrained.iter().map(|r| &r.mask).collect();
    // The validation images are one run, whose halves are scored as shorter ones.
    assert_eq!(contents(folder.path()).len(), 18 + 2 * different.len());
    let table = ComparisonTable(&result.retrained).to_string();
    assert!(table.contains("picked     2") && table.contains("random     2"), "{table}");
}

#[test]
fn the_page_of_a_known_space_shows_its_best_network_and_so_does_that_of_the_finished_run() {
    let mut config = tiny(1);
    config.network = NetworkSettings::of_space("nas-bench-macro", true).unwrap();
    config.network.set_filters(4);
    let folder = tempfile::tempdir().unwrap();
    run(&config, folder.path()).unwrap();
    let page = || fs::read_to_string(folder.path().join("report.html")).unwrap();
    let first = page();
    assert!(first.contains("<h2>The best network</h2>\n<details>") && first.contains("ReLU, depthwise "), "{first}");
    assert!(!first.contains("The picked cells"));
    write_finished(&FinishedRun::open(folder.path()).unwrap()).unwrap();
    let drawing = |page: &str| {
        page.split_once("<details>").and_then(|(_, rest)| Some(rest.split_once("</details>")?.0.to_owned()))
    };
    assert!(drawing(&first).is_some());
    assert_eq!(drawing(&page()), drawing(&first));
}

#[test]
fn constraints_hold_for_all_candidates_and_impossible_ones_name_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    let all = run(&tiny(1), &folder.path().join("all")).unwrap();
    let mut parameters: Vec<u64> = all.candidates.iter().map(|scored| scored.cost.parameters).collect();
    parameters.sort();
    let (least, middle) = (parameters[0], parameters[parameters.len() / 2]);

    let mut config = tiny(1);
    config.constraints.parameters = 0..=middle;
    let within = run(&config, &folder.path().join("within")).unwrap();
    assert_eq!(within.candidates.len(), 12);
    assert!(within.candidates.iter().all(|scored| scored.cost.parameters <= middle));

    config.constraints.parameters = 0..=10;
    let error = run(&config, &folder.path().join("none")).err().unwrap().to_string();
    let expected = "constraints.parameters: found at most 10, expected at least ";
    let found: u64 = error.strip_prefix(expected).unwrap().split(',').next().unwrap().parse().unwrap();
    assert!(found <= least, "{error}");
    assert!(!folder.path().join("none/supernet.safetensors").exists(), "before anything is trained");
}

#[test]
fn a_search_with_two_objectives_leaves_its_pareto_front() {
    let mut config = tiny(1);
    config.scoring.candidates = 60;
    config.strategy = Proposer::Nsga2(vec![Objective::Accuracy, Objective::Parameters]);
    let folder = tempfile::tempdir().unwrap();
    let result = run(&config, folder.path()).unwrap();
    let csv = fs::read_to_string(folder.path().join("pareto.csv")).unwrap();
    let front: Vec<(u64, f64)> = csv
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>())
        .map(|fields| (fields[4].parse().unwrap(), fields[1].parse().unwrap()))
        .collect();
    assert!(front.is_sorted_by(|a, b| a.0 <= b.0 && a.1 <= b.1), "more parameters are better somewhere: {front:?}");
    for scored in &result.candidates {
        let beaten = front
            .iter()
            .any(|&(parameters, accuracy)| parameters <= scored.cost.parameters && accuracy >= scored.score.accuracy);
        assert!(beaten, "{scored:?} is beaten by nobody of the front");
    }
    assert!(fs::read(folder.path().join("pareto.png")).unwrap().starts_with(b"\x89PNG"));
    // The same search goes on in the same directory: the strategy is told what it was told.
    let again = run(&config, folder.path()).unwrap();
    assert_eq!(again.candidates, result.candidates);
}

#[test]
fn a_latency_limit_picks_what_is_fast_enough_and_keeps_what_was_measured() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = tiny(1);
    config.latency = Some(LatencyLimit { images: 1, least_ms: 0.0, most_ms: 1e-6 });
    let error = run(&config, &folder.path().join("none")).err().unwrap().to_string();
    assert!(
        error.starts_with("latency: found no candidate of 12 within 0 to 0.000001 ms, the nearest takes 0."),
        "{error}"
    );

    // Measured before: all but the third and fifth of the ranking are slow.
    let ranked = run(&tiny(1), &folder.path().join("all")).unwrap();
    let mut candidates = ranked.candidates;
    candidates.sort_by(|a, b| a.score.better_first(&b.score));
    let ms = |i: usize| if i == 2 || i == 4 { 1.0 } else { 9.0 };
    let lines = candidates.iter().enumerate().map(|(i, scored)| format!("{},1,{}\n", scored.architecture, ms(i)));
    let measured = "architecture,images,median_ms\n".to_owned() + &lines.collect::<String>();
    for (least_ms, most_ms, expected) in [(0.0, 2.0, [2, 4]), (5.0, 20.0, [0, 1])] {
        let path = folder.path().join(format!("{least_ms}"));
        fs::create_dir(&path).unwrap();
        fs::write(path.join("latencies.csv"), &measured).unwrap();
        config.latency = Some(LatencyLimit { images: 1, least_ms, most_ms });
        let result = run(&config, &path).unwrap();
        let picked: Vec<&PathMask> =
            result.retrained.iter().filter(|r| r.group == Group::Picked).map(|r| &r.mask).collect();
        assert_eq!(picked, expected.map(|place| candidates[place].architecture.mask()));
    }
}
