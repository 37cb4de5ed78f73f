//! Concat → 1x1 without the concat: one 1x1 weight per input, summed over the inputs that are on.

use crate::{
    Call, NnError,
    call::run,
    paths::Ghosts,
    weights::{Builder, Init},
};
use burn::{
    module::{Module, Param},
    tensor::Tensor,
};
use supernet_kernels::zeros_like_rows;

/// A 1x1 convolution of a concat, stored as one weight [outputs, channels, 1, 1] per concatenated tensor, so that a slice that a
/// mask can switch is a parameter of its own. A network that lacks an input has no weight there.
#[derive(Module, Debug)]
pub struct SlicedPointwise {
    weights: Vec<Option<Param<Tensor<4>>>>,
}

/// One tensor of a concat: relu(norm(·)) of all ghost batches, and the ghost batches in which it is live.
#[derive(Clone, Debug)]
pub(crate) struct Slice {
    pub(crate) shared: Tensor<4>,
    pub(crate) live: Ghosts,
}

impl SlicedPointwise {
    /// The weights of the slices that `has` names, of `channels[j]` channels each.
    pub(crate) fn init(
        builder: &mut Builder,
        channels: &[usize],
        outputs: usize,
        has: impl Fn(usize) -> bool,
    ) -> Result<Self, NnError> {
        // Each slice reads relu(norm(·)), whose mean square is about a half.
        let weight = |b: &mut Builder, j: usize| {
            b.at(j, |b| b.parameter([outputs, channels[j], 1, 1], Init::Variance(2.0 / channels[j] as f64)))
        };
        let weights = builder.at("weights", |b| {
            (0..channels.len()).map(|j| has(j).then(|| weight(b, j)).transpose()).collect::<Result<_, _>>()
        })?;
        Ok(Self { weights })
    }

    /// Σ_j W_j · slice_j over the ghost batches `on(j)`; rows that no list names are zero. `None` if all lists are empty.
    pub(crate) fn forward<'a>(
        &self,
        slices: &[Option<Slice>],
        on: impl Fn(usize) -> &'a [u32],
        groups: usize,
        call: &Call,
    ) -> Option<Tensor<4>> {
        let mut sum = None;
        for (j, on) in (0..slices.len()).map(|j| (j, on(j))).filter(|(_, on)| !on.is_empty()) {
            let slice = slices[j].as_ref().expect("a slice that some ghost batch reads");
            let weight = self.weight(j).val();
            let [rows, ..] = slice.shared.dims();
            let acc = sum.take().unwrap_or_else(|| zeros_like_rows(&slice.shared, rows, weight.dims()[0]));
            sum = Some(run!(call, pointwise_add(acc, slice.shared.clone(), weight, groups, on, on)));
        }
        sum
    }

    /// The weight of slice `j`.
    ///
    /// # Panics
    /// If the network was built without it: a mask asks for what the network lacks.
    pub(crate) fn weight(&self, j: usize) -> &Param<Tensor<4>> {
        self.weights[j].as_ref().expect("the mask uses an input that this network was built without")
    }

    /// All weights that exist, in the order of the slices.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Param<Tensor<4>>> {
        self.weights.iter().flatten()
    }

    /// Reports each weight with the ghost batches that use it.
    pub(crate) fn usage(&self, lists: impl Fn(usize) -> usize, report: &mut dyn FnMut(burn::module::ParamId, usize)) {
        for (j, weight) in self.weights.iter().enumerate().filter_map(|(j, w)| Some((j, w.as_ref()?))) {
            report(weight.id, lists(j));
        }
    }
}

/// Zeros in the shape of `x`.
pub(crate) fn zeros_like(x: &Tensor<4>) -> Tensor<4> {
    let [rows, channels, ..] = x.dims();
    zeros_like_rows(x, rows, channels)
}
