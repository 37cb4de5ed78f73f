//! Scores architectures of a space of one's own with a supernet's weights.

use super::Examples;
use crate::{
    Display, Halving, Scoring, Standing, TrainError,
    tally::{SCORING, Tally, read, scored, tally},
    workers::workers_on,
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
    standing: Option<Standing>,
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
        let run = |indices: Vec<usize>| Run {
            input: examples.batch(&indices),
            labels: indices.iter().map(|&i| examples.label(i)).collect(),
        };
        let runs = scoring.runs_of(examples.len(), "examples")?.map(run).collect();
        let device = device.clone().inner();
        let at_once = workers_on(&device, scoring.at_once);
        let (halving, execution) = (scoring.halving, Execution::default());
        Ok(Self { supernet, stand_alone, runs, at_once, halving, execution, device, display, standing: None })
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
        self.halve(masks, Halving::NONE)
    }

    /// The scores of masks by successive halving, as [`crate::SupernetEvaluator::halve`].
    ///
    /// # Errors
    /// As [`OwnEvaluator::score`].
    pub fn halve(&mut self, masks: &[PathMask], halving: Halving) -> Result<Vec<Score>, TrainError> {
        halving.score(masks, self.runs.len(), |masks, runs, tallies| self.tally(masks, runs, tallies))
    }

    /// Adds what the runs `runs` say of each mask.
    fn tally(&mut self, masks: &[PathMask], runs: Range<usize>, tallies: &mut [Tally]) -> Result<(), TrainError> {
        let Self { supernet, runs: all, execution, device, at_once, .. } = self;
        let width = if on_processor(device) { ON_A_PROCESSOR } else { ON_A_CARD };
        let mut order: Vec<usize> = (0..masks.len()).collect();
        order.sort_by(|&a, &b| masks[a].cmp(&masks[b]));
        let of_run = |run| order.chunks(width).map(move |candidates| Job { run, candidates });
        let jobs: Vec<Job> = all[runs.clone()].iter().flat_map(of_run).collect();
        let score = |Job { run, candidates }: Job, display: &mut dyn Display| {
            let paths = supernet.paths(candidates.iter().map(|&i| masks[i].clone()).collect(), None)?;
            let call = Call { execution: *execution, ..Call::default() };
            let input = Tensor::from_data(run.input.clone(), &*device);
            let logits = read(supernet.forward_shared(input, &paths, &call)?, SCORING)?;
            display.advance(candidates.len() as u64);
            let each = logits.chunks(logits.len() / candidates.len());
            Ok(candidates.iter().zip(each).map(|(&i, logits)| (i, Tally::of(logits, &run.labels))).collect())
        };
        tally((masks, runs.len()), *at_once, jobs, &mut *self.display, tallies, score)
    }
}

impl<M: Layer<D, 2>, const D: usize> Evaluator for OwnEvaluator<'_, M, D> {
    type Error = TrainError;

    fn evaluate(&mut self, architectures: &[Architecture]) -> Result<Vec<Scored>, TrainError> {
        let (supernet, stand_alone) = (self.supernet, self.stand_alone);
        let score = |masks: &[PathMask]| self.halve(masks, self.halving.unwrap_or(Halving::NONE));
        let scored = scored(supernet.search_space(), architectures, score, |a| stand_alone.cost(a))?;
        self.standing = Standing::with(self.standing.take(), &scored);
        self.standing.iter().for_each(|standing| self.display.standing(standing));
        Ok(scored)
    }
}
