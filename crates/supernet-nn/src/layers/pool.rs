//! 3x3 pools, and Burn's pools on our kernels where they have one.

use super::Layer;
use crate::{
    Rows,
    call::run,
    flow::{Adder, Operation, Pass, Read, Source},
};
use burn::{
    module::Module,
    nn::{
        PaddingConfig2d,
        pool::{AvgPool2d, MaxPool2d},
    },
    tensor::Tensor,
};
use std::rc::Rc;

pub use supernet_kernels::Pool;

/// A 3x3 pool of stride 1 with a padding of 1.
#[derive(Module, Debug)]
pub struct Pool3x3 {
    #[module(skip)]
    pub(crate) kind: Pool,
}

impl Pool3x3 {
    /// The pool of this kind.
    pub fn new(kind: Pool) -> Self {
        Self { kind }
    }
}

impl Layer for Pool3x3 {
    fn forward(&self, x: Rows) -> Rows {
        pooled(x, self.kind, 1)
    }
}

impl Layer for MaxPool2d {
    fn forward(&self, x: Rows) -> Rows {
        match stride_of_3x3(self.kernel_size, self.stride, &self.padding, self.ceil_mode) {
            Some(stride) if self.dilation == [1; 2] => pooled(x, Pool::Max, stride),
            _ => x.run(self, |module, x| module.forward(x)),
        }
    }
}

impl Layer for AvgPool2d {
    fn forward(&self, x: Rows) -> Rows {
        if let Some(stride) = stride_of_3x3(self.kernel_size, self.stride, &self.padding, self.ceil_mode) {
            let kind = if self.count_include_pad { Pool::Average } else { Pool::AverageInside };
            return pooled(x, kind, stride);
        }
        let [k, _] = self.kernel_size;
        let (pass, shape) = (Rc::clone(x.pass()), x.row_shape());
        let tiles = self.kernel_size == [k; 2]
            && self.stride == [k; 2]
            && matches!(self.padding, PaddingConfig2d::Valid)
            && shape.get(1..).is_some_and(|sides| sides.iter().all(|side| side % k == 0));
        x.run(self, |module, x| if tiles { run!(pass.call(), mean_pool(x, k)) } else { module.forward(x) })
    }
}

/// The stride of a 3x3 pool with a padding of 1.
fn stride_of_3x3(
    size: [usize; 2],
    [down, across]: [usize; 2],
    padding: &PaddingConfig2d,
    ceils: bool,
) -> Option<usize> {
    let is_padded = match padding {
        PaddingConfig2d::Explicit(1, 1, 1, 1) => true,
        PaddingConfig2d::Same => down == 1,
        _ => false,
    };
    (size == [3; 2] && down == across && is_padded && !ceils).then_some(down)
}

/// The 3x3 pool of windows that are `stride` pixels apart.
fn pooled(x: Rows, kind: Pool, stride: usize) -> Rows {
    let pass = Rc::clone(x.pass());
    x.later(
        &Rc::from([]),
        |_| 0,
        |source| {
            let [rows, c, h, w] = source.shape();
            let shape = [rows, c, h.div_ceil(stride), w.div_ceil(stride)];
            (Pooling { kind, stride, source, shape, pass }, shape)
        },
    )
}

/// A pool that runs when its result is read.
struct Pooling {
    kind: Pool,
    stride: usize,
    source: Source<4>,
    shape: [usize; 4],
    pass: Rc<Pass>,
}

impl Operation<4> for Pooling {
    fn compute(&self, on: &[u32]) -> Tensor<4> {
        let mut shape = self.shape;
        shape[0] = shape[0] / self.source.count() * on.len();
        let all: Vec<u32> = (0..on.len() as u32).collect();
        self.add(self.pass.zeros(shape), on.len(), on, &all)
    }

    fn adder(&self) -> Option<&dyn Adder<4>> {
        Some(self)
    }
}

impl Adder<4> for Pooling {
    fn add(&self, acc: Tensor<4>, sums: usize, read: &[u32], write: &[u32]) -> Tensor<4> {
        let Read { tensor, places, .. } = self.source.read_any(read);
        run!(self.pass.call(), strided_pool_at(acc, tensor, self.kind, self.stride, sums, &places, write))
    }
}
