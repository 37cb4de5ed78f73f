//! One-shot architecture search in one call: train the supernet, score candidates, retrain the best beside their companions, test.

use crate::{
    Display, Hooks, Loader, PathSampler, SearchConfig, SeededWeights, StandAlone, SupernetEvaluator, TrainError,
    Training, run::Stages, test,
};
use burn::{module::Module, tensor::Device};
use rand::RngExt;
use serde::{Deserialize, Serialize};
use supernet_data::{Images, Normalisation, Split};
use supernet_nn::{Network, NetworkConfig};
use supernet_search::{Outcome, RandomSearch, Score, Scored, SearchLimits, Strategy, search};
use supernet_space::{Cost, PathMask, draws};

/// Why a network was trained from scratch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Among the best by one-shot score.
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
    /// The networks trained from scratch, group by group.
    pub retrained: Vec<Retrained>,
    /// The best of the picked by one-shot score, trained from scratch and calibrated, with its mask.
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
    display: &mut dyn Display,
) -> Result<Network, TrainError> {
    let hooks = Hooks { after: &mut |_, _| Ok(()), plain_l2: false, keeper: None };
    train_supernet_with(config, split, normalisation, device, &*config.paths.sampler(), hooks, display)
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
    display: &mut dyn Display,
) -> Result<Network, TrainError> {
    config.check()?;
    let device = device.clone().autodiff();
    let supernet = new_supernet(config, split, &device)?;
    let settings = config.supernet;
    let loader = Loader::new(&split.train, normalisation, settings.augmentation, settings.batch, config.seed)?;
    let training = supernet_training(config, sampler);
    Ok(training.run_with(supernet, &loader, &device, hooks, display)?.valid())
}

/// A supernet with the weights of its seed.
pub(crate) fn new_supernet(config: &SearchConfig, split: &Split, device: &Device) -> Result<Network, TrainError> {
    let network = config.supernet(split.train.shape(), split.train.classes().len())?;
    Ok(network.supernet(&mut SeededWeights::new(config.seed), device)?)
}

/// How a supernet is trained.
pub(crate) fn supernet_training<'a>(config: &SearchConfig, sampler: &'a dyn PathSampler) -> Training<'a> {
    let settings = config.supernet;
    Training {
        stage: SUPERNET_TRAINING,
        seed: config.seed,
        steps: settings.steps,
        ghosts: settings.batch / settings.ghost_batch,
        sgd: settings.sgd,
        sampler,
        execution: config.execution,
    }
}

/// Runs a whole search: `config` on the images of `split`, on `device`, candidates proposed uniformly.
///
/// # Errors
/// As [`train_supernet`]; a `score_batch` that does not divide the validation images.
pub fn one_shot_search(
    config: &SearchConfig,
    split: &Split,
    device: &Device,
    display: &mut dyn Display,
) -> Result<SearchResult, TrainError> {
    let mut strategy = RandomSearch::new(config.cells()?.space().clone(), config.seed, "candidates");
    one_shot_search_with(config, split, &mut strategy, device, display)
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
    display: &mut dyn Display,
) -> Result<SearchResult, TrainError> {
    search_in_stages(config, split, strategy, device, display, None)
}

/// [`one_shot_search_with`], whose stages leave what they find in `stages`, or read it back.
pub(crate) fn search_in_stages(
    config: &SearchConfig,
    split: &Split,
    strategy: &mut dyn Strategy,
    device: &Device,
    display: &mut dyn Display,
    mut stages: Option<&mut Stages>,
) -> Result<SearchResult, TrainError> {
    config.check()?;
    let normalisation = Normalisation::of(&split.train);
    let supernet = supernet_stage(config, split, &normalisation, device, display, stages.as_deref_mut())?;
    let stand_alone = config.stand_alone(split.train.shape(), split.train.classes().len())?;

    let (scoring, space) = (config.scoring, stand_alone.cells.space());
    let limits = SearchLimits { candidates: scoring.candidates, ask: scoring.candidates, patience: 1_000 };
    let ledger = stages.as_ref().map(|stages| stages.ledger());
    let (shape, images) = (stand_alone.shape, &split.validation);
    let mut evaluator = SupernetEvaluator::new(&supernet, shape, images, &normalisation, scoring, device, display)?
        .with_execution(config.execution)
        .with_ledger(ledger)?;
    let outcome = match &mut stages {
        None => search(space, strategy, &mut evaluator, limits)?,
        Some(stages) => search(space, strategy, &mut stages.recorded(space, &mut evaluator)?, limits)?,
    };
    let all_on = space.all_on();
    let all_on_score = evaluator.without_ledger().score(std::slice::from_ref(&all_on))?[0];

    let cost = stand_alone.shape.cost(&stand_alone.cells, &all_on)?;
    let chosen = choose(config, &outcome, (all_on, all_on_score, cost));
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
    let networks = retrain(&chosen, |masks| trainer.train_in(stages.as_deref(), masks, at_once, display))?;
    let retrained =
        tested(&chosen, &networks, |network, mask| test(network, mask, &split.test, &normalisation, device))?;
    let best = (chosen[0].1.clone(), networks.into_iter().next().expect("at least one picked"));
    let classes = split.train.classes().to_vec();
    Ok(SearchResult { candidates: outcome.scored, retrained, best, supernet, stand_alone, normalisation, classes })
}

/// The trained supernet.
fn supernet_stage(
    config: &SearchConfig,
    split: &Split,
    normalisation: &Normalisation,
    device: &Device,
    display: &mut dyn Display,
    stages: Option<&mut Stages>,
) -> Result<Network, TrainError> {
    let Some(stages) = stages else { return train_supernet(config, split, normalisation, device, display) };
    stages.supernet(
        SUPERNET_TRAINING,
        || new_supernet(config, split, &device.clone().inner()),
        |keeper| {
            let hooks = Hooks { after: &mut |_, _| Ok(()), plain_l2: false, keeper: Some(keeper) };
            let sampler = config.paths.sampler();
            train_supernet_with(config, split, normalisation, device, &*sampler, hooks, display)
        },
    )
}

/// The stage's name, for progress, errors and events.
const SUPERNET_TRAINING: &str = "supernet training";

pub(crate) type Chosen = (Group, PathMask, Score, Cost);

/// The picked and their companions, group by group; All On with its score and cost.
pub(crate) fn choose(
    config: &SearchConfig,
    outcome: &Outcome,
    (all_on, all_on_score, all_on_cost): (PathMask, Score, Cost),
) -> Vec<Chosen> {
    let settings = config.retrain;
    let ranked = outcome.ranked();
    let mut by_size = ranked.clone();
    by_size.sort_by_key(|scored| std::cmp::Reverse(scored.cost.parameters));
    let groups = [
        (Group::Picked, ranked[..settings.picked.min(ranked.len())].to_vec()),
        (Group::Random, draw(&outcome.scored, settings.random, config.seed)),
        (Group::Largest, by_size[..settings.largest.min(ranked.len())].to_vec()),
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
