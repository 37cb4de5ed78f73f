//! The training loop: one for supernets and stand-alone networks, a function of (seed, step) alone.

use super::{
    ahead::Ahead,
    arrived::arrived,
    balance::{Balance, Weighed},
    drop_path::DropPath,
    micro_batches::{more_parts, parts_that_fit},
    part::Part,
    plain_l2::plain_l2,
    shares::Shares,
    update_rule::UpdateRule,
};
use crate::{
    Batches, Event, Keeper, Moment, Observation, PathSampler, Progress, Sgd, TrainError,
    caught::caught,
    companion::Accompanied,
    crew::{Workers, all_equal, gather, most},
    memory,
    store::weights,
};
use burn::{
    nn::loss::CrossEntropyLossConfig,
    optim::{GradientsAccumulator, GradientsParams, ModuleOptimizer},
    tensor::{Device, Int, Tensor, activation::log_softmax},
};
use rand::Rng;
use std::ops::Range;
use supernet_nn::{Call, Execution, MaskedNetwork, NnError, Usage, awake_on, on_processor, together};
use supernet_space::draws;

/// The settings of a training run, besides network and images.
pub struct Training<'a> {
    /// The name of the stage, for progress and errors.
    pub stage: &'a str,
    /// Seed of the masks.
    pub seed: u64,
    /// Steps T.
    pub steps: u64,
    /// Ghost batches per batch.
    pub ghosts: usize,
    /// How a step is shared out among processes.
    pub shares: Shares<'a>,
    /// Parts of whole ghost batches that a share of a batch is computed in, one after another, to
    /// need less memory; divides the ghost batches of a share. The gradients are summed before they
    /// are clipped and applied, so that only rounding depends on it.
    pub micro_batches: usize,
    /// Stochastic gradient descent.
    pub sgd: Sgd,
    /// How weights move along their gradients.
    pub rule: UpdateRule,
    /// How learning is balanced.
    pub balance: Balance,
    /// The first steps, which have every path on.
    pub warm_up: u64,
    /// Who draws the masks, up to where a companion begins to.
    pub sampler: &'a dyn PathSampler,
    /// How paths are dropped for some examples, and the steps of trainings before this one that it
    /// goes on from, which had draws of their own.
    pub drop_path: Option<(DropPath, u64)>,
    /// How the network runs.
    pub execution: Execution,
}

/// Called after each step with the number of steps done, the network, and where progress is shown.
pub type AfterStep<'a, N> = dyn FnMut(u64, &N, &mut dyn Progress) -> Result<(), TrainError> + 'a;

/// Given the network of a step and the gradients of its loss, returns those of the loss and a
/// penalty. What it adds depends on the network alone, so that a training goes on where it was
/// stopped.
pub type Penalty<'a, N> = dyn Fn(&N, GradientsParams) -> GradientsParams + 'a;

/// Additions to the loop.
pub struct Hooks<'a, 'k, 'c, N> {
    /// Called after each step with the number of steps done, the network, and where progress is
    /// shown.
    pub after: Option<&'a mut AfterStep<'a, N>>,
    /// Plain L2, λ·w on every weight at every step, instead of masked L2: what no mask uses decays
    /// and keeps its momentum.
    pub plain_l2: bool,
    /// Keeps the training's state, so that it goes on where it was stopped.
    pub keeper: Option<&'a mut Keeper<'k>>,
    /// Is trained together with the weights.
    pub companion: Option<&'a mut Accompanied<'c, N>>,
    /// Adds the gradients of a penalty to those of a step's loss.
    pub penalty: Option<&'a Penalty<'a, N>>,
}

impl<N> Default for Hooks<'_, '_, '_, N> {
    /// Adds nothing.
    fn default() -> Self {
        Self { after: None, plain_l2: false, keeper: None, companion: None, penalty: None }
    }
}

/// Steps that a training notes in its log, about.
const NOTED: u64 = 200;

impl Training<'_> {
    /// Trains `network` on the batches of `loader`.
    ///
    /// A step draws a mask for each ghost batch, runs what the masks use, and applies masked L2 and
    /// one SGD update with Nesterov momentum (PAPER, *Use, masked L2, update*).
    ///
    /// # Errors
    /// What the network refuses, a loss that is no number, or the user's stop.
    pub fn run<N: MaskedNetwork>(
        &self,
        network: N,
        loader: &impl Batches<Input = N::Input>,
        device: &Device,
        progress: &mut dyn Progress,
    ) -> Result<N, TrainError> {
        self.run_with(network, loader, device, Hooks::default(), progress)
    }

    /// [`Training::run`] with `hooks`. Where a device says that it has no memory left for a step,
    /// the step is computed again in more parts, and so are those that follow; with a keeper also
    /// those of a process that goes on. With a keeper the training goes on from its newest
    /// checkpoint and ends with the same weights, on a processor bit for bit, as one that was never
    /// stopped.
    ///
    /// # Errors
    /// As [`Training::run`], or whatever a hook reports. A training that the user stops has left a
    /// checkpoint.
    pub fn run_with<N: MaskedNetwork>(
        &self,
        network: N,
        loader: &impl Batches<Input = N::Input>,
        device: &Device,
        hooks: Hooks<N>,
        progress: &mut dyn Progress,
    ) -> Result<N, TrainError> {
        let make = |step| loader.host(step);
        std::thread::scope(|scope| {
            let mut ahead = Ahead::new(scope, &make, self.steps);
            self.steps_of(network, (loader, |step| ahead.take(step)), device, hooks, progress)
        })
    }

    /// Runs the steps that are left, their batches from `take`.
    fn steps_of<N: MaskedNetwork, B: Batches<Input = N::Input>>(
        &self,
        network: N,
        (loader, mut take): (&B, impl FnMut(u64) -> B::Host),
        device: &Device,
        hooks: Hooks<N>,
        progress: &mut dyn Progress,
    ) -> Result<N, TrainError> {
        let Hooks { mut after, plain_l2, mut keeper, mut companion, penalty } = hooks;
        self.shares.check(self.ghosts)?;
        let (start, mut network, mut optimizer) =
            self.restored(network, keeper.as_deref_mut(), companion.as_deref_mut())?;
        let mut parts = self.parts(keeper.as_deref())?;
        progress.begin(self.stage, self.steps);
        match &mut keeper {
            _ if start > 0 => progress.resume(start),
            Some(keeper) => keeper.note(&Event::Begin { stage: self.stage.into(), steps: self.steps })?,
            None => {}
        }
        for step in start..self.steps {
            let at = Moment { step, steps: self.steps };
            let batch = caught(self.stage, || Ok(take(step)))?;
            let sampler = companion.as_ref().and_then(|companion| companion.sampler(at)).unwrap_or(self.sampler);
            let now = Training { sampler, ..*self };
            let (whole, split) = now.fitting(&network, loader, (batch, at), device, parts, (plain_l2, penalty))?;
            if split > parts {
                parts = split;
                keeper.as_ref().map_or(Ok(()), |keeper| keeper.set_micro_batches(parts))?;
            }
            let observation;
            (network, observation) = now.update(network, &mut optimizer, whole, at);
            if let Some(companion) = &mut companion {
                caught(self.stage, || companion.learn(&network, at, self.shares.workers))?;
            }
            after.as_mut().map_or(Ok(()), |after| after(step + 1, &network, progress))?;
            let kept = || companion.as_ref().map_or_else(Vec::new, |companion| companion.state());
            self.leave((&network, &optimizer, &kept), at, &observation, keeper.as_deref_mut(), progress)?;
        }
        if let Some(keeper) = &mut keeper {
            keeper.note(&Event::End { stage: self.stage.into() })?;
        }
        progress.end();
        Ok(network)
    }

    /// The training as its newest checkpoint left it: steps done, network, optimiser; `companion`
    /// takes over what it was. At the start where there is none.
    fn restored<N: MaskedNetwork>(
        &self,
        network: N,
        keeper: Option<&mut Keeper>,
        companion: Option<&mut Accompanied<N>>,
    ) -> Result<(u64, N, ModuleOptimizer), TrainError> {
        let Some(keeper) = keeper else { return Ok((0, network, self.optimizer())) };
        let take_over = |kept: &[u8]| companion.map_or(Ok(()), |companion| companion.restore(kept));
        keeper.restore(network, self.optimizer(), take_over)
    }

    /// Shows what a step gave, and keeps it.
    ///
    /// # Errors
    /// A loss that is no number, a file that cannot be written, the user's stop.
    fn leave(
        &self,
        (network, optimizer, companion): (&impl MaskedNetwork, &ModuleOptimizer, &dyn Fn() -> Vec<u8>),
        at: Moment,
        observation: &Observation,
        keeper: Option<&mut Keeper>,
        progress: &mut dyn Progress,
    ) -> Result<(), TrainError> {
        let done = at.step + 1;
        if progress.is_due(done) || done == self.steps {
            observation.check(self.stage, at)?;
            progress.observe(done, observation);
        }
        // Asked once: whoever stops the training here finds a checkpoint of this step.
        let stopping = progress.should_stop();
        let is_due = |keeper: &&mut Keeper| if done < self.steps { keeper.is_due() } else { keeper.keeps_the_end() };
        let asked = Asked { stopping, due: keeper.as_ref().is_some_and(is_due) }.of_all(self.shares.workers)?;
        let stopping = asked.stopping;
        if asked.stopping || asked.due {
            self.agree(network)?;
        }
        if let Some(keeper) = keeper {
            self.keep(keeper, (network, optimizer, companion), at, observation, asked)?;
        }
        if stopping { Err(TrainError::Stopped { stage: self.stage.into(), step: done }) } else { Ok(()) }
    }

    /// Checks that all workers have the same weights.
    fn agree(&self, network: &impl MaskedNetwork) -> Result<(), TrainError> {
        let workers = self.shares.workers;
        if workers.size() == 1 {
            return Ok(());
        }
        let device = |reason: String| TrainError::Device { stage: self.stage.into(), reason };
        let digest = format!("{:08x}", crc32fast::hash(&weights(network).map_err(device)?));
        all_equal(workers, "weights", &digest)
    }

    /// What moves the weights.
    fn optimizer(&self) -> ModuleOptimizer {
        self.rule.optimizer(self.sgd.momentum, self.seed, self.steps)
    }

    /// Parts of a step: as many as are asked for, or more where `keeper` has noted that they are
    /// needed.
    fn parts(&self, keeper: Option<&Keeper>) -> Result<usize, TrainError> {
        let Some(found) = keeper.map_or(Ok(None), Keeper::micro_batches)? else { return Ok(self.micro_batches) };
        self.check_parts(found)?;
        Ok(self.micro_batches.max(found))
    }

    /// Ghost batches of a share.
    fn of_a_share(&self) -> usize {
        self.ghosts / self.shares.count
    }

    /// # Errors
    /// A number of parts, from a file, that does not divide the ghost batches.
    fn check_parts(&self, parts: usize) -> Result<(), TrainError> {
        if parts > 0 && self.of_a_share().is_multiple_of(parts) {
            Ok(())
        } else {
            let expected = format!("a divisor of {} ghost batches", self.of_a_share());
            Err(TrainError::config("micro_batches", parts, expected))
        }
    }

    /// Computes a step up to the directions of its update in `parts` parts, or in more where the
    /// device has no memory for that; returns in how many as well.
    fn fitting<N: MaskedNetwork, B: Batches<Input = N::Input>>(
        &self,
        network: &N,
        loader: &B,
        (batch, at): (B::Host, Moment),
        device: &Device,
        mut parts: usize,
        additions: (bool, Option<&Penalty<N>>),
    ) -> Result<(Whole, usize), TrainError> {
        let mut batch = Some(batch);
        loop {
            let compute = || {
                let host = batch.take().unwrap_or_else(|| loader.host(at.step));
                let mut whole = self.in_parts(network, loader, (host, at), device, parts)?;
                whole.part.gradients = self.directions(network, &mut whole.part, at, additions);
                // Shares are read before they are joined, so that all workers hear of it.
                if self.shares.is_whole() && !on_processor(device) {
                    let failed = |reason| TrainError::Device { stage: self.stage.into(), reason };
                    arrived(network, &whole.part.gradients, &whole.part.usage).map_err(failed)?;
                }
                Ok(whole)
            };
            let error = match caught(self.stage, compute) {
                Ok(whole) => return Ok((whole, parts)),
                Err(error) => error,
            };
            match more_parts(self.of_a_share(), parts).filter(|_| error.is_out_of_memory()) {
                Some(more) => parts = more,
                None => return Err(error),
            }
            if !on_processor(device) {
                // What the step that failed has left in pieces.
                device.memory_cleanup();
            }
        }
    }

    fn is_warm_up(&self, at: Moment) -> bool {
        at.step < self.warm_up
    }

    /// The masks of a step's ghost batches, with the weights of their losses.
    fn masks<N: MaskedNetwork>(&self, network: &N, at: Moment) -> Weighed {
        let space = network.search_space();
        let masks = match self.is_warm_up(at) {
            true => vec![space.all_on(); self.ghosts],
            false => self.sampler.masks(space, at, self.ghosts, self.seed),
        };
        self.balance.weighed(space, masks)
    }

    /// Computes masks, forward and backward of a step, each share in `parts` parts.
    fn in_parts<N: MaskedNetwork, B: Batches<Input = N::Input>>(
        &self,
        network: &N,
        loader: &B,
        (batch, at): (B::Host, Moment),
        device: &Device,
        parts: usize,
    ) -> Result<Whole, TrainError> {
        let masks = || self.masks(network, at);
        let (input, labels) = loader.place(batch, device);
        if self.shares.is_whole() && parts == 1 {
            let part = self.gradients(network, input, labels.clone(), masks(), at, device)?;
            return Ok(Whole { part, labels: labels.inner() });
        }
        let images = labels.dims()[0] / self.ghosts;
        let some = |ghosts: Range<usize>| {
            let rows = ghosts.start * images..ghosts.end * images;
            (loader.rows(&input, rows.clone()), labels.clone().slice(rows))
        };
        let each = self.of_a_share();
        let share = |share: usize, masks: &Weighed| {
            let first = share * each;
            let part = |i: usize| {
                let ghosts = first + i * each / parts..first + (i + 1) * each / parts;
                (some(ghosts.clone()), masks.some(ghosts))
            };
            self.summed_gradients(network, part, parts, at, device)
        };
        let part = if self.shares.is_whole() {
            share(0, &masks())?
        } else {
            // The others are told of an error before it ends this worker's step.
            let own = caught(self.stage, || {
                let masks = masks();
                self.shares.own().map(|own| share(own, &masks)).collect()
            });
            self.shares.join(network, own, (each, self.stage), device)?
        };
        Ok(Whole { part, labels: labels.inner() })
    }

    /// Asks for as many parts of a step as fit in memory, at least as many as are asked for; where
    /// these are more, `keeper` notes them. What it has noted is not measured again.
    ///
    /// # Errors
    /// What the network refuses, a device that fails, a file that cannot be read or written.
    pub(crate) fn fit<N: MaskedNetwork>(
        &mut self,
        network: &N,
        loader: &impl Batches<Input = N::Input>,
        device: &Device,
        keeper: Option<&Keeper>,
    ) -> Result<(), TrainError> {
        if keeper.map_or(Ok(None), Keeper::micro_batches)?.is_some() {
            return Ok(());
        }
        let parts = self.parts_that_fit(network, loader, device)?;
        let parts = most(self.shares.workers, parts as u64)? as usize;
        if parts > self.micro_batches {
            keeper.map_or(Ok(()), |keeper| keeper.set_micro_batches(parts))?;
        }
        self.micro_batches = parts;
        Ok(())
    }

    /// The fewest parts, at least as many as are asked for, in which a step fits in the memory that
    /// is left: what one ghost batch of the first step takes, times their number. On a processor of
    /// a system that tells; elsewhere what is asked for.
    ///
    /// # Errors
    /// What the network refuses, or a device that fails.
    fn parts_that_fit<N: MaskedNetwork>(
        &self,
        network: &N,
        loader: &impl Batches<Input = N::Input>,
        device: &Device,
    ) -> Result<usize, TrainError> {
        let Some(available) = memory::available().filter(|_| on_processor(device)) else {
            return Ok(self.micro_batches);
        };
        let at = Moment { step: 0, steps: self.steps };
        let masks = self.masks(network, at);
        let (input, labels) = loader.labelled(at.step, device);
        let rows = 0..labels.dims()[0] / self.ghosts;
        let (input, labels) = (loader.rows(&input, rows.clone()), labels.slice(rows));
        let (computed, grown) = memory::grown(|| self.gradients(network, input, labels, masks.some(0..1), at, device));
        computed?;
        Ok(grown
            .map_or(self.micro_batches, |each| parts_that_fit(self.of_a_share(), self.micro_batches, each, available)))
    }

    /// The directions of the update, of the gradients of a step: masked L2 or plain, clipped and
    /// balanced.
    fn directions<N: MaskedNetwork>(
        &self,
        network: &N,
        Part { gradients, usage, .. }: &mut Part,
        at: Moment,
        (plain, penalty): (bool, Option<&Penalty<N>>),
    ) -> GradientsParams {
        let gradients = std::mem::take(gradients);
        let gradients = penalty.into_iter().fold(gradients, |gradients, penalty| penalty(network, gradients));
        let l2 = self.sgd.l2_at(at);
        let directions =
            if plain { plain_l2(l2, network, gradients, usage) } else { l2.apply(network, gradients, usage) };
        self.balance.directions(network, directions, usage)
    }

    /// Moves the weights along the directions of a step.
    fn update<N: MaskedNetwork>(
        &self,
        network: N,
        optimizer: &mut ModuleOptimizer,
        Whole { part, labels }: Whole,
        at: Moment,
    ) -> (N, Observation) {
        let Part { loss, logits, gradients: directions, .. } = part;
        let learning_rate = self.sgd.rate_at(at);
        let network = together(|| optimizer.step(learning_rate, network, directions));
        let drop_rate = if self.is_warm_up(at) { None } else { self.sampler.drop_rate(at) };
        (network, Observation { loss, logits, labels, learning_rate, drop_rate })
    }

    /// Computes loss, logits and gradients of the ghost batches of `masks`, some of a step's or
    /// all.
    fn gradients<N: MaskedNetwork>(
        &self,
        network: &N,
        input: N::Input,
        labels: Tensor<1, Int>,
        Weighed { masks, weights }: Weighed,
        at: Moment,
        device: &Device,
    ) -> Result<Part, TrainError> {
        let share = masks.len() as f64 / self.ghosts as f64;
        let space = network.search_space();
        let is_drawn = !self.is_warm_up(at);
        let scales = self.sampler.survivor_scales(space, at).filter(|_| is_drawn);
        let gates = self.sampler.gates(space, at).filter(|_| is_drawn);
        let ghosts = masks.len();
        let paths = network.paths(masks, scales)?;
        let paths = match gates {
            Some(gates) => network.with_gates(paths, same_gates(&gates, ghosts, device)),
            None => paths,
        };
        let paths = self.dropping(network, paths, at)?;
        let cross_entropy = CrossEntropyLossConfig::new().init(device);
        let execution = self.execution;
        Ok(awake_on(device, || -> Result<_, NnError> {
            let call = Call { execution, ..Call::default() };
            let (logits, usage) = network.forward_used(input, &paths, &call)?;
            let (loss, to_learn) = match &weights {
                None => {
                    let loss = cross_entropy.forward(logits.clone(), labels);
                    (loss.clone(), loss)
                }
                Some(weights) => weighed_loss(logits.clone(), labels, weights),
            };
            let of_batch = if share == 1.0 { to_learn } else { to_learn.mul_scalar(share) };
            let gradients = GradientsParams::from_grads(of_batch.backward(), network);
            Ok(Part { loss: loss.inner(), logits: logits.inner(), gradients, usage })
        })?)
    }

    /// The paths of a step, dropped for some examples.
    fn dropping<N: MaskedNetwork>(&self, network: &N, paths: N::Paths, at: Moment) -> Result<N::Paths, NnError> {
        let Some((DropPath { rate, schedule, by_depth }, passed)) = self.drop_path else { return Ok(paths) };
        let seed = draws(self.seed, "drop path", passed + at.step).next_u64();
        let rate = schedule.at(rate, at.step, at.steps);
        match by_depth {
            true => network.with_growing_drop_path(paths, rate, seed),
            false => Ok(network.with_drop_path(paths, rate, seed)),
        }
    }

    /// Computes the same of the ghost batches of a share, in `parts` parts whose gradients are
    /// summed; `part` returns the images of a part, their classes, and the masks.
    fn summed_gradients<N: MaskedNetwork>(
        &self,
        network: &N,
        part: impl Fn(usize) -> ((N::Input, Tensor<1, Int>), Weighed),
        parts: usize,
        at: Moment,
        device: &Device,
    ) -> Result<Part, TrainError> {
        let mut sum = GradientsAccumulator::new();
        let (mut losses, mut logits, mut usages) = (Vec::new(), Vec::new(), Vec::new());
        for i in 0..parts {
            let ((input, labels), masks) = part(i);
            let part = self.gradients(network, input, labels, masks, at, device)?;
            sum.accumulate(network, part.gradients);
            losses.push(part.loss);
            logits.push(part.logits);
            usages.push(part.usage);
        }
        let (loss, logits) = (Tensor::cat(losses, 0).mean(), Tensor::cat(logits, 0));
        Ok(Part { loss, logits, gradients: sum.grads(), usage: Usage::mean(&usages) })
    }

    /// Notes a step, and writes a checkpoint if one is due or the training is about to be stopped.
    fn keep(
        &self,
        keeper: &mut Keeper,
        (network, optimizer, companion): (&impl MaskedNetwork, &ModuleOptimizer, &dyn Fn() -> Vec<u8>),
        at: Moment,
        observation: &Observation,
        asked: Asked,
    ) -> Result<(), TrainError> {
        let done = at.step + 1;
        if done == at.steps || done.is_multiple_of((at.steps / NOTED).max(1)) {
            let loss = observation.check(self.stage, at)?;
            let accuracy = observation.accuracy(self.stage)?;
            let Observation { learning_rate, drop_rate, .. } = *observation;
            let stage = self.stage.into();
            keeper.note(&Event::Step { stage, step: done, loss, accuracy, learning_rate, drop_rate })?;
        }
        if (asked.stopping || asked.due) && self.shares.workers.rank() == 0 {
            // A device that failed may give back anything: it is asked before its memory becomes a
            // checkpoint.
            observation.check(self.stage, at)?;
            keeper.save(done, network, optimizer, companion())?;
        }
        Ok(())
    }
}

/// What is asked for after a step.
#[derive(Clone, Copy)]
struct Asked {
    /// The user's stop.
    stopping: bool,
    /// A checkpoint, since it is time.
    due: bool,
}

impl Asked {
    /// What any of the workers asks for, where there are several.
    fn of_all(self, workers: &dyn Workers) -> Result<Self, TrainError> {
        if workers.size() == 1 {
            return Ok(self);
        }
        let said = gather(workers, vec![u8::from(self.stopping), u8::from(self.due && workers.rank() == 0)])?;
        let any = |i: usize| said.iter().any(|said| said.get(i) == Some(&1));
        Ok(Self { stopping: any(0), due: any(1) })
    }
}

/// Loss, logits and the directions of the update of a step, with the labels of its images.
struct Whole {
    part: Part,
    labels: Tensor<1, Int>,
}

impl Observation {
    /// The loss, a finite number.
    fn check(&self, stage: &str, at: Moment) -> Result<f64, TrainError> {
        let value = self.loss.clone().try_into_scalar::<f32>();
        let reason = |error: String| TrainError::Device { stage: stage.into(), reason: error };
        let loss = f64::from(value.map_err(|error| reason(error.to_string()))?);
        if loss.is_finite() { Ok(loss) } else { Err(TrainError::Diverged { stage: stage.into(), step: at.step, loss }) }
    }
}

/// The mean cross-entropy, and the mean in which that of each ghost batch has a weight.
fn weighed_loss(logits: Tensor<2>, labels: Tensor<1, Int>, weights: &[f32]) -> (Tensor<1>, Tensor<1>) {
    let [images, _] = logits.dims();
    let losses = log_softmax(logits, 1).gather(1, labels.reshape([images as i64, 1])).neg();
    let of_ghosts = losses.clone().reshape([weights.len() as i64, -1]);
    let weights = Tensor::<1>::from_data(weights, &losses.device()).reshape([weights.len() as i64, 1]);
    (losses.mean(), (of_ghosts * weights).mean())
}

/// The same gates for each of some ghost batches.
fn same_gates(gates: &[f64], ghosts: usize, device: &Device) -> Tensor<2> {
    let values: Vec<f32> = gates.iter().map(|&gate| gate as f32).collect();
    Tensor::<1>::from_data(&values[..], device).reshape([1, gates.len()]).repeat_dim(0, ghosts)
}
