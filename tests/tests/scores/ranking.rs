//! Ways to rank candidates: by loss, by scores averaged over checkpoints or supernets, again after
//! a fine-tune.

use rand::Rng;
use std::{collections::BTreeSet, fs, path::Path};
use supernet::{
    prelude::*,
    search::{RankBy, kendall, smoothing::Smoother},
    train::{
        Examples, FineTune, Hooks, NetworkSettings, PathSampling, Reopening, SeededWeights, SupernetEvaluator,
        store::load_weights,
    },
    write_results,
};
use supernet_tests::{
    device,
    tiny::{ImageSearch, Stopping, assert_same, contents, open, search_of, stripes_split, tiny},
};

fn split() -> Split {
    stripes_split([64, 24, 32])
}

fn searched(config: &SearchConfig) -> SearchResult<KnownNet> {
    one_shot_search(config, &split(), &device(), &mut Silent).unwrap()
}

/// All four at once.
fn config() -> SearchConfig {
    let mut config = tiny(1);
    (config.scoring.rank_by, config.scoring.checkpoints) = (RankBy::Loss, 3);
    config.scoring.fine_tune = Some(FineTune::new(5));
    config.supernet.supernets = 2;
    config
}

/// What a state of a supernet says of candidates.
fn said(state: &KnownNetwork, found: &[Scored], search: &ImageSearch) -> Vec<Score> {
    let masks: Vec<PathMask> = found.iter().map(|scored| scored.architecture.mask().clone()).collect();
    let (costs, examples) = (&search.networks().stand_alone, &search.data().validation);
    let (mut silent, scoring) = (Silent, search.config().scoring);
    SupernetEvaluator::new(state, costs, examples, scoring, &device(), &mut silent).unwrap().score(&masks).unwrap()
}

/// Asserts that each score is the mean of what `states` say, and not what the last says alone.
fn assert_means(found: &[Scored], states: &[KnownNetwork], search: &ImageSearch) {
    let examples = &search.data().validation;
    let each: Vec<_> = states.iter().map(|state| said(state, found, search)).collect();
    for (i, scored) in found.iter().enumerate() {
        let mean = |of: fn(&Score) -> f64| each.iter().map(|scores| of(&scores[i])).sum::<f64>() / each.len() as f64;
        assert!((scored.score.accuracy - mean(|score| score.accuracy)).abs() < 1e-12);
        assert!((scored.score.loss - mean(|score| score.loss)).abs() < 1e-12);
        assert_eq!(scored.score.images, examples.len());
    }
    let last = each.last().unwrap();
    assert!(found.iter().zip(last).any(|(scored, one)| scored.score.loss != one.loss), "the states differ");
}

#[test]
fn a_score_over_checkpoints_is_the_mean_of_what_each_state_of_the_supernet_says() {
    let (split, mut config) = (split(), tiny(1));
    config.scoring.checkpoints = 3;
    let found = searched(&config).candidates;

    let mut states = Vec::new();
    let after = &mut |step, network: &KnownNetwork, _: &mut dyn Progress| {
        use supernet::burn::module::Module;
        states.extend((step >= 4).then(|| network.valid()));
        Ok(())
    };
    let (search, sampler) = (search_of(&config, &split).unwrap(), config.paths.sampler());
    let hooks = Hooks { after: Some(after), ..Hooks::default() };
    search.train_with(&*sampler, hooks, &mut Silent).unwrap();
    assert_eq!(states.len(), 3, "the last three of six steps: a twentieth is a step at least");

    assert_means(&found, &states, &search);
}

#[test]
fn a_score_over_supernets_is_their_mean_and_each_is_that_of_a_seed_of_its_own() {
    let (split, mut config) = (split(), tiny(1));
    let seed = draws(1, "supernets", 1).next_u64();
    let alone = [tiny(1), SearchConfig { seed, ..tiny(1) }];
    let trained = |config: &SearchConfig| {
        let (folder, search) = (tempfile::tempdir().unwrap(), search_of(config, &split).unwrap());
        let network = open(folder.path(), &search).unwrap().train(&search, &mut Silent).unwrap();
        (network, fs::read(folder.path().join("supernet.safetensors")).unwrap())
    };
    let (states, files): (Vec<_>, Vec<_>) = alone.iter().map(trained).unzip();

    config.supernet.supernets = 2;
    let (folder, search) = (tempfile::tempdir().unwrap(), search_of(&config, &split).unwrap());
    let found = open(folder.path(), &search).unwrap().score(&search, &mut Silent).unwrap();
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert_eq!([read("supernet.safetensors"), read("supernet-2.safetensors")], files[..]);
    assert_means(&found, &states, &search);
    assert_eq!(search.run(&mut Silent).unwrap().candidates, found, "in memory");

    config.supernet.supernets = 17;
    let error = search_of(&config, &split).map(drop).unwrap_err().to_string();
    assert_eq!(error, "supernet.supernets: found 17, expected 1 to 16");
}

#[test]
fn a_verdict_says_how_two_halves_two_states_and_two_supernets_agree() {
    let (split, mut config) = (split(), tiny(1));
    (config.scoring.rank_by, config.scoring.checkpoints) = (RankBy::Loss, 3);
    config.supernet.supernets = 2;
    let (folder, search) = (tempfile::tempdir().unwrap(), search_of(&config, &split).unwrap());
    let directory = open(folder.path(), &search).unwrap();
    let result = directory.search(&search, &mut Silent).unwrap();
    let repeats = &result.verdict.evidence.repeats;
    let of: Vec<&str> = repeats.iter().map(|repeats| repeats.of.as_str()).collect();
    assert_eq!(of, ["two halves of the validation images", "two checkpoints", "two supernets"]);

    let losses = |name: &str| -> Vec<f64> {
        let supernet = search.networks().supernet.supernet(&mut SeededWeights::new(1), &device()).unwrap();
        let state = load_weights(supernet, &folder.path().join(name).with_extension("safetensors")).unwrap();
        said(&state, &result.candidates, &search).iter().map(|score| score.loss).collect()
    };
    for (repeats, names) in repeats[1..].iter().zip([["supernet-at-5", "supernet"], ["supernet", "supernet-2"]]) {
        assert_eq!(repeats.n, result.candidates.len());
        let [one, two] = names.map(losses);
        assert_eq!(repeats.kendall.value, kendall(&one, &two).unwrap(), "{names:?}");
    }
    // What is stored is read back, not computed again.
    let stored = folder.path().join("supernet-2.csv");
    let other = fs::read(folder.path().join("supernet-1.csv")).unwrap();
    fs::write(&stored, other).unwrap();
    let verdict = directory.search(&search, &mut Silent).unwrap().verdict;
    assert_eq!(verdict.evidence.repeats[2].kendall.value, 1.0);
}

#[test]
fn a_split_supernet_scores_each_candidate_by_the_branch_of_its_option_and_goes_on_where_it_was_stopped() {
    let (split, mut config) = (split(), tiny(1));
    config.network = NetworkSettings::of_space("nas-bench-201", true).unwrap();
    config.paths = PathSampling::UniformArchitecture;
    (config.supernet.steps, config.supernet.split) = (20, Some(5));
    let trained = |folder: &Path, progress: &mut dyn Progress| {
        let search = search_of(&config, &split)?;
        open(folder, &search)?.score(&search, progress)
    };
    let folder = tempfile::tempdir().unwrap();
    let found = trained(folder.path(), &mut Silent).unwrap();
    let options: BTreeSet<u64> = found.iter().map(|scored| scored.architecture.mask().bits(5)).collect();
    assert!(options.len() > 1, "{options:?}");

    let search = search_of(&config, &split).unwrap();
    for scored in &found {
        let option = scored.architecture.mask().bits(5).trailing_zeros();
        let mut branch = search.networks().supernet.supernet(&mut SeededWeights::new(1), &device()).unwrap();
        branch = load_weights(branch, &folder.path().join(format!("supernet-{}.safetensors", option + 2))).unwrap();
        let (costs, examples) = (&search.networks().stand_alone, &search.data().validation);
        let (mut silent, scoring) = (Silent, config.scoring);
        let mut by = SupernetEvaluator::new(&branch, costs, examples, scoring, &device(), &mut silent).unwrap();
        assert_eq!(by.score(&[scored.architecture.mask().clone()]).unwrap(), [scored.score]);
    }

    let (stopped, mut stops) = (tempfile::tempdir().unwrap(), 0);
    let gone_on = loop {
        match trained(stopped.path(), &mut Stopping::after(4)) {
            Ok(found) => break found,
            Err(TrainError::Stopped { .. }) => stops += 1,
            Err(error) => panic!("{error}"),
        }
        assert!(stops < 200, "the run does not get on");
    };
    assert!(stops > 5 && gone_on == found, "stopped {stops} times");
    assert_same(&contents(stopped.path()), &contents(folder.path()));
}

#[test]
fn a_supernet_is_split_by_a_choice_of_one_option_alone() {
    let (split, mut config) = (split(), tiny(1));
    config.supernet.split = Some(0);
    let refused = |config: &SearchConfig| search_of(config, &split).map(drop).unwrap_err().to_string();
    let none = "expected a space with a choice of one of several options; this one has none";
    assert_eq!(refused(&config), format!("supernet.split (--split): found 0, {none}"));
    config.network = NetworkSettings::of_space("nas-bench-201", true).unwrap();
    config.paths = PathSampling::UniformArchitecture;
    assert!(search_of(&config, &split).is_ok());
    config.supernet.split = Some(6);
    let error = refused(&config);
    assert!(error.contains("found 6, expected the place of a choice of one of several options, as 0 (`node1/from0`)"));
    config.supernet.split = Some(1);
    config.scoring.checkpoints = 2;
    assert!(refused(&config).starts_with("scoring.checkpoints: found 2, expected 1"));
    config.scoring.checkpoints = 1;
    config.supernet.supernets = 2;
    assert_eq!(refused(&config), "supernet.supernets: found 2, expected 1, where supernet.split is set");
}

#[test]
fn a_search_with_the_supernets_of_a_run_needs_them_all() {
    let (split, mut config) = (split(), tiny(1));
    config.supernet.supernets = 2;
    let (folder, search) = (tempfile::tempdir().unwrap(), search_of(&config, &split).unwrap());
    let found = open(folder.path(), &search).unwrap().score(&search, &mut Silent).unwrap();
    let again = || {
        let provenance = search.provenance("device").unwrap();
        RunDirectory::open_search(folder.path(), "again", &search, provenance, Reopening::default())
    };
    assert_eq!(again().unwrap().score(&search, &mut Silent).unwrap(), found);
    fs::remove_file(folder.path().join("supernet-2.safetensors")).unwrap();
    let error = again().map(drop).unwrap_err().to_string();
    assert!(error.contains("a run whose supernet is not trained yet"), "{error}");
}

#[test]
fn by_loss_the_picked_have_the_lowest_losses() {
    let mut config = tiny(1);
    config.retrain.picked = 6;
    let by_accuracy = searched(&config);
    config.scoring.rank_by = RankBy::Loss;
    let result = searched(&config);
    let mut losses: Vec<f64> = result.candidates.iter().map(|scored| scored.score.loss).collect();
    losses.sort_by(f64::total_cmp);
    let picked: Vec<f64> =
        result.retrained.iter().filter(|network| network.group == Group::Picked).map(|n| n.one_shot.loss).collect();
    assert_eq!(picked, losses[..6]);

    assert_eq!(by_accuracy.candidates, result.candidates, "random draws are led by nothing");
    assert_ne!(by_accuracy.retrained, result.retrained);
}

#[test]
fn the_picked_are_those_of_the_best_smoothed_scores() {
    let (split, mut config) = (split(), tiny(1));
    config.network = NetworkSettings::of_space("nas-bench-macro", true).unwrap();
    config.paths = PathSampling::UniformArchitecture;
    // More candidates than the 24 options of the space.
    (config.scoring.candidates, config.scoring.rank_by) = (40, RankBy::Loss);
    let search = |config: &SearchConfig| search_of(config, &split).unwrap().run(&mut Silent).unwrap();
    let raw = search(&config);
    config.scoring.smooth = true;
    let smooth = search(&config);
    assert_eq!(raw.candidates, smooth.candidates, "only the picking differs");

    let space = config.space().unwrap();
    let architectures: Vec<&Architecture> = raw.candidates.iter().map(|one| &one.architecture).collect();
    let losses: Vec<f64> = raw.candidates.iter().map(|one| -one.score.loss).collect();
    let values = Smoother::MainEffectsAndProcess.smooth(&space, &architectures, &losses);
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    let picked = |result: &SearchResult<KnownNet>| -> Vec<PathMask> {
        let picked = result.retrained.iter().filter(|network| network.group == Group::Picked);
        picked.map(|network| network.mask.clone()).collect()
    };
    assert!(picked(&smooth).iter().eq(order[..2].iter().map(|&place| architectures[place].mask())));
    assert_ne!(picked(&smooth), picked(&raw));
}

#[test]
fn the_best_of_the_short_list_after_its_fine_tune_are_picked() {
    let mut config = tiny(1);
    config.scoring.fine_tune = Some(FineTune { epochs: 2, ..FineTune::new(5) });
    let result = searched(&config);
    assert_eq!(result.shortlist.len(), 5);
    assert!(result.shortlist.is_sorted_by(|(_, a), (_, b)| a.better_first(b).is_le()));
    let picked = result.retrained.iter().filter(|network| network.group == Group::Picked).map(|n| &n.mask);
    assert!(picked.eq(result.shortlist[..2].iter().map(|(mask, _)| mask)));
    assert_eq!(result.best.0, result.shortlist[0].0);

    let mut ranked: Vec<&Scored> = result.candidates.iter().collect();
    ranked.sort_by(|a, b| a.score.better_first(&b.score));
    let score = |mask: &PathMask| ranked.iter().find(|scored| scored.architecture.mask() == mask).unwrap().score;
    assert!(result.shortlist.iter().all(|(mask, _)| ranked[..5].iter().any(|one| one.architecture.mask() == mask)));
    assert!(result.shortlist.iter().all(|(mask, tuned)| *tuned != score(mask)), "training changed the weights");
    assert!(searched(&tiny(1)).shortlist.is_empty());
}

fn run(path: &Path, progress: &mut dyn Progress) -> Result<SearchResult<KnownNet>, TrainError> {
    let split = split();
    let search = search_of(&config(), &split)?;
    let directory = open(path, &search)?;
    let result = directory.search(&search, progress)?;
    write_results(&directory, &result).expect("a directory that can be written");
    Ok(result)
}

#[test]
fn a_run_with_all_of_it_that_is_stopped_again_and_again_ends_with_the_files_of_one_that_was_not() {
    let folder = tempfile::tempdir().unwrap();
    let whole = run(folder.path(), &mut Silent).unwrap();
    let expected = contents(folder.path());
    for name in ["supernet-at-4.safetensors", "supernet-at-5.safetensors", "shortlist.csv"] {
        assert!(expected.contains_key(name), "{name} in {:?}", expected.keys());
    }
    let page = String::from_utf8(expected["report.html"].clone()).unwrap();
    assert!(page.contains("The short-list: 5 candidates, fine-tuned"));
    let in_memory = searched(&config());
    assert_eq!((&in_memory.candidates, &in_memory.shortlist), (&whole.candidates, &whole.shortlist));
    assert_eq!(in_memory.retrained, whole.retrained);

    let folder = tempfile::tempdir().unwrap();
    let mut stops = 0;
    // A fine-tune keeps no checkpoint: whoever stops it before one candidate is through starts that
    // one again.
    while let Err(error) = run(folder.path(), &mut Stopping::after(3 + stops)) {
        assert!(matches!(error, TrainError::Stopped { .. }), "{error}");
        stops += 1;
        assert!(stops < 100, "the run does not get on");
    }
    // How far workers get until they hear of a stop is up to the machine.
    assert!(stops > 1, "stopped {stops} times");
    assert_same(&contents(folder.path()), &expected);
}
