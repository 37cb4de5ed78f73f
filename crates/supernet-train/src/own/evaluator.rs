//! Scores architectures of a space of one's own with a supernet's weights.

use super::Examples;
use crate::{
    Halving, Progress, Scoring, Standing, TrainError,
    scoring::{Asked, Ledger, Tally, job_key, read, scored, tally},
    stage::SCORING,
    workers::workers_on,
};
use burn::tensor::{Device, Tensor, TensorData};
use std::{ops::Range, path::PathBuf};
use supernet_nn::{
    Call, Execution, MaskedNetwork, on_processor,
    own::{Definition, Layer, OwnNetwork},
};
use supernet_search::{Evaluator, RankBy, Score, Scored};
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
    rank_by: RankBy,
    execution: Execution,
    device: Device,
    progress: &'a mut dyn Progress,
    ledger: Option<Ledger>,
    standing: Option<Standing>,
}

/// One run of validation examples.
struct Run {
    input: TensorData,
    labels: Vec<usize>,
}

/// Candidates on one run of examples.
struct Job<'a> {
    /// The run's place among all.
    place: usize,
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
    /// A number of `scoring` out of range.
    pub fn new(
        supernet: &'a OwnNetwork<M, D>,
        stand_alone: &'a Definition<M, D>,
        examples: &dyn Examples<D>,
        scoring: Scoring,
        device: &Device,
        progress: &'a mut dyn Progress,
    ) -> Result<Self, TrainError> {
        scoring.check()?;
        let run = |indices: Vec<usize>| Run {
            input: examples.batch(&indices),
            labels: indices.iter().map(|&i| examples.label(i)).collect(),
        };
        let runs = scoring.runs_of(examples.len()).map(run).collect();
        let device = device.clone().inner();
        let at_once = workers_on(&device, scoring.at_once);
        let Scoring { halving, rank_by, .. } = scoring;
        let (execution, ledger, standing) = (Execution::default(), None, None);
        Ok(Self {
            supernet,
            stand_alone,
            runs,
            at_once,
            halving,
            rank_by,
            execution,
            device,
            progress,
            ledger,
            standing,
        })
    }

    /// Sets the operations that are used; by default kernels.
    pub fn with_execution(self, execution: Execution) -> Self {
        Self { execution, ..self }
    }

    /// Keeps scores in a file as they are made, so that a scoring that is stopped goes on.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub(crate) fn with_ledger(self, path: Option<PathBuf>) -> Result<Self, TrainError> {
        Ok(Self { ledger: path.map(|path| Ledger::open(&path)).transpose()?, ..self })
    }

    /// The same with nothing kept.
    pub(crate) fn without_ledger(self) -> Self {
        Self { ledger: None, ..self }
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
        let (runs, rank_by) = (self.runs.len(), self.rank_by);
        halving.score(masks, runs, rank_by, |masks, runs, tallies| self.tally(masks, runs, tallies))
    }

    /// Adds the correct answers and losses of each mask on the runs `runs`.
    fn tally(&mut self, masks: &[PathMask], runs: Range<usize>, tallies: &mut [Tally]) -> Result<(), TrainError> {
        let Self { supernet, runs: all, execution, device, at_once, rank_by, ledger, .. } = self;
        let width = if on_processor(device) { ON_A_PROCESSOR } else { ON_A_CARD };
        let mut order: Vec<usize> = (0..masks.len()).collect();
        order.sort_by(|&a, &b| masks[a].cmp(&masks[b]));
        let (all, ledger): (&[Run], Option<&Ledger>) = (all, ledger.as_ref());
        let of_run = |place| order.chunks(width).map(move |candidates| Job { place, run: &all[place], candidates });
        let jobs: Vec<Job> = runs.clone().flat_map(of_run).collect();
        let score = |Job { run, candidates, .. }: Job, progress: &mut dyn Progress| {
            let paths = supernet.paths(candidates.iter().map(|&i| masks[i].clone()).collect(), None)?;
            let call = Call { execution: *execution, ..Call::default() };
            let input = Tensor::from_data(run.input.clone(), &*device);
            let logits = read(supernet.forward_shared(input, &paths, &call)?, SCORING)?;
            progress.advance(candidates.len() as u64);
            let each = logits.chunks(logits.len() / candidates.len());
            Ok(candidates.iter().zip(each).map(|(&i, logits)| (i, Tally::of(logits, &run.labels))).collect())
        };
        let asked = Asked { masks, runs: runs.len(), rank_by: *rank_by };
        tally(asked, *at_once, jobs, &mut *self.progress, tallies, |job, progress| match ledger {
            None => score(job, progress),
            Some(ledger) => {
                let key = job_key(&job.place.to_string(), job.candidates, masks);
                ledger.tallies(key, || score(job, progress))
            }
        })
    }
}

impl<M: Layer<D, 2>, const D: usize> Evaluator for OwnEvaluator<'_, M, D> {
    type Error = TrainError;

    fn evaluate(&mut self, architectures: &[Architecture]) -> Result<Vec<Scored>, TrainError> {
        let (supernet, stand_alone) = (self.supernet, self.stand_alone);
        let score = |masks: &[PathMask]| self.halve(masks, self.halving.unwrap_or(Halving::NONE));
        let scored = scored(supernet.search_space(), architectures, score, |a| stand_alone.cost(a))?;
        self.standing = Standing::with(self.rank_by, self.standing.take(), &scored);
        self.standing.iter().for_each(|standing| self.progress.standing(standing));
        Ok(scored)
    }
}
