//! [`NormAffineKernels`]: the kernels of [`norm`](super::norm) with a scale and a shift.

use burn_cubecl::{CubeBackend, tensor::CubeTensor};

use super::{norm, ordered, sides, sums};
use crate::norm_affine_relu::NormAffineKernels;

impl NormAffineKernels for CubeBackend {
    fn forward(
        x: CubeTensor,
        scale: CubeTensor,
        shift: CubeTensor,
        groups: usize,
        eps: f32,
    ) -> (CubeTensor, CubeTensor) {
        norm::forward(x, Some(&(ordered(scale), ordered(shift))), groups, &all(groups), eps, true)
    }

    fn backward(
        grad: CubeTensor,
        x: CubeTensor,
        _scale: CubeTensor,
        _shift: CubeTensor,
        stats: CubeTensor,
        groups: usize,
    ) -> [CubeTensor; 3] {
        let c = sides(&x)[1];
        let (dx, totals) = norm::backward(grad, x, stats, groups, &all(groups), true, None);
        let of = |half: usize| sums::in_order(&totals, half * groups * c, groups, 1, [c]);
        [dx, of(0), of(1)]
    }
}

/// The list of all ghost batches.
fn all(groups: usize) -> Vec<u32> {
    (0..groups as u32).collect()
}
