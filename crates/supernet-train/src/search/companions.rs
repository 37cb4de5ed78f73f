//! Which candidates are trained from scratch: the best, and their companions.

use crate::{Group, Retrained, SearchConfig, TrainError};
use rand::RngExt;
use std::collections::HashMap;
use supernet_search::{Evaluator, Outcome, RandomSearch, Score, Scored, SearchLimits, search_within};
use supernet_space::{Architecture, Cost, PathMask, SearchSpace, draws};

/// The candidates that have a score, the best first by `values`, one for each candidate, or by
/// their one-shot scores.
pub(crate) fn ranked<'s>(config: &SearchConfig, outcome: &'s Outcome, values: Option<&[f64]>) -> Vec<&'s Scored> {
    let mut ranked = outcome.ranked_by(config.scoring.rank_by);
    ranked.retain(|scored| scored.score.is_number());
    if let Some(values) = values {
        let masks = outcome.scored.iter().map(|scored| scored.architecture.mask());
        let value: HashMap<&PathMask, f64> = masks.zip(values.iter().copied()).collect();
        let of = |scored: &Scored| value[scored.architecture.mask()];
        ranked.sort_by(|a, b| of(b).total_cmp(&of(a)));
    }
    ranked
}

/// The same with those of the short-list, by their scores after the fine-tune, before the others.
pub(crate) fn shortlisted_first<'s>(mut ranked: Vec<&'s Scored>, shortlist: &[(PathMask, Score)]) -> Vec<&'s Scored> {
    let place: HashMap<&PathMask, usize> = shortlist.iter().enumerate().map(|(i, (mask, _))| (mask, i)).collect();
    ranked.sort_by_key(|scored| place.get(scored.architecture.mask()).copied().unwrap_or(usize::MAX));
    ranked
}

pub(crate) type Chosen = (Group, PathMask, Score, Cost);

/// The networks that the picked are compared with.
pub(crate) struct Companions {
    /// Drawn uniformly.
    pub(crate) random: Vec<Scored>,
    /// The network with every path on, its score and its cost.
    pub(crate) all_on: (PathMask, Score, Cost),
}

/// The `picked` and their companions, group by group.
pub(crate) fn choose(
    config: &SearchConfig,
    outcome: &Outcome,
    picked: &[&Scored],
    Companions { random, all_on: (all_on, all_on_score, all_on_cost) }: &Companions,
) -> Vec<Chosen> {
    let settings = config.retrain;
    // Of equal ones the first that were scored, so that no score decides which are the largest.
    let mut by_size: Vec<&Scored> = outcome.scored.iter().filter(|scored| scored.score.is_number()).collect();
    by_size.sort_by_key(|scored| std::cmp::Reverse(scored.cost.parameters));
    let most = by_size.get(by_size.len() / 2).map_or(0, |median| median.cost.parameters);
    let mut small = outcome.ranked_by(config.scoring.rank_by);
    small.retain(|scored| scored.score.is_number() && scored.cost.parameters <= most);
    small.truncate(settings.small);
    let groups = [
        (Group::Picked, picked.to_vec()),
        (Group::Small, small),
        (Group::Random, random.iter().collect()),
        (Group::Largest, by_size[..settings.largest.min(by_size.len())].to_vec()),
    ];
    let mut chosen = Vec::new();
    for (group, members) in groups {
        chosen.extend(members.iter().map(|s| (group, s.architecture.mask().clone(), s.score, s.cost)));
    }
    if settings.all_on {
        chosen.push((Group::AllOn, all_on.clone(), *all_on_score, *all_on_cost));
    }
    chosen
}

/// Draws the random companions. Candidates of a strategy that is uniform are a random sample, so
/// the companions are drawn from those; beside any other strategy they are drawn from the space
/// itself, within the constraints, and scored by `score`.
///
/// # Errors
/// Whatever `score` or `cost` reports.
pub(crate) fn random_companions(
    config: &SearchConfig,
    space: &SearchSpace,
    outcome: &Outcome,
    is_uniform: bool,
    score: impl FnMut(&PathMask) -> Result<Score, TrainError>,
    cost: impl Fn(&Architecture) -> Result<Cost, TrainError>,
) -> Result<Vec<Scored>, TrainError> {
    let (count, seed) = (config.retrain.random, config.seed);
    if is_uniform {
        let mut rng = draws(seed, STREAM, 0);
        let mut pool: Vec<&Scored> = outcome.scored.iter().filter(|scored| scored.score.is_number()).collect();
        let drawn = (0..count.min(pool.len())).map(|_| pool.swap_remove(rng.random_range(0..pool.len())).clone());
        return Ok(drawn.collect());
    }
    if count == 0 {
        return Ok(Vec::new());
    }
    let mut uniform = RandomSearch::new(space.clone(), seed, STREAM);
    let limits = SearchLimits { candidates: count, ask: 1, patience: 1_000 };
    let mut each = Each { score, cost: &cost };
    Ok(search_within(space, &mut uniform, &mut each, limits, &config.constraints, &cost)?.scored)
}

/// The stream of the draws of random companions.
const STREAM: &str = "random companions";

/// Scores architectures one by one.
struct Each<'a, S, C> {
    score: S,
    cost: &'a C,
}

impl<S, C> Evaluator for Each<'_, S, C>
where
    S: FnMut(&PathMask) -> Result<Score, TrainError>,
    C: Fn(&Architecture) -> Result<Cost, TrainError>,
{
    type Error = TrainError;

    fn evaluate(&mut self, architectures: &[Architecture]) -> Result<Vec<Scored>, TrainError> {
        let mut scored = |architecture: &Architecture| {
            let (score, cost) = ((self.score)(architecture)?, (self.cost)(architecture)?);
            Ok(Scored { architecture: architecture.clone(), score, cost })
        };
        architectures.iter().map(&mut scored).collect()
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

/// Those chosen with what their networks reach on test images, which are read now that everything
/// is chosen and trained. A network of several groups is tested once.
pub(crate) fn tested<N>(
    chosen: &[Chosen],
    networks: &[N],
    test: impl Fn(&N, &PathMask) -> Result<Score, TrainError>,
) -> Result<Vec<Retrained>, TrainError> {
    let mut retrained: Vec<Retrained> = Vec::with_capacity(chosen.len());
    for ((group, mask, one_shot, cost), network) in chosen.iter().zip(networks) {
        let known = retrained.iter().find(|other| other.mask == *mask);
        let test = known.map_or_else(|| test(network, mask), |other| Ok(other.test))?;
        retrained.push(Retrained { group: *group, mask: mask.clone(), one_shot: *one_shot, cost: *cost, test });
    }
    Ok(retrained)
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn a_network_of_several_groups_is_tested_once() {
        let one_shot = Score { accuracy: 0.5, loss: 1.0, images: 4 };
        let chosen = [(Group::Picked, "10"), (Group::Picked, "01"), (Group::Random, "10"), (Group::Largest, "01")];
        let chosen = chosen.map(|(group, mask)| (group, mask.parse().unwrap(), one_shot, Cost::default()));
        let tests = Cell::new(0);
        let found = tested(&chosen, &[1, 2, 1, 2], |&network, _| {
            tests.set(tests.get() + 1);
            Ok(Score { accuracy: f64::from(network) / 10.0, ..one_shot })
        });
        let accuracies: Vec<f64> = found.unwrap().iter().map(|retrained| retrained.test.accuracy).collect();
        assert_eq!((accuracies, tests.get()), (vec![0.1, 0.2, 0.1, 0.2], 2));
    }
}
