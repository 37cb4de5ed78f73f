//! Rows of several computations brought together: each ghost batch gets the sum of what it reads of each.

use super::{Rows, uses::Uses};
use crate::{NnError, variants::Variants};
use burn::tensor::{Int, Tensor, TensorData};
use std::rc::Rc;

/// Σ of `terms`, ghost batch by ghost batch, in their order, with a variant for each distinct set of what is read. `nothing` is the sum
/// of no term.
///
/// The first to last term of each sum are gathered from all rows at once, so there are as many sums as the longest has terms, and
/// what a ghost batch gets does not depend on the others, bit for bit.
pub(crate) fn sum<const D: usize>(nothing: &Rows<D>, mut terms: Vec<Rows<D>>) -> Rows<D> {
    terms.retain(Rows::is_live);
    if terms.len() <= 1 {
        return terms.pop().unwrap_or_else(|| nothing.clone());
    }
    let read = |ghost: usize| -> Vec<(u32, u32)> {
        let of = terms.iter().enumerate().filter_map(|(t, rows)| Some((t as u32, rows.variants.of(ghost)?)));
        of.collect()
    };
    let ghosts = nothing.variants.ghosts();
    let (variants, first) = Variants::distinct((0..ghosts).map(|ghost| Some(read(ghost)).filter(|r| !r.is_empty())));
    let lists: Vec<Vec<(u32, u32)>> = first.into_iter().map(read).collect();
    let uses = |list: &Vec<(u32, u32)>| {
        Uses::joined(list.iter().map(|&(t, variant)| terms[t as usize].uses[variant as usize].clone()).collect())
    };
    let uses = lists.iter().map(uses).collect();
    if let Some(error) = different_shapes(&terms) {
        return nothing.failed(error);
    }
    Rows { tensor: Some(gathered(&terms, &lists)), variants, uses, pass: Rc::clone(&nothing.pass) }
}

/// `terms` side by side along axis 1, ghost batch by ghost batch: term t gives `channels[t]` channels, zeros where it is cut.
pub(crate) fn concatenated<const D: usize>(terms: Vec<Rows<D>>, channels: &[usize]) -> Rows<D> {
    let nothing: Rows<D> = terms[0].nothing();
    let read = |ghost: usize| -> Vec<Option<u32>> { terms.iter().map(|rows| rows.variants.of(ghost)).collect() };
    let is_live = |list: &Vec<Option<u32>>| list.iter().any(Option::is_some);
    let ghosts = nothing.variants.ghosts();
    let (variants, first) = Variants::distinct((0..ghosts).map(|ghost| Some(read(ghost)).filter(is_live)));
    let Some(live) = terms.iter().find_map(|rows| Some((rows.tensor.clone()?, rows.variants.count()))) else {
        return nothing;
    };
    let lists: Vec<Vec<Option<u32>>> = first.into_iter().map(read).collect();
    let part = |(t, rows): (usize, &Rows<D>)| {
        let mut dims = live.0.dims();
        (dims[0], dims[1]) = (dims[0] / live.1, channels[t]);
        let zeros = Tensor::zeros(dims, (&live.0.device(), live.0.dtype()));
        let count = rows.variants.count();
        let list: Vec<u32> = lists.iter().map(|list| list[t].unwrap_or(count as u32)).collect();
        let zeros = list.contains(&(count as u32)).then_some(zeros);
        let padded = usize::from(zeros.is_some());
        take(Tensor::cat(rows.tensor.iter().cloned().chain(zeros).collect(), 0), count + padded, &list)
    };
    let tensor = Tensor::cat(terms.iter().enumerate().map(part).collect(), 1);
    let uses = |list: &Vec<Option<u32>>| {
        let of_term = |(t, variant): (usize, &Option<u32>)| Some(terms[t].uses[(*variant)? as usize].clone());
        Uses::joined(list.iter().enumerate().filter_map(of_term).collect())
    };
    let uses = lists.iter().map(uses).collect();
    Rows { tensor: Some(tensor), variants, uses, pass: Rc::clone(&nothing.pass) }
}

/// What is wrong where terms have rows of different shapes or of different number.
fn different_shapes<const D: usize>(terms: &[Rows<D>]) -> Option<NnError> {
    let shape = |rows: &Rows<D>| {
        let mut dims = rows.tensor.as_ref().expect("a live term").dims();
        dims[0] /= rows.variants.count();
        dims
    };
    let expected = shape(&terms[0]);
    let other = terms.iter().map(shape).find(|found| *found != expected)?;
    Some(NnError::Shapes { place: terms[0].pass.place(), found: other[1..].to_vec(), expected: expected[1..].to_vec() })
}

fn gathered<const D: usize>(terms: &[Rows<D>], lists: &[Vec<(u32, u32)>]) -> Tensor<D> {
    let tensors: Vec<Tensor<D>> = terms.iter().flat_map(|rows| rows.tensor.clone()).collect();
    let mut offsets = vec![0];
    terms.iter().for_each(|rows| offsets.push(offsets[offsets.len() - 1] + rows.variants.count() as u32));
    let count = offsets[terms.len()];
    let longest = lists.iter().map(Vec::len).max().expect("some ghost batch reads something");
    let padded = lists.iter().any(|list| list.len() < longest);
    let mut all = Tensor::cat(tensors, 0);
    if padded {
        let mut dims = all.dims();
        dims[0] /= count as usize;
        let zeros = Tensor::zeros(dims, (&all.device(), all.dtype()));
        all = Tensor::cat(vec![all, zeros], 0);
    }
    let place = |&(t, variant): &(u32, u32)| offsets[t as usize] + variant;
    let nth = |n: usize| -> Vec<u32> { lists.iter().map(|list| list.get(n).map_or(count, place)).collect() };
    let total = count as usize + usize::from(padded);
    let each = (0..longest).map(|n| take(all.clone(), total, &nth(n)));
    each.reduce(|sum, term| sum + term).expect("at least one term")
}

/// The rows of the variants `list` out of `count`, in that order.
pub(super) fn take<const D: usize>(tensor: Tensor<D>, count: usize, list: &[u32]) -> Tensor<D> {
    if list.len() == count && list.iter().enumerate().all(|(i, &variant)| i == variant as usize) {
        return tensor;
    }
    let mut dims = tensor.dims();
    let rows = dims[0] / count;
    if list.windows(2).all(|pair| pair[0] + 1 == pair[1]) {
        return tensor.narrow(0, list[0] as usize * rows, list.len() * rows);
    }
    let numbers: usize = dims[1..].iter().product::<usize>() * rows;
    dims[0] = rows * list.len();
    let data = TensorData::new(list.iter().map(|&variant| i64::from(variant)).collect::<Vec<_>>(), [list.len()]);
    let places = Tensor::<1, Int>::from_data(data, &tensor.device());
    tensor.reshape([count, numbers]).select(0, places).reshape(dims)
}
