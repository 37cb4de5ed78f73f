//! What experiments are made on: the searches of a space on some examples and a device.

use super::{
    StandAloneRow, Variant,
    learning_curve::{Epoch, train_watched},
};
use burn::{module::Module, tensor::Device};
use std::path::{Path, PathBuf};
use supernet_data::Split;
use supernet_nn::{Definition, KnownNet, Layer, Network, NormKind};
use supernet_search::Score;
use supernet_space::{Cost, PathMask, SearchSpace, name_number};
use supernet_train::{
    Examples, FineTuner, Hooks, ImageExamples, Keeper, OneMask, Progress, Provenance, Search, SearchConfig, SearchData,
    SeededWeights, StandAlone, StandAloneTraining, TrainError,
    crew::{Alone, Crew},
    divergences,
    store::{load_weights, save_weights},
    test,
};

/// What experiments are made on. [`Subject`] is the one there is; experiments see it as this trait,
/// so that they are compiled once for all networks.
pub trait Trials: Sync {
    /// Where they run.
    fn device(&self) -> &Device;

    /// Who makes them together with this process.
    fn crew(&self) -> &dyn Crew;

    /// Checks a configuration.
    ///
    /// # Errors
    /// A configuration that does not fit the examples.
    fn check(&self, config: &SearchConfig) -> Result<(), TrainError>;

    /// Training, validation and test examples.
    ///
    /// # Errors
    /// As [`Trials::check`].
    fn counts(&self, config: &SearchConfig) -> Result<[usize; 3], TrainError>;

    /// The searched space.
    ///
    /// # Errors
    /// As [`Trials::check`].
    fn space(&self, config: &SearchConfig) -> Result<SearchSpace, TrainError>;

    /// Versions, examples, networks, device.
    ///
    /// # Errors
    /// As [`Trials::check`].
    fn provenance(&self, config: &SearchConfig) -> Result<Provenance, TrainError>;

    /// Names how networks are trained from scratch, and on what: equal keys, equal trainings.
    ///
    /// # Errors
    /// As [`Trials::check`].
    fn training_key(&self, config: &SearchConfig) -> Result<String, TrainError>;

    /// The costs of stand-alone networks.
    ///
    /// # Errors
    /// As [`Trials::check`]; a mask of another space.
    fn costs(&self, config: &SearchConfig, masks: &[PathMask]) -> Result<Vec<Cost>, TrainError>;

    /// The steps of a training from scratch.
    ///
    /// # Errors
    /// As [`Trials::check`].
    fn steps_alone(&self, config: &SearchConfig) -> Result<u64, TrainError>;

    /// Trains the supernet of a variant and a seed and leaves its weights at `path(None)`, its
    /// earlier states at `path(Some(step))`.
    ///
    /// # Errors
    /// A loss that is no number, a file that cannot be written, the user's stop.
    fn train_supernet(
        &self,
        variant: &Variant,
        seed: u64,
        path: &dyn Fn(Option<u64>) -> PathBuf,
        keeper: &mut Keeper,
        progress: &mut dyn Progress,
    ) -> Result<(), TrainError>;

    /// Trains the network of a mask and a seed from scratch and tests it once; where its curve is
    /// wanted, it is kept in files whose names begin with `curve`. The row's settings and seconds
    /// are left empty.
    ///
    /// # Errors
    /// As [`Trials::train_supernet`].
    fn train_alone(
        &self,
        config: &SearchConfig,
        network: (&PathMask, u64),
        curve: Option<&Path>,
        keeper: &mut Keeper,
        progress: &mut dyn Progress,
    ) -> Result<(StandAloneRow, Vec<Epoch>), TrainError>;

    /// The scores of `masks` on the validation examples by the supernet whose weights are in a
    /// file.
    ///
    /// # Errors
    /// A file that cannot be read, a device that fails.
    fn scores(
        &self,
        config: &SearchConfig,
        weights: &Path,
        masks: &[PathMask],
        progress: &mut dyn Progress,
    ) -> Result<Vec<Score>, TrainError>;

    /// The divergences of predictions under `masks` from those under `reference`, on the first
    /// `count` training examples.
    ///
    /// # Errors
    /// As [`Trials::scores`].
    fn divergences(
        &self,
        config: &SearchConfig,
        weights: &Path,
        count: usize,
        reference: &PathMask,
        masks: &[PathMask],
    ) -> Result<Vec<f64>, TrainError>;

    /// The scores of `masks` after each was trained alone from the weights of a supernet; each is
    /// stored in `file` as it is made.
    ///
    /// # Errors
    /// As [`Trials::train_supernet`].
    fn fine_tuned(
        &self,
        config: &SearchConfig,
        weights: &Path,
        training: &StandAloneTraining,
        masks: &[PathMask],
        file: &Path,
        progress: &mut dyn Progress,
    ) -> Result<Vec<Score>, TrainError>;
}

/// Makes the search of a configuration.
type Make<'a, M, E, const D: usize> = dyn Fn(&SearchConfig) -> Result<Search<'a, M, E, D>, TrainError> + Sync + 'a;

/// The searches of a space on some examples and a device.
pub struct Subject<'a, M: Module, E, const D: usize = 4> {
    make: Box<Make<'a, M, E, D>>,
    device: &'a Device,
    device_name: &'a str,
    crew: &'a dyn Crew,
}

impl<'a> Subject<'a, KnownNet, ImageExamples<'a>> {
    /// Takes the known space that a configuration names, on the images of `split`.
    pub fn images(split: &'a Split, device: &'a Device, device_name: &'a str) -> Self {
        let make = |config: &SearchConfig| Search::images(config, split, device);
        Self { make: Box::new(make), device, device_name, crew: &Alone }
    }
}

impl<'a, M: Layer<D, 2> + 'static, E: Examples<D>, const D: usize> Subject<'a, M, &'a E, D> {
    /// Takes the space of `definition`, on `data`. Of a configuration's network the normalisation
    /// counts.
    pub fn own(
        definition: &'a Definition<M, D>,
        data: &'a SearchData<E>,
        device: &'a Device,
        device_name: &'a str,
    ) -> Self {
        let make = |config: &SearchConfig| {
            let SearchData { train, validation, test } = data;
            let definition = definition.clone().with_norm(config.network.norm());
            Search::new(config, definition, SearchData { train, validation, test }, device)
        };
        Self { make: Box::new(make), device, device_name, crew: &Alone }
    }
}

impl<'a, M: Layer<D, 2>, E: Examples<D>, const D: usize> Subject<'a, M, E, D> {
    /// Sets who makes experiments together with this process, each member in a directory of its
    /// own.
    #[must_use]
    pub fn with_crew(self, crew: &'a dyn Crew) -> Self {
        Self { crew, ..self }
    }

    /// A search by this member alone: a unit of work is shared as a whole.
    fn search(&self, config: &SearchConfig) -> Result<Search<'a, M, E, D>, TrainError> {
        (self.make)(config)
    }

    /// The supernet whose weights are in a file.
    fn supernet(&self, search: &Search<'_, M, E, D>, weights: &Path) -> Result<Network<M, D>, TrainError> {
        let (device, fresh) = (self.device.clone().inner(), &mut SeededWeights::new(search.config().seed));
        load_weights(search.networks().supernet.supernet(fresh, &device)?, weights)
    }
}

impl<M: Layer<D, 2>, E: Examples<D>, const D: usize> Trials for Subject<'_, M, E, D> {
    fn device(&self) -> &Device {
        self.device
    }

    fn crew(&self) -> &dyn Crew {
        self.crew
    }

    fn check(&self, config: &SearchConfig) -> Result<(), TrainError> {
        let supernets = config.supernet.supernets;
        if supernets > 1 {
            let expected = "1: an experiment trains as many as it needs";
            return Err(TrainError::config("supernet.supernets (--averaged)", supernets, expected));
        }
        if let Some(split) = config.supernet.split {
            return Err(TrainError::config(
                "supernet.split (--split)",
                split,
                "none: experiments train whole supernets",
            ));
        }
        self.search(config).map(drop)
    }

    fn counts(&self, config: &SearchConfig) -> Result<[usize; 3], TrainError> {
        let search = self.search(config)?;
        let SearchData { train, validation, test } = search.data();
        Ok([train, validation, test].map(Examples::len))
    }

    fn space(&self, config: &SearchConfig) -> Result<SearchSpace, TrainError> {
        Ok(self.search(config)?.space().clone())
    }

    fn provenance(&self, config: &SearchConfig) -> Result<Provenance, TrainError> {
        self.search(config)?.provenance(self.device_name)
    }

    fn training_key(&self, config: &SearchConfig) -> Result<String, TrainError> {
        let search = self.search(config)?;
        let (definition, data) = (&search.networks().stand_alone, search.data());
        let (input, classes) = (definition.input(), definition.classes());
        let network = match (config.network.paper(), input) {
            (Some(paper), &[channels, height, width]) if paper.activation.is_none() => {
                let shape = supernet_data::ImageShape::new(channels, height, width);
                let mut network = paper.config(config.stand_alone.filters, shape, classes)?;
                network.norm = NormKind::Batch;
                serde_json::json!(network)
            }
            _ => serde_json::json!(definition.fingerprint()?.parameters),
        };
        let validation = config.stand_alone.with_validation.then(|| data.validation.fingerprint());
        let named = serde_json::json!({
            "network": network,
            "training": config.stand_alone,
            "images": [Some(data.train.fingerprint()), validation, Some(data.test.fingerprint())],
        });
        Ok(format!("{:016x}", name_number(&named.to_string())))
    }

    fn costs(&self, config: &SearchConfig, masks: &[PathMask]) -> Result<Vec<Cost>, TrainError> {
        let search = self.search(config)?;
        masks.iter().map(|mask| search.cost(mask)).collect()
    }

    fn steps_alone(&self, config: &SearchConfig) -> Result<u64, TrainError> {
        self.search(config)?.with_trainer(&config.stand_alone, config.seed, |trainer| trainer.steps())
    }

    fn train_supernet(
        &self,
        variant: &Variant,
        seed: u64,
        path: &dyn Fn(Option<u64>) -> PathBuf,
        keeper: &mut Keeper,
        progress: &mut dyn Progress,
    ) -> Result<(), TrainError> {
        let search = self.search(&SearchConfig { seed, ..variant.config.clone() })?;
        let sampler = search.config().paths.sampler();
        let one_mask = OneMask(&*sampler);
        let sampler = if variant.one_mask { &one_mask } else { &*sampler };
        let earlier = variant.earlier_steps();
        let after = &mut |step: u64, network: &Network<M, D>, _: &mut dyn Progress| {
            if earlier.contains(&step) { save_weights(&network.valid(), &path(Some(step))) } else { Ok(()) }
        };
        let hooks = Hooks { plain_l2: variant.plain_l2, keeper: Some(keeper), after: Some(after), ..Hooks::default() };
        save_weights(&search.train_with(sampler, hooks, progress)?, &path(None))
    }

    fn train_alone(
        &self,
        config: &SearchConfig,
        (mask, seed): (&PathMask, u64),
        curve: Option<&Path>,
        keeper: &mut Keeper,
        progress: &mut dyn Progress,
    ) -> Result<(StandAloneRow, Vec<Epoch>), TrainError> {
        let search = self.search(config)?;
        let (data, device) = (search.data(), search.device());
        let train = |trainer: &StandAlone<M, D>| match curve {
            Some(stem) => train_watched(trainer, mask, &data.validation, stem, keeper, progress),
            None => {
                let network = trainer.train_kept(mask, &mut SeededWeights::new(seed), Some(keeper), progress)?;
                Ok((network, Vec::new()))
            }
        };
        let (network, epochs) = search.with_trainer(&config.stand_alone, seed, train)?;
        let test = test(&network, mask, &data.test, device)?;
        let cost = search.cost(mask)?;
        let row = StandAloneRow { mask: mask.clone(), settings: String::new(), seed, test, cost, seconds: 0.0 };
        Ok((row, epochs))
    }

    fn scores(
        &self,
        config: &SearchConfig,
        weights: &Path,
        masks: &[PathMask],
        progress: &mut dyn Progress,
    ) -> Result<Vec<Score>, TrainError> {
        let search = self.search(config)?;
        let supernet = self.supernet(&search, weights)?;
        let evaluator = search.evaluator(&supernet, &search.data().validation, config.scoring, progress)?;
        // The file's name is that of a supernet and of a state of it.
        let name = weights.file_stem().map_or_else(Default::default, |name| name.to_string_lossy());
        evaluator.with_crew(self.crew, format!("scores/{name}")).score(masks)
    }

    fn divergences(
        &self,
        config: &SearchConfig,
        weights: &Path,
        count: usize,
        reference: &PathMask,
        masks: &[PathMask],
    ) -> Result<Vec<f64>, TrainError> {
        let search = self.search(config)?;
        let supernet = self.supernet(&search, weights)?;
        let run = config.scoring.score_batch;
        divergences(&supernet, reference, masks, &search.data().train, count, run, search.device())
    }

    fn fine_tuned(
        &self,
        config: &SearchConfig,
        weights: &Path,
        training: &StandAloneTraining,
        masks: &[PathMask],
        file: &Path,
        progress: &mut dyn Progress,
    ) -> Result<Vec<Score>, TrainError> {
        let search = &self.search(config)?.with_crew(self.crew);
        let supernet = &self.supernet(search, weights)?;
        let tuner = FineTuner { supernet, search, seed: config.seed, training: *training };
        tuner.scores(masks, Some(file), progress)
    }
}
