//! A search: what is searched, with which examples, where, and how.

use super::{
    COMPANION, NetworkSettings, Networks, OwnPart, OwnSettings, SearchConfig,
    companion_check::check_companion,
    held::check_held,
    parts::{Parts, SAMPLER, Scene},
    reach::check_limits,
    relu::check_relu,
    split::check_split,
};
use crate::{
    Companion, Examples, ImageExamples, Progress, Provenance, Scoring, SearchData, StandAlone, StandAloneTraining,
    SupernetEvaluator, TrainError, Updates,
    crew::{Alone, Crew},
    examples::Joined,
    training::PathSampler,
};
use burn::{module::Module, tensor::Device};
use serde::Serialize;
use supernet_data::Split;
use supernet_nn::{KnownNet, Layer, Network};
use supernet_search::{Proposer, Scored, Strategy};
use supernet_space::{Architecture, Cost, PathMask, SearchSpace, programs::Activation};

/// A search: what is searched, with which examples, where, and how. Everything that can be known
/// before anything is trained is checked when it is made.
///
/// [`Search::images`] searches a known space; [`Search::new`] one of your own, whose networks a
/// [`Definition`](supernet_nn::Definition) gives. Sampler, strategy and evaluator come from the
/// configuration, or are your own (`with_…`). `Search::run` runs it in memory; a
/// [`crate::RunDirectory`] keeps it, so that it goes on where it was stopped.
pub struct Search<'a, M: Module, E, const D: usize = 4> {
    config: SearchConfig,
    networks: Networks<M, D>,
    data: SearchData<E>,
    device: Device,
    parts: Parts<'a, M, E, D>,
    crew: &'a dyn Crew,
}

impl<'a> Search<'a, KnownNet, ImageExamples<'a>> {
    /// Makes a search of the known space that `config` names, on the images of `split`.
    ///
    /// # Errors
    /// As [`Search::new`]; sizes that the network cannot have, or that memory cannot hold.
    pub fn images(config: &SearchConfig, split: &'a Split, device: &Device) -> Result<Self, TrainError> {
        let (shape, classes) = (split.train.shape(), split.train.classes().len());
        check_held(config, shape, classes, device)?;
        config.check()?;
        let networks = config.networks(shape, classes, device)?;
        Self::of(config.clone(), networks, SearchData::images(split)?, device)
    }
}

impl<'a, M: Layer<D, 2>, E: Examples<D>, const D: usize> Search<'a, M, E, D> {
    /// Makes a search of the space of `networks`; `config.network` becomes
    /// [`NetworkSettings::Own`], whatever it was.
    ///
    /// # Errors
    /// A number out of range, a limit that no network of the space meets, more examples in a batch
    /// than there are, a class that the network lacks, an augmentation that does not fit.
    pub fn new(
        config: &SearchConfig,
        networks: impl Into<Networks<M, D>>,
        data: SearchData<E>,
        device: &Device,
    ) -> Result<Self, TrainError> {
        let networks = networks.into();
        let network = NetworkSettings::Own(OwnSettings {
            norm: networks.supernet.norm(),
            activation: networks.stand_alone.activation(),
        });
        Self::of(SearchConfig { network, ..config.clone() }, networks, data, device)
    }

    fn of(
        config: SearchConfig,
        networks: Networks<M, D>,
        data: SearchData<E>,
        device: &Device,
    ) -> Result<Self, TrainError> {
        config.check()?;
        config.paths.check(networks.space())?;
        if let Some(activation) = config.network.activation() {
            check_relu(&networks.stand_alone, activation)?;
        }
        check_split(&config, networks.space())?;
        if let Some(companion) = config.companion {
            check_companion(&config, companion.updates, data.validation.len())?;
        }
        check_limits(&config, &networks.stand_alone)?;
        let augmentations = [config.supernet.augmentation, config.stand_alone.augmentation];
        data.check(networks.stand_alone.classes(), &augmentations)?;
        let search = Self { config, networks, data, device: device.clone(), parts: Parts::default(), crew: &Alone };
        search.loader(0)?;
        Ok(search)
    }

    /// Sets who works on the search together with this process, each member in a directory of its
    /// own. Results do not depend on it.
    #[must_use]
    pub fn with_crew(self, crew: &'a dyn Crew) -> Self {
        Self { crew, ..self }
    }

    /// Sets who draws the masks of a training step, instead of `config.paths`. `settings` is
    /// whatever it depends on: a run goes on only with the same name and settings.
    #[must_use]
    pub fn with_sampler(
        mut self,
        name: impl Into<String>,
        settings: &impl Serialize,
        sampler: impl PathSampler + 'a,
    ) -> Self {
        self.parts.note(SAMPLER, name.into(), settings);
        self.parts.sampler = Some(Box::new(sampler));
        self
    }

    /// Sets what is trained together with the supernet's weights, instead of `config.companion`:
    /// `make` is given the space and the seed, and is called again when a run goes on; the
    /// companion is then given the state that it had. With [`Proposer::Companion`]
    /// as `config.strategy` it proposes the candidates. `settings` is whatever it depends on: a run
    /// goes on only with the same name and settings.
    ///
    /// # Errors
    /// A number of `updates` out of range; several supernets.
    pub fn with_companion<C: Companion + 'static>(
        mut self,
        name: impl Into<String>,
        settings: &impl Serialize,
        updates: Updates,
        make: impl Fn(&SearchSpace, u64) -> C + 'a,
    ) -> Result<Self, TrainError> {
        updates.check()?;
        check_companion(&self.config, updates, self.data.validation.len())?;
        self.parts.note(COMPANION, name.into(), &(updates, settings));
        self.parts.companion = Some((updates, Box::new(move |space, seed| Box::new(make(space, seed)))));
        Ok(self)
    }

    /// Sets who proposes candidates, instead of `config.strategy`: `make` is given the space and
    /// the seed, and is called again when a run goes on; the strategy is then told again what it
    /// was told.
    #[must_use]
    pub fn with_strategy<S: Strategy + 'static>(
        mut self,
        name: impl Into<String>,
        settings: &impl Serialize,
        make: impl Fn(&SearchSpace, u64) -> S + 'a,
    ) -> Self {
        self.parts.note("strategy", name.into(), settings);
        self.parts.strategy = Some(Box::new(move |space, seed| Ok(Box::new(make(space, seed)))));
        self
    }

    /// Sets how candidates are scored, instead of by the supernet alone: `evaluate` is given the
    /// trained supernet with all that belongs to it, and architectures, and returns a score and a
    /// cost for each, in order.
    #[must_use]
    pub fn with_evaluator(
        mut self,
        name: impl Into<String>,
        settings: &impl Serialize,
        evaluate: impl Fn(&Scene<M, E, D>, &[Architecture], &mut dyn Progress) -> Result<Vec<Scored>, TrainError> + 'a,
    ) -> Self {
        self.parts.note("evaluator", name.into(), settings);
        self.parts.evaluator = Some(Box::new(evaluate));
        self
    }

    /// Calls `run` with what trains networks of the search from scratch by `training`, with
    /// weights, order and augmentation of `seed`.
    pub fn with_trainer<R>(
        &self,
        training: &StandAloneTraining,
        seed: u64,
        run: impl FnOnce(&StandAlone<M, D>) -> R,
    ) -> R {
        let joined = Joined(&self.data.train, &self.data.validation);
        let examples: &dyn Examples<D> = if training.with_validation { &joined } else { &self.data.train };
        let (definition, execution, device) = (&self.networks.stand_alone, self.config.execution, &self.device);
        run(&StandAlone { definition, training, examples, seed, execution, device })
    }

    /// Returns what scores by `supernet` on `examples`, where and how the search's networks run.
    ///
    /// # Errors
    /// A number of `scoring` out of range.
    pub fn evaluator<'e>(
        &'e self,
        supernet: &'e Network<M, D>,
        examples: &dyn Examples<D>,
        scoring: Scoring,
        progress: &'e mut dyn Progress,
    ) -> Result<SupernetEvaluator<'e, M, D>, TrainError> {
        let costs = &self.networks.stand_alone;
        let evaluator = SupernetEvaluator::new(supernet, costs, examples, scoring, &self.device, progress)?;
        Ok(evaluator.with_execution(self.config.execution))
    }

    /// Returns what the network of `mask` costs that is trained from scratch.
    ///
    /// # Errors
    /// A mask of another space.
    pub fn cost(&self, mask: &PathMask) -> Result<Cost, TrainError> {
        Ok(self.networks.stand_alone.cost(mask)?)
    }

    /// Returns where the search comes from, on the device called `device`. Reads every example
    /// once.
    ///
    /// # Errors
    /// A network that cannot be built.
    pub fn provenance(&self, device: impl Into<String>) -> Result<Provenance, TrainError> {
        let provenance = Provenance::new(&self.networks, &self.data, device)?;
        Ok(Provenance { parts: self.parts.notes.clone(), ..provenance })
    }

    /// The configuration.
    pub fn config(&self) -> &SearchConfig {
        &self.config
    }

    /// The networks.
    pub fn networks(&self) -> &Networks<M, D> {
        &self.networks
    }

    /// The examples.
    pub fn data(&self) -> &SearchData<E> {
        &self.data
    }

    /// Where it runs.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The space.
    pub fn space(&self) -> &SearchSpace {
        self.networks.space()
    }

    /// The parts that the program brings itself, as a run notes them.
    pub fn own_parts(&self) -> &[OwnPart] {
        &self.parts.notes
    }

    /// Who works on it.
    pub fn crew(&self) -> &'a dyn Crew {
        self.crew
    }

    pub(super) fn parts(&self) -> &Parts<'a, M, E, D> {
        &self.parts
    }

    /// Checks before anything is trained that there can be a supernet, and that the configured
    /// strategy can propose candidates. A program's own, and a companion, are asked when their time
    /// comes.
    ///
    /// # Errors
    /// A function with a β in place of ReLU; as [`Proposer::strategy`]; a companion that proposes
    /// where there is none.
    pub(crate) fn check_strategy(&self) -> Result<(), TrainError> {
        if let Some(function) = self.networks().supernet.activation().filter(Activation::has_beta) {
            let expected = "a function without β: in a supernet its places would be those of all networks";
            return Err(TrainError::config("network.activation (--activation)", function, expected));
        }
        match &self.config.strategy {
            _ if self.parts.strategy.is_some() => Ok(()),
            Proposer::Companion if self.updates().is_some() => Ok(()),
            proposer => Ok(proposer.strategy(self.space(), self.config.seed).map(drop)?),
        }
    }

    /// A strategy as it is at the start, where the supernet was trained together with `companion`.
    ///
    /// # Errors
    /// As [`Proposer::strategy`].
    pub(super) fn strategy(&self, companion: Option<&dyn Companion>) -> Result<Box<dyn Strategy>, TrainError> {
        let (space, seed) = (self.space(), self.config.seed);
        match (&self.parts.strategy, &self.config.strategy, companion) {
            (Some(make), ..) => make(space, seed),
            (None, Proposer::Companion, Some(companion)) => Ok(companion.strategy(seed)),
            (None, proposer, _) => Ok(proposer.strategy(space, seed)?),
        }
    }
}
