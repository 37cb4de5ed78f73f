//! Batch normalisation by the statistics of each ghost batch, or by stored ones.

use crate::{Call, Statistics, call::run, flow::take};
use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor, activation::relu},
};
use serde::{Deserialize, Serialize};

/// Added to the variance before its root is taken.
pub const EPSILON: f64 = 1e-5;

/// What normalisation a network has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NormKind {
    /// Statistics of each ghost batch, no scale or shift: the supernet's.
    #[default]
    Ghost,
    /// Statistics of each ghost batch, then a scale and a shift per channel shared by all
    /// architectures.
    GhostAffine,
    /// Ordinary batch normalisation of a stand-alone network: scale, shift, and stored statistics
    /// for inference.
    Batch,
}

/// `(x − mean) / sqrt(variance + 1e-5) · scale + shift` over images × height × width of each ghost
/// batch, biased variance.
#[derive(Module, Debug)]
pub struct Norm {
    scale: Option<Param<Tensor<1>>>,
    shift: Option<Param<Tensor<1>>>,
    stored_mean: Option<Param<Tensor<1>>>,
    stored_variance: Option<Param<Tensor<1>>>,
}

impl Norm {
    /// The normalisation of `channels` channels: scales 1, shifts 0.
    pub(crate) fn new(kind: NormKind, channels: usize, device: &Device) -> Self {
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

    /// Its scale, shift, mean and variance, those that it has.
    pub(crate) fn parameters(&self) -> [Option<&Param<Tensor<1>>>; 4] {
        [&self.scale, &self.shift, &self.stored_mean, &self.stored_variance].map(Option::as_ref)
    }

    /// The runs `on` of `x` [groups · n, channels, h, w], sorted and distinct, normalised by the
    /// statistics of each, or by those stored, and max(0, ·) if asked for: [on · n, channels, h,
    /// w].
    pub(crate) fn forward(&self, x: Tensor<4>, groups: usize, on: &[u32], call: &Call, with_relu: bool) -> Tensor<4> {
        let affine_free = self.scale.is_none() && !matches!(call.statistics, Statistics::Stored);
        if affine_free {
            return match with_relu {
                true => run!(call, norm_relu_on(x, groups, on, EPSILON)),
                false => run!(call, norm_on(x, groups, on, EPSILON)),
            };
        }
        self.normalised(take(x, groups, on), on.len(), call, with_relu)
    }

    /// Whether [`Norm::add`] may be called.
    pub(crate) fn adds(&self, call: &Call) -> bool {
        self.scale.is_none() && matches!(call.statistics, Statistics::Batch)
    }

    /// `acc`, of `sums` runs, with run `read[i]` of `x`, normalised, added to its run `write[i]`.
    pub(crate) fn add(
        &self,
        acc: Tensor<4>,
        x: Tensor<4>,
        sums: usize,
        read: &[u32],
        write: &[u32],
        call: &Call,
    ) -> Tensor<4> {
        run!(call, norm_add(acc, x, sums, read, write, EPSILON))
    }

    fn normalised(&self, x: Tensor<4>, groups: usize, call: &Call, with_relu: bool) -> Tensor<4> {
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
}

fn per_channel(vector: Tensor<1>) -> Tensor<4> {
    let [channels] = vector.dims();
    vector.reshape([1, channels, 1, 1])
}
