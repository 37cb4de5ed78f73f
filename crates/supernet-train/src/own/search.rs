//! One-shot search of a space of one's own in one call: train the supernet, score candidates, retrain the best beside their companions,
//! test.

use super::{Examples, ImageExamples, OwnEvaluator, OwnLoader, OwnStandAlone, examples::Joined, test_own};
use crate::{
    Display, Retrained, SearchConfig, SeededWeights, TrainError,
    caught::caught,
    config::SUPERNET_TRAINING,
    one_shot::{candidates, choose, retrain, tested},
};
use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use supernet_data::{Augmentation, Normalisation, Split};
use supernet_nn::own::{Definition, Layer, OwnNetwork};
use supernet_search::Scored;
use supernet_space::{Architecture, PathMask};

/// What a search reads.
#[derive(Clone, Debug)]
pub struct OwnData<E> {
    /// To train on.
    pub train: E,
    /// To score candidates on.
    pub validation: E,
    /// Read once, after everything is chosen and trained.
    pub test: E,
}

impl<'a> OwnData<ImageExamples<'a>> {
    /// The images of a split, normalised by the mean and deviation of its training images, which are augmented.
    ///
    /// # Errors
    /// An augmentation that does not fit the images.
    pub fn images(split: &'a Split, augmentation: Augmentation) -> Result<Self, TrainError> {
        let normalisation = Normalisation::of(&split.train);
        let examples = |images| ImageExamples::new(images, normalisation.clone(), augmentation);
        Ok(Self {
            train: examples(&split.train)?,
            validation: examples(&split.validation)?,
            test: examples(&split.test)?,
        })
    }
}

/// What a search found.
pub struct OwnResult<M: Layer<D, 2>, const D: usize> {
    /// Every scored candidate, in the order of scoring.
    pub candidates: Vec<Scored>,
    /// The networks trained from scratch, group by group.
    pub retrained: Vec<Retrained>,
    /// The best of the picked by one-shot score, trained from scratch and calibrated, with its mask.
    pub best: (PathMask, OwnNetwork<M, D>),
    /// The trained supernet.
    pub supernet: OwnNetwork<M, D>,
    /// How far the best network, cut out of the supernet with its weights, is from the masked supernet on the first validation examples:
    /// rounding ([`Definition::extraction_error`]).
    pub extraction_error: f64,
}

/// Runs a whole search of the space of `definition`, on `device`, candidates proposed as `config.strategy` says.
///
/// Of `config` count the numbers of training, scoring and retraining; the network is the definition's and augmentation the examples', so
/// `network`, the stand-alone networks' `filters` and both `augmentation`s say nothing here, nor does `scoring.memory_mib`.
///
/// # Errors
/// A configuration that does not fit the examples, a class that the network lacks, constraints that no candidate meets, a limit on latency, a loss that is no number,
/// the user's stop.
pub fn search_own<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
    config: &SearchConfig,
    definition: &Definition<M, D>,
    data: &OwnData<E>,
    device: &Device,
    display: &mut dyn Display,
) -> Result<OwnResult<M, D>, TrainError> {
    config.check_in(definition.space())?;
    if config.latency.is_some() {
        return Err(TrainError::config("latency", "a limit", "none: networks of one's own are not timed"));
    }
    for examples in [&data.train, &data.validation, &data.test] {
        check_labels(examples, definition.classes())?;
    }
    let supernet = caught(SUPERNET_TRAINING, || train_supernet(config, definition, &data.train, device, display))?;
    let (scoring, space) = (config.scoring, definition.space());
    let mut strategy = config.strategy.strategy(space, config.seed)?;
    let mut evaluator = OwnEvaluator::new(&supernet, definition, &data.validation, scoring, device, display)?
        .with_execution(config.execution);
    let cost = |architecture: &Architecture| Ok(definition.cost(architecture)?);
    let outcome = candidates(config, space, &mut *strategy, &mut evaluator, cost)?;
    let all_on = space.all_on();
    let score = evaluator.score(std::slice::from_ref(&all_on))?[0];
    let cost = definition.cost(&all_on)?;

    let picked: Vec<_> = outcome.ranked().into_iter().take(config.retrain.picked).collect();
    let chosen = choose(config, &outcome, &picked, (all_on, score, cost));
    let joined = Joined(&data.train, &data.validation);
    let trainer = OwnStandAlone {
        definition,
        training: &config.stand_alone,
        examples: if config.stand_alone.with_validation { &joined } else { &data.train },
        seed: config.seed,
        execution: config.execution,
        device,
    };
    let networks = retrain(&chosen, |masks| trainer.train_all(masks, config.retrain.at_once, display))?;
    let retrained = tested(&chosen, &networks, |network, mask| test_own(network, mask, &data.test, device))?;
    let best = (chosen[0].1.clone(), networks.into_iter().next().expect("at least one picked"));
    let first: Vec<usize> = (0..scoring.score_batch).collect();
    let input = Tensor::from_data(data.validation.batch(&first), &device.clone().inner());
    let extraction_error = definition.extraction_error(&supernet, &best.0, input)?;
    Ok(OwnResult { candidates: outcome.scored, retrained, best, supernet, extraction_error })
}

/// Trains the supernet of `definition`.
fn train_supernet<M: Layer<D, 2>, const D: usize>(
    config: &SearchConfig,
    definition: &Definition<M, D>,
    examples: &dyn Examples<D>,
    device: &Device,
    display: &mut dyn Display,
) -> Result<OwnNetwork<M, D>, TrainError> {
    let device = device.clone().autodiff();
    let supernet = definition.supernet(&mut SeededWeights::new(config.seed), &device)?;
    let sampler = config.paths.sampler();
    let training = config.supernet.training(config.seed, &*sampler, config.execution);
    let loader = OwnLoader::new(examples, config.supernet.batch, config.seed)?;
    Ok(training.run(supernet, &loader, &device, display)?.valid())
}

fn check_labels<const D: usize>(examples: &dyn Examples<D>, classes: usize) -> Result<(), TrainError> {
    let wrong = (0..examples.len()).find(|&i| examples.label(i) >= classes);
    match wrong {
        Some(i) => {
            let found = format!("{} of example {i}", examples.label(i));
            Err(TrainError::config("label", found, format!("below the network's {classes} classes")))
        }
        None => Ok(()),
    }
}
