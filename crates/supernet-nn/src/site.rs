//! Normalisation and ReLU around a convolution's output: one site per tensor, shared by all its readers.
//!
//! Affine-free statistics per ghost batch make `relu(norm(x))` a property of the tensor, not of the reader, so it is computed once
//! per tensor.

use crate::{
    Call, NnError, Statistics,
    call::run,
    weights::{Builder, Init},
};
use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor, activation::relu},
};
use serde::{Deserialize, Serialize};
use supernet_space::ConvOrder;

/// Added to the variance before its root is taken.
pub const EPSILON: f64 = 1e-5;

/// What normalisation a network has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NormKind {
    /// Statistics of each ghost batch, no scale or shift: the supernet's.
    #[default]
    Ghost,
    /// Statistics of each ghost batch, then a scale and a shift per channel shared by all architectures.
    GhostAffine,
    /// Ordinary batch normalisation of a stand-alone network: scale, shift, and stored statistics for inference.
    Batch,
}

/// `(x − mean) / sqrt(variance + 1e-5) · scale + shift` over images × height × width of each ghost batch, biased variance.
#[derive(Module, Debug)]
pub struct Norm {
    scale: Option<Param<Tensor<1>>>,
    shift: Option<Param<Tensor<1>>>,
    stored_mean: Option<Param<Tensor<1>>>,
    stored_variance: Option<Param<Tensor<1>>>,
}

impl Norm {
    pub(crate) fn init(builder: &mut Builder, kind: NormKind, channels: usize) -> Result<Self, NnError> {
        let mut vector = |name: &str, wanted: bool, init| -> Result<_, NnError> {
            match wanted {
                true => builder.at(name, |b| b.parameter([channels], init)).map(Some),
                false => Ok(None),
            }
        };
        let (affine, stored) = (kind != NormKind::Ghost, kind == NormKind::Batch);
        Ok(Self {
            scale: vector("scale", affine, Init::One)?,
            shift: vector("shift", affine, Init::Zero)?,
            stored_mean: vector("stored_mean", stored, Init::Zero)?.map(|p| p.set_require_grad(false)),
            stored_variance: vector("stored_variance", stored, Init::One)?.map(|p| p.set_require_grad(false)),
        })
    }

    /// The same before any weight is handed in.
    pub(crate) fn constant(kind: NormKind, channels: usize, device: &Device) -> Self {
        let (affine, stored) = (kind != NormKind::Ghost, kind == NormKind::Batch);
        let ones = |wanted: bool| wanted.then(|| Param::from_tensor(Tensor::ones([channels], device)));
        let zeros = |wanted: bool| wanted.then(|| Param::from_tensor(Tensor::zeros([channels], device)));
        Self {
            scale: ones(affine),
            shift: zeros(affine),
            stored_mean: zeros(stored).map(|p| p.set_require_grad(false)),
            stored_variance: ones(stored).map(|p| p.set_require_grad(false)),
        }
    }

    /// `x` [groups · n, channels, h, w] normalised by the statistics of each group, or by those stored, and max(0, ·) if asked for.
    pub(crate) fn forward(&self, x: Tensor<4>, groups: usize, call: &Call, with_relu: bool) -> Tensor<4> {
        if let Statistics::Note(notes) = call.statistics {
            self.note(x.clone(), notes);
        }
        let normalised = match (&self.stored_mean, &self.stored_variance, call.statistics) {
            (Some(mean), Some(variance), Statistics::Stored) => {
                let deviation = (per_channel(variance.val()) + EPSILON).sqrt();
                (x - per_channel(mean.val())) / deviation
            }
            _ => match (&self.scale, &self.shift) {
                (Some(scale), Some(shift)) if with_relu => {
                    return run!(call, norm_affine_relu(x, scale.val(), shift.val(), groups, EPSILON));
                }
                (None, None) if with_relu => return run!(call, norm_relu(x, groups, EPSILON)),
                _ => run!(call, norm(x, groups, EPSILON)),
            },
        };
        let scaled = match (&self.scale, &self.shift) {
            (Some(scale), Some(shift)) => normalised * per_channel(scale.val()) + per_channel(shift.val()),
            _ => normalised,
        };
        if with_relu { relu(scaled) } else { scaled }
    }

    /// Adds the statistics of `x` to the notes.
    fn note(&self, x: Tensor<4>, notes: &crate::Notes) {
        let Some(scale) = &self.scale else { return };
        let [n, c, h, w] = x.dims();
        let columns = x.detach().permute([1, 0, 2, 3]).reshape([c, n * h * w]);
        let mean = columns.clone().mean_dim(1);
        let variance = (columns - mean.clone()).square().mean_dim(1).reshape([c]);
        let mean = mean.reshape([c]);
        let mut notes = notes.borrow_mut();
        let sum = match notes.remove(&scale.id) {
            Some((means, variances, calls)) => (means + mean, variances + variance, calls + 1),
            None => (mean, variance, 1),
        };
        notes.insert(scale.id, sum);
    }

    /// Stores the plain average of the noted statistics for [`Statistics::Stored`].
    pub(crate) fn calibrate(&mut self, notes: &crate::Notes) {
        let Some(scale) = &self.scale else { return };
        let Some((means, variances, calls)) = notes.borrow().get(&scale.id).cloned() else { return };
        let store = |param: &mut Option<Param<Tensor<1>>>, sum: Tensor<1>| {
            let average = sum.div_scalar(calls as f64);
            *param = param.take().map(|p| p.map(|_| average).set_require_grad(false));
        };
        store(&mut self.stored_mean, means);
        store(&mut self.stored_variance, variances);
    }
}

fn per_channel(vector: Tensor<1>) -> Tensor<4> {
    let [channels] = vector.dims();
    vector.reshape([1, channels, 1, 1])
}

/// Where a tensor that others read is made ready: `raw` is what identity, pools and sums read, `shared` what convolutions read.
///
/// | order | raw | shared |
/// |---|---|---|
/// | norm, ReLU, convolve | x | relu(norm(x)) |
/// | ReLU, convolve, norm | norm(x) after a convolution, x after a sum | relu(raw) |
/// | convolve, norm, ReLU | relu(norm(x)) after a convolution, x after a sum | raw |
#[derive(Module, Debug)]
pub struct Site {
    norm: Option<Norm>,
    #[module(skip)]
    order: ConvOrder,
}

impl Site {
    /// The site of a convolution's output.
    pub(crate) fn of_convolution(
        builder: &mut Builder,
        kind: NormKind,
        order: ConvOrder,
        channels: usize,
    ) -> Result<Self, NnError> {
        Ok(Self { norm: Some(builder.at("norm", |b| Norm::init(b, kind, channels))?), order })
    }

    /// The site of a sum, which is normalised only where its readers would normalise it.
    pub(crate) fn of_sum(
        builder: &mut Builder,
        kind: NormKind,
        order: ConvOrder,
        channels: usize,
    ) -> Result<Self, NnError> {
        match order {
            ConvOrder::NormReluConv => Self::of_convolution(builder, kind, order, channels),
            ConvOrder::ReluConvNorm | ConvOrder::ConvNormRelu => Ok(Self { norm: None, order }),
        }
    }

    pub(crate) fn norm_mut(&mut self) -> Option<&mut Norm> {
        self.norm.as_mut()
    }

    fn normalise(&self, x: Tensor<4>, groups: usize, call: &Call, with_relu: bool) -> Tensor<4> {
        match &self.norm {
            Some(norm) => norm.forward(x, groups, call, with_relu),
            None => x,
        }
    }

    /// What identity, pools and sums read.
    pub(crate) fn raw(&self, x: Tensor<4>, groups: usize, call: &Call) -> Tensor<4> {
        match self.order {
            ConvOrder::NormReluConv => x,
            ConvOrder::ReluConvNorm => self.normalise(x, groups, call, false),
            ConvOrder::ConvNormRelu => self.normalise(x, groups, call, true),
        }
    }

    /// What convolutions read, from the raw tensor of `groups` ghost batches.
    pub(crate) fn shared(&self, raw: Tensor<4>, groups: usize, call: &Call) -> Tensor<4> {
        match self.order {
            ConvOrder::NormReluConv => self.normalise(raw, groups, call, true),
            ConvOrder::ReluConvNorm => relu(raw),
            ConvOrder::ConvNormRelu => raw,
        }
    }

    /// [`Site::shared`] of the ghost batches `on` alone, in that order.
    pub(crate) fn shared_on(&self, raw: Tensor<4>, groups: usize, on: &[u32], call: &Call) -> Tensor<4> {
        let affine_free = self.norm.as_ref().is_some_and(|norm| norm.scale.is_none());
        let batch_statistics = !matches!(call.statistics, Statistics::Stored);
        if self.order == ConvOrder::NormReluConv && affine_free && batch_statistics {
            return run!(call, norm_relu_on(raw, groups, on, EPSILON));
        }
        let rows = if on.len() == groups { raw } else { supernet_kernels::reference::take(raw, groups, on) };
        self.shared(rows, on.len(), call)
    }
}
