//! Trains the supernet of a search.

use super::fixed_sample::FixedSample;
use crate::{Hooks, Loader, PathSampler, Progress, SearchConfig, SeededWeights, SupernetTraining, TrainError};
use burn::{module::Module, tensor::Device};
use supernet_data::{Normalisation, Split};
use supernet_nn::Network;

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
pub(crate) fn train_fitting(
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
