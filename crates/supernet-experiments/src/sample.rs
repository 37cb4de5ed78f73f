//! Which candidates are trained from scratch: drawn naturally, and stratified by one-shot score.

use rand::RngExt;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use supernet_search::{RandomSearch, Strategy};
use supernet_space::{Architecture, SearchSpace, draws};
use supernet_train::TrainError;

/// How an architecture came into a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Drawn {
    /// Uniformly from the space.
    Natural,
    /// From a stratum of one-shot scores.
    Stratified,
}

/// A member of a sample: its place among the candidates, and for how many of them it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Place among the candidates.
    pub place: usize,
    /// How it was drawn.
    pub drawn: Drawn,
    /// Its stratum, from the lowest scores up; 0 of a natural one.
    pub stratum: usize,
    /// Members of its stratum over those drawn from it; 1 of a natural one.
    pub weight: f64,
}

/// The first `count` distinct networks of the uniform draws of `seed`, in canonical form. The first
/// n of them are a uniform sample of size n.
///
/// # Errors
/// A space in which a thousand draws in a row are known already.
pub fn candidates(space: &SearchSpace, seed: u64, count: usize) -> Result<Vec<Architecture>, TrainError> {
    /// Draws in a row that may be known already.
    const PATIENCE: usize = 1_000;
    let mut strategy = RandomSearch::new(space.clone(), seed, "candidates");
    let (mut found, mut known, mut in_a_row) = (Vec::new(), HashSet::new(), 0);
    while found.len() < count {
        for architecture in strategy.ask(count - found.len()).iter().map(|a| space.canonical(a)) {
            if known.insert(architecture.clone()) {
                (in_a_row, _) = (0, found.push(architecture))
            } else {
                in_a_row += 1
            }
        }
        if in_a_row >= PATIENCE {
            let expected = format!("at most about the {} networks found in space `{}`", found.len(), space.name());
            return Err(TrainError::config("scoring.candidates", count, expected));
        }
    }
    Ok(found)
}

/// The first `count` candidates.
pub(crate) fn natural(count: usize) -> Vec<Sample> {
    (0..count).map(|place| Sample { place, drawn: Drawn::Natural, stratum: 0, weight: 1.0 }).collect()
}

/// `count` of the candidates from `first` on, spread over `strata` intervals of equal width between
/// the lowest and the highest score: one from each in turn, drawn uniformly from what is left of it
/// (PAPER, *correlation*).
pub(crate) fn stratified(scores: &[f64], first: usize, count: usize, strata: usize, seed: u64) -> Vec<Sample> {
    let pool = &scores[first..];
    let (low, high) = pool.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &s| (low.min(s), high.max(s)));
    let stratum = |score: f64| (((score - low) / (high - low) * strata as f64) as usize).min(strata - 1);
    let mut left = vec![Vec::new(); strata];
    pool.iter().enumerate().for_each(|(i, &score)| left[stratum(score)].push(first + i));
    let sizes: Vec<usize> = left.iter().map(Vec::len).collect();
    let mut drawn = vec![Vec::new(); strata];
    let mut rngs: Vec<_> = (0..strata as u64).map(|stratum| draws(seed, "stratified", stratum)).collect();
    let mut wanted = count.min(pool.len());
    while wanted > 0 {
        for stratum in (0..strata).filter(|&stratum| sizes[stratum] > 0) {
            if wanted > 0 && !left[stratum].is_empty() {
                let place = rngs[stratum].random_range(0..left[stratum].len());
                drawn[stratum].push(left[stratum].swap_remove(place));
                wanted -= 1;
            }
        }
    }
    let members = drawn.into_iter().enumerate().flat_map(|(stratum, places)| {
        let weight = sizes[stratum] as f64 / places.len().max(1) as f64;
        places.into_iter().map(move |place| Sample { place, drawn: Drawn::Stratified, stratum, weight })
    });
    members.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_space::CellSpace;

    #[test]
    fn more_candidates_begin_with_the_fewer_and_all_differ() {
        let cells = CellSpace::new(3, 4).unwrap();
        let many = candidates(cells.space(), 1, 300).unwrap();
        assert_eq!(many[..40], candidates(cells.space(), 1, 40).unwrap());
        assert_eq!(many.iter().collect::<HashSet<_>>().len(), 300);
        let one = CellSpace::new(3, 1).unwrap();
        assert_eq!(candidates(one.space(), 1, 84).unwrap().len(), 84);
        let error = candidates(one.space(), 1, 85).unwrap_err().to_string();
        assert!(error.starts_with("scoring.candidates: found 85, expected at most about the 84 networks"), "{error}");
    }

    #[test]
    fn strata_are_drawn_in_turn_and_their_weights_add_up_to_the_pool() {
        // 100 scores: 90 low, 8 in the middle, 2 high; the first ten stay out.
        let scores: Vec<f64> = (0..100)
            .map(|i| {
                if i < 90 {
                    0.1
                } else if i < 98 {
                    0.5
                } else {
                    0.9
                }
            })
            .collect();
        let sample = stratified(&scores, 10, 9, 3, 1);
        let of = |stratum| sample.iter().filter(|s| s.stratum == stratum).map(|s| s.weight).collect::<Vec<_>>();
        assert_eq!((of(0), of(1), of(2)), (vec![20.0; 4], vec![8.0 / 3.0; 3], vec![1.0; 2]));
        assert!((sample.iter().map(|s| s.weight).sum::<f64>() - 90.0).abs() < 1e-9);
        assert!(sample.iter().all(|s| s.place >= 10));
        assert_eq!(sample, stratified(&scores, 10, 9, 3, 1));
        assert_eq!(stratified(&[0.5; 5], 0, 9, 3, 1).len(), 5);
    }
}
