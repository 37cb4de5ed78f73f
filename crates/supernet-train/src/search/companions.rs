//! Which candidates are trained from scratch: the best, and their companions.

use crate::{Group, Retrained, SearchConfig, TrainError};
use rand::RngExt;
use std::collections::HashMap;
use supernet_data::{Images, Split};
use supernet_search::{Outcome, Score, Scored};
use supernet_space::{Cost, PathMask, draws};

/// The candidates, the best first: those of the short-list by their scores after the fine-tune, then the others by their one-shot scores.
pub(crate) fn ranked<'s>(
    config: &SearchConfig,
    outcome: &'s Outcome,
    shortlist: &[(PathMask, Score)],
) -> Vec<&'s Scored> {
    let place: HashMap<&PathMask, usize> = shortlist.iter().enumerate().map(|(i, (mask, _))| (mask, i)).collect();
    let mut ranked = outcome.ranked_by(config.scoring.rank_by);
    ranked.sort_by_key(|scored| place.get(scored.architecture.mask()).copied().unwrap_or(usize::MAX));
    ranked
}

pub(crate) type Chosen = (Group, PathMask, Score, Cost);

/// The `picked` and their companions, group by group; All On with its score and cost.
pub(crate) fn choose(
    config: &SearchConfig,
    outcome: &Outcome,
    picked: &[&Scored],
    (all_on, all_on_score, all_on_cost): (PathMask, Score, Cost),
) -> Vec<Chosen> {
    let settings = config.retrain;
    let mut by_size = outcome.ranked_by(config.scoring.rank_by);
    by_size.sort_by_key(|scored| std::cmp::Reverse(scored.cost.parameters));
    let groups = [
        (Group::Picked, picked.to_vec()),
        (Group::Random, draw(&outcome.scored, settings.random, config.seed)),
        (Group::Largest, by_size[..settings.largest.min(outcome.scored.len())].to_vec()),
    ];
    let mut chosen = Vec::new();
    for (group, members) in groups {
        chosen.extend(members.iter().map(|s| (group, s.architecture.mask().clone(), s.score, s.cost)));
    }
    if settings.all_on {
        chosen.push((Group::AllOn, all_on, all_on_score, all_on_cost));
    }
    chosen
}

/// `count` different candidates, drawn uniformly.
fn draw(scored: &[Scored], count: usize, seed: u64) -> Vec<&Scored> {
    let mut rng = draws(seed, "random companions", 0);
    let mut pool: Vec<&Scored> = scored.iter().collect();
    (0..count.min(pool.len())).map(|_| pool.swap_remove(rng.random_range(0..pool.len()))).collect()
}

/// Returns the images that networks are trained on from scratch.
///
/// # Errors
/// Validation images that do not go with the training images.
pub fn training_images(config: &SearchConfig, split: &Split) -> Result<Images, TrainError> {
    if config.stand_alone.with_validation {
        Ok(split.train.concat(&split.validation)?)
    } else {
        Ok(split.train.clone())
    }
}

/// The networks of those chosen; `train` is given each mask once.
pub(crate) fn retrain<N: Clone>(
    chosen: &[Chosen],
    train: impl FnOnce(Vec<&PathMask>) -> Result<Vec<N>, TrainError>,
) -> Result<Vec<N>, TrainError> {
    let different = different(chosen);
    let networks = train(different.clone())?;
    let place = |mask| different.iter().position(|other| *other == mask).expect("every mask was trained");
    Ok(chosen.iter().map(|(_, mask, ..)| networks[place(mask)].clone()).collect())
}

/// Those chosen with what their networks reach on test images, which are read now that everything is chosen and trained.
pub(crate) fn tested<N>(
    chosen: &[Chosen],
    networks: &[N],
    test: impl Fn(&N, &PathMask) -> Result<Score, TrainError>,
) -> Result<Vec<Retrained>, TrainError> {
    let tested = |((group, mask, one_shot, cost), network): (&Chosen, &N)| {
        let test = test(network, mask)?;
        Ok(Retrained { group: *group, mask: mask.clone(), one_shot: *one_shot, cost: *cost, test })
    };
    chosen.iter().zip(networks).map(tested).collect()
}

/// The masks of those chosen, each once.
fn different(chosen: &[Chosen]) -> Vec<&PathMask> {
    let mut different: Vec<&PathMask> = Vec::new();
    for (_, mask, ..) in chosen {
        if !different.contains(&mask) {
            different.push(mask);
        }
    }
    different
}
