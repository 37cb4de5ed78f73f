//! The training loop: one for supernets and stand-alone networks, a function of (seed, step) alone.

use crate::{Batches, Display, Moment, Observation, PathSampler, Sgd, TrainError, plain_l2::plain_l2};
use burn::{
    nn::loss::CrossEntropyLossConfig,
    optim::{GradientsParams, SgdConfig, momentum::MomentumConfig},
    tensor::{Device, Int, Tensor},
};
use supernet_nn::{Call, Execution, MaskedNetwork, Network, NnError, awake_on};

/// What a training run is given besides network and images.
pub struct Training<'a> {
    /// What is trained, for progress and errors.
    pub stage: &'a str,
    /// Seed of the masks.
    pub seed: u64,
    /// Steps T.
    pub steps: u64,
    /// Ghost batches per batch.
    pub ghosts: usize,
    /// Stochastic gradient descent.
    pub sgd: Sgd,
    /// Who draws the masks.
    pub sampler: &'a dyn PathSampler,
    /// How the network runs.
    pub execution: Execution,
}

/// What an experiment adds to the loop.
pub struct Hooks<'a, N = Network> {
    /// Called after each step with the number of steps done and the network.
    pub after: &'a mut dyn FnMut(u64, &N) -> Result<(), TrainError>,
    /// Plain L2, λ·w on every weight at every step, instead of masked L2: what no mask uses decays and keeps its momentum.
    pub plain_l2: bool,
}

impl Training<'_> {
    /// Trains `network` on the batches of `loader`.
    ///
    /// A step draws a mask for each ghost batch, runs what the masks use, and applies masked L2 and one SGD update with Nesterov
    /// momentum (PAPER, *Use, masked L2, update*) at a learning rate of η/2 · (1 + cos(π t/T)).
    ///
    /// # Errors
    /// What the network refuses, a loss that is no number, or the user's stop.
    pub fn run<N: MaskedNetwork>(
        &self,
        network: N,
        loader: &impl Batches<Input = N::Input>,
        device: &Device,
        display: &mut dyn Display,
    ) -> Result<N, TrainError> {
        let hooks = Hooks { after: &mut |_, _| Ok(()), plain_l2: false };
        self.run_with(network, loader, device, hooks, display)
    }

    /// [`Training::run`] with what an experiment adds to it.
    ///
    /// # Errors
    /// As [`Training::run`], or whatever a hook reports.
    pub fn run_with<N: MaskedNetwork>(
        &self,
        mut network: N,
        loader: &impl Batches<Input = N::Input>,
        device: &Device,
        hooks: Hooks<N>,
        display: &mut dyn Display,
    ) -> Result<N, TrainError> {
        let space = network.search_space().clone();
        let execution = self.execution;
        let momentum = MomentumConfig { momentum: self.sgd.momentum, dampening: 0.0, nesterov: true };
        let mut optimizer = SgdConfig::new().with_momentum(Some(momentum)).init();
        let cross_entropy = CrossEntropyLossConfig::new().init(device);
        display.begin(self.stage, self.steps);
        for step in 0..self.steps {
            let at = Moment { step, steps: self.steps };
            let masks = self.sampler.masks(&space, at, self.ghosts, self.seed);
            let paths = network.paths(masks, self.sampler.survivor_scales(&space, at))?;
            let (input, labels) = loader.labelled(step, device);

            let (logits, loss, gradients, usage) = awake_on(device, || -> Result<_, NnError> {
                let call = Call { execution, ..Call::default() };
                let (logits, usage) = network.forward_used(input, &paths, &call)?;
                let loss = cross_entropy.forward(logits.clone(), labels.clone());
                let gradients = GradientsParams::from_grads(loss.backward(), &network);
                Ok((logits, loss, gradients, usage))
            })?;
            let directions = match hooks.plain_l2 {
                false => self.sgd.l2.apply(&network, gradients, &usage),
                true => plain_l2(self.sgd.l2, &network, gradients, &usage),
            };
            let learning_rate = cosine(self.sgd.learning_rate, at);
            network = optimizer.step(learning_rate, network, directions);
            (hooks.after)(step + 1, &network)?;

            if display.is_due(step + 1) || step + 1 == self.steps {
                let observation = self.observe(at, loss.inner(), logits.inner(), labels.inner(), learning_rate)?;
                display.observe(step + 1, &observation);
            }
            if display.should_stop() {
                return Err(TrainError::Stopped { stage: self.stage.into(), step: step + 1 });
            }
        }
        display.end();
        Ok(network)
    }

    fn observe(
        &self,
        at: Moment,
        loss: Tensor<1>,
        logits: Tensor<2>,
        labels: Tensor<1, Int>,
        learning_rate: f64,
    ) -> Result<Observation, TrainError> {
        let device =
            |error: &dyn std::fmt::Display| TrainError::Device { stage: self.stage.into(), reason: error.to_string() };
        let value = loss.clone().try_into_scalar::<f32>().map_err(|error| device(&error))?;
        if !value.is_finite() {
            let loss = f64::from(value);
            return Err(TrainError::Diverged { stage: self.stage.into(), step: at.step, loss });
        }
        Ok(Observation { loss, logits, labels, learning_rate })
    }
}

/// η/2 · (1 + cos(π t/T)).
fn cosine(rate: f64, at: Moment) -> f64 {
    rate / 2.0 * (1.0 + (std::f64::consts::PI * at.step as f64 / at.steps as f64).cos())
}
