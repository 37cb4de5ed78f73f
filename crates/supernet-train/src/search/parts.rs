//! Parts of a search that a program brings itself: who draws masks, who proposes candidates, who
//! scores them.

use crate::{
    Companion, Examples, Networks, Progress, Scoring, SearchData, SupernetEvaluator, TrainError, Updates,
    training::PathSampler,
};
use burn::{module::Module, tensor::Device};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use supernet_nn::{Execution, Layer, Network};
use supernet_search::{Evaluator, Scored, Strategy};
use supernet_space::{Architecture, SearchSpace};

/// What [`OwnPart::part`] says of a sampler, on which a trained supernet depends.
pub(crate) const SAMPLER: &str = "sampler";

/// The same of a companion.
pub(crate) const COMPANION: &str = "companion";

/// A part of a program's own, as `config.json` notes it: a run goes on only with the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwnPart {
    /// Which part: `sampler`, `companion`, `strategy` or `evaluator`.
    pub part: String,
    /// Its name.
    pub name: String,
    /// Whatever it depends on.
    pub settings: Value,
}

/// A trained supernet and everything that candidates may be scored by.
pub struct Scene<'s, M: Module, E, const D: usize = 4> {
    /// The trained supernet.
    pub supernet: &'s Network<M, D>,
    /// Its earlier states and further supernets, where scores are means over several.
    pub others: &'s [Network<M, D>],
    /// The choice of which each of those scores what takes one option, where the supernet is split.
    pub split: Option<usize>,
    /// The networks.
    pub networks: &'s Networks<M, D>,
    /// The examples; those to test on are not for scoring.
    pub data: &'s SearchData<E>,
    /// How candidates are scored by the supernet.
    pub scoring: Scoring,
    /// How networks run.
    pub execution: Execution,
    /// Where.
    pub device: &'s Device,
}

impl<'s, M: Layer<D, 2>, E: Examples<D>, const D: usize> Scene<'s, M, E, D> {
    /// Returns the evaluator by the supernet, to build upon.
    ///
    /// # Errors
    /// A number of `scoring` out of range.
    pub fn by_supernet<'p>(&self, progress: &'p mut dyn Progress) -> Result<SupernetEvaluator<'p, M, D>, TrainError>
    where
        's: 'p,
    {
        self.by_supernet_on(&self.data.validation, progress)
    }

    /// The evaluator by the supernet, on `examples`.
    pub(super) fn by_supernet_on<'p>(
        &self,
        examples: &dyn Examples<D>,
        progress: &'p mut dyn Progress,
    ) -> Result<SupernetEvaluator<'p, M, D>, TrainError>
    where
        's: 'p,
    {
        let Self { supernet, others, split, networks, scoring, execution, device, .. } = *self;
        let evaluator = SupernetEvaluator::new(supernet, &networks.stand_alone, examples, scoring, device, progress)?;
        Ok(evaluator.with_others(others).with_split(split).with_execution(execution))
    }
}

/// Makes a strategy for a space and a seed.
pub(super) type MakeStrategy<'a> = dyn Fn(&SearchSpace, u64) -> Result<Box<dyn Strategy>, TrainError> + 'a;

/// Makes a companion for a space and a seed.
pub(super) type MakeCompanion<'a> = dyn Fn(&SearchSpace, u64) -> Box<dyn Companion> + 'a;

/// Scores architectures.
pub(super) type Evaluate<'a, M, E, const D: usize> =
    dyn Fn(&Scene<M, E, D>, &[Architecture], &mut dyn Progress) -> Result<Vec<Scored>, TrainError> + 'a;

/// The parts that a program brings itself.
pub(super) struct Parts<'a, M: Module, E, const D: usize> {
    pub(super) notes: Vec<OwnPart>,
    pub(super) sampler: Option<Box<dyn PathSampler + 'a>>,
    pub(super) companion: Option<(Updates, Box<MakeCompanion<'a>>)>,
    pub(super) strategy: Option<Box<MakeStrategy<'a>>>,
    pub(super) evaluator: Option<Box<Evaluate<'a, M, E, D>>>,
}

impl<M: Module, E, const D: usize> Default for Parts<'_, M, E, D> {
    fn default() -> Self {
        Self { notes: Vec::new(), sampler: None, companion: None, strategy: None, evaluator: None }
    }
}

impl<M: Module, E, const D: usize> Parts<'_, M, E, D> {
    /// Notes a part.
    pub(super) fn note(&mut self, part: &str, name: String, settings: &impl Serialize) {
        let settings = serde_json::to_value(settings).expect("settings that are plain data");
        self.notes.retain(|note| note.part != part);
        self.notes.push(OwnPart { part: part.into(), name, settings });
    }
}

/// An evaluator of a program's own on a scene.
pub(super) struct OwnEvaluator<'e, 's, 'a, M: Module, E, const D: usize> {
    pub(super) evaluate: &'e Evaluate<'a, M, E, D>,
    pub(super) scene: &'e Scene<'s, M, E, D>,
    pub(super) progress: &'e mut dyn Progress,
}

impl<M: Module, E, const D: usize> Evaluator for OwnEvaluator<'_, '_, '_, M, E, D> {
    type Error = TrainError;

    fn evaluate(&mut self, architectures: &[Architecture]) -> Result<Vec<Scored>, TrainError> {
        (self.evaluate)(self.scene, architectures, self.progress)
    }
}
