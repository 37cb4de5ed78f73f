//! 3x3 pools that keep the size.

use super::Layer;
use crate::{
    Rows,
    call::run,
    flow::{Adder, Operation, Pass, Read, Source},
};
use burn::{module::Module, tensor::Tensor};
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
        let pass = Rc::clone(x.pass());
        x.later(
            &Rc::from([]),
            |_| 0,
            |source| {
                let shape = source.shape();
                (Pooling { kind: self.kind, source, pass }, shape)
            },
        )
    }
}

/// A pool that runs when its result is read.
struct Pooling {
    kind: Pool,
    source: Source<4>,
    pass: Rc<Pass>,
}

impl Operation<4> for Pooling {
    fn compute(&self, on: &[u32]) -> Tensor<4> {
        let mut shape = self.source.shape();
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
        run!(self.pass.call(), pool_at(acc, tensor, self.kind, sums, &places, write))
    }
}
