//! Networks tried on a batch.

use super::anatomy::Parameter;
use crate::{Call, Definition, Execution, Layer, NamedWeights, Network, NnError, Notes, Statistics, apart::apart};
use burn::{
    module::{Module, ModuleVisitor, Param},
    optim::GradientsParams,
    tensor::{DType, Tensor, TensorData},
};
use std::collections::{HashMap, HashSet};
use supernet_space::PathMask;

/// The batch that networks are tried on.
pub(super) struct Probe<'p, M: Module, const D: usize> {
    pub(super) definition: &'p Definition<M, D>,
    pub(super) batch: &'p Tensor<D>,
    pub(super) execution: Execution,
}

impl<M: Layer<D, 2>, const D: usize> Probe<'_, M, D> {
    /// The stand-alone network of `mask` with these weights.
    pub(super) fn network(
        &self,
        mask: &PathMask,
        values: &HashMap<String, TensorData>,
    ) -> Result<Network<M, D>, NnError> {
        self.definition.stand_alone(mask, &mut NamedWeights(values.clone()), &self.batch.device())
    }

    /// How far a network is from another: with the statistics of the batch, or with stored ones,
    /// whichever is more.
    pub(super) fn apart(&self, found: &Network<M, D>, expected: &Network<M, D>) -> Result<f64, NnError> {
        let mut most: f64 = 0.0;
        for statistics in [Statistics::Batch, Statistics::Stored] {
            let apart = apart(self.logits(found, statistics)?, self.logits(expected, statistics)?);
            most = if apart.is_nan() { apart } else { most.max(apart) };
        }
        Ok(most)
    }

    /// Rounding in the type of the batch.
    pub(super) fn rounding(&self) -> f64 {
        if self.batch.dtype() == DType::F64 { 1e-6 } else { 1e-4 }
    }

    /// The statistics of the batch in a network.
    pub(super) fn notes(&self, network: &Network<M, D>) -> Result<Notes, NnError> {
        let notes = Notes::default();
        self.logits(network, Statistics::Note(&notes))?;
        Ok(notes)
    }

    /// Whether gradients reach each of some parts of the network of `mask` with these weights.
    pub(super) fn learns(
        &self,
        mask: &PathMask,
        values: &HashMap<String, TensorData>,
        parts: &[Vec<&Parameter>],
    ) -> Result<bool, NnError> {
        let device = self.batch.device().autodiff();
        let network = self.definition.stand_alone(mask, &mut NamedWeights(values.clone()), &device)?;
        let batch = Tensor::<D>::from_data(self.batch.to_data(), (&device, self.batch.dtype()));
        let logits = self.run(&network, batch, Statistics::Batch)?;
        // No sum of all, which a normalisation at the end would keep.
        let slopes = logits.clone().detach().powi_scalar(2) + 1.0;
        let gradients = (logits * slopes).sum().backward();
        let mut moving = Moving { gradients: GradientsParams::from_grads(gradients, &network), ..Moving::default() };
        network.visit(&mut moving);
        Ok(parts.iter().all(|part| part.iter().any(|one| moving.found.contains(&one.name))))
    }

    fn logits(&self, network: &Network<M, D>, statistics: Statistics) -> Result<Tensor<2>, NnError> {
        self.run(network, self.batch.clone(), statistics)
    }

    fn run(&self, network: &Network<M, D>, batch: Tensor<D>, statistics: Statistics) -> Result<Tensor<2>, NnError> {
        let mask = network.mask().ok_or(NnError::Supernet)?;
        let paths = self.definition.paths(vec![mask.clone()])?;
        network.forward_with(batch, &paths, &Call { statistics, execution: self.execution })
    }
}

/// The names of parameters that gradients reach.
#[derive(Default)]
struct Moving {
    path: Vec<String>,
    gradients: GradientsParams,
    found: HashSet<String>,
}

impl ModuleVisitor for Moving {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(gradient) = self.gradients.get::<D>(param.id) else { return };
        if gradient.into_data().iter::<f64>().any(|slope| slope != 0.0) {
            self.found.insert(self.path.join("."));
        }
    }
}
