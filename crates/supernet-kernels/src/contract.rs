//! What dense and 1x1 convolutions are made of: contraction over the channels of ghost batches, on
//! kernels with their own backward.

use crate::{
    backend::{has_kernels, is_cube},
    ghosts::Lists,
    gradients::{consume, register},
    reference,
};
use burn::backend::{
    Autodiff, Backend, Dispatch, TensorMetadata,
    autodiff::{
        checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
        grads::Gradients,
        ops::{Backward, Ops, OpsKind},
    },
    backend_extension,
    tensor::FloatTensor,
};
use burn::tensor::Tensor;

/// Kernels of a backend. Tensors are `f32`; what they must fit is checked before. With `relu` the
/// input is read as max(0, ·).
pub trait ContractKernels: Backend {
    /// Convolution of the listed ghost batches, compact.
    fn forward(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        relu: bool,
        groups: usize,
        on: &[u32],
    ) -> FloatTensor<Self>;

    /// `acc[write] += convolution of x[read]`; `acc` has `groups` ghost batches.
    fn forward_add(
        acc: FloatTensor<Self>,
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        relu: bool,
        groups: usize,
        lists: &Lists,
    ) -> FloatTensor<Self>;

    /// The gradient of the input, which has `groups_of_x` ghost batches of `size` images, zero
    /// where one is not read; added to `into` if that is given. `rectified` is the input if it was
    /// read as max(0, ·).
    fn backward_input(
        grad: FloatTensor<Self>,
        rectified: Option<FloatTensor<Self>>,
        weight: FloatTensor<Self>,
        size: usize,
        groups_of_x: usize,
        lists: &Lists,
        into: Option<FloatTensor<Self>>,
    ) -> FloatTensor<Self>;

    /// The gradient of the weight, whose shape is given.
    fn backward_weight(
        grad: FloatTensor<Self>,
        x: FloatTensor<Self>,
        relu: bool,
        weight: [usize; 4],
        size: usize,
        lists: &Lists,
    ) -> FloatTensor<Self>;
}

/// The differentiable operations.
#[backend_extension(Flex: cfg(feature = "flex"), Cube: cfg(feature = "cubecl"), Autodiff)]
pub trait ContractOps: Backend {
    /// See [`ContractKernels::forward`].
    fn contract(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        relu: bool,
        groups: usize,
        on: Vec<u32>,
    ) -> FloatTensor<Self>;

    /// See [`ContractKernels::forward_add`].
    fn contract_add(
        acc: FloatTensor<Self>,
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        relu: bool,
        groups: usize,
        lists: Lists,
    ) -> FloatTensor<Self>;
}

impl<B: ContractKernels> ContractOps for B {
    fn contract(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        relu: bool,
        groups: usize,
        on: Vec<u32>,
    ) -> FloatTensor<Self> {
        B::forward(x, weight, relu, groups, &on)
    }

    fn contract_add(
        acc: FloatTensor<Self>,
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        relu: bool,
        groups: usize,
        lists: Lists,
    ) -> FloatTensor<Self> {
        B::forward_add(acc, x, weight, relu, groups, &lists)
    }
}

/// What both backward passes need: the input, the weight, images in a ghost batch, and the lists.
#[derive(Debug)]
struct State<B: Backend> {
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    relu: bool,
    size: usize,
    lists: Lists,
}

impl<B: Backend> Clone for State<B> {
    fn clone(&self) -> Self {
        Self { x: self.x.clone(), weight: self.weight.clone(), lists: self.lists.clone(), ..*self }
    }
}

/// Registers the gradients of the input and of the weight, those that are needed. A macro, since
/// the type of a node has no public name.
macro_rules! register_both {
    ($B:ty, $grads:expr, $state:expr, $grad:expr, $x:expr, $weight:expr) => {{
        let State { x, weight, relu, size, lists } = $state;
        let rectified = relu.then(|| x.clone());
        let groups_of_x = x.shape().dims::<4>()[0] / size;
        if let Some(parent) = $weight {
            let shape = weight.shape().dims::<4>();
            let dw = <$B>::backward_weight($grad.clone(), x, relu, shape, size, &lists);
            $grads.register::<$B>(parent.id, dw);
        }
        if let Some(parent) = $x {
            register!($B, $grads, parent, |into| {
                <$B>::backward_input($grad, rectified, weight, size, groups_of_x, &lists, into)
            });
        }
    }};
}

#[derive(Debug)]
struct ContractBackward;

impl<B: ContractKernels> Backward<B, 2> for ContractBackward {
    type State = State<B>;

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let grad = consume!(B, grads, ops.node);
        let [x, weight] = ops.parents;
        register_both!(B, grads, ops.state, grad, x, weight);
    }
}

#[derive(Debug)]
struct ContractAddBackward;

impl<B: ContractKernels> Backward<B, 3> for ContractAddBackward {
    type State = State<B>;

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let grad = consume!(B, grads, ops.node);
        let [acc, x, weight] = ops.parents;
        let copy = grad.clone();
        register_both!(B, grads, ops.state, copy, x, weight);
        if let Some(acc) = acc {
            grads.register::<B>(acc.id, grad);
        }
    }
}

impl<B: ContractKernels, C: CheckpointStrategy> ContractOps for Autodiff<B, C> {
    fn contract(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        relu: bool,
        groups: usize,
        on: Vec<u32>,
    ) -> FloatTensor<Self> {
        let ((x, x_node), (weight, weight_node)) = (x.into_parts(), weight.into_parts());
        match ContractBackward.prepare::<C>([x_node, weight_node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let y = B::forward(x.clone(), weight.clone(), relu, groups, &on);
                let size = x.shape().dims::<4>()[0] / groups;
                let lists = Lists::compact(on);
                prep.finish(State { x, weight, relu, size, lists }, y)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::forward(x, weight, relu, groups, &on)),
        }
    }

    fn contract_add(
        acc: FloatTensor<Self>,
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        relu: bool,
        groups: usize,
        lists: Lists,
    ) -> FloatTensor<Self> {
        let (acc, acc_node) = acc.into_parts();
        let ((x, x_node), (weight, weight_node)) = (x.into_parts(), weight.into_parts());
        match ContractAddBackward.prepare::<C>([acc_node, x_node, weight_node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let size = acc.shape().dims::<4>()[0] / groups;
                let y = B::forward_add(acc, x.clone(), weight.clone(), relu, groups, &lists);
                prep.finish(State { x, weight, relu, size, lists }, y)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::forward_add(acc, x, weight, relu, groups, &lists)),
        }
    }
}

/// The contraction of ghost batch `read[i]` of `x` added to ghost batch `write[i]` of `acc`, for
/// [`pointwise_add`](crate::pointwise_add) and [`conv_add`](crate::conv_add); the weight is
/// checked.
#[expect(clippy::too_many_arguments, reason = "those of `conv_add_of` and its name")]
pub(crate) fn contract_add(
    op: &str,
    acc: Tensor<4>,
    x: Tensor<4>,
    weight: Tensor<4>,
    relu: bool,
    groups: usize,
    read: &[u32],
    write: &[u32],
) -> Tensor<4> {
    let [rows, channels, h, w] = acc.dims();
    let [rows_of_x, _, h_of_x, w_of_x] = x.dims();
    let c_out = weight.dims()[0];
    assert!(
        channels == c_out && (h, w) == (h_of_x, w_of_x),
        "{op}: the accumulator has shape {:?}, what is added {:?}",
        acc.dims(),
        [rows_of_x, c_out, h_of_x, w_of_x],
    );
    let lists = Lists::checked(op, [rows, rows_of_x], groups, read, write);
    if write.is_empty() {
        return acc;
    }
    if !has_kernels([&acc, &x, &weight]) {
        return reference::conv_add_of(acc, x, weight, relu, groups, read, write);
    }
    let (x, relu) = rectified_on_a_card(x, relu);
    Tensor::from_dispatch(<Dispatch as ContractOps>::contract_add(
        acc.into_dispatch(),
        x.into_dispatch(),
        weight.into_dispatch(),
        relu,
        groups,
        lists,
    ))
}

/// The input of a kernel, and whether the kernel reads it as max(0, ·): those of CubeCL do not.
pub(crate) fn rectified_on_a_card(x: Tensor<4>, relu: bool) -> (Tensor<4>, bool) {
    if relu && is_cube(&x.device()) { (burn::tensor::activation::relu(x), false) } else { (x, relu) }
}
