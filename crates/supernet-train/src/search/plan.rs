//! The plan of a search, from a few timed steps: time by stage, memory, the size of the space,
//! whether the constraints can be met.

use super::{Search, minibatch::Minibatch};
use crate::{
    Balance, Examples, Fixed, Hooks, Moment, Progress, Retrain, SeededWeights, Shares, StandAlone, StandAloneTraining,
    SupernetTraining, TrainError, Training,
    caught::caught,
    crew::Alone,
    examples::Part,
    memory,
    stage::{PLANNING, SUPERNET_TRAINING},
    workers::{share, workers, workers_on},
};
use serde::Serialize;
use std::{
    fmt,
    time::{Duration, Instant},
};
use supernet_nn::Layer;
use supernet_space::{Cost, PathMask, counted, draws};

/// The time and memory that a search needs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// Architectures of the space, in decimal.
    pub architectures: String,
    /// Training the supernet.
    pub supernet: StagePlan,
    /// Scoring the candidates. Equal prefixes are computed once, and more candidates have more of
    /// them, so that this is an upper bound.
    pub scoring: StagePlan,
    /// Fine-tuning the short-list, where one is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fine_tuning: Option<StagePlan>,
    /// Training the chosen from scratch.
    pub retraining: StagePlan,
    /// Parts that a step of the supernet's training is computed in, so that it fits in memory.
    pub micro_batches: usize,
    /// The most memory that this process has had while it was timed, in MiB, where the system
    /// tells: a supernet in training, which is what takes most.
    pub peak_mib: Option<f64>,
    /// Costs of architectures drawn uniformly: the least, the median and the most parameters.
    pub parameters: [u64; 3],
    /// The same for multiply-accumulates.
    pub macs: [u64; 3],
    /// The share of them that the constraints allow.
    pub allowed: f64,
}

/// A stage of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct StagePlan {
    /// Its number of steps, candidates or networks.
    pub times: u64,
    /// Seconds for each, when all workers are busy.
    pub seconds_each: f64,
}

impl StagePlan {
    /// Seconds in all.
    pub fn seconds(&self) -> f64 {
        self.times as f64 * self.seconds_each
    }
}

/// Steps that are timed; their drop rates go through the whole ramp.
const STEPS: u64 = 8;

/// Candidates that are timed.
const CANDIDATES: usize = 24;

/// Architectures whose costs are looked at.
const SAMPLE: u64 = 1_000;

/// Plans a search. Takes a few steps of each stage.
///
/// # Errors
/// Whatever would end the search: a device that fails; the user's stop.
pub fn plan<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
    search: &Search<'_, M, E, D>,
    progress: &mut dyn Progress,
) -> Result<Plan, TrainError> {
    let config = search.config();
    let (costs, masks) = sample(search)?;
    let micro_batches = search.micro_batches_that_fit()?;
    let seconds_each = seconds_per_step(search, micro_batches, progress)? + seconds_of_updates(search)?;
    let supernet = StagePlan { times: config.supernet.steps * config.supernet.supernets as u64, seconds_each };
    let peak_mib = memory::peak().map(|bytes| bytes as f64 / f64::from(1 << 20));
    let scoring = time_scoring(search, &masks[..CANDIDATES], progress)?;
    let Retrain { picked, small, random, largest, all_on, at_once, .. } = config.retrain;
    let chosen = picked + small + random + largest + usize::from(all_on);
    let alone = |trainer: &StandAlone<M, D>, networks, progress: &mut dyn Progress| {
        time_alone(trainer, &masks[0], (networks, at_once), progress)
    };
    let retraining =
        search.with_trainer(&config.stand_alone, config.seed, |trainer| alone(trainer, chosen, progress))?;
    let fine_tuning = config.scoring.fine_tune.map(|fine_tune| {
        let training = StandAloneTraining { with_validation: false, ..fine_tune.recipe(config.stand_alone) };
        search.with_trainer(&training, config.seed, |trainer| {
            let tuner = StandAlone { definition: &search.networks().supernet, ..*trainer };
            alone(&tuner, fine_tune.shortlist, progress)
        })
    });
    let fine_tuning = fine_tuning.transpose()?;
    progress.over();
    let spread = |of: fn(&Cost) -> u64| {
        let mut values: Vec<u64> = costs.iter().map(of).collect();
        values.sort_unstable();
        [values[0], values[values.len() / 2], values[values.len() - 1]]
    };
    let allowed = costs.iter().filter(|cost| config.constraints.allow(cost)).count() as f64 / costs.len() as f64;
    Ok(Plan {
        architectures: search.space().size().to_string(),
        supernet,
        scoring,
        fine_tuning,
        retraining,
        micro_batches,
        peak_mib,
        parameters: spread(|cost| cost.parameters),
        macs: spread(|cost| cost.macs),
        allowed,
    })
}

/// Costs and masks of architectures drawn uniformly.
fn sample<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
    search: &Search<'_, M, E, D>,
) -> Result<(Vec<Cost>, Vec<PathMask>), TrainError> {
    let seed = search.config().seed;
    let drawn: Vec<_> = (0..SAMPLE).map(|i| search.space().sample(&mut draws(seed, "plan", i))).collect();
    let costs = drawn.iter().map(|architecture| search.cost(architecture)).collect::<Result<_, _>>()?;
    Ok((costs, drawn.iter().map(|architecture| architecture.mask().clone()).collect()))
}

/// Seconds between the first and the last step of a training; the first is left out, which sets
/// things up.
fn seconds_each(first: &mut Option<Instant>, done: u64, steps: u64, each: &mut f64) {
    match first {
        None => *first = Some(Instant::now()),
        Some(first) if done == steps => *each = first.elapsed().as_secs_f64() / (steps - 1) as f64,
        Some(_) => {}
    }
}

/// Computes the seconds of a training step of the supernet, in `micro_batches` parts; the first
/// step, which sets things up, is left out. The drop rates go through the whole ramp.
///
/// # Errors
/// A device that fails; the user's stop.
pub fn seconds_per_step<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
    search: &Search<'_, M, E, D>,
    micro_batches: usize,
    progress: &mut dyn Progress,
) -> Result<f64, TrainError> {
    let config = search.config();
    let short = SupernetTraining { steps: STEPS, micro_batches, ..config.supernet };
    let (mut first, mut each) = (None, 0.0);
    let after = &mut |done, _: &_, _: &mut dyn Progress| {
        seconds_each(&mut first, done, STEPS, &mut each);
        Ok(())
    };
    let hooks = Hooks { after: Some(after), ..Hooks::default() };
    caught(SUPERNET_TRAINING, || {
        search.with_usual_sampler(|sampler| {
            let (loader, device) = (search.loader(0)?, search.device().clone().autodiff());
            let training = short.training(config.seed, sampler, config.execution, &Alone);
            training.run_with(search.new_supernet(0, &device)?, &loader, &device, hooks, progress).map(drop)
        })
    })?;
    Ok(each)
}

/// Computes the seconds of the companion's updates for each training step, from the second of two;
/// 0 without a companion.
fn seconds_of_updates<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
    search: &Search<'_, M, E, D>,
) -> Result<f64, TrainError> {
    let (Some(mut companion), Some(updates)) = (search.companion()?, search.updates()) else { return Ok(0.0) };
    let network = &search.new_supernet(0, &search.device().clone().autodiff())?;
    let mut seconds = 0.0;
    for step in 0..2 {
        let began = Instant::now();
        let places = (0..updates.examples).collect();
        let at = Moment { step, steps: search.config().supernet.steps };
        let device = search.device().clone().autodiff();
        let mut minibatch = Minibatch { search, network, places, number: 0, at, device };
        caught(SUPERNET_TRAINING, || companion.update(at, &mut minibatch))?;
        seconds = began.elapsed().as_secs_f64();
    }
    Ok(seconds / updates.every as f64)
}

fn time_scoring<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
    search: &Search<'_, M, E, D>,
    masks: &[PathMask],
    progress: &mut dyn Progress,
) -> Result<StagePlan, TrainError> {
    let (config, validation) = (search.config(), &search.data().validation);
    let supernet = search.new_supernet(0, &search.device().clone().inner())?;
    // As many runs of examples as there are workers, so that all are busy.
    let runs = config.scoring.runs(validation.len()).clamp(1, 4);
    let count = (runs * config.scoring.score_batch).min(validation.len());
    let examples = &Part { examples: validation, first: 0, count };
    let mut evaluator = search.evaluator(&supernet, examples, config.scoring, progress)?;
    evaluator.score(&masks[..1])?;
    let began = Instant::now();
    evaluator.score(masks)?;
    let each = began.elapsed().as_secs_f64() / (masks.len() * runs) as f64;
    let all_runs = config.scoring.runs(validation.len()) * config.scoring.checkpoints * config.supernet.supernets;
    // A small space has no more.
    let networks = u64::try_from(search.space().size()).unwrap_or(u64::MAX);
    Ok(StagePlan { times: networks.min(config.scoring.candidates as u64), seconds_each: each * all_runs as f64 })
}

/// Times a few steps of the network of `mask`, trained alone; `networks` of them are to be trained,
/// `at_once` at a time (0: as many as there are cores).
fn time_alone<M: Layer<D, 2>, const D: usize>(
    trainer: &StandAlone<M, D>,
    mask: &PathMask,
    (networks, at_once): (usize, usize),
    progress: &mut dyn Progress,
) -> Result<StagePlan, TrainError> {
    let StandAlone { definition, training, seed, execution, .. } = *trainer;
    let (loader, device) = (trainer.loader()?, trainer.device.clone().autodiff());
    // As many at a time as there will be, since they share caches and memory.
    let together = workers(workers_on(&trainer.device.clone().inner(), at_once), networks);
    let time = |(), progress: &mut dyn Progress| {
        let (mut first, mut each) = (None, 0.0);
        let after = &mut |done, _: &_, _: &mut dyn Progress| {
            seconds_each(&mut first, done, STEPS, &mut each);
            Ok(())
        };
        let few = Training {
            stage: PLANNING,
            seed,
            steps: STEPS,
            ghosts: 1,
            shares: Shares::default(),
            micro_batches: 1,
            warm_up: 0,
            balance: Balance::default(),
            sgd: training.sgd,
            rule: training.rule,
            sampler: &Fixed(mask.clone()),
            drop_path: training.drop_path.map(|drop_path| (drop_path, 0)),
            execution,
        };
        let network = definition.stand_alone(mask, &mut SeededWeights::new(seed), &device)?;
        few.run_with(network, &loader, &device, Hooks { after: Some(after), ..Hooks::default() }, progress)?;
        Ok(each)
    };
    progress.begin(PLANNING, together as u64 * STEPS);
    let seconds = share(PLANNING, together, vec![(); together], progress, time)?;
    progress.end();
    let each = seconds.iter().sum::<f64>() / (together * together) as f64;
    Ok(StagePlan { times: networks as u64, seconds_each: each * trainer.steps()? as f64 })
}

impl fmt::Display for Plan {
    /// A line for each stage, memory, space and constraints.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stages = [
            ("train the supernet", "step", Some(self.supernet)),
            ("score candidates", "candidate", Some(self.scoring)),
            ("fine-tune", "candidate", self.fine_tuning),
            ("train from scratch", "network", Some(self.retraining)),
        ];
        let stages = stages.map(|(name, unit, stage)| stage.map(|stage| (name, unit, stage)));
        for (name, unit, stage) in stages.iter().flatten() {
            let at_most = if *name == "score candidates" { ", at most" } else { "" };
            writeln!(f, "{name:<20} {:>12}   {}{at_most}", clock(stage.seconds()), counted(stage.times, unit))?;
        }
        let total = stages.iter().flatten().map(|(.., stage)| stage.seconds()).sum();
        writeln!(f, "{:<20} {:>12}", "in all", clock(total))?;
        match self.peak_mib {
            Some(mib) => writeln!(f, "{:<20} {mib:>8.0} MiB", "memory")?,
            None => writeln!(f, "{:<20} {:>12}", "memory", "not known")?,
        }
        if self.micro_batches > 1 {
            writeln!(f, "{:<20} {} parts of a step", "to fit in memory", self.micro_batches)?;
        }
        writeln!(
            f,
            "{:<20} {} architecture{}",
            "space",
            self.architectures,
            if self.architectures == "1" { "" } else { "s" }
        )?;
        let [least, median, most] = self.parameters;
        writeln!(f, "{:<20} {least} to {most} parameters, median {median}", "")?;
        let [least, median, most] = self.macs;
        writeln!(f, "{:<20} {least} to {most} multiply-accumulates, median {median}", "")?;
        write!(f, "{:<20} {:.1} % of {SAMPLE} drawn uniformly", "within constraints", 100.0 * self.allowed)
    }
}

fn clock(seconds: f64) -> String {
    crate::progress::clock(Duration::from_secs_f64(seconds))
}
