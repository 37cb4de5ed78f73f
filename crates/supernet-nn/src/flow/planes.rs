//! Tensors of any number of axes as kernels read them: rows, channels and two more.

use burn::tensor::Tensor;
use std::any::Any;

/// A tensor [rows, channels, …] as [rows, channels, height, width].
pub(crate) fn planes<const D: usize>(x: Tensor<D>) -> Tensor<4> {
    if D == 4 {
        return same(x);
    }
    let dims = x.dims();
    x.reshape([dims[0], dims[1], dims[2..].iter().product(), 1])
}

/// The tensor of `shape` that has these planes.
pub(crate) fn from_planes<const D: usize>(x: Tensor<4>, shape: [usize; D]) -> Tensor<D> {
    if D == 4 { same(x) } else { x.reshape(shape) }
}

/// The same tensor under the other name of its number of axes.
fn same<const D: usize, const E: usize>(x: Tensor<D>) -> Tensor<E> {
    *(Box::new(x) as Box<dyn Any>).downcast().expect("as many axes")
}
