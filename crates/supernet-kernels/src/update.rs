//! What a step does to every parameter: gradients are clipped by one norm, decay is added, and
//! weights move with momentum.

use burn::tensor::{DType, Device, Tensor};

use crate::{backend::is_cube, decayed::Decayed, reference};

/// Whether all parameters of a step are best worked on together: on CubeCL devices, where an
/// operation on each of them is a launch of its own.
pub fn works_together(device: &Device) -> bool {
    is_cube(device)
}

/// Returns the directions in which parameters move, as masked L2 has them (PAPER, *Use, masked L2,
/// update*):
///
/// ```text
/// c = min(1, bound / sqrt(sum of all |q|²))        d = c·q + λ·u·w
/// ```
///
/// On CubeCL devices in two launches for up to 64 parameters and a few for the norm, whose order of
/// summation is the same in every run.
///
/// # Panics
/// If a weight has more or fewer numbers than its gradient.
pub fn directions(parameters: Vec<Decayed>, bound: f64) -> Vec<Tensor<1>> {
    for Decayed { gradient, weight, .. } in &parameters {
        let (found, expected) = (weight.dims(), gradient.dims());
        assert!(found == expected, "directions: a weight of shape {found:?}, its gradient has {expected:?}");
    }
    let has_kernel = |one: &Decayed| is_f32_on_cube(&one.gradient) && is_f32_on_cube(&one.weight);
    if !parameters.iter().all(has_kernel) {
        return reference::directions(parameters, bound);
    }
    on_cube::directions(parameters, bound)
}

/// Moves a weight by SGD with Nesterov momentum and returns it with its velocity; without one, the
/// velocity before was zero:
///
/// ```text
/// v = momentum·v + d        w = w − rate·(momentum·v + d)
/// ```
///
/// On CubeCL devices one launch, or inside [`together`] one for up to 64 weights.
///
/// # Panics
/// If the shapes differ.
pub fn nesterov<const D: usize>(
    weight: Tensor<D>,
    direction: Tensor<D>,
    velocity: Option<Tensor<D>>,
    momentum: f64,
    rate: f64,
) -> (Tensor<D>, Tensor<D>) {
    let shape = weight.dims();
    let others = || std::iter::once(&direction).chain(&velocity);
    assert!(others().all(|other| other.dims() == shape), "nesterov: a weight of shape {shape:?} beside another");
    let has_kernel = is_f32_on_cube(&weight) && others().all(is_f32_on_cube);
    if !has_kernel {
        return reference::nesterov(weight, direction, velocity, momentum, rate);
    }
    on_cube::nesterov(weight, direction, velocity, [momentum as f32, rate as f32])
}

/// Runs `f`, whose calls of [`nesterov`] are launched together at its end: what they return may be
/// kept and handed on before, and not read. Inside another call, at the end of that.
pub fn together<R>(f: impl FnOnce() -> R) -> R {
    on_cube::together(f)
}

fn is_f32_on_cube<const D: usize>(t: &Tensor<D>) -> bool {
    t.dtype() == DType::F32 && is_cube(&t.device())
}

#[cfg(feature = "cubecl")]
mod on_cube {
    use crate::{cube, decayed::Decayed};
    use burn::{
        backend::{BackendTensor, DispatchTensor, DispatchTensorKind},
        tensor::Tensor,
    };
    use burn_cubecl::tensor::CubeTensor;

    pub(super) fn directions(parameters: Vec<Decayed>, bound: f64) -> Vec<Tensor<1>> {
        let of_cube = |Decayed { gradient, weight, decay }: Decayed| cube::Decayed {
            gradient: into_cube(gradient),
            weight: into_cube(weight),
            decay: decay as f32,
        };
        let directions = cube::directions(parameters.into_iter().map(of_cube).collect(), bound as f32);
        directions.into_iter().map(from_cube).collect()
    }

    pub(super) fn nesterov<const D: usize>(
        weight: Tensor<D>,
        direction: Tensor<D>,
        velocity: Option<Tensor<D>>,
        settings: [f32; 2],
    ) -> (Tensor<D>, Tensor<D>) {
        let [weight, velocity] =
            cube::nesterov(into_cube(weight), into_cube(direction), velocity.map(into_cube), settings);
        (from_cube(weight), from_cube(velocity))
    }

    pub(super) use crate::cube::together;

    fn into_cube<const D: usize>(t: Tensor<D>) -> CubeTensor {
        match t.into_dispatch().kind {
            DispatchTensorKind::Cube(BackendTensor::Float(t)) => t,
            _ => unreachable!("asked before whether it is on a CubeCL device, and not differentiated"),
        }
    }

    fn from_cube<const D: usize>(t: CubeTensor) -> Tensor<D> {
        let kind = DispatchTensorKind::Cube(BackendTensor::Float(t));
        Tensor::from_dispatch(DispatchTensor { kind, autodiff: Default::default() })
    }
}

#[cfg(not(feature = "cubecl"))]
mod on_cube {
    use super::{Tensor, reference};

    pub(super) use reference::directions;

    pub(super) fn nesterov<const D: usize>(
        weight: Tensor<D>,
        direction: Tensor<D>,
        velocity: Option<Tensor<D>>,
        [momentum, rate]: [f32; 2],
    ) -> (Tensor<D>, Tensor<D>) {
        reference::nesterov(weight, direction, velocity, momentum.into(), rate.into())
    }

    pub(super) fn together<R>(f: impl FnOnce() -> R) -> R {
        f()
    }
}
