//! Which channels of a width are alive.

use crate::TrainError;
use burn::{
    module::{Module, ModuleVisitor, Param, ParamId},
    tensor::Tensor,
};
use std::collections::HashMap;
use supernet_nn::{WideScales, wide_scales};

/// The scales of the tensors of one width.
pub(super) struct Scales {
    /// The choice.
    pub(super) choice: String,
    /// Of each layer that writes such a tensor, the slices, each a parameter and its values.
    pub(super) tensors: Vec<Vec<(ParamId, Vec<f64>)>>,
}

impl Scales {
    /// Reads those of a stand-alone network, of each width.
    ///
    /// # Errors
    /// A network without a width.
    pub(super) fn of(network: &impl Module) -> Result<Vec<Self>, TrainError> {
        let values = values(network);
        let mut all: Vec<Self> = Vec::new();
        for WideScales { choice, slices } in wide_scales(network) {
            let tensor = slices.into_iter().map(|id| (id, values[&id].clone())).collect();
            match all.iter_mut().find(|scales| scales.choice == choice) {
                Some(scales) => scales.tensors.push(tensor),
                None => all.push(Self { choice, tensors: vec![tensor] }),
            }
        }
        let expected = "a space with a `Width` of several, written by `WideConv` or `WideDepthwise`";
        if all.is_empty() { Err(TrainError::config("widths", "none", expected)) } else { Ok(all) }
    }

    /// Channels of each tensor.
    pub(super) fn channels(&self) -> impl Iterator<Item = usize> {
        self.tensors.iter().map(|slices| slices.iter().map(|(_, values)| values.len()).sum())
    }

    /// Whether all tensors have the same channels, so that channel c of one is channel c of the
    /// others: they are read by the same layers, or added.
    pub(super) fn are_one_group(&self) -> bool {
        self.channels().collect::<std::collections::BTreeSet<_>>().len() == 1
    }

    /// For each channel of each tensor |scale|.
    pub(super) fn sizes(&self) -> Vec<Vec<f64>> {
        let of = |slices: &Vec<(ParamId, Vec<f64>)>| {
            slices.iter().flat_map(|(_, values)| values).map(|value| value.abs()).collect()
        };
        self.tensors.iter().map(of).collect()
    }

    /// The share of the channels whose scale is above `threshold`: of tensors of one group a
    /// channel is alive if it is in one of them; of others each counts as much.
    pub(super) fn alive(&self, threshold: f64) -> f64 {
        let sizes = self.sizes();
        let share = |alive: usize, of: usize| alive as f64 / of as f64;
        if self.are_one_group() {
            let channels = sizes[0].len();
            let is_alive = |&channel: &usize| sizes.iter().any(|sizes| sizes[channel] > threshold);
            return share((0..channels).filter(is_alive).count(), channels);
        }
        let of = |sizes: &Vec<f64>| share(sizes.iter().filter(|&&size| size > threshold).count(), sizes.len());
        sizes.iter().map(of).sum::<f64>() / sizes.len() as f64
    }
}

/// The values of the parameters of one axis.
fn values(module: &impl Module) -> HashMap<ParamId, Vec<f64>> {
    #[derive(Default)]
    struct Values(HashMap<ParamId, Vec<f64>>);
    impl ModuleVisitor for Values {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if D == 1 {
                self.0.insert(param.id, param.val().into_data().iter::<f64>().collect());
            }
        }
    }
    let mut values = Values::default();
    module.visit(&mut values);
    values.0
}
