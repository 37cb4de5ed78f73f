//! Trains and scores trials, and keeps what their children begin with.

use super::{Inheritance, TrialSettings, trial_log::TrialLog};
use crate::{
    BURN, Batches, Examples, Hooks, Keeper, Progress, Saving, SeededWeights, StandAlone, StandAloneTraining,
    TrainError,
    crew::{Alone, CrewJob},
    stand_alone::train_all,
    store::{Lock, agree, checkpoints, lock, remove, write_whole},
    test,
    workers::Named,
};
use serde_json::json;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};
use supernet_nn::{Inherited, Kept, Layer, Morph, Morphed, NamedWeights, Network};
use supernet_search::{
    Scored,
    trials::{Trial, TrialEvaluator},
};
use supernet_space::PathMask;

/// Trains trials and scores them on examples. A trial begins with the weights that its parent ended
/// with, by name, and with seeded ones where its parent has none, or as another [`Inheritance`]
/// says; of the same architecture it also has its parent's momenta, and goes on with the batches
/// that follow, so that a line of trials is one training.
///
/// `settings` of a trial are `learning_rate`, `momentum` and `l2`; what is not given is that of the
/// recipe. The learning rate moves along the recipe's schedule within each trial: for a line that
/// is one training, [`Schedule::Constant`](supernet_space::Schedule::Constant). The recipe's epochs
/// are not used.
///
/// Its directory holds `config.json` (recipe, seed, versions, device, fingerprints of networks and
/// data, the inheritance; another one is refused), `trials.csv` (a line for each trial), `trials/`
/// (checkpoints of the trials that may be a parent) and `morphs/` (what each child by a morphism
/// keeps of what its parent computes). A search that was stopped goes on there: what is stored is
/// not computed again, and on a processor the numbers are those of a search that was not stopped.
pub struct Lineage<'a, M, const D: usize = 4> {
    stand_alone: StandAlone<'a, M, D>,
    examples: &'a dyn Examples<D>,
    inheritance: Inheritance,
    at_once: usize,
    folder: PathBuf,
    saving: Saving,
    progress: &'a mut dyn Progress,
    log: TrialLog,
    /// Trials that this process has asked for.
    asked: BTreeSet<u64>,
    _lock: Lock,
}

/// Settings that a trial may have.
const SETTINGS: [&str; 3] = ["learning_rate", "momentum", "l2"];

impl<'a, M: Layer<D, 2>, const D: usize> Lineage<'a, M, D> {
    /// Trains as `stand_alone` says on the device called `device`, scores on `examples`, and works
    /// in `folder`.
    ///
    /// # Errors
    /// An update rule that changes over a training; a directory of another lineage, or that cannot
    /// be written, or in which a process works.
    pub fn open(
        stand_alone: StandAlone<'a, M, D>,
        examples: &'a dyn Examples<D>,
        device: &str,
        folder: &Path,
        progress: &'a mut dyn Progress,
    ) -> Result<Self, TrainError> {
        Self::open_as((stand_alone, Inheritance::ByName, None), examples, device, folder, progress)
    }

    /// [`Lineage::open`] with another inheritance.
    ///
    /// # Errors
    /// As [`Lineage::open`]; noise of copied channels below 0, or no number.
    pub fn open_inheriting(
        inheritance: Inheritance,
        stand_alone: StandAlone<'a, M, D>,
        examples: &'a dyn Examples<D>,
        device: &str,
        folder: &Path,
        progress: &'a mut dyn Progress,
    ) -> Result<Self, TrainError> {
        Self::open_as((stand_alone, inheritance, None), examples, device, folder, progress)
    }

    /// The same for trials that settings propose, which the directory is then of.
    pub(super) fn open_as(
        (stand_alone, inheritance, trials): (StandAlone<'a, M, D>, Inheritance, Option<&TrialSettings>),
        examples: &'a dyn Examples<D>,
        device: &str,
        folder: &Path,
        progress: &'a mut dyn Progress,
    ) -> Result<Self, TrainError> {
        inheritance.check()?;
        let rule = stand_alone.training.rule;
        if rule.moves() {
            let expected = "a rule that is the same at every step: a line of trials has no end that is known";
            return Err(TrainError::config("stand_alone.rule", rule, expected));
        }
        let lock = lock(folder)?;
        let fingerprint = |examples: &dyn Examples<D>| format!("{:016x}", examples.fingerprint());
        let mut config = json!({
            "provenance": {
                "supernet": env!("CARGO_PKG_VERSION"),
                "burn": BURN,
                "device": device,
                "fingerprints": [fingerprint(stand_alone.examples), fingerprint(examples)],
                "definition": stand_alone.definition.fingerprint()?,
            },
            "config": {
                "seed": stand_alone.seed,
                "training": stand_alone.training,
                "execution": stand_alone.execution,
            },
        });
        if let Some(trials) = trials {
            config["config"]["trials"] = json!(trials);
        }
        if inheritance != Inheritance::ByName {
            config["config"]["inheritance"] = json!(inheritance);
        }
        agree(folder, &config, "the configuration of a lineage")?;
        let log = TrialLog::open(folder, stand_alone.definition.space())?;
        let trials = folder.join("trials");
        fs::create_dir_all(&trials).map_err(TrainError::io(&trials))?;
        let (at_once, saving, asked) = (0, Saving::default(), BTreeSet::new());
        let folder = folder.to_owned();
        Ok(Self { stand_alone, examples, inheritance, at_once, folder, saving, progress, log, asked, _lock: lock })
    }

    /// Sets how many trials are trained at the same time; 0, the default, for as many as there are
    /// cores. The results do not depend on it.
    #[must_use]
    pub fn with_at_once(self, at_once: usize) -> Self {
        Self { at_once, ..self }
    }

    /// Sets how often checkpoints are written.
    #[must_use]
    pub fn with_saving(self, saving: Saving) -> Self {
        Self { saving, ..self }
    }

    /// Returns the trained network of a trial that was scored and is kept, calibrated for
    /// inference.
    ///
    /// # Errors
    /// A trial that was not scored, or whose weights were forgotten.
    pub fn network(&mut self, id: u64) -> Result<Network<M, D>, TrainError> {
        let is_kept = !checkpoints(&stem(&self.folder, id))?.is_empty();
        let Some(trial) = self.log.trial(id).filter(|_| is_kept).cloned() else {
            return Err(TrainError::config("trial", id, "one that was scored and may be a parent yet"));
        };
        let Self { stand_alone, inheritance, folder, saving, log, progress, .. } = self;
        Run { stand_alone, inheritance: *inheritance, folder, saving: *saving, log }.network(&trial, &mut **progress)
    }

    /// Returns what a trial kept of what its parent computes; none of one that did not begin by a
    /// morphism.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn kept(&self, id: u64) -> Result<Option<Kept>, TrainError> {
        let path = kept_file(&self.folder, id);
        if !path.exists() {
            return Ok(None);
        }
        let text = fs::read_to_string(&path).map_err(TrainError::io(&path))?;
        let expected = "what a trial keeps of its parent; choose another directory";
        serde_json::from_str(&text).map(Some).map_err(|error| TrainError::File {
            path,
            found: error.to_string(),
            expected,
        })
    }

    /// Training steps of an epoch.
    pub(super) fn steps_of_an_epoch(&self) -> Result<u64, TrainError> {
        Ok(self.stand_alone.loader()?.steps_per_epoch())
    }

    /// Trains and scores trials that are not known.
    fn run(&mut self, trials: &[Trial]) -> Result<(), TrainError> {
        let Self { stand_alone, examples, inheritance, at_once, folder, saving, progress, log, .. } = self;
        let run = Run { stand_alone, inheritance: *inheritance, folder, saving: *saving, log };
        let masks: Vec<&PathMask> = trials.iter().map(|trial| trial.architecture.mask()).collect();
        let name = |place: &usize| CrewJob { key: place.to_string(), cost: 1.0, files: None, by_first: false };
        let named = Named { crew: &Alone, name: &name, pack: &|_, _| Ok(Vec::new()), unpack: &|_, _| Ok(None) };
        let steps = trials.iter().map(|trial| trial.steps).max().unwrap_or(0);
        let scores = train_all(masks, steps, *at_once, named, &mut **progress, |place, mask, progress| {
            let network = run.network(&trials[place], progress)?;
            test(&network, mask, *examples, stand_alone.device)
        })?;
        trials.iter().zip(scores).try_for_each(|(trial, score)| log.add(trial, score))
    }
}

impl<M: Layer<D, 2>, const D: usize> TrialEvaluator for Lineage<'_, M, D> {
    type Error = TrainError;

    fn evaluate_trials(&mut self, trials: &[Trial]) -> Result<Vec<Scored>, TrainError> {
        let mut new = Vec::new();
        for trial in trials {
            self.stand_alone.definition.space().check(&trial.architecture)?;
            training(self.stand_alone.training, trial)?;
            if self.log.score(trial)?.is_none() {
                new.push(trial.clone());
            }
        }
        if !new.is_empty() {
            self.run(&new)?;
        }
        self.asked.extend(trials.iter().map(|trial| trial.id));
        let scored = |trial: &Trial| {
            let score = self.log.score(trial)?.expect("every trial is scored by now");
            let cost = self.stand_alone.definition.cost(trial.architecture.mask())?;
            Ok(Scored { architecture: trial.architecture.clone(), score, cost })
        };
        trials.iter().map(scored).collect()
    }

    fn keep_only(&mut self, parents: &BTreeSet<u64>) -> Result<(), TrainError> {
        // Trials that only a process before has asked for are needed yet, or not known to be.
        let forgotten: Vec<u64> = self.asked.difference(parents).copied().collect();
        for id in forgotten {
            stem_keeper(&self.folder, id, self.saving).clear()?;
            self.asked.remove(&id);
        }
        Ok(())
    }
}

/// What a training needs; it is shared by those that run at the same time.
struct Run<'r, 'a, M, const D: usize> {
    stand_alone: &'r StandAlone<'a, M, D>,
    inheritance: Inheritance,
    folder: &'r Path,
    saving: Saving,
    log: &'r TrialLog,
}

impl<M: Layer<D, 2>, const D: usize> Run<'_, '_, M, D> {
    /// The trained network of a trial, calibrated. What it ended with is kept.
    fn network(&self, trial: &Trial, progress: &mut dyn Progress) -> Result<Network<M, D>, TrainError> {
        let training = training(self.stand_alone.training, trial)?;
        let trainer = StandAlone { training: &training, ..*self.stand_alone };
        let stem = stem(self.folder, trial.id);
        let network = self.start(trial, &stem)?;
        let steps = (self.log.steps_before(trial), trial.steps);
        let mut keeper = Keeper::new(&stem, self.saving, None).keeping_the_end();
        let hooks = Hooks { keeper: Some(&mut keeper), ..Hooks::default() };
        let mask = trial.architecture.mask();
        let network = trainer.recipe().train(network, mask, &trainer.loader()?, steps, hooks, progress)?;
        // What it began with is not needed any more.
        checkpoints(&stem)?.into_iter().skip(1).try_for_each(|(_, path)| remove(&path))?;
        Ok(network)
    }

    /// The network that a trial begins with; of one that goes on from its own checkpoint its
    /// weights are not looked at.
    fn start(&self, trial: &Trial, stem: &Path) -> Result<Network<M, D>, TrainError> {
        let StandAlone { definition, seed, device, .. } = *self.stand_alone;
        let (mask, autodiff) = (trial.architecture.mask(), device.clone().autodiff());
        let has_begun = !checkpoints(stem)?.is_empty();
        let Some(parent) = trial.parent.filter(|_| !has_begun) else {
            return Ok(definition.stand_alone(mask, &mut SeededWeights::new(seed), &autodiff)?);
        };
        let place = "parent of a trial";
        let unknown = || TrainError::config(place, parent, "a trial that was scored and is kept");
        let parent = self.log.trial(parent).ok_or_else(unknown)?;
        let of_parent = stem_keeper(self.folder, parent.id, self.saving);
        if parent.architecture == trial.architecture {
            if !of_parent.hand_on(stem)? {
                return Err(unknown());
            }
            return Ok(definition.stand_alone(mask, &mut SeededWeights::new(seed), &autodiff)?);
        }
        let seeded = definition.stand_alone(
            parent.architecture.mask(),
            &mut SeededWeights::new(seed),
            &device.clone().inner(),
        )?;
        let grown = of_parent.last(seeded)?.ok_or_else(unknown)?;
        match self.inheritance {
            Inheritance::ByName => {
                let mut weights = SeededWeights::new(seed);
                Ok(definition.stand_alone(mask, &mut Inherited::of(&grown, &mut weights), &autodiff)?)
            }
            Inheritance::Morphism(morph) => self.morphed(&grown, trial, morph),
        }
    }

    /// The network of a child that computes what its parent does.
    fn morphed(&self, parent: &Network<M, D>, trial: &Trial, morph: Morph) -> Result<Network<M, D>, TrainError> {
        let StandAlone { definition, seed, device, execution, .. } = *self.stand_alone;
        let (mask, device) = (trial.architecture.mask(), device.clone().inner());
        let (batch, _) = self.stand_alone.loader()?.labelled(self.log.steps_before(trial), &device);
        let mut weights = SeededWeights::new(seed);
        let Morphed { network, kept } = definition.morphed(parent, mask, morph, &mut weights, (&batch, execution))?;
        write_whole(&kept_file(self.folder, trial.id), json!(kept).to_string().as_bytes())?;
        Ok(definition.stand_alone(mask, &mut NamedWeights::of(&network), &device.autodiff())?)
    }
}

/// The recipe with the settings of a trial.
///
/// # Errors
/// A setting that there is not, or one that is out of range.
fn training(recipe: &StandAloneTraining, trial: &Trial) -> Result<StandAloneTraining, TrainError> {
    let mut training = *recipe;
    let sgd = &mut training.sgd;
    for (name, &value) in &trial.settings {
        match SETTINGS.iter().position(|setting| setting == name) {
            Some(0) => sgd.learning_rate = value,
            Some(1) => sgd.momentum = value,
            Some(_) => sgd.l2.decay = value,
            None => return Err(TrainError::config("settings of a trial", name, SETTINGS.join(", "))),
        }
    }
    sgd.check("settings of a trial")?;
    Ok(training)
}

/// What the names of the files of a trial begin with.
fn stem(folder: &Path, id: u64) -> PathBuf {
    folder.join(format!("trials/{id:06}"))
}

/// Where it stands what a trial keeps of its parent.
fn kept_file(folder: &Path, id: u64) -> PathBuf {
    folder.join(format!("morphs/{id:06}.json"))
}

fn stem_keeper(folder: &Path, id: u64, saving: Saving) -> Keeper<'static> {
    Keeper::new(stem(folder, id), saving, None)
}
