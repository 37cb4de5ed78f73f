//! Scoring jobs side by side, with the best so far shown from one place.

use super::tally::Tally;
use crate::{
    Progress, Standing, TrainError,
    stage::SCORING,
    workers::{Named, share_among},
};
use supernet_nn::{Definition, Layer};
use supernet_search::{RankBy, Score, Scored};
use supernet_space::{Architecture, PathMask};

/// A request: score each mask on so many runs of examples.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) masks: &'a [PathMask],
    pub(crate) runs: usize,
    /// By which score the best is chosen.
    pub(crate) rank_by: RankBy,
}

/// Correct answers and losses of candidates, by their places among all.
pub(crate) type Tallies = Vec<(usize, Tally)>;

/// Runs `score` on each job, `at_once` at a time (0: one per core), each at one member of a crew,
/// and adds its results to `tallies`: in the order of the jobs, so that sums of losses do not
/// depend on who was ready first. Together they are what is `asked`.
pub(crate) fn tally<J: Clone + Send + Sync>(
    asked: Asked,
    at_once: usize,
    jobs: Vec<J>,
    named: Named<J, Tallies>,
    progress: &mut dyn Progress,
    tallies: &mut [Tally],
    score: impl Fn(J, &mut dyn Progress) -> Result<Tallies, TrainError> + Sync,
) -> Result<(), TrainError> {
    let Asked { masks, runs, rank_by } = asked;
    progress.begin(SCORING, (masks.len() * runs) as u64);
    // For the eye alone, in the order in which jobs are ready.
    let mut so_far = tallies.to_vec();
    let ready = &mut |said: &Tallies, progress: &mut dyn Progress| {
        said.iter().for_each(|&(candidate, tally)| so_far[candidate].join(tally));
        best_so_far(rank_by, masks, &so_far).iter().for_each(|standing| progress.standing(standing));
    };
    let said = share_among((SCORING, at_once), jobs, named, progress, score, ready)?;
    for (candidate, tally) in said.into_iter().flatten() {
        tallies[candidate].join(tally);
    }
    progress.end();
    Ok(())
}

/// Architectures with their scores, and the costs of their networks of `definition`.
pub(crate) fn scored<M: Layer<D, 2>, const D: usize>(
    definition: &Definition<M, D>,
    architectures: &[Architecture],
    score: impl FnOnce(&[PathMask]) -> Result<Vec<Score>, TrainError>,
) -> Result<Vec<Scored>, TrainError> {
    architectures.iter().try_for_each(|architecture| definition.space().check(architecture))?;
    let masks: Vec<PathMask> = architectures.iter().map(|architecture| architecture.mask().clone()).collect();
    let scored = |(architecture, score): (&Architecture, Score)| {
        Ok(Scored { architecture: architecture.clone(), score, cost: definition.cost(architecture)? })
    };
    architectures.iter().zip(score(&masks)?).map(scored).collect()
}

/// The best by `rank_by` of candidates that are being scored; `None` for a single one, or where
/// none has seen an image.
fn best_so_far(rank_by: RankBy, masks: &[PathMask], tallies: &[Tally]) -> Option<Standing> {
    let seen = tallies.iter().zip(masks).filter(|(tally, _)| tally.images > 0 && masks.len() > 1);
    let (score, best) =
        seen.map(|(tally, mask)| (tally.score(), mask)).min_by(|a, b| rank_by.better_first(&a.0, &b.0))?;
    Some(Standing { candidates: masks.len(), best: best.clone(), score, cost: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_space::{CellSpace, draws};

    #[test]
    fn the_best_so_far_has_seen_most_images() {
        let cells = CellSpace::new(3, 2).unwrap();
        let mut rng = draws(1, "test", 0);
        let masks: Vec<PathMask> = (0..3).map(|_| cells.space().sample(&mut rng).mask().clone()).collect();
        let tally = |images, correct| Tally { images, correct, loss: 1.0 };
        let standing = best_so_far(RankBy::Accuracy, &masks, &[tally(10, 9), tally(20, 12), Tally::default()]).unwrap();
        assert_eq!((standing.candidates, &standing.best, standing.score.images), (3, &masks[1], 20));
        assert_eq!(best_so_far(RankBy::Accuracy, &masks, &[Tally::default(); 3]), None);
        assert_eq!(best_so_far(RankBy::Accuracy, &masks[..1], &[tally(10, 9)]), None);
    }
}
