//! Ways to rank candidates: by loss, by scores averaged over checkpoints, again after a fine-tune.

use std::path::Path;
use supernet::{
    prelude::*,
    search::RankBy,
    train::{FineTune, Hooks, SupernetEvaluator},
    write_results,
};
use supernet_tests::{
    device,
    tiny::{Stopping, assert_same, contents, open, search_of, stripes_split, tiny},
};

fn split() -> Split {
    stripes_split([64, 24, 32])
}

fn searched(config: &SearchConfig) -> SearchResult<KnownNet> {
    one_shot_search(config, &split(), &device(), &mut Silent).unwrap()
}

/// All three at once.
fn config() -> SearchConfig {
    let mut config = tiny(1);
    (config.scoring.rank_by, config.scoring.checkpoints) = (RankBy::Loss, 3);
    config.scoring.fine_tune = Some(FineTune::new(5));
    config
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
    let hooks = Hooks { after, plain_l2: false, keeper: None };
    search.train_with(&*sampler, hooks, &mut Silent).unwrap();
    assert_eq!(states.len(), 3, "the last three of six steps: a twentieth is a step at least");

    let masks: Vec<PathMask> = found.iter().map(|scored| scored.architecture.mask().clone()).collect();
    let (costs, examples) = (&search.networks().stand_alone, &search.data().validation);
    let said = |state: &KnownNetwork| {
        let mut silent = Silent;
        let scoring = config.scoring;
        SupernetEvaluator::new(state, costs, examples, scoring, &device(), &mut silent).unwrap().score(&masks).unwrap()
    };
    let each: Vec<_> = states.iter().map(said).collect();
    for (i, scored) in found.iter().enumerate() {
        let mean = |of: fn(&Score) -> f64| each.iter().map(|scores| of(&scores[i])).sum::<f64>() / 3.0;
        assert!((scored.score.accuracy - mean(|score| score.accuracy)).abs() < 1e-12);
        assert!((scored.score.loss - mean(|score| score.loss)).abs() < 1e-12);
        assert_eq!(scored.score.images, split.validation.len());
    }
    assert!(found.iter().enumerate().any(|(i, scored)| scored.score.loss != each[2][i].loss), "the states differ");
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
    assert!(stops >= 5, "stopped {stops} times");
    assert_same(&contents(folder.path()), &expected);
}
