//! Concat → 1x1 without the concat: one 1x1 weight per input, summed over the inputs that are on.

use crate::{
    Call, NnError,
    call::run,
    variants::Variants,
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

/// One tensor of a concat: relu(norm(·)) of its variants, and which of them each ghost batch reads.
#[derive(Clone, Debug)]
pub(crate) struct Slice {
    pub(crate) shared: Tensor<4>,
    pub(crate) variants: Variants,
}

impl Slice {
    /// The same, read by the ghost batches at `positions` only.
    pub(crate) fn read_by(&self, positions: &[usize]) -> Self {
        Self { shared: self.shared.clone(), variants: self.variants.read_by(positions) }
    }

    /// Images in a variant.
    fn images(&self) -> usize {
        self.shared.dims()[0] / self.variants.count()
    }
}

/// What ghost batch `ghost` reads of `slices` if `inputs` is the set of those that it uses: slice and variant.
pub(crate) fn read_variants(
    slices: &[Option<Slice>],
    inputs: u64,
    ghost: usize,
) -> impl Iterator<Item = (usize, u32)> + '_ {
    let used = slices.iter().enumerate().filter(move |(j, _)| inputs >> j & 1 == 1);
    used.filter_map(move |(j, slice)| Some((j, slice.as_ref()?.variants.of(ghost)?)))
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

    /// Σ_j W_j · slice_j over the slices that each ghost batch reads (bit j of `inputs`), one variant for each distinct set of what is
    /// read; none where nothing is. `None` if no ghost batch reads anything.
    pub(crate) fn forward(
        &self,
        slices: &[Option<Slice>],
        inputs: &[u64],
        call: &Call,
    ) -> Option<(Tensor<4>, Variants)> {
        let read = |ghost: usize| read_variants(slices, inputs[ghost], ghost).collect::<Vec<_>>();
        let key = |ghost| Some(read(ghost)).filter(|read| !read.is_empty());
        let (variants, first) = Variants::distinct((0..inputs.len()).map(key));
        let mut lists = vec![(Vec::new(), Vec::new()); slices.len()];
        for (variant, &ghost) in first.iter().enumerate() {
            for (j, of) in read(ghost) {
                lists[j].0.push(of);
                lists[j].1.push(variant as u32);
            }
        }
        let mut sum = None;
        for (j, (read, write)) in lists.iter().enumerate().filter(|(_, (read, _))| !read.is_empty()) {
            let slice = slices[j].as_ref().expect("a slice that some ghost batch reads");
            let weight = self.weight(j).val();
            let rows = slice.images() * variants.count();
            let acc = sum.take().unwrap_or_else(|| zeros_like_rows(&slice.shared, rows, weight.dims()[0]));
            let x = slice.shared.clone();
            sum = Some(run!(call, pointwise_add(acc, x, weight, variants.count(), read, write)));
        }
        sum.map(|sum| (sum, variants))
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
