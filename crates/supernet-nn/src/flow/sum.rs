//! Rows of several computations brought together: each ghost batch gets the sum of what it reads of each.

use super::{
    memo::Place,
    pass::Pass,
    planes::{from_planes, planes},
    rows::{Rows, take},
    uses::Uses,
    value::{Read, Value},
    variants::Variants,
};
use crate::{NnError, call::run};
use burn::tensor::{Tensor, TensorData};
use std::{ops::Add, rc::Rc};

/// What a sum reads of a term: the variant of the term, and the sum, sorted and distinct.
#[derive(Default)]
struct Lists {
    read: Vec<u32>,
    write: Vec<u32>,
}

/// Σ of `terms`, ghost batch by ghost batch, in their order, with a variant for each distinct set of what is read. `nothing` is the
/// sum of no term.
///
/// What a ghost batch gets does not depend on the others, bit for bit. A term that is a convolution or a pool that nobody else reads
/// is computed into the sum.
pub(crate) fn sum<const D: usize>(nothing: &Rows<D>, mut terms: Vec<Rows<D>>) -> Rows<D> {
    let depends = terms.iter().map(|rows| rows.depends).fold(nothing.depends, usize::max);
    terms.retain(Rows::is_live);
    if terms.is_empty() {
        return nothing.clone().depending(depends);
    }
    let pass = Rc::clone(&nothing.pass);
    let kept = pass.kept(depends);
    let is_added = |rows: &Rows<D>| rows.value.as_ref().is_some_and(|value| value.is_added());
    if terms.len() == 1 && !is_added(&terms[0]) {
        return terms.pop().expect("one term").depending(depends);
    }
    if let Some(error) = different_shapes(&terms) {
        return nothing.failed(error);
    }
    if pass.is_dense() {
        return dense_sum(terms, &pass);
    }
    let (variants, members) = members(&terms, nothing.variants.ghosts());
    let mut lists: Vec<Lists> = terms.iter().map(|_| Lists::default()).collect();
    for (sum, members) in members.iter().enumerate() {
        for &(term, variant) in members {
            lists[term as usize].read.push(variant);
            lists[term as usize].write.push(sum as u32);
        }
    }
    let uses = |members: &Vec<(u32, u32)>| {
        Uses::joined(members.iter().map(|&(t, variant)| terms[t as usize].uses[variant as usize].clone()).collect())
    };
    let uses = if terms[0].uses.is_empty() { Vec::new() } else { members.iter().map(uses).collect() };
    let tensor = kept.as_ref().and_then(Place::found).unwrap_or_else(|| {
        let tensor = accumulated(terms, lists, variants.count(), depends, &pass);
        kept.iter().for_each(|place| place.keep(&tensor));
        tensor
    });
    Rows { value: Some(Value::ready(tensor, variants.count())), variants, uses, depends, pass }
}

/// The distinct sums, and the terms of each with what it reads of them. Zeros are the same for all that read them.
fn members<const D: usize>(terms: &[Rows<D>], ghosts: usize) -> (Variants, Vec<Vec<(u32, u32)>>) {
    let is_zero: Vec<bool> =
        terms.iter().map(|rows| rows.value.as_ref().is_some_and(|value| value.is_zero())).collect();
    let read = |ghost: usize| -> Vec<(u32, u32)> {
        let of = terms.iter().zip(&is_zero).enumerate().filter_map(|(t, (rows, is_zero))| {
            let variant = rows.variants.of(ghost)?;
            Some((t as u32, if *is_zero { 0 } else { variant }))
        });
        of.collect()
    };
    let (variants, first) = Variants::distinct((0..ghosts).map(|ghost| Some(read(ghost)).filter(|r| !r.is_empty())));
    (variants, first.into_iter().map(read).collect())
}

/// The sums of `terms`, as many as `sums`, one after the other.
fn accumulated<const D: usize>(
    terms: Vec<Rows<D>>,
    lists: Vec<Lists>,
    sums: usize,
    depends: usize,
    pass: &Pass,
) -> Tensor<D> {
    let value = terms[0].value.as_ref().expect("a live term");
    let mut shape = value.shape();
    shape[0] = shape[0] / value.count() * sums;
    let mut sum = pass.zeros(shape);
    for (rows, Lists { read, write }) in terms.into_iter().zip(lists) {
        let value = rows.value.expect("a live term");
        if value.is_zero() {
            continue;
        }
        let (acc, is_added) = value.add_once(sum, sums, [&read, &write], depends);
        sum = acc;
        if !is_added {
            let mut distinct = read.clone();
            distinct.sort_unstable();
            distinct.dedup();
            let Read { tensor, places, .. } = value.read_once(&distinct, depends);
            let place = |variant| places[distinct.binary_search(variant).expect("it is among them")];
            let read: Vec<u32> = read.iter().map(place).collect();
            sum = add_at(sum, tensor, sums, &read, &write, pass);
        }
    }
    sum
}

/// `sum` with variant `read[i]` of `x` added to its run `write[i]`.
fn add_at<const D: usize>(
    sum: Tensor<D>,
    x: Tensor<D>,
    sums: usize,
    read: &[u32],
    write: &[u32],
    pass: &Pass,
) -> Tensor<D> {
    let dims = sum.dims();
    from_planes(run!(pass.call(), add_at(planes(sum), planes(x), sums, read, write)), dims)
}

/// The sum as published: every term for every ghost batch, times 1 where the ghost batch has it and 0 where not.
fn dense_sum<const D: usize>(terms: Vec<Rows<D>>, pass: &Rc<Pass>) -> Rows<D> {
    let ghosts = terms[0].variants.ghosts();
    let of = |ghost: usize| terms.iter().any(|rows| rows.variants.of(ghost).is_some()).then_some(ghost as u32);
    let variants = Variants::new((0..ghosts).map(of).collect(), ghosts);
    let uses = |ghost: usize| {
        let of_term = |rows: &Rows<D>| Some(rows.uses[rows.variants.of(ghost)? as usize].clone());
        Uses::joined(terms.iter().filter_map(of_term).collect())
    };
    let uses = if terms[0].uses.is_empty() { Vec::new() } else { (0..ghosts).map(uses).collect() };
    let each = terms.into_iter().map(|rows| {
        let on: Vec<bool> = (0..ghosts).map(|ghost| rows.variants.of(ghost).is_some()).collect();
        let all: Vec<u32> = (0..ghosts as u32).collect();
        times(rows.value.expect("a live term").read(&all).tensor, &on)
    });
    let tensor = each.reduce(|sum, term| sum + term).expect("at least one term");
    let depends = 0;
    Rows { value: Some(Value::ready(tensor, ghosts)), variants, uses, depends, pass: Rc::clone(pass) }
}

/// The rows of each ghost batch times its 0 or 1.
pub(crate) fn times<const D: usize>(x: Tensor<D>, on: &[bool]) -> Tensor<D> {
    let rows = x.dims()[0] / on.len();
    let numbers: Vec<f32> = on.iter().flat_map(|&on| std::iter::repeat_n(f32::from(u8::from(on)), rows)).collect();
    let mask = Tensor::<1>::from_data(TensorData::from(&numbers[..]), (&x.device(), x.dtype()));
    let mut dims = [1; D];
    dims[0] = rows * on.len();
    x * mask.reshape(dims)
}

/// What is wrong where terms have rows of different shapes or of different number.
fn different_shapes<const D: usize>(terms: &[Rows<D>]) -> Option<NnError> {
    let shape = |rows: &Rows<D>| {
        let value = rows.value.as_ref().expect("a live term");
        let mut dims = value.shape();
        dims[0] /= value.count();
        dims
    };
    let expected = shape(&terms[0]);
    let other = terms.iter().map(shape).find(|found| *found != expected)?;
    Some(NnError::Shapes { place: terms[0].pass.place(), found: other[1..].to_vec(), expected: expected[1..].to_vec() })
}

impl<const D: usize> Rows<D> {
    /// The sum of all `terms`, ghost batch by ghost batch, in their order. Where some are cut off the others stand alone.
    ///
    /// # Panics
    /// If there is no term.
    pub fn sum(terms: Vec<Self>) -> Self {
        let nothing = terms.first().expect("a sum has a term").nothing();
        sum(&nothing, terms)
    }
}

impl<const D: usize> Add for Rows<D> {
    type Output = Self;

    /// The sum, ghost batch by ghost batch. Where one side is cut off the other stands alone: zeros flow on.
    fn add(self, other: Self) -> Self {
        sum(&self.nothing(), vec![self, other])
    }
}

/// The rows of each ghost batch in turn, of `count` rows each; zeros where it reads nothing.
pub(crate) fn rows_of_each<const D: usize>(tensor: Tensor<D>, variants: &Variants) -> Tensor<D> {
    let count = variants.count();
    let list: Vec<u32> = (0..variants.ghosts()).map(|ghost| variants.of(ghost).unwrap_or(count as u32)).collect();
    if list.iter().all(|&variant| (variant as usize) < count) {
        return take(tensor, count, &list);
    }
    let mut dims = tensor.dims();
    dims[0] /= count;
    let zeros = Tensor::zeros(dims, (&tensor.device(), tensor.dtype()));
    take(Tensor::cat(vec![tensor, zeros], 0), count + 1, &list)
}
