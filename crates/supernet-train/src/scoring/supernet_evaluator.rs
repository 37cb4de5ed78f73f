//! Scores any list of architectures with a supernet's weights; what they have in common is computed
//! once.

use super::{
    jobs::{Asked, Tallies, scored, tally},
    ledger::{Ledger, job_key, line, said},
    tally::{Tally, read},
};
use crate::{
    Examples, Halving, Progress, Scoring, Standing, TrainError,
    crew::{Alone, Crew, CrewJob},
    stage::SCORING,
    workers::{Named, workers, workers_on},
};
use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use std::{ops::Range, path::PathBuf};
use supernet_nn::{Call, Definition, Execution, Layer, MaskedNetwork, Network, on_processor};
use supernet_search::{BudgetedEvaluator, Evaluator, PerBudget, Proposal, RankBy, Score, Scored};
use supernet_space::{Architecture, PathMask};

/// Accuracy and mean loss on validation images under each candidate's own batch statistics (PAPER,
/// *Scoring and selection*).
///
/// Images are taken in fixed order, in even runs of at most `score_batch`, each run normalised by
/// its own statistics; a score depends on weights, mask, images and `score_batch` and on nothing
/// else, not on which candidates are scored beside it.
///
/// What depends on the images alone is computed once for each run, every equal prefix of candidates
/// once, as a tree ([`Network::forward_each`]), and thousands of candidates stream through in
/// `scoring.memory_mib` of memory.
///
/// With earlier states of the supernet or further supernets beside it
/// ([`SupernetEvaluator::with_others`]) a score is the mean over all of them.
pub struct SupernetEvaluator<'a, M: Module, const D: usize = 4> {
    supernet: &'a Network<M, D>,
    others: &'a [Network<M, D>],
    split: Option<usize>,
    stand_alone: &'a Definition<M, D>,
    runs: Vec<Run<D>>,
    memory: usize,
    at_once: usize,
    halving: Option<Halving>,
    rank_by: RankBy,
    execution: Execution,
    device: Device,
    progress: &'a mut dyn Progress,
    ledger: Option<Ledger>,
    crew: &'a dyn Crew,
    scope: String,
    standing: Option<Standing>,
}

/// MiB of activations on their way that a processor's caches hold, about.
const IN_CACHES: usize = 16;

/// MiB on any other device, where what counts is that a launch has work enough.
const ON_A_CARD: usize = 1024;

/// One run of validation examples.
struct Run<const D: usize> {
    input: Tensor<D>,
    labels: Vec<usize>,
}

impl<'a, M: Layer<D, 2>, const D: usize> SupernetEvaluator<'a, M, D> {
    /// Scores by `supernet` on all of `examples`. Costs are those of `stand_alone`'s networks.
    ///
    /// # Errors
    /// A number of `scoring` out of range.
    pub fn new(
        supernet: &'a Network<M, D>,
        stand_alone: &'a Definition<M, D>,
        examples: &dyn Examples<D>,
        scoring: Scoring,
        device: &Device,
        progress: &'a mut dyn Progress,
    ) -> Result<Self, TrainError> {
        scoring.check()?;
        let Scoring { memory_mib, halving, rank_by, .. } = scoring;
        let device = device.clone().inner();
        let run = |indices: Vec<usize>| Run {
            input: Tensor::from_data(examples.batch(&indices), &device),
            labels: indices.iter().map(|&i| examples.label(i)).collect(),
        };
        let runs = scoring.runs_of(examples.len()).map(run).collect();
        let at_once = workers_on(&device, scoring.at_once);
        let memory = memory_mib.unwrap_or(if on_processor(&device) { IN_CACHES } else { ON_A_CARD });
        let memory = memory << 20;
        let execution = Execution::default();
        let (others, ledger, standing) = (&[][..], None, None);
        Ok(Self {
            supernet,
            others,
            split: None,
            stand_alone,
            runs,
            memory,
            at_once,
            halving,
            rank_by,
            execution,
            device,
            progress,
            ledger,
            crew: &Alone,
            scope: String::new(),
            standing,
        })
    }

    /// The same with scores that are means over `others`, states of this supernet or of further
    /// ones, and the supernet itself.
    pub fn with_others(self, others: &'a [Network<M, D>]) -> Self {
        Self { others, ..self }
    }

    /// Sets the choice that the supernet was split by: what takes option k of it alone is scored by
    /// the one of the others at k, everything else by the supernet itself, and nothing is a mean.
    #[must_use]
    pub fn with_split(self, split: Option<usize>) -> Self {
        Self { split, ..self }
    }

    /// How many states say something of each mask.
    fn states_each(&self) -> usize {
        if self.split.is_some() { 1 } else { 1 + self.others.len() }
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

    /// Shares the work with `crew`. Supernets, or their states, and examples that are scored by in
    /// one run have names of their own, `scope`.
    #[must_use]
    pub fn with_crew(self, crew: &'a dyn Crew, scope: impl Into<String>) -> Self {
        Self { crew, scope: scope.into(), ..self }
    }

    /// The same with nothing kept or shared.
    pub(crate) fn without_ledger(self) -> Self {
        Self { ledger: None, crew: &Alone, ..self }
    }

    /// The scores of any masks, architectures or not, on all images.
    ///
    /// # Errors
    /// A mask of another space, or a device that fails.
    pub fn score(&mut self, masks: &[PathMask]) -> Result<Vec<Score>, TrainError> {
        self.halve(masks, Halving::NONE)
    }

    /// The scores of masks by successive halving: only the best of each rung are scored on more
    /// images. A mask that is dropped keeps the score of the images that it has seen, whose number
    /// the score tells; the score of one that is not is that of [`SupernetEvaluator::score`].
    ///
    /// # Errors
    /// As [`SupernetEvaluator::score`].
    pub fn halve(&mut self, masks: &[PathMask], halving: Halving) -> Result<Vec<Score>, TrainError> {
        let (runs, rank_by, states) = (self.runs.len(), self.rank_by, self.states_each());
        let scores = halving.score(masks, runs, rank_by, |masks, runs, tallies| self.tally(masks, runs, tallies))?;
        // Each state of the supernet has seen the same images.
        Ok(scores.into_iter().map(|score| Score { images: score.images / states, ..score }).collect())
    }

    /// The scores of masks on the first validation images: as many whole runs as hold `images` of
    /// them.
    ///
    /// # Errors
    /// No image, or more than there are; as [`SupernetEvaluator::score`].
    pub fn score_on(&mut self, masks: &[PathMask], images: usize) -> Result<Vec<Score>, TrainError> {
        let all = self.runs.iter().map(|run| run.labels.len()).sum();
        if !(1..=all).contains(&images) {
            return Err(TrainError::config("budget", images, format!("1 to {all} validation images")));
        }
        let mut seen = 0;
        let is_needed = |run: &&Run<D>| {
            let needed = seen < images;
            seen += run.labels.len();
            needed
        };
        let runs = self.runs.iter().take_while(is_needed).count();
        let mut tallies = vec![Tally::default(); masks.len()];
        self.tally(masks, 0..runs, &mut tallies)?;
        let states = self.states_each();
        let of_each_state = |score: Score| Score { images: score.images / states, ..score };
        Ok(tallies.iter().map(|tally| of_each_state(tally.score())).collect())
    }

    /// Adds the correct answers and losses of each mask on the runs `runs`, by each state of the
    /// supernet.
    fn tally(&mut self, masks: &[PathMask], runs: Range<usize>, tallies: &mut [Tally]) -> Result<(), TrainError> {
        let Self { supernet, others, split, rank_by, execution, memory, at_once, crew, .. } = *self;
        masks.iter().try_for_each(|mask| supernet.search_space().belongs(mask))?;
        let states: Vec<&Network<M, D>> = std::iter::once(supernet).chain(others).collect();
        let asked = Asked { masks, runs: runs.len() * self.states_each(), rank_by };
        let jobs = jobs((masks, split), &states, &self.runs, runs, crew.cut(workers(at_once, usize::MAX)));
        let (ledger, scope) = (self.ledger.as_ref(), self.scope.as_str());
        let kept = |key, score: &mut dyn FnMut() -> Result<Tallies, TrainError>| match ledger {
            None => score(),
            Some(ledger) => ledger.tallies(key, score),
        };
        let name = |job: &Job<M, D>| CrewJob {
            key: format!("{scope}/{:016x}", job.key(masks)),
            cost: job.candidates.len() as f64,
            files: None,
            by_first: false,
        };
        let pack = |job: &Job<M, D>, said: &Tallies| Ok(line(job.key(masks), said).into_bytes());
        let unpack = |job: &Job<M, D>, bytes: &[u8]| match said(job.key(masks), bytes) {
            None => Ok(None),
            // What others have scored is kept here too.
            Some(said) => kept(job.key(masks), &mut || Ok(said.clone())).map(Some),
        };
        let named = Named { crew, name: &name, pack: &pack, unpack: &unpack };
        tally(asked, at_once, jobs, named, &mut *self.progress, tallies, |job, progress| {
            kept(job.key(masks), &mut || job.clone().score(masks, memory, execution, progress))
        })
    }

    /// The device that scores.
    pub fn device(&self) -> &Device {
        &self.device
    }
}

/// A budget is a number of validation images.
impl<M: Layer<D, 2>, const D: usize> BudgetedEvaluator for SupernetEvaluator<'_, M, D> {
    type Error = TrainError;

    fn evaluate_at(&mut self, proposals: &[Proposal]) -> Result<Vec<Scored>, TrainError> {
        let definition = self.stand_alone;
        let at = |images: u64, some: &[Architecture]| {
            let images = usize::try_from(images).unwrap_or(usize::MAX);
            let score = |masks: &[PathMask]| self.score_on(masks, images);
            scored(definition, some, score)
        };
        PerBudget(at).evaluate_at(proposals)
    }
}

/// Candidates on one run of images.
struct Job<'a, M: Module, const D: usize> {
    /// The places of the supernet's state and of the run among all.
    place: (usize, usize),
    state: &'a Network<M, D>,
    run: &'a Run<D>,
    candidates: Vec<usize>,
}

impl<M: Module, const D: usize> Clone for Job<'_, M, D> {
    fn clone(&self) -> Self {
        Self { candidates: self.candidates.clone(), ..*self }
    }
}

/// The place among all states of a split supernet of the one that scores a mask: behind the first
/// they are in the order of the options.
fn branch_of(mask: &PathMask, choice: usize) -> usize {
    let taken = mask.bits(choice);
    if taken.count_ones() == 1 { 1 + taken.trailing_zeros() as usize } else { 0 }
}

/// All masks on all runs, for each state of the supernet. A run is a job, so that nothing is
/// computed twice; only where there are few runs for the workers, its candidates are cut into parts
/// that have little in common.
fn jobs<'a, M: Module, const D: usize>(
    (masks, split): (&[PathMask], Option<usize>),
    states: &[&'a Network<M, D>],
    all: &'a [Run<D>],
    runs: Range<usize>,
    workers: usize,
) -> Vec<Job<'a, M, D>> {
    /// Jobs for each worker, so that none waits long for the last.
    const EACH: usize = 4;
    /// Candidates for which what all have in common is computed once more.
    const ENOUGH: usize = 32;
    let whole = runs.len() * states.len();
    // As many for each worker.
    let most = (masks.len() / ENOUGH / workers * workers).max(workers.div_ceil(whole));
    let parts = if whole >= workers * EACH || workers == 1 { 1 } else { (workers * EACH).div_ceil(whole).min(most) };
    let mut order: Vec<usize> = (0..masks.len()).collect();
    order.sort_by(|&a, &b| masks[a].cmp(&masks[b]));
    let mut jobs = Vec::new();
    for (s, &state) in states.iter().enumerate() {
        let is_scored = |&place: &usize| split.is_none_or(|choice| branch_of(&masks[place], choice) == s);
        let own: Vec<usize> = order.iter().copied().filter(is_scored).collect();
        for r in runs.clone() {
            let run = &all[r];
            for part in own.chunks(own.len().div_ceil(parts).max(1)) {
                jobs.push(Job { place: (s, r), state, run, candidates: part.to_vec() });
            }
        }
    }
    jobs
}

impl<M: Layer<D, 2>, const D: usize> Job<'_, M, D> {
    /// A name for its weights, images and candidates.
    fn key(&self, masks: &[PathMask]) -> u64 {
        let (state, run) = self.place;
        let images = if state == 0 { run.to_string() } else { format!("{run} of state {state}") };
        job_key(&images, &self.candidates, masks)
    }

    fn score(
        self,
        masks: &[PathMask],
        memory: usize,
        execution: Execution,
        progress: &mut dyn Progress,
    ) -> Result<Vec<(usize, Tally)>, TrainError> {
        let Self { state: supernet, run: Run { input, labels }, candidates, .. } = self;
        let call = &Call { execution, ..Call::default() };
        let of_job: Vec<&PathMask> = candidates.iter().map(|&candidate| &masks[candidate]).collect();
        let mut tallies = Vec::with_capacity(candidates.len());
        let mut failure = None;
        supernet.forward_each(input.clone(), &of_job, memory, call, &mut |members, logits| {
            match read(logits, SCORING) {
                Err(error) => failure = Some(error),
                Ok(logits) => {
                    for (&member, logits) in members.iter().zip(logits.chunks(logits.len() / members.len())) {
                        tallies.push((candidates[member], Tally::of(logits, labels)));
                    }
                    progress.advance(tallies.len() as u64);
                }
            }
            failure.is_none() && !progress.should_stop()
        })?;
        match failure {
            Some(error) => Err(error),
            None if tallies.len() < candidates.len() => {
                Err(TrainError::Stopped { stage: SCORING.into(), step: tallies.len() as u64 })
            }
            None => Ok(tallies),
        }
    }
}

impl<M: Layer<D, 2>, const D: usize> Evaluator for SupernetEvaluator<'_, M, D> {
    type Error = TrainError;

    fn evaluate(&mut self, architectures: &[Architecture]) -> Result<Vec<Scored>, TrainError> {
        let definition = self.stand_alone;
        let score = |masks: &[PathMask]| self.halve(masks, self.halving.unwrap_or(Halving::NONE));
        let scored = scored(definition, architectures, score)?;
        self.standing = Standing::with(self.rank_by, self.standing.take(), &scored);
        self.standing.iter().for_each(|standing| self.progress.standing(standing));
        Ok(scored)
    }
}
