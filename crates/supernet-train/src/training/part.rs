//! What a part of a training step gives.

use burn::{optim::GradientsParams, tensor::Tensor};
use supernet_nn::Usage;

/// Loss, logits and gradients of some ghost batches of a step.
pub(super) struct Part {
    /// The mean loss of their images.
    pub(super) loss: Tensor<1>,
    pub(super) logits: Tensor<2>,
    /// The part of the gradient of the whole batch's mean loss.
    pub(super) gradients: GradientsParams,
    pub(super) usage: Usage,
}
