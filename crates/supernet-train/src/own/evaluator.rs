//! Scores architectures of a space of one's own with a supernet's weights.

use super::Examples;
use crate::{
    Display, Halving, Scoring, TrainError,
    supernet_evaluator::{Tally, read},
    workers::share,
};
use burn::tensor::{Device, Tensor, TensorData};
use std::ops::Range;
use supernet_nn::{
    Call, Execution, MaskedNetwork, on_processor,
    own::{Definition, Layer, OwnNetwork},
};
use supernet_search::{Evaluator, Score, Scored};
use supernet_space::{Architecture, PathMask};

/// Accuracy and mean loss on validation examples under each candidate's own batch statistics (PAPER, *Scoring and selection*), in runs of
/// `scoring.score_batch` examples. Candidates that are scored together share what they have in common
/// ([`OwnNetwork::forward_shared`]).
pub struct OwnEvaluator<'a, M: Layer<D, 2>, const D: usize> {
    supernet: &'a OwnNetwork<M, D>,
    stand_alone: &'a Definition<M, D>,
    runs: Vec<Run>,
    at_once: usize,
    halving: Option<Halving>,
    execution: Execution,
    device: Device,
    display: &'a mut dyn Display,
}

/// One run of validation examples.
struct Run {
    input: TensorData,
    labels: Vec<usize>,
}

/// Candidates on one run of examples.
struct Job<'a> {
    run: &'a Run,
    candidates: &'a [usize],
}

/// Candidates in a launch on a processor: enough to share much, few enough for its caches.
const ON_A_PROCESSOR: usize = 32;

/// Candidates in a launch on any other device, where what counts is that it has work enough.
const ON_A_CARD: usize = 256;

impl<'a, M: Layer<D, 2>, const D: usize> OwnEvaluator<'a, M, D> {
    /// Scores by `supernet` on all of `examples`. Costs are those of `stand_alone`'s networks.
    ///
    /// # Errors
    /// A `score_batch` that does not divide the number of examples.
    pub fn new(
        supernet: &'a OwnNetwork<M, D>,
        stand_alone: &'a Definition<M, D>,
        examples: &dyn Examples<D>,
        scoring: Scoring,
        device: &Device,
        display: &'a mut dyn Display,
    ) -> Result<Self, TrainError> {
        let size = scoring.score_batch;
        if size == 0 || !examples.len().is_multiple_of(size) {
            let expected = format!("a divisor of {} validation examples", examples.len());
            return Err(TrainError::config("scoring.score_batch", size, expected));
        }
        let run = |first: usize| {
            let indices: Vec<usize> = (first..first + size).collect();
            Run { input: examples.batch(&indices), labels: indices.iter().map(|&i| examples.label(i)).collect() }
        };
        let runs = (0..examples.len()).step_by(size).map(run).collect();
        let device = device.clone().inner();
        let at_once = if on_processor(&device) { scoring.at_once } else { scoring.at_once.max(1) };
        let execution = Execution::default();
        Ok(Self { supernet, stand_alone, runs, at_once, halving: scoring.halving, execution, device, display })
    }

    /// The same with the operations of `execution`; kernels unless said otherwise.
    pub fn with_execution(self, execution: Execution) -> Self {
        Self { execution, ..self }
    }

    /// The scores of any masks, architectures or not, on all examples.
    ///
    /// # Errors
    /// A mask of another space, or a device that fails.
    pub fn score(&mut self, masks: &[PathMask]) -> Result<Vec<Score>, TrainError> {
        let mut tallies = vec![Tally::default(); masks.len()];
        self.tally(masks, 0..self.runs.len(), &mut tallies)?;
        Ok(tallies.iter().map(Tally::score).collect())
    }

    /// The scores of masks by successive halving, as [`crate::SupernetEvaluator::halve`].
    ///
    /// # Errors
    /// As [`OwnEvaluator::score`].
    pub fn halve(&mut self, masks: &[PathMask], halving: Halving) -> Result<Vec<Score>, TrainError> {
        let mut tallies = vec![Tally::default(); masks.len()];
        let (mut left, mut seen) = ((0..masks.len()).collect::<Vec<_>>(), 0);
        for (rung, runs) in halving.rungs(self.runs.len()).into_iter().enumerate() {
            if rung > 0 {
                left.sort_by(|&a, &b| tallies[a].score().better_first(&tallies[b].score()).then(a.cmp(&b)));
                left.truncate(halving.kept(left.len()));
            }
            let of_left: Vec<PathMask> = left.iter().map(|&place| masks[place].clone()).collect();
            let mut so_far: Vec<Tally> = left.iter().map(|&place| tallies[place]).collect();
            self.tally(&of_left, seen..runs, &mut so_far)?;
            left.iter().zip(so_far).for_each(|(&place, tally)| tallies[place] = tally);
            seen = runs;
        }
        Ok(tallies.iter().map(Tally::score).collect())
    }

    /// Adds what the runs `runs` say of each mask.
    fn tally(&mut self, masks: &[PathMask], runs: Range<usize>, tallies: &mut [Tally]) -> Result<(), TrainError> {
        if masks.is_empty() || runs.is_empty() {
            return Ok(());
        }
        let Self { supernet, runs: all, execution, device, at_once, .. } = self;
        let width = if on_processor(device) { ON_A_PROCESSOR } else { ON_A_CARD };
        let mut order: Vec<usize> = (0..masks.len()).collect();
        order.sort_by(|&a, &b| masks[a].cmp(&masks[b]));
        let of_run = |run| order.chunks(width).map(move |candidates| Job { run, candidates });
        let jobs: Vec<Job> = all[runs.clone()].iter().flat_map(of_run).collect();
        self.display.begin(STAGE, (masks.len() * runs.len()) as u64);
        let score = |Job { run, candidates }: Job, display: &mut dyn Display| {
            let paths = supernet.paths(candidates.iter().map(|&i| masks[i].clone()).collect(), None)?;
            let call = Call { execution: *execution, ..Call::default() };
            let input = Tensor::from_data(run.input.clone(), &*device);
            let logits = read(supernet.forward_shared(input, &paths, &call)?, STAGE)?;
            display.advance(candidates.len() as u64);
            let each = logits.chunks(logits.len() / candidates.len());
            Ok(candidates.iter().zip(each).map(|(&i, logits)| (i, Tally::of(logits, &run.labels))).collect::<Vec<_>>())
        };
        // In the order of the runs, so that sums of losses do not depend on who was ready first.
        for (candidate, tally) in share(STAGE, *at_once, jobs, &mut *self.display, score)?.into_iter().flatten() {
            tallies[candidate].join(tally);
        }
        self.display.end();
        Ok(())
    }
}

/// The stage's name, for progress and errors.
const STAGE: &str = "scoring";

impl<M: Layer<D, 2>, const D: usize> Evaluator for OwnEvaluator<'_, M, D> {
    type Error = TrainError;

    fn evaluate(&mut self, architectures: &[Architecture]) -> Result<Vec<Scored>, TrainError> {
        let space = self.supernet.search_space();
        architectures.iter().try_for_each(|architecture| space.check(architecture))?;
        let masks: Vec<PathMask> = architectures.iter().map(|architecture| architecture.mask().clone()).collect();
        let scores = match self.halving {
            Some(halving) => self.halve(&masks, halving)?,
            None => self.score(&masks)?,
        };
        let scored = |(architecture, score): (&Architecture, Score)| {
            let cost = self.stand_alone.cost(architecture)?;
            Ok(Scored { architecture: architecture.clone(), score, cost })
        };
        architectures.iter().zip(scores).map(scored).collect()
    }
}
