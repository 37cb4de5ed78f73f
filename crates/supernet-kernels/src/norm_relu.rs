//! Normalisation by the statistics of each ghost batch, with and without ReLU.
//!
//! For ghost batch `g` and channel `c`, over the `n * h * w` values `x` of that channel in that
//! ghost batch,
//!
//! ```text
//! m = mean(x)    v = mean((x - m)²)    y = max(0, (x - m) / sqrt(v + eps))
//! ```
//!
//! without scale and shift, on which the architectures of one supernet disagree most.

use burn::{
    backend::{
        Autodiff, Backend, Dispatch,
        autodiff::{
            checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
            grads::Gradients,
            ops::{Backward, Ops, OpsKind},
        },
        backend_extension,
        tensor::FloatTensor,
    },
    tensor::Tensor,
};

use crate::{
    backend::has_kernels,
    ghosts::Ghosts,
    gradients::{consume, register},
    reference,
};

/// Kernels of a backend. Tensors are `f32`; what they must fit is checked before.
pub trait NormKernels: Backend {
    /// The normalised ghost batches of the list, compact, and what [`backward`](Self::backward)
    /// wants to know of their statistics.
    fn forward(
        x: FloatTensor<Self>,
        groups: usize,
        on: &[u32],
        eps: f32,
        relu: bool,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// The gradient of `x`, zero where a ghost batch is not listed; added to `into` if that is
    /// given.
    fn backward(
        grad: FloatTensor<Self>,
        x: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        groups: usize,
        on: &[u32],
        relu: bool,
        into: Option<FloatTensor<Self>>,
    ) -> FloatTensor<Self>;
}

/// The differentiable operation.
#[backend_extension(Flex: cfg(feature = "flex"), Cube: cfg(feature = "cubecl"), Autodiff)]
pub trait NormOps: Backend {
    /// See [`NormKernels::forward`].
    fn norm(x: FloatTensor<Self>, groups: usize, on: Vec<u32>, eps: f32, relu: bool) -> FloatTensor<Self>;
}

impl<B: NormKernels> NormOps for B {
    fn norm(x: FloatTensor<Self>, groups: usize, on: Vec<u32>, eps: f32, relu: bool) -> FloatTensor<Self> {
        B::forward(x, groups, &on, eps, relu).0
    }
}

#[derive(Debug)]
struct NormBackward;

impl<B: NormKernels> Backward<B, 1> for NormBackward {
    type State = (FloatTensor<B>, FloatTensor<B>, usize, Vec<u32>, bool);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let grad = consume!(B, grads, ops.node);
        let (x, stats, groups, on, relu) = ops.state;
        if let [Some(parent)] = ops.parents {
            register!(B, grads, parent, |into| B::backward(grad, x, stats, groups, &on, relu, into));
        }
    }
}

impl<B: NormKernels, C: CheckpointStrategy> NormOps for Autodiff<B, C> {
    fn norm(x: FloatTensor<Self>, groups: usize, on: Vec<u32>, eps: f32, relu: bool) -> FloatTensor<Self> {
        let (x, node) = x.into_parts();
        match NormBackward.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let (y, stats) = B::forward(x.clone(), groups, &on, eps, relu);
                prep.finish((x, stats, groups, on, relu), y)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::forward(x, groups, &on, eps, relu).0),
        }
    }
}

fn run(x: Tensor<4>, groups: usize, on: Vec<u32>, eps: f64, relu: bool) -> Tensor<4> {
    Tensor::from_dispatch(<Dispatch as NormOps>::norm(x.into_dispatch(), groups, on, eps as f32, relu))
}

/// `relu(norm(x))` by the statistics of each ghost batch.
///
/// Shapes: `x` and the result `[groups * n, c, h, w]`.
///
/// # Panics
/// If the rows cannot be cut into `groups` ghost batches.
pub fn norm_relu(x: Tensor<4>, groups: usize, eps: f64) -> Tensor<4> {
    Ghosts::cut("norm_relu", x.dims()[0], groups);
    if x.dims()[0] == 0 || !has_kernels([&x]) {
        return reference::norm_relu(x, groups, eps);
    }
    run(x, groups, (0..groups as u32).collect(), eps, true)
}

/// Normalisation by the statistics of each ghost batch, without ReLU.
///
/// Shapes: `x` and the result `[groups * n, c, h, w]`.
///
/// # Panics
/// If the rows cannot be cut into `groups` ghost batches.
pub fn norm(x: Tensor<4>, groups: usize, eps: f64) -> Tensor<4> {
    Ghosts::cut("norm", x.dims()[0], groups);
    if x.dims()[0] == 0 || !has_kernels([&x]) {
        return reference::norm(x, groups, eps);
    }
    run(x, groups, (0..groups as u32).collect(), eps, false)
}

/// `relu(norm(x))` of the listed ghost batches only; the gradient of the others is exactly zero.
///
/// Shapes: `x` `[groups * n, c, h, w]`, the result `[on.len() * n, c, h, w]`.
///
/// # Panics
/// If the rows cannot be cut into `groups` ghost batches, or `on` is not a sorted list of distinct
/// ones.
pub fn norm_relu_on(x: Tensor<4>, groups: usize, on: &[u32], eps: f64) -> Tensor<4> {
    Ghosts::cut("norm_relu_on", x.dims()[0], groups).check("norm_relu_on", "on", on);
    if on.is_empty() || !has_kernels([&x]) {
        return reference::norm_relu_on(x, groups, on, eps);
    }
    run(x, groups, on.to_vec(), eps, true)
}

/// `norm(x)` of the listed ghost batches only; the gradient of the others is exactly zero.
///
/// Shapes and panics: as [`norm_relu_on`].
pub fn norm_on(x: Tensor<4>, groups: usize, on: &[u32], eps: f64) -> Tensor<4> {
    Ghosts::cut("norm_on", x.dims()[0], groups).check("norm_on", "on", on);
    if on.is_empty() || !has_kernels([&x]) {
        return reference::norm_on(x, groups, on, eps);
    }
    run(x, groups, on.to_vec(), eps, false)
}
