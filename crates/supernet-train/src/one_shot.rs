//! One-shot architecture search in one call: train the supernet, score candidates, retrain the best beside their companions, test.

use crate::{
    FineTune, Hooks, LatencyLimit, Loader, PathSampler, Progress, Proposer, SearchConfig, SeededWeights, StandAlone,
    Standing, SupernetEvaluator, SupernetTraining, TrainError,
    caught::caught,
    fine_tune::FineTuner,
    fixed_sample::FixedSample,
    latency,
    reach::check_reach,
    run::Stages,
    stage::{SCORING, STAND_ALONE_TRAINING, SUPERNET_TRAINING},
    tally::usable,
    test,
};
use burn::{module::Module, tensor::Device};
use rand::RngExt;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use supernet_data::{Images, Normalisation, Split};
use supernet_nn::{Network, NetworkConfig};
use supernet_search::{ByLoss, Evaluator, Outcome, RankBy, Score, Scored, SearchLimits, Strategy, search_within};
use supernet_space::{Architecture, Cost, PathMask, SearchSpace, draws};

/// Why a network was trained from scratch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Among the best by one-shot score, or by that of the fine-tuned where there are any.
    Picked,
    /// Drawn uniformly from the candidates.
    Random,
    /// Among the candidates with most parameters.
    Largest,
    /// Every path on; no architecture of the space.
    AllOn,
}

impl Group {
    /// In the order of tables.
    pub const ALL: [Self; 4] = [Self::Picked, Self::Random, Self::Largest, Self::AllOn];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Picked => "picked",
            Self::Random => "random",
            Self::Largest => "largest",
            Self::AllOn => "all on",
        }
    }
}

/// A network trained from scratch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Retrained {
    /// Why it was chosen.
    pub group: Group,
    /// Its mask.
    pub mask: PathMask,
    /// Its one-shot score on validation images.
    pub one_shot: Score,
    /// What it costs.
    pub cost: Cost,
    /// Its score on test images, which are read after everything is chosen.
    pub test: Score,
}

/// What a search found.
pub struct SearchResult {
    /// Every scored candidate, in the order of scoring.
    pub candidates: Vec<Scored>,
    /// The short-list with its scores after the fine-tune, the best first; empty where none is asked for.
    pub shortlist: Vec<(PathMask, Score)>,
    /// The networks trained from scratch, group by group.
    pub retrained: Vec<Retrained>,
    /// The first of the picked, trained from scratch and calibrated, with its mask.
    pub best: (PathMask, Network),
    /// The trained supernet.
    pub supernet: Network,
    /// The sizes of the stand-alone networks.
    pub stand_alone: NetworkConfig,
    /// How pixels became numbers.
    pub normalisation: Normalisation,
    /// Names of the classes, in the order of the logits.
    pub classes: Vec<String>,
}

/// Trains the supernet of `config` on the training images of `split`.
///
/// # Errors
/// A configuration that does not fit the images, a loss that is no number, the user's stop.
pub fn train_supernet(
    config: &SearchConfig,
    split: &Split,
    normalisation: &Normalisation,
    device: &Device,
    progress: &mut dyn Progress,
) -> Result<Network, TrainError> {
    let sample = FixedSample::new(config, split, normalisation, device)?;
    let after = &mut |done, network: &Network, progress: &mut dyn Progress| sample.show(done, network, progress);
    let hooks = Hooks { after, plain_l2: false, keeper: None };
    train_supernet_with(config, split, normalisation, device, &*config.paths.sampler(), hooks, progress)
}

/// [`train_supernet`] with masks from `sampler` instead of `config.paths`, and with hooks.
///
/// # Errors
/// As [`train_supernet`], or whatever a hook reports.
pub fn train_supernet_with(
    config: &SearchConfig,
    split: &Split,
    normalisation: &Normalisation,
    device: &Device,
    sampler: &dyn PathSampler,
    hooks: Hooks,
    progress: &mut dyn Progress,
) -> Result<Network, TrainError> {
    config.check()?;
    let device = device.clone().autodiff();
    let (supernet, loader) = at_the_start(config, split, normalisation, &device)?;
    let training = config.supernet.training(config.seed, sampler, config.execution);
    Ok(training.run_with(supernet, &loader, &device, hooks, progress)?.valid())
}

/// [`train_supernet`] with hooks, in as many parts of a step as fit in memory ([`Training::fit`]).
fn train_fitting(
    config: &SearchConfig,
    split: &Split,
    normalisation: &Normalisation,
    device: &Device,
    hooks: Hooks,
    progress: &mut dyn Progress,
) -> Result<Network, TrainError> {
    let device = device.clone().autodiff();
    let (supernet, loader) = at_the_start(config, split, normalisation, &device)?;
    let sampler = config.paths.sampler();
    let mut training = config.supernet.training(config.seed, &*sampler, config.execution);
    training.fit(&supernet, &loader, &device, hooks.keeper.as_deref())?;
    Ok(training.run_with(supernet, &loader, &device, hooks, progress)?.valid())
}

/// In how many parts a step of the supernet's training fits in memory.
///
/// # Errors
/// As [`train_supernet`].
pub(crate) fn micro_batches_that_fit(
    config: &SearchConfig,
    split: &Split,
    normalisation: &Normalisation,
    device: &Device,
) -> Result<usize, TrainError> {
    let device = device.clone().autodiff();
    let (supernet, loader) = at_the_start(config, split, normalisation, &device)?;
    let sampler = config.paths.sampler();
    let mut training = config.supernet.training(config.seed, &*sampler, config.execution);
    training.fit(&supernet, &loader, &device, None)?;
    Ok(training.micro_batches)
}

/// The supernet as its training begins, and what gives its batches.
fn at_the_start<'a>(
    config: &SearchConfig,
    split: &'a Split,
    normalisation: &'a Normalisation,
    device: &Device,
) -> Result<(Network, Loader<'a>), TrainError> {
    let SupernetTraining { augmentation, batch, .. } = config.supernet;
    let loader = Loader::new(&split.train, normalisation, augmentation, batch, config.seed)?;
    Ok((new_supernet(config, split, device)?, loader))
}

/// A supernet with the weights of its seed.
pub(crate) fn new_supernet(config: &SearchConfig, split: &Split, device: &Device) -> Result<Network, TrainError> {
    let network = config.supernet(split.train.shape(), split.train.classes().len())?;
    Ok(network.supernet(&mut SeededWeights::new(config.seed), device)?)
}

/// Runs a whole search: `config` on the images of `split`, on `device`, candidates proposed as `config.strategy` says.
///
/// # Errors
/// As [`train_supernet`]; limits that no network of the space meets, or that no candidate does.
pub fn one_shot_search(
    config: &SearchConfig,
    split: &Split,
    device: &Device,
    progress: &mut dyn Progress,
) -> Result<SearchResult, TrainError> {
    one_shot_search_with(config, split, &mut *config.proposer()?, device, progress)
}

/// [`one_shot_search`] with candidates proposed by `strategy`.
///
/// # Errors
/// As [`one_shot_search`].
pub fn one_shot_search_with(
    config: &SearchConfig,
    split: &Split,
    strategy: &mut dyn Strategy,
    device: &Device,
    progress: &mut dyn Progress,
) -> Result<SearchResult, TrainError> {
    let mut search = OneShot::new(config, split, device, None)?;
    let supernets = search.supernets(progress)?;
    let scored = search.score(&supernets, strategy, progress)?;
    search.retrain(supernets, scored, progress)
}

/// A trained supernet as it is at the end, and as it was before, in order, where scores are means over several states.
pub(crate) struct Supernets {
    pub(crate) last: Network,
    earlier: Vec<Network>,
}

/// A search, stage by stage. With [`Stages`] each leaves there what it finds, or reads it back. A panic in a stage is an error of it.
pub(crate) struct OneShot<'a> {
    config: &'a SearchConfig,
    split: &'a Split,
    device: &'a Device,
    normalisation: Normalisation,
    stand_alone: NetworkConfig,
    stages: Option<Stages>,
}

/// Checks that networks of `config` can meet its limits.
///
/// # Errors
/// A limit that no network of the space meets.
pub(crate) fn check_limits(config: &SearchConfig, stand_alone: &NetworkConfig) -> Result<(), TrainError> {
    let NetworkConfig { cells, shape, .. } = stand_alone;
    let cost = |architecture: &Architecture| Ok(shape.cost(cells, architecture)?);
    check_reach(cells.space(), &config.constraints, config.seed, cost)
}

/// Scored candidates, and the network with every path on.
pub(crate) struct ScoredCandidates {
    pub(crate) outcome: Outcome,
    all_on: (PathMask, Score, Cost),
}

impl<'a> OneShot<'a> {
    /// # Errors
    /// A configuration that does not fit the images.
    pub(crate) fn new(
        config: &'a SearchConfig,
        split: &'a Split,
        device: &'a Device,
        stages: Option<Stages>,
    ) -> Result<Self, TrainError> {
        config.check()?;
        let normalisation = Normalisation::of(&split.train);
        let stand_alone = config.stand_alone(split.train.shape(), split.train.classes().len())?;
        check_limits(config, &stand_alone)?;
        Ok(Self { config, split, device, normalisation, stand_alone, stages })
    }

    /// The trained supernet, with the earlier states that scores are means over.
    pub(crate) fn supernets(&mut self, progress: &mut dyn Progress) -> Result<Supernets, TrainError> {
        caught(SUPERNET_TRAINING, || self.train(progress))
    }

    fn train(&mut self, progress: &mut dyn Progress) -> Result<Supernets, TrainError> {
        let Self { config, split, device, normalisation, stages, .. } = self;
        let steps = config.supernet.earlier_steps(config.scoring.checkpoints - 1);
        let sample = FixedSample::new(config, split, normalisation, device)?;
        let train = |hooks: Hooks, progress: &mut dyn Progress| {
            train_fitting(config, split, normalisation, device, hooks, progress)
        };
        let Some(stages) = stages else {
            let mut earlier = Vec::new();
            let after = &mut |step, network: &Network, progress: &mut dyn Progress| {
                earlier.extend(steps.contains(&step).then(|| network.valid()));
                sample.show(step, network, progress)
            };
            let last = train(Hooks { after, plain_l2: false, keeper: None }, progress)?;
            return Ok(Supernets { last, earlier });
        };
        let build = || new_supernet(config, split, &device.clone().inner());
        let earlier = stages.earlier(steps);
        let after = &mut |step, network: &Network, progress: &mut dyn Progress| {
            if earlier.is_due(step) {
                earlier.save(step, &network.valid())?;
            }
            sample.show(step, network, progress)
        };
        let last = stages.supernet(SUPERNET_TRAINING, build, |keeper| {
            train(Hooks { after, plain_l2: false, keeper: Some(keeper) }, progress)
        })?;
        Ok(Supernets { last, earlier: earlier.load(build)? })
    }

    /// The candidates that `strategy` proposes, scored.
    pub(crate) fn score(
        &mut self,
        supernets: &Supernets,
        strategy: &mut dyn Strategy,
        progress: &mut dyn Progress,
    ) -> Result<ScoredCandidates, TrainError> {
        caught(SCORING, || self.candidates(supernets, strategy, progress))
    }

    fn candidates(
        &mut self,
        supernets: &Supernets,
        strategy: &mut dyn Strategy,
        progress: &mut dyn Progress,
    ) -> Result<ScoredCandidates, TrainError> {
        let Self { config, split, device, normalisation, stand_alone, stages } = self;
        let (scoring, space, shape) = (config.scoring, stand_alone.cells.space(), stand_alone.shape);
        let ledger = stages.as_ref().map(|stages| stages.ledger());
        let mut evaluator = SupernetEvaluator::new(
            &supernets.last,
            shape,
            &split.validation,
            normalisation,
            scoring,
            device,
            progress,
        )?
        .with_earlier(&supernets.earlier)
        .with_execution(config.execution)
        .with_ledger(ledger)?;
        let cost = |architecture: &Architecture| Ok(shape.cost(&stand_alone.cells, architecture)?);
        let outcome = match stages {
            None => candidates(config, space, strategy, &mut evaluator, cost)?,
            Some(stages) => {
                let mut recorded = stages.recorded(space, scoring.rank_by, &mut evaluator)?.of_its_own(&scoring);
                candidates(config, space, strategy, &mut recorded, cost)?
            }
        };
        let all_on = space.all_on();
        let score = evaluator.without_ledger().score(std::slice::from_ref(&all_on))?[0];
        let cost = shape.cost(&stand_alone.cells, &all_on)?;
        // What was read back was not told by the evaluator.
        Standing::with(config.scoring.rank_by, None, &outcome.scored)
            .iter()
            .for_each(|standing| progress.standing(standing));
        Ok(ScoredCandidates { outcome, all_on: (all_on, score, cost) })
    }

    /// The short-list with its scores after a fine-tune, the best first; empty where none is asked for.
    fn fine_tuned(
        &self,
        supernet: &Network,
        outcome: &Outcome,
        progress: &mut dyn Progress,
    ) -> Result<Vec<(PathMask, Score)>, TrainError> {
        let Self { config, split, device, normalisation, stages, .. } = self;
        let Some(fine_tune @ FineTune { shortlist, .. }) = config.scoring.fine_tune else { return Ok(Vec::new()) };
        let rank_by = config.scoring.rank_by;
        let ranked = outcome.ranked_by(rank_by).into_iter().filter(|scored| scored.score.is_number());
        let best = ranked.take(shortlist);
        let masks: Vec<PathMask> = best.map(|scored| scored.architecture.mask().clone()).collect();
        let training = fine_tune.recipe(config.stand_alone);
        let tuner = FineTuner { supernet, config, training, split, normalisation, device };
        let file = stages.as_ref().map(Stages::shortlist);
        let scores = tuner.scores(&masks, file.as_deref(), progress)?;
        let mut tuned: Vec<(PathMask, Score)> = masks.into_iter().zip(scores).collect();
        tuned.sort_by(|(_, a), (_, b)| rank_by.better_first(a, b));
        Ok(tuned)
    }

    /// The best candidates of those in order that answer fast enough, as many as are to be picked.
    fn fast_enough<'s>(&self, ranked: Vec<&'s Scored>) -> Result<Vec<&'s Scored>, TrainError> {
        let Self { config, device, stand_alone, stages, .. } = self;
        let wanted = config.retrain.picked;
        let Some(limit @ LatencyLimit { images, least_ms, most_ms }) = config.latency else {
            return Ok(ranked.into_iter().take(wanted).collect());
        };
        let measure = |mask: &PathMask| -> Result<f64, TrainError> {
            let inner = Device::clone(device).inner();
            let network = stand_alone.stand_alone(mask, &mut SeededWeights::new(config.seed), &inner)?;
            Ok(latency(&network, mask, images, config.execution, device)?.median_ms)
        };
        let known = stages.as_ref().map_or_else(|| Ok(HashMap::new()), |stages| stages.latencies(images))?;
        let (mut fast, mut nearest) = (Vec::new(), None::<(f64, &PathMask)>);
        for &scored in &ranked {
            let mask = scored.architecture.mask();
            let ms = match known.get(mask) {
                Some(&ms) => ms,
                None => {
                    let ms = measure(mask)?;
                    stages.as_ref().map_or(Ok(()), |stages| stages.note_latency(mask, images, ms))?;
                    ms
                }
            };
            if nearest.is_none_or(|(least, _)| limit.beyond(ms) < limit.beyond(least)) {
                nearest = Some((ms, mask));
            }
            if limit.beyond(ms) == 0.0 {
                fast.push(scored);
            }
            if fast.len() == wanted {
                break;
            }
        }
        match nearest {
            Some((nearest_ms, nearest)) if fast.is_empty() => Err(TrainError::Latency {
                candidates: ranked.len(),
                least_ms,
                most_ms,
                nearest: nearest.clone(),
                nearest_ms,
            }),
            _ => Ok(fast),
        }
    }

    /// The best and their companions, trained from scratch and tested.
    pub(crate) fn retrain(
        self,
        supernets: Supernets,
        scored: ScoredCandidates,
        progress: &mut dyn Progress,
    ) -> Result<SearchResult, TrainError> {
        caught(STAND_ALONE_TRAINING, || self.networks(supernets.last, scored, progress))
    }

    fn networks(
        self,
        supernet: Network,
        scored: ScoredCandidates,
        progress: &mut dyn Progress,
    ) -> Result<SearchResult, TrainError> {
        let shortlist = self.fine_tuned(&supernet, &scored.outcome, progress)?;
        let picked = self.fast_enough(ranked(self.config, &scored.outcome, &shortlist))?;
        let Self { config, split, device, normalisation, stand_alone, stages } = self;
        let chosen = choose(config, &scored.outcome, &picked, scored.all_on);
        let images = training_images(config, split)?;
        let trainer = StandAlone {
            config: &stand_alone,
            training: &config.stand_alone,
            images: &images,
            normalisation: &normalisation,
            seed: config.seed,
            execution: config.execution,
            device,
        };
        let at_once = config.retrain.at_once;
        let networks = retrain(&chosen, |masks| trainer.train_in(stages.as_ref(), masks, at_once, progress))?;
        let on_test = |network: &Network, mask: &PathMask| test(network, mask, &split.test, &normalisation, device);
        let retrained = tested(&chosen, &networks, on_test)?;
        if let Some(mut stages) = stages {
            stages.tested(&retrained)?;
        }
        let best = (chosen[0].1.clone(), networks.into_iter().next().expect("at least one picked"));
        let (candidates, classes) = (scored.outcome.scored, split.train.classes().to_vec());
        Ok(SearchResult { candidates, shortlist, retrained, best, supernet, stand_alone, normalisation, classes })
    }
}

/// As many candidates as `config` says that meet its constraints, proposed by `strategy`, scored by `evaluator`; at least one.
///
/// # Errors
/// Constraints that no proposal meets, or whatever `evaluator` or `cost` reports.
pub(crate) fn candidates<E: Evaluator<Error = TrainError>>(
    config: &SearchConfig,
    space: &SearchSpace,
    strategy: &mut dyn Strategy,
    evaluator: &mut E,
    cost: impl FnMut(&Architecture) -> Result<Cost, TrainError>,
) -> Result<Outcome, TrainError> {
    let (count, constraints) = (config.scoring.candidates, &config.constraints);
    let limits = SearchLimits { candidates: count, ask: count, patience: 1_000 };
    let outcome = match (config.scoring.rank_by, &config.strategy) {
        // NSGA-II's objectives say what it is led by.
        (RankBy::Accuracy, _) | (_, Proposer::Nsga2(_)) => {
            search_within(space, strategy, evaluator, limits, constraints, cost)?
        }
        (RankBy::Loss, _) => search_within(space, &mut ByLoss(strategy), evaluator, limits, constraints, cost)?,
    };
    if outcome.scored.is_empty() {
        return Err(TrainError::NoCandidate { nearest: outcome.out_of_range, constraints: constraints.clone() });
    }
    if usable(&outcome.scored).is_empty() {
        let (candidates, first) = (outcome.scored.len(), outcome.scored[0].architecture.mask().clone());
        return Err(TrainError::NoNumber { candidates, first });
    }
    Ok(outcome)
}

/// The candidates, the best first: those of the short-list by their scores after the fine-tune, then the others by their one-shot scores.
fn ranked<'s>(config: &SearchConfig, outcome: &'s Outcome, shortlist: &[(PathMask, Score)]) -> Vec<&'s Scored> {
    let place: HashMap<&PathMask, usize> = shortlist.iter().enumerate().map(|(i, (mask, _))| (mask, i)).collect();
    let mut ranked = outcome.ranked_by(config.scoring.rank_by);
    ranked.retain(|scored| scored.score.is_number());
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
    by_size.retain(|scored| scored.score.is_number());
    by_size.sort_by_key(|scored| std::cmp::Reverse(scored.cost.parameters));
    let groups = [
        (Group::Picked, picked.to_vec()),
        (Group::Random, draw(&outcome.scored, settings.random, config.seed)),
        (Group::Largest, by_size[..settings.largest.min(by_size.len())].to_vec()),
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
    let mut pool = usable(scored);
    (0..count.min(pool.len())).map(|_| pool.swap_remove(rng.random_range(0..pool.len()))).collect()
}

/// What networks are trained on from scratch.
pub(crate) fn training_images(config: &SearchConfig, split: &Split) -> Result<Images, TrainError> {
    Ok(match config.stand_alone.with_validation {
        true => split.train.concat(&split.validation)?,
        false => split.train.clone(),
    })
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
