//! One-shot search of a space of one's own in one call: train the supernet, score candidates, retrain the best beside their companions,
//! test.

use super::{
    Examples, OwnData, OwnEvaluator, OwnLoader, OwnStandAlone,
    examples::{Joined, Part},
    test_own,
};
use crate::{
    Hooks, Keeper, Progress, Retrained, SearchConfig, SeededWeights, StandAloneTraining, TrainError,
    caught::caught,
    search::{Companions, candidates, check_reach, choose, random_companions, retrain, tested},
    stage::{SCORING, STAND_ALONE_TRAINING, SUPERNET_TRAINING},
    store::Stages,
    trust::{RankingEvidence, check_epochs, check_networks, halves, read_checked},
};
use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use std::{collections::HashMap, ops::Range, path::Path};
use supernet_nn::own::{Definition, Layer, OwnNetwork};
use supernet_search::{Outcome, Scored, trust::Verdict};
use supernet_space::{Architecture, PathMask};

/// What a search found.
pub struct OwnResult<M: Layer<D, 2>, const D: usize> {
    /// Every scored candidate, in the order of scoring.
    pub candidates: Vec<Scored>,
    /// Whether the ranking of the candidates is to be trusted.
    pub verdict: Verdict,
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
/// `network`, the stand-alone networks' `filters` and both `augmentation`s are ignored, and so is `scoring.memory_mib`.
///
/// # Errors
/// A configuration that does not fit the examples, a class that the network lacks, constraints that no candidate meets, a limit on latency, a loss that is no number,
/// the user's stop.
pub fn search_own<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
    config: &SearchConfig,
    definition: &Definition<M, D>,
    data: &OwnData<E>,
    device: &Device,
    progress: &mut dyn Progress,
) -> Result<OwnResult<M, D>, TrainError> {
    OwnSearch { config, definition, data, device, stages: None }.run(progress)
}

/// A search, stage by stage. With [`Stages`] each leaves there what it finds, or reads it back.
pub(crate) struct OwnSearch<'a, M, E, const D: usize> {
    pub(crate) config: &'a SearchConfig,
    pub(crate) definition: &'a Definition<M, D>,
    pub(crate) data: &'a OwnData<E>,
    pub(crate) device: &'a Device,
    pub(crate) stages: Option<Stages>,
}

impl<M: Layer<D, 2>, E: Examples<D>, const D: usize> OwnSearch<'_, M, E, D> {
    /// # Errors
    /// As [`search_own`].
    pub(crate) fn run(mut self, progress: &mut dyn Progress) -> Result<OwnResult<M, D>, TrainError> {
        self.check()?;
        let supernet = caught(SUPERNET_TRAINING, || self.supernet(progress))?;
        let (outcome, companions) = caught(SCORING, || self.score(&supernet, progress))?;
        let verdict = caught(SCORING, || self.evidence(&supernet, &outcome, progress)?.verdict())?;
        caught(STAND_ALONE_TRAINING, || self.retrain((supernet, verdict), outcome, companions, progress))
    }

    /// The trained supernet and the candidates, scored, and no more.
    pub(crate) fn scored(&mut self, progress: &mut dyn Progress) -> Result<(OwnNetwork<M, D>, Outcome), TrainError> {
        self.check()?;
        let supernet = caught(SUPERNET_TRAINING, || self.supernet(progress))?;
        let (outcome, _) = caught(SCORING, || self.score(&supernet, progress))?;
        Ok((supernet, outcome))
    }

    /// What is known of the candidates' ranking; some are scored once more for it, on each half of
    /// the validation examples.
    pub(crate) fn evidence<'e>(
        &'e self,
        supernet: &OwnNetwork<M, D>,
        outcome: &'e Outcome,
        progress: &mut dyn Progress,
    ) -> Result<RankingEvidence<'e>, TrainError> {
        let Self { config, definition, data, device, stages } = self;
        let (scoring, candidates) = (config.scoring, &outcome.scored[..]);
        let on_some = |masks: &[PathMask], places: Range<usize>| {
            let part = Part { examples: &data.validation, first: places.start, count: places.len() };
            OwnEvaluator::new(supernet, definition, &part, scoring, device, &mut *progress)?
                .with_execution(config.execution)
                .score(masks)
        };
        let (score_batch, examples) = (scoring.score_batch, data.validation.len());
        Ok(RankingEvidence {
            space: definition.space(),
            candidates,
            rank_by: scoring.rank_by,
            seed: config.seed,
            halves: halves(candidates, examples, score_batch, stages.as_ref().map(Stages::folder), on_some)?,
            losses: stages.as_ref().map_or_else(|| Ok(Vec::new()), |stages| stages.losses(SUPERNET_TRAINING))?,
            checked: stages.as_ref().map_or_else(|| Ok(HashMap::new()), |stages| read_checked(stages.folder()))?,
        })
    }

    /// Trains `networks` candidates, spread over the ranking, from scratch for a quarter of the
    /// epochs, scores them on the validation examples and leaves that in `folder`.
    pub(crate) fn check_ranking(
        &self,
        evidence: &RankingEvidence,
        networks: usize,
        folder: &Path,
        progress: &mut dyn Progress,
    ) -> Result<(), TrainError> {
        let Self { config, definition, data, device, .. } = self;
        let epochs = check_epochs(config.stand_alone.epochs);
        let trainer = OwnStandAlone {
            definition,
            training: &StandAloneTraining { epochs, ..config.stand_alone },
            examples: &data.train,
            seed: config.seed,
            execution: config.execution,
            device,
        };
        let masks = evidence.to_check(networks);
        check_networks(folder, &masks, trainer.steps()?, config.retrain.at_once, progress, |mask, progress| {
            test_own(&trainer.train(mask, progress)?, mask, &data.validation, device)
        })
    }

    fn check(&self) -> Result<(), TrainError> {
        let Self { config, definition, data, .. } = self;
        config.check_in(definition.space())?;
        let cost = |architecture: &Architecture| Ok(definition.cost(architecture)?);
        check_reach(definition.space(), &config.constraints, config.seed, cost)?;
        if config.latency.is_some() {
            return Err(TrainError::config("latency", "a limit", "none: networks of one's own are not timed"));
        }
        if config.scoring.checkpoints > 1 || config.scoring.fine_tune.is_some() {
            let (found, expected) = (
                "several checkpoints or a fine-tune",
                "neither: networks of one's own are scored as they are at the end",
            );
            return Err(TrainError::config("scoring", found, expected));
        }
        [&data.train, &data.validation, &data.test]
            .into_iter()
            .try_for_each(|examples| check_labels(examples, definition.classes()))
    }

    /// The trained supernet.
    fn supernet(&mut self, progress: &mut dyn Progress) -> Result<OwnNetwork<M, D>, TrainError> {
        let Self { config, definition, data, device, stages } = self;
        let build = |device: &Device| Ok(definition.supernet(&mut SeededWeights::new(config.seed), device)?);
        let mut train = |keeper: Option<&mut Keeper>| {
            let device = device.clone().autodiff();
            let sampler = config.paths.sampler();
            let mut training = config.supernet.training(config.seed, &*sampler, config.execution);
            let (supernet, loader) =
                (build(&device)?, OwnLoader::new(&data.train, config.supernet.batch, config.seed)?);
            training.fit(&supernet, &loader, &device, keeper.as_deref())?;
            let hooks = Hooks { after: &mut |_, _, _| Ok(()), plain_l2: false, keeper };
            Ok(training.run_with(supernet, &loader, &device, hooks, progress)?.valid())
        };
        match stages {
            None => train(None),
            Some(stages) => {
                stages.supernet(SUPERNET_TRAINING, || build(&device.clone().inner()), |keeper| train(Some(keeper)))
            }
        }
    }

    /// The candidates, scored, and what stands beside them.
    fn score(
        &mut self,
        supernet: &OwnNetwork<M, D>,
        progress: &mut dyn Progress,
    ) -> Result<(Outcome, Companions), TrainError> {
        let Self { config, definition, data, device, stages } = self;
        let (scoring, space) = (config.scoring, definition.space());
        let mut strategy = config.strategy.strategy(space, config.seed)?;
        let ledger = stages.as_ref().map(|stages| stages.ledger());
        let mut evaluator = OwnEvaluator::new(supernet, definition, &data.validation, scoring, device, progress)?
            .with_execution(config.execution)
            .with_ledger(ledger)?;
        let cost = |architecture: &Architecture| Ok(definition.cost(architecture)?);
        let outcome = match stages {
            None => candidates(config, space, &mut *strategy, &mut evaluator, cost)?,
            Some(stages) => {
                let mut recorded =
                    stages.recorded(space, scoring.rank_by, &mut evaluator)?.of_its_own(scoring.halving.is_some());
                candidates(config, space, &mut *strategy, &mut recorded, cost)?
            }
        };
        let mut evaluator = evaluator.without_ledger();
        let mut score = |mask: &PathMask| Ok(evaluator.score(std::slice::from_ref(mask))?[0]);
        let all_on = space.all_on();
        let all_on = (all_on.clone(), score(&all_on)?, definition.cost(&all_on)?);
        let random = random_companions(config, space, &outcome, strategy.is_uniform(), score, cost)?;
        Ok((outcome, Companions { random, all_on }))
    }

    /// The best and their companions, trained from scratch and tested.
    fn retrain(
        self,
        (supernet, verdict): (OwnNetwork<M, D>, Verdict),
        outcome: Outcome,
        companions: Companions,
        progress: &mut dyn Progress,
    ) -> Result<OwnResult<M, D>, TrainError> {
        let Self { config, definition, data, device, stages } = self;
        let scoring = config.scoring;
        let ranked = outcome.ranked_by(scoring.rank_by).into_iter().filter(|scored| scored.score.is_number());
        let picked: Vec<_> = ranked.take(config.retrain.picked).collect();
        let chosen = choose(config, &outcome, &picked, companions);
        let joined = Joined(&data.train, &data.validation);
        let trainer = OwnStandAlone {
            definition,
            training: &config.stand_alone,
            examples: if config.stand_alone.with_validation { &joined } else { &data.train },
            seed: config.seed,
            execution: config.execution,
            device,
        };
        let at_once = config.retrain.at_once;
        let networks = retrain(&chosen, |masks| trainer.train_in(stages.as_ref(), masks, at_once, progress))?;
        let retrained = tested(&chosen, &networks, |network, mask| test_own(network, mask, &data.test, device))?;
        if let Some(mut stages) = stages {
            stages.note(retrained.iter().map(Retrained::event))?;
        }
        let best = (chosen[0].1.clone(), networks.into_iter().next().expect("at least one picked"));
        let first: Vec<usize> = (0..scoring.score_batch.min(data.validation.len())).collect();
        let input = Tensor::from_data(data.validation.batch(&first), &device.clone().inner());
        let extraction_error = definition.extraction_error(&supernet, &best.0, input)?;
        Ok(OwnResult { candidates: outcome.scored, verdict, retrained, best, supernet, extraction_error })
    }
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
