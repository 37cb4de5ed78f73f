//! Channels of a tensor beside others, summed into an accumulator: what a concatenation along the
//! channels is made of.
//!
//! ```text
//! acc[write[i], first .. first + c] += x[read[i]]
//! ```

#![cfg_attr(not(feature = "flex"), allow(unused_variables, reason = "no backend at hand has them"))]

use burn::{
    backend::{
        Autodiff, Backend, Dispatch, TensorMetadata,
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
    backend::{has_kernels, is_cube},
    ghosts::Lists,
    gradients::{consume, register},
    reference,
};

/// Kernels of a backend. Tensors are `f32`; what they must fit is checked before.
pub trait ChannelsKernels: Backend {
    /// `acc[write, first ..] += x[read]`; `acc` has `groups` ghost batches.
    fn forward_add(
        acc: FloatTensor<Self>,
        x: FloatTensor<Self>,
        first: usize,
        groups: usize,
        lists: &Lists,
    ) -> FloatTensor<Self>;

    /// The gradient of `x`, which has `shape` and ghost batches of `size` images, zero where one is
    /// not read; added to `into` if that is given.
    fn backward(
        grad: FloatTensor<Self>,
        shape: [usize; 4],
        first: usize,
        size: usize,
        lists: &Lists,
        into: Option<FloatTensor<Self>>,
    ) -> FloatTensor<Self>;
}

/// The differentiable operation.
#[backend_extension(Flex: cfg(feature = "flex"), Autodiff)]
pub trait ChannelsOps: Backend {
    /// See [`ChannelsKernels::forward_add`].
    fn channels_add(
        acc: FloatTensor<Self>,
        x: FloatTensor<Self>,
        first: usize,
        groups: usize,
        lists: Lists,
    ) -> FloatTensor<Self>;
}

impl<B: ChannelsKernels> ChannelsOps for B {
    fn channels_add(
        acc: FloatTensor<Self>,
        x: FloatTensor<Self>,
        first: usize,
        groups: usize,
        lists: Lists,
    ) -> FloatTensor<Self> {
        <B as ChannelsKernels>::forward_add(acc, x, first, groups, &lists)
    }
}

#[derive(Debug)]
struct ChannelsBackward;

impl<B: ChannelsKernels> Backward<B, 2> for ChannelsBackward {
    type State = ([usize; 4], usize, usize, Lists);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let grad = consume!(B, grads, ops.node);
        let (shape, first, size, lists) = ops.state;
        let [acc, of_x] = ops.parents;
        if let Some(parent) = of_x {
            register!(B, grads, parent, |into| {
                <B as ChannelsKernels>::backward(grad.clone(), shape, first, size, &lists, into)
            });
        }
        if let Some(acc) = acc {
            grads.register::<B>(acc.id, grad);
        }
    }
}

impl<B: ChannelsKernels, C: CheckpointStrategy> ChannelsOps for Autodiff<B, C> {
    fn channels_add(
        acc: FloatTensor<Self>,
        x: FloatTensor<Self>,
        first: usize,
        groups: usize,
        lists: Lists,
    ) -> FloatTensor<Self> {
        let ((acc, acc_node), (x, x_node)) = (acc.into_parts(), x.into_parts());
        let (size, shape) = (acc.shape().dims::<4>()[0] / groups, x.shape().dims::<4>());
        match ChannelsBackward.prepare::<C>([acc_node, x_node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let y = <B as ChannelsKernels>::forward_add(acc, x, first, groups, &lists);
                prep.finish((shape, first, size, lists), y)
            }
            OpsKind::UnTracked(prep) => prep.finish(<B as ChannelsKernels>::forward_add(acc, x, first, groups, &lists)),
        }
    }
}

/// `acc` with ghost batch `read[i]` of `x` added to the channels from `first` on of ghost batch
/// `write[i]`, for every `i`.
///
/// Shapes: `acc` and the result `[groups * n, all, h, w]`, `x` `[m * n, c, h, w]` with any `m` and
/// `first + c` at most `all`. `acc` is changed in place when nothing else holds it. `read` may name
/// a ghost batch several times. The gradient of `acc` is the incoming gradient, not a copy; that of
/// ghost batches of `x` that are not read is exactly zero. On CubeCL devices it is made of Burn's
/// operations.
///
/// # Panics
/// If the shapes do not fit, the rows cannot be cut into `groups` ghost batches, the lists differ
/// in length, `write` is not a sorted list of distinct ghost batches, or `read` names one that does
/// not exist.
pub fn channels_add(
    acc: Tensor<4>,
    x: Tensor<4>,
    first: usize,
    groups: usize,
    read: &[u32],
    write: &[u32],
) -> Tensor<4> {
    let ([rows, all, h, w], [rows_of_x, c, h_of_x, w_of_x]) = (acc.dims(), x.dims());
    assert!(
        first + c <= all && (h, w) == (h_of_x, w_of_x),
        "channels_add: the accumulator has shape {:?}, what is added from channel {first} on {:?}",
        acc.dims(),
        x.dims()
    );
    let lists = Lists::checked("channels_add", [rows, rows_of_x], groups, read, write);
    if write.is_empty() {
        return acc;
    }
    if is_cube(&x.device()) || !has_kernels([&acc, &x]) {
        return reference::channels_add(acc, x, first, groups, read, write);
    }
    let (acc, x) = (acc.into_dispatch(), x.into_dispatch());
    Tensor::from_dispatch(<Dispatch as ChannelsOps>::channels_add(acc, x, first, groups, lists))
}
