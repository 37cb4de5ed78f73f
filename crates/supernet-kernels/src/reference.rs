//! Every operation of this crate as plain Burn operations: what the kernels are tested against, and
//! what runs where there is no kernel.
//!
//! Same signatures and the same meaning as the functions at the root of the crate; any float type,
//! any backend, differentiated by Burn. Arguments are taken as checked: call the functions at the
//! root unless you want exactly these operations.

use burn::tensor::{
    IndexingUpdateOp, Int, Slice, Tensor,
    activation::relu,
    module::{avg_pool2d, conv2d, max_pool2d},
    ops::{AvgPoolOptions, ConvOptions, MaxPoolOptions},
};

use crate::{decayed::Decayed, pool_kind::Pool, taps::Taps};

/// See [`norm`](crate::norm).
pub fn norm(x: Tensor<4>, groups: usize, eps: f64) -> Tensor<4> {
    let [rows, c, h, w] = x.dims();
    if rows == 0 {
        return x;
    }
    let x = x.reshape([groups, rows / groups, c, h * w]);
    let centred = x.clone() - x.mean_dims(&[1, 3]);
    let variance = centred.clone().square().mean_dims(&[1, 3]);
    (centred / (variance + eps).sqrt()).reshape([rows, c, h, w])
}

/// See [`norm_relu`](crate::norm_relu).
pub fn norm_relu(x: Tensor<4>, groups: usize, eps: f64) -> Tensor<4> {
    relu(norm(x, groups, eps))
}

/// See [`norm_relu_on`](crate::norm_relu_on).
pub fn norm_relu_on(x: Tensor<4>, groups: usize, on: &[u32], eps: f64) -> Tensor<4> {
    norm_relu(take(x, groups, on), on.len(), eps)
}

/// See [`norm_on`](crate::norm_on).
pub fn norm_on(x: Tensor<4>, groups: usize, on: &[u32], eps: f64) -> Tensor<4> {
    norm(take(x, groups, on), on.len(), eps)
}

/// See [`norm_add`](crate::norm_add).
pub fn norm_add(acc: Tensor<4>, x: Tensor<4>, groups: usize, read: &[u32], write: &[u32], eps: f64) -> Tensor<4> {
    if write.is_empty() {
        return acc;
    }
    let groups_of_x = x.dims()[0] / (acc.dims()[0] / groups);
    add_rows(acc, norm(take(x, groups_of_x, read), read.len(), eps), groups, write)
}

/// See [`relu_on`](crate::relu_on).
pub fn relu_on(x: Tensor<4>, groups: usize, on: &[u32]) -> Tensor<4> {
    relu(take(x, groups, on))
}

/// See [`depthwise`](crate::depthwise).
pub fn depthwise(x: Tensor<4>, weight: Tensor<4>, groups: usize, on: &[u32]) -> Tensor<4> {
    depthwise_taps(x, weight, Taps::PLAIN, groups, on)
}

/// See [`depthwise_taps`](crate::depthwise_taps).
pub fn depthwise_taps(
    x: Tensor<4>,
    weight: Tensor<4>,
    Taps { stride, dilation, relu }: Taps,
    groups: usize,
    on: &[u32],
) -> Tensor<4> {
    let [c, _, k, _] = weight.dims();
    let options = ConvOptions::new([stride; 2], [dilation * (k / 2); 2], [dilation; 2], c);
    convolve(rectified(take(x, groups, on), relu), weight, options)
}

/// See [`every`](crate::every).
pub fn every(x: Tensor<4>, stride: usize) -> Tensor<4> {
    if stride == 1 {
        return x;
    }
    let each = Slice::with_step(0, None, stride as isize);
    x.slice([Slice::full(), Slice::full(), each, each])
}

/// See [`every_other`](crate::every_other).
pub fn every_other(x: Tensor<4>) -> Tensor<4> {
    let [_, _, h, w] = x.dims();
    every(x.narrow(2, 1, h - 1).narrow(3, 1, w - 1), 2)
}

/// See [`conv`](crate::conv).
pub fn conv(x: Tensor<4>, weight: Tensor<4>, groups: usize, on: &[u32]) -> Tensor<4> {
    let [_, _, kh, kw] = weight.dims();
    let options = ConvOptions::new([1, 1], [kh / 2, kw / 2], [1, 1], 1);
    convolve(take(x, groups, on), weight, options)
}

/// See [`conv_of`](crate::conv_of).
pub fn conv_of(x: Tensor<4>, weight: Tensor<4>, with_relu: bool, groups: usize, on: &[u32]) -> Tensor<4> {
    conv(rectified(x, with_relu), weight, groups, on)
}

/// See [`conv_stride2_of`](crate::conv_stride2_of).
pub fn conv_stride2_of(x: Tensor<4>, weight: Tensor<4>, with_relu: bool, groups: usize, on: &[u32]) -> Tensor<4> {
    conv_stride2(rectified(x, with_relu), weight, groups, on)
}

/// See [`pointwise_of`](crate::pointwise_of).
pub fn pointwise_of(x: Tensor<4>, weight: Tensor<4>, with_relu: bool) -> Tensor<4> {
    pointwise(rectified(x, with_relu), weight)
}

fn rectified(x: Tensor<4>, with_relu: bool) -> Tensor<4> {
    if with_relu { relu(x) } else { x }
}

/// See [`conv_stride2`](crate::conv_stride2).
pub fn conv_stride2(x: Tensor<4>, weight: Tensor<4>, groups: usize, on: &[u32]) -> Tensor<4> {
    convolve(take(x, groups, on), weight, ConvOptions::new([2, 2], [1, 1], [1, 1], 1))
}

/// See [`pointwise`](crate::pointwise).
pub fn pointwise(x: Tensor<4>, weight: Tensor<4>) -> Tensor<4> {
    convolve(x, weight, ConvOptions::new([1, 1], [0, 0], [1, 1], 1))
}

/// See [`linear`](crate::linear).
pub fn linear(x: Tensor<2>, weight: Tensor<2>) -> Tensor<2> {
    if x.dims()[0] == 0 {
        return Tensor::zeros([0, weight.dims()[1]], (&x.device(), x.dtype()));
    }
    x.matmul(weight)
}

/// See [`pointwise_add`](crate::pointwise_add).
pub fn pointwise_add(
    acc: Tensor<4>,
    x: Tensor<4>,
    weight: Tensor<4>,
    groups: usize,
    read: &[u32],
    write: &[u32],
) -> Tensor<4> {
    conv_add(acc, x, weight, groups, read, write)
}

/// See [`conv_add`](crate::conv_add).
pub fn conv_add(
    acc: Tensor<4>,
    x: Tensor<4>,
    weight: Tensor<4>,
    groups: usize,
    read: &[u32],
    write: &[u32],
) -> Tensor<4> {
    if write.is_empty() {
        return acc;
    }
    let size = acc.dims()[0] / groups;
    let groups_of_x = x.dims()[0] / size;
    let y = conv(x, weight, groups_of_x, read);
    add_rows(acc, y, groups, write)
}

/// See [`conv_add_of`](crate::conv_add_of).
pub fn conv_add_of(
    acc: Tensor<4>,
    x: Tensor<4>,
    weight: Tensor<4>,
    with_relu: bool,
    groups: usize,
    read: &[u32],
    write: &[u32],
) -> Tensor<4> {
    conv_add(acc, rectified(x, with_relu), weight, groups, read, write)
}

/// See [`channels_add`](crate::channels_add).
pub fn channels_add(
    acc: Tensor<4>,
    x: Tensor<4>,
    first: usize,
    groups: usize,
    read: &[u32],
    write: &[u32],
) -> Tensor<4> {
    if write.is_empty() {
        return acc;
    }
    let ([rows, all, h, w], [_, c, ..]) = (acc.dims(), x.dims());
    let size = rows / groups;
    let part = take(x.clone(), x.dims()[0] / size, read);
    let zeros = |channels: usize| Tensor::zeros([size * read.len(), channels, h, w], (&x.device(), x.dtype()));
    let around = [zeros(first), part, zeros(all - first - c)];
    let parts = around.into_iter().filter(|part| part.dims()[1] > 0).collect();
    add_rows(acc, Tensor::cat(parts, 1), groups, write)
}

/// See [`pool_add`](crate::pool_add).
pub fn pool_add(acc: Tensor<4>, x: Tensor<4>, kind: Pool, groups: usize, on: &[u32]) -> Tensor<4> {
    pool_at(acc, x, kind, groups, on, on)
}

fn pool(x: Tensor<4>, kind: Pool, stride: usize) -> Tensor<4> {
    let average = |counts_padding| {
        let options = AvgPoolOptions::new([3, 3]).with_stride([stride; 2]).with_padding([1, 1]);
        options.with_count_include_pad(counts_padding)
    };
    match kind {
        Pool::Max => max_pool2d(x, MaxPoolOptions::new([3, 3]).with_stride([stride; 2]).with_padding([1, 1])),
        Pool::Average => avg_pool2d(x, average(true)),
        Pool::AverageInside => avg_pool2d(x, average(false)),
    }
}

/// See [`pool_at`](crate::pool_at).
pub fn pool_at(acc: Tensor<4>, x: Tensor<4>, kind: Pool, groups: usize, read: &[u32], write: &[u32]) -> Tensor<4> {
    strided_pool_at(acc, x, kind, 1, groups, read, write)
}

/// See [`strided_pool_at`](crate::strided_pool_at).
pub fn strided_pool_at(
    acc: Tensor<4>,
    x: Tensor<4>,
    kind: Pool,
    stride: usize,
    groups: usize,
    read: &[u32],
    write: &[u32],
) -> Tensor<4> {
    if write.is_empty() {
        return acc;
    }
    let groups_of_x = x.dims()[0] / (acc.dims()[0] / groups);
    add_rows(acc, pool(take(x, groups_of_x, read), kind, stride), groups, write)
}

/// See [`add_on`](crate::add_on).
pub fn add_on(acc: Tensor<4>, x: Tensor<4>, groups: usize, on: &[u32]) -> Tensor<4> {
    add_at(acc, x, groups, on, on)
}

/// See [`add_at`](crate::add_at).
pub fn add_at(acc: Tensor<4>, x: Tensor<4>, groups: usize, read: &[u32], write: &[u32]) -> Tensor<4> {
    if write.is_empty() {
        return acc;
    }
    let size = acc.dims()[0] / groups;
    let groups_of_x = x.dims()[0] / size;
    add_rows(acc, take(x, groups_of_x, read), groups, write)
}

/// See [`mean_pool`](crate::mean_pool).
pub fn mean_pool(x: Tensor<4>, factor: usize) -> Tensor<4> {
    let [rows, c, h, w] = x.dims();
    if rows == 0 {
        return Tensor::zeros([0, c, h / factor, w / factor], (&x.device(), x.dtype()));
    }
    avg_pool2d(x, AvgPoolOptions::new([factor, factor]))
}

/// The rows of the listed ghost batches, in the order of the list.
pub fn take(x: Tensor<4>, groups: usize, on: &[u32]) -> Tensor<4> {
    let [rows, c, h, w] = x.dims();
    if on.is_empty() {
        return Tensor::zeros([0, c, h, w], (&x.device(), x.dtype()));
    }
    let size = rows / groups;
    let list = indices(&x, on);
    x.reshape([groups, size * c * h * w]).select(0, list).reshape([on.len() * size, c, h, w])
}

/// `acc` with the ghost batches of `y` added to the listed ones.
fn add_rows(acc: Tensor<4>, y: Tensor<4>, groups: usize, on: &[u32]) -> Tensor<4> {
    let [rows, c, h, w] = acc.dims();
    let width = rows / groups * c * h * w;
    let list = indices(&acc, on);
    acc.reshape([groups, width])
        .select_assign(0, list, y.reshape([on.len(), width]), IndexingUpdateOp::Add)
        .reshape([rows, c, h, w])
}

fn indices(x: &Tensor<4>, on: &[u32]) -> Tensor<1, Int> {
    let list: Vec<i64> = on.iter().map(|&g| i64::from(g)).collect();
    Tensor::from_data(list.as_slice(), &x.device())
}

fn convolve(x: Tensor<4>, weight: Tensor<4>, options: ConvOptions<2>) -> Tensor<4> {
    let [rows, _, h, w] = x.dims();
    if rows == 0 {
        let (cout, [down, across]) = (weight.dims()[0], options.stride);
        return Tensor::zeros([0, cout, h.div_ceil(down), w.div_ceil(across)], (&x.device(), x.dtype()));
    }
    conv2d(x, weight, None, options)
}

/// See [`norm_affine_relu`](crate::norm_affine_relu).
pub fn norm_affine_relu(x: Tensor<4>, scale: Tensor<1>, shift: Tensor<1>, groups: usize, eps: f64) -> Tensor<4> {
    let c = x.dims()[1];
    relu(norm(x, groups, eps) * scale.reshape([1, c, 1, 1]) + shift.reshape([1, c, 1, 1]))
}

/// See [`directions`](crate::directions).
pub fn directions(parameters: Vec<Decayed>, bound: f64) -> Vec<Tensor<1>> {
    let squares = parameters.iter().map(|one| one.gradient.clone().square().sum());
    let Some(norm) = squares.reduce(|sum, square| sum + square).map(Tensor::sqrt) else { return Vec::new() };
    // A norm of zero gives an infinite ratio, which the bound of 1 takes care of.
    let clip = norm.recip().mul_scalar(bound).clamp_max(1.0);
    let direction = |one: Decayed| one.gradient * clip.clone() + one.weight.mul_scalar(one.decay);
    parameters.into_iter().map(direction).collect()
}

/// See [`nesterov`](crate::nesterov); bit for bit Burn's `Sgd` without dampening.
pub fn nesterov<const D: usize>(
    weight: Tensor<D>,
    direction: Tensor<D>,
    velocity: Option<Tensor<D>>,
    momentum: f64,
    rate: f64,
) -> (Tensor<D>, Tensor<D>) {
    // As Burn keeps it.
    let momentum = momentum as f32;
    let velocity = match velocity {
        Some(velocity) => direction.clone().add(velocity.mul_scalar(momentum)),
        None => direction.clone(),
    };
    let ahead = velocity.clone().mul_scalar(momentum).add(direction);
    (weight - ahead.mul_scalar(rate), velocity)
}
