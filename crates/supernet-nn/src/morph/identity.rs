//! A new part that hands on its input: its weights are identities, and its normalisations undo
//! what they do to a measured batch.

use super::{
    anatomy::{Anatomy, Parameter},
    values::set,
};
use crate::{EPSILON, Notes};
use burn::{
    module::ParamId,
    tensor::{Tensor, TensorData},
};
use std::collections::HashMap;
use supernet_space::fnv1a;

/// Sets the weights of a part of `child` so that each hands on its input, and its biases to zero.
pub(super) fn identities(child: &Anatomy, part: &[&Parameter], values: &mut HashMap<String, TensorData>) {
    for one in part {
        if one.is_weight() {
            let numbers = identity(one.shape(), first_channels(child, one));
            set(values, &one.name, |_| numbers);
        } else if one.field() == "bias" {
            set(values, &one.name, |data| vec![0.0; data.num_elements()]);
        }
    }
}

/// A matrix [channels, channels], or a convolution [outputs, inputs of a group, taps …] that reads
/// its middle tap; of a block of a greater one, where its channels begin.
fn identity(shape: &[usize], first: Option<(usize, usize)>) -> Vec<f64> {
    let taps: usize = shape[2..].iter().product();
    let hands_on = |at: usize| {
        let (output, input, tap) = (at / taps / shape[1], at / taps % shape[1], at % taps);
        let is_same = match first {
            Some((outputs, inputs)) => outputs + output == inputs + input,
            None => output % shape[1] == input,
        };
        f64::from(u8::from(is_same && tap == taps / 2))
    };
    (0..shape.iter().product()).map(hands_on).collect()
}

/// Where the channels of a block of a wide convolution begin; none of another weight.
fn first_channels(child: &Anatomy, one: &Parameter) -> Option<(usize, usize)> {
    let wide = child.wide.iter().find(|wide| one.path.starts_with(&wide.path))?;
    let [_, j, i] = one.path.get(wide.path.len()..)? else { return None };
    let (j, i): (usize, usize) = (j.parse().ok()?, i.parse().ok()?);
    let channels = |place: (usize, usize), axis: usize| {
        child.at(&wide.path, &format!("weights.{}.{}", place.0, place.1)).map_or(0, |block| block.shape()[axis])
    };
    let before = |axis: usize, slices: usize| {
        (0..slices).map(|slice| channels(if axis == 0 { (slice, 0) } else { (0, slice) }, axis)).sum()
    };
    Some((before(0, j), before(1, i)))
}

/// Sets scale, shift and stored statistics of the normalisation with the scale `scale` so that
/// after it stands what stands before it, for the statistics that were noted there.
pub(super) fn undo(child: &Anatomy, scale: &Parameter, notes: &Notes, values: &mut HashMap<String, TensorData>) {
    let notes = notes.borrow();
    let Some((means, variances, calls)) = notes.get(&ParamId::from(fnv1a(scale.name.as_bytes()))) else { return };
    let average =
        |sum: &Tensor<1>| -> Vec<f64> { sum.to_data().iter::<f64>().map(|value| value / *calls as f64).collect() };
    let (mean, variance) = (average(means), average(variances));
    let deviation = variance.iter().map(|variance| (variance + EPSILON).sqrt()).collect();
    let norm = &scale.path[..scale.path.len() - 1];
    for (field, numbers) in
        [("scale", deviation), ("shift", mean.clone()), ("stored_mean", mean), ("stored_variance", variance)]
    {
        let Some(one) = child.at(norm, field) else { continue };
        set(values, &one.name, |_| numbers);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_reads_the_middle_tap_of_its_own_channel() {
        assert_eq!(identity(&[2, 2], None), [1.0, 0.0, 0.0, 1.0]);
        assert_eq!(identity(&[2, 2, 1, 3], None), [0., 1., 0., 0., 0., 0., 0., 0., 0., 0., 1., 0.]);
        assert_eq!(identity(&[2, 1, 3], None), [0.0, 1.0, 0.0, 0.0, 1.0, 0.0]);
        // Outputs 2 and 3 of inputs 1 and 2.
        assert_eq!(identity(&[2, 2, 1], Some((2, 1))), [0.0, 1.0, 0.0, 0.0]);
    }
}
