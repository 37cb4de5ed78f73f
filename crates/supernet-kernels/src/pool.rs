//! 3x3 pools with padding 1, summed into an accumulator.
//!
//! ```text
//! maximum          y[a, b] = max over the 3x3 window of x inside the image
//! average          y[a, b] = sum over the 3x3 window of x / 9            (0 outside the image: padding counts)
//! average inside   y[a, b] = sum over the 3x3 window of x / pixels of the window inside the image
//! ```
//!
//! The window of `y[a, b]` is around pixel `(stride * a, stride * b)`.

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
    ghosts::{Ghosts, Lists, check_same},
    gradients::{consume, register},
    pool_kind::{Pool, Window},
    reference,
};

/// Kernels of a backend. Tensors are `f32`; what they must fit is checked before.
pub trait PoolKernels: Backend {
    /// `acc[write] += pool(x[read])`; `acc` has `groups` ghost batches.
    fn forward_add(
        acc: FloatTensor<Self>,
        x: FloatTensor<Self>,
        window: Window,
        groups: usize,
        lists: &Lists,
    ) -> FloatTensor<Self>;

    /// The gradient of `x`, whose ghost batches have `size` images: zero where one is not read;
    /// added to `into` if that is given.
    fn backward(
        grad: FloatTensor<Self>,
        x: FloatTensor<Self>,
        window: Window,
        size: usize,
        lists: &Lists,
        into: Option<FloatTensor<Self>>,
    ) -> FloatTensor<Self>;
}

/// The differentiable operation.
#[backend_extension(Flex: cfg(feature = "flex"), Cube: cfg(feature = "cubecl"), Autodiff)]
pub trait PoolOps: Backend {
    /// See [`PoolKernels::forward_add`].
    fn pool_add(
        acc: FloatTensor<Self>,
        x: FloatTensor<Self>,
        window: Window,
        groups: usize,
        lists: Lists,
    ) -> FloatTensor<Self>;
}

impl<B: PoolKernels> PoolOps for B {
    fn pool_add(
        acc: FloatTensor<Self>,
        x: FloatTensor<Self>,
        window: Window,
        groups: usize,
        lists: Lists,
    ) -> FloatTensor<Self> {
        B::forward_add(acc, x, window, groups, &lists)
    }
}

#[derive(Debug)]
struct PoolBackward;

impl<B: PoolKernels> Backward<B, 2> for PoolBackward {
    type State = (FloatTensor<B>, Window, usize, Lists);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let grad = consume!(B, grads, ops.node);
        let (x, window, size, lists) = ops.state;
        let [acc, of_x] = ops.parents;
        if let Some(parent) = of_x {
            register!(B, grads, parent, |into| B::backward(grad.clone(), x, window, size, &lists, into));
        }
        if let Some(acc) = acc {
            grads.register::<B>(acc.id, grad);
        }
    }
}

impl<B: PoolKernels, C: CheckpointStrategy> PoolOps for Autodiff<B, C> {
    fn pool_add(
        acc: FloatTensor<Self>,
        x: FloatTensor<Self>,
        window: Window,
        groups: usize,
        lists: Lists,
    ) -> FloatTensor<Self> {
        let ((acc, acc_node), (x, x_node)) = (acc.into_parts(), x.into_parts());
        match PoolBackward.prepare::<C>([acc_node, x_node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let size = acc.shape().dims::<4>()[0] / groups;
                let y = B::forward_add(acc, x.clone(), window, groups, &lists);
                prep.finish((x, window, size, lists), y)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::forward_add(acc, x, window, groups, &lists)),
        }
    }
}

/// `acc` with the 3x3 pool of `x` (stride 1, padding 1) added to the listed ghost batches.
///
/// Shapes: `acc`, `x` and the result `[groups * n, c, h, w]`. `acc` is changed in place when
/// nothing else holds it. The gradient of `acc` is the incoming gradient, not a copy; that of ghost
/// batches of `x` that are not listed is exactly zero.
///
/// # Panics
/// If the shapes differ, the rows cannot be cut into `groups` ghost batches, or `on` is not a
/// sorted list of distinct ones.
pub fn pool_add(acc: Tensor<4>, x: Tensor<4>, kind: Pool, groups: usize, on: &[u32]) -> Tensor<4> {
    check_same("pool_add", acc.dims(), x.dims());
    Ghosts::cut("pool_add", x.dims()[0], groups).check("pool_add", "on", on);
    run(acc, x, Window { kind, stride: 1 }, groups, Lists::same(on))
}

/// `acc` with the 3x3 pool of ghost batch `read[i]` of `x` added to ghost batch `write[i]`, for
/// every `i`.
///
/// Shapes: `acc` and the result `[groups * n, c, h, w]`, `x` `[m * n, c, h, w]` with any `m`;
/// otherwise as [`pool_add`]. `read` may name a ghost batch several times.
///
/// # Panics
/// If the shapes do not fit, the rows cannot be cut into `groups` ghost batches, the lists differ
/// in length, `write` is not a sorted list of distinct ghost batches, or `read` names one that does
/// not exist.
pub fn pool_at(acc: Tensor<4>, x: Tensor<4>, kind: Pool, groups: usize, read: &[u32], write: &[u32]) -> Tensor<4> {
    strided_pool_at(acc, x, kind, 1, groups, read, write)
}

/// As [`pool_at`], with windows that are `stride` pixels apart: `acc` has sides of `h / stride` and
/// `w / stride`, rounded up.
///
/// On CubeCL devices a stride and [`Pool::AverageInside`] run as Burn's operations.
///
/// # Panics
/// As [`pool_at`]; a stride of zero.
pub fn strided_pool_at(
    acc: Tensor<4>,
    x: Tensor<4>,
    kind: Pool,
    stride: usize,
    groups: usize,
    read: &[u32],
    write: &[u32],
) -> Tensor<4> {
    assert!(stride > 0, "pool_at: the stride is 0, expected 1 or more");
    let ([rows, c, h, w], [rows_of_x, c_of_x, h_of_x, w_of_x]) = (acc.dims(), x.dims());
    let window = Window { kind, stride };
    assert!(
        c == c_of_x && [h, w] == window.sides([h_of_x, w_of_x]),
        "pool_at: the accumulator has shape {:?}, what is added {:?} with a stride of {stride}",
        acc.dims(),
        x.dims()
    );
    let lists = Lists::checked("pool_at", [rows, rows_of_x], groups, read, write);
    run(acc, x, window, groups, lists)
}

fn run(acc: Tensor<4>, x: Tensor<4>, window: Window, groups: usize, lists: Lists) -> Tensor<4> {
    let Window { kind, stride } = window;
    if lists.write.is_empty() {
        return acc;
    }
    let lacks = is_cube(&x.device()) && (stride > 1 || kind == Pool::AverageInside);
    if lacks || !has_kernels([&acc, &x]) {
        return reference::strided_pool_at(acc, x, kind, stride, groups, &lists.read, &lists.write);
    }
    let (acc, x) = (acc.into_dispatch(), x.into_dispatch());
    Tensor::from_dispatch(<Dispatch as PoolOps>::pool_add(acc, x, window, groups, lists))
}
