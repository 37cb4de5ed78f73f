//! Empty lists, accumulators, and the messages of broken contracts.

mod common;

use burn::tensor::{DType, Tensor};
use common::{device, random, values};
use supernet_kernels::{
    Pool, add_on, conv, conv_stride2, depthwise, linear, mean_pool, norm, norm_relu, norm_relu_on, pointwise,
    pointwise_add, pool_add, zeros_like_rows,
};

fn batch(shape: [usize; 4]) -> Tensor<4> {
    random(shape, 1, &device(), DType::F32)
}

#[test]
fn an_empty_list_gives_an_empty_result_that_goes_through_everything() {
    let x = batch([4, 3, 6, 6]);
    let y = norm_relu_on(x.clone(), 2, &[], 1e-5);
    assert_eq!(y.dims(), [0, 3, 6, 6]);
    let y = depthwise(x.clone(), batch([3, 1, 3, 3]), 2, &[]);
    assert_eq!(y.dims(), [0, 3, 6, 6]);
    let y = conv(x.clone(), batch([5, 3, 1, 7]), 2, &[]);
    assert_eq!(y.dims(), [0, 5, 6, 6]);
    assert_eq!(conv_stride2(x.clone(), batch([5, 3, 3, 3]), 2, &[]).dims(), [0, 5, 3, 3]);
    let y = pointwise(y, batch([3, 5, 1, 1]));
    assert_eq!(y.dims(), [0, 3, 6, 6]);
    let y = norm_relu(norm(y, 0, 1e-5), 0, 1e-5);
    assert_eq!(y.dims(), [0, 3, 6, 6]);
    assert_eq!(mean_pool(y.clone(), 2).dims(), [0, 3, 3, 3]);
    let y = depthwise(y, batch([3, 1, 7, 7]), 0, &[]);
    assert_eq!(y.dims(), [0, 3, 6, 6]);
    let acc = pointwise_add(x.clone(), y, batch([3, 3, 1, 1]), 2, &[], &[]);
    assert_eq!(values(&acc), values(&x));
}

#[test]
fn an_empty_list_leaves_the_accumulator_as_it_is() {
    let (acc, x) = (batch([4, 3, 6, 6]), random([4, 3, 6, 6], 2, &device(), DType::F32));
    let expected = values(&acc);
    assert_eq!(values(&add_on(acc.clone(), x.clone(), 2, &[])), expected);
    for kind in [Pool::Max, Pool::Average] {
        assert_eq!(values(&pool_add(acc.clone(), x.clone(), kind, 2, &[])), expected);
    }
    let weight = batch([3, 3, 1, 1]);
    assert_eq!(values(&pointwise_add(acc, x, weight, 2, &[], &[])), expected);
}

#[test]
fn zeros_are_shaped_like_the_input() {
    let zeros = zeros_like_rows(&batch([4, 3, 6, 5]), 2, 7);
    assert_eq!(zeros.dims(), [2, 7, 6, 5]);
    assert!(values(&zeros).iter().all(|&v| v == 0.0));
}

#[test]
fn what_is_not_a_number_is_not_hidden() {
    let mut numbers = common::numbers(2 * 3 * 4 * 4, 1);
    numbers[5] = f64::NAN;
    let x = common::tensor(&numbers, [2, 3, 4, 4], &device(), DType::F32);
    let y = values(&norm_relu(x, 1, 1e-5));
    assert!(y[..16].iter().all(|v| v.is_nan()));
}

#[test]
fn the_gradient_of_a_maximum_goes_to_the_first_row_by_row() {
    let x = Tensor::<4>::ones([1, 1, 3, 3], &device().autodiff()).require_grad();
    let acc = zeros_like_rows(&x, 1, 1);
    let gradients = pool_add(acc, x.clone(), Pool::Max, 1, &[0]).sum().backward();
    let found = values(&x.grad(&gradients).unwrap());
    assert_eq!(found, [4.0, 2.0, 0.0, 2.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
}

/// Accumulators are changed in place if nothing else holds them, and copied if something does.
#[cfg(feature = "flex")]
mod in_place {
    use super::*;
    use burn::backend::{Autodiff, Flex, flex::FlexTensor};

    fn address(t: &FlexTensor) -> usize {
        t.bytes().as_ptr() as usize
    }

    fn primitive(t: Tensor<4>) -> FlexTensor {
        t.try_into_primitive::<Flex>().unwrap()
    }

    /// Each accumulating operation on an accumulator and an input.
    fn operations() -> Vec<fn(Tensor<4>, Tensor<4>) -> Tensor<4>> {
        vec![
            |acc, x| add_on(acc, x, 2, &[1]),
            |acc, x| pool_add(acc, x, Pool::Max, 2, &[0]),
            |acc, x| pool_add(acc, x, Pool::Average, 2, &[0, 1]),
            |acc, x| {
                let weight = batch([3, 3, 1, 1]);
                let weight = if x.device().is_autodiff() { weight.autodiff() } else { weight };
                pointwise_add(acc, x, weight, 2, &[0, 1], &[0, 1])
            },
        ]
    }

    #[test]
    fn an_accumulator_that_nothing_else_holds_is_changed_in_place() {
        if !common::is_flex("it looks at addresses in the processor's memory") {
            return;
        }
        for op in operations() {
            let acc = primitive(batch([4, 3, 8, 8]));
            let before = address(&acc);
            let acc = op(Tensor::from_primitive::<Flex>(acc), batch([4, 3, 8, 8]));
            assert_eq!(address(&primitive(acc)), before);
        }
    }

    #[test]
    fn an_accumulator_of_a_training_step_is_changed_in_place() {
        if !common::is_flex("it looks at addresses in the processor's memory") {
            return;
        }
        for op in operations() {
            let x = batch([4, 3, 8, 8]).autodiff().require_grad();
            let acc = op(zeros_like_rows(&x, 4, 3), x.clone());
            let acc = acc.try_into_primitive::<Autodiff<Flex>>().unwrap();
            let before = address(acc.primitive());
            let acc = op(Tensor::from_primitive::<Autodiff<Flex>>(acc), x);
            let acc = acc.try_into_primitive::<Autodiff<Flex>>().unwrap();
            assert_eq!(address(acc.primitive()), before);
        }
    }

    #[test]
    fn an_accumulator_that_something_else_holds_is_copied() {
        for op in operations() {
            let acc = batch([4, 3, 8, 8]);
            let before = values(&acc);
            let sum = op(acc.clone(), batch([4, 3, 8, 8]));
            assert!(values(&acc) == before);
            assert!(values(&sum) != before);
        }
    }

    #[test]
    fn a_part_of_a_larger_storage_is_read_and_written_right() {
        let whole = batch([8, 3, 8, 8]);
        let part = whole.clone().slice(2..6);
        let copy = common::tensor(&values(&part), [4, 3, 8, 8], &device(), DType::F32);
        for op in operations() {
            let expected = values(&op(copy.clone(), copy.clone()));
            assert_eq!(values(&op(part.clone(), part.clone())), expected);
        }
        let turned = |t: Tensor<4>| t.swap_dims(2, 3);
        let expected = values(&norm_relu(turned(copy.clone()) * 1.0, 2, 1e-5));
        assert_eq!(values(&norm_relu(turned(part), 2, 1e-5)), expected);
    }
}

mod panics {
    use super::*;

    #[test]
    #[should_panic(expected = "norm_relu: 5 rows cannot be cut into 2 ghost batches of equal size")]
    fn rows_must_be_a_multiple_of_the_ghost_batches() {
        norm_relu(batch([5, 3, 4, 4]), 2, 1e-5);
    }

    #[test]
    #[should_panic(expected = "norm: 4 rows cannot be cut into 0 ghost batches of equal size")]
    fn there_must_be_a_ghost_batch() {
        norm(batch([4, 3, 4, 4]), 0, 1e-5);
    }

    #[test]
    #[should_panic(expected = "norm_relu_on: `on` must be sorted and distinct, found 0 after 1")]
    fn lists_must_be_sorted() {
        norm_relu_on(batch([4, 3, 4, 4]), 2, &[1, 0], 1e-5);
    }

    #[test]
    #[should_panic(expected = "add_on: `on` must be sorted and distinct, found 1 after 1")]
    fn lists_must_be_distinct() {
        add_on(batch([4, 3, 4, 4]), batch([4, 3, 4, 4]), 2, &[1, 1]);
    }

    #[test]
    #[should_panic(expected = "pool_add: `on` names ghost batch 2 of 2")]
    fn lists_name_ghost_batches_that_exist() {
        pool_add(batch([4, 3, 4, 4]), batch([4, 3, 4, 4]), Pool::Max, 2, &[0, 2]);
    }

    #[test]
    #[should_panic(expected = "add_on: the accumulator has shape [4, 3, 4, 4], the input [4, 2, 4, 4]")]
    fn accumulator_and_input_have_one_shape() {
        add_on(batch([4, 3, 4, 4]), batch([4, 2, 4, 4]), 2, &[0]);
    }

    #[test]
    #[should_panic(expected = "depthwise: the weight must be [3, 1, k, k] with odd k, found [3, 1, 2, 2]")]
    fn depthwise_kernels_are_odd() {
        depthwise(batch([4, 3, 4, 4]), batch([3, 1, 2, 2]), 2, &[0]);
    }

    #[test]
    #[should_panic(expected = "linear: rows of 3 numbers, the weight has 2 by 5")]
    fn rows_are_as_long_as_the_weight_is_high() {
        linear(batch([4, 3, 1, 1]).reshape([4, 3]), batch([2, 5, 1, 1]).reshape([2, 5]));
    }

    #[test]
    #[should_panic(expected = "conv: the weight must be [c_out, 3, kh, kw] with odd kh and kw, found [5, 2, 1, 7]")]
    fn convolutions_read_all_channels() {
        conv(batch([4, 3, 4, 4]), batch([5, 2, 1, 7]), 2, &[0]);
    }

    #[test]
    #[should_panic(expected = "pointwise: the weight must be [c_out, 3, 1, 1], found [5, 3, 1, 3]")]
    fn pointwise_kernels_are_1x1() {
        pointwise(batch([4, 3, 4, 4]), batch([5, 3, 1, 3]));
    }

    #[test]
    #[should_panic(expected = "pointwise_add: the accumulator has shape [4, 4, 4, 4], what is added [2, 5, 4, 4]")]
    fn accumulator_and_1x1_have_one_shape() {
        pointwise_add(batch([4, 4, 4, 4]), batch([2, 3, 4, 4]), batch([5, 3, 1, 1]), 2, &[0], &[0]);
    }

    #[test]
    #[should_panic(expected = "pointwise_add: `read` has 1 entries, `write` 2")]
    fn lists_are_pairs() {
        pointwise_add(batch([4, 3, 4, 4]), batch([4, 3, 4, 4]), batch([3, 3, 1, 1]), 2, &[0], &[0, 1]);
    }

    #[test]
    #[should_panic(expected = "pointwise_add: `write` must be sorted and distinct, found 0 after 0")]
    fn a_ghost_batch_is_written_once() {
        pointwise_add(batch([4, 3, 4, 4]), batch([4, 3, 4, 4]), batch([3, 3, 1, 1]), 2, &[0, 1], &[0, 0]);
    }

    #[test]
    #[should_panic(expected = "pointwise_add: `read` names ghost batch 1 of 1")]
    fn a_ghost_batch_that_is_read_exists() {
        pointwise_add(batch([4, 3, 4, 4]), batch([2, 3, 4, 4]), batch([3, 3, 1, 1]), 2, &[1], &[0]);
    }

    #[test]
    #[should_panic(expected = "pointwise_add: 3 rows of the input cannot be cut into ghost batches of 2")]
    fn the_input_has_whole_ghost_batches() {
        pointwise_add(batch([4, 3, 4, 4]), batch([3, 3, 4, 4]), batch([3, 3, 1, 1]), 2, &[0], &[0]);
    }

    #[test]
    #[should_panic(expected = "conv_stride2: the image sides 4 and 5 must be even")]
    fn stride_2_needs_even_sides() {
        conv_stride2(batch([4, 3, 4, 5]), batch([2, 3, 3, 3]), 2, &[0]);
    }

    #[test]
    #[should_panic(expected = "conv_stride2: the weight must be [c_out, 3, 3, 3], found [2, 3, 5, 5]")]
    fn stride_2_takes_kernels_of_3x3() {
        conv_stride2(batch([4, 3, 4, 4]), batch([2, 3, 5, 5]), 2, &[0]);
    }

    #[test]
    #[should_panic(expected = "mean_pool: 2 does not divide the image sides 4 and 5")]
    fn windows_cover_the_image() {
        mean_pool(batch([4, 3, 4, 5]), 2);
    }
}
