//! Rows of several computations brought together: each ghost batch gets the sum of what it reads of
//! each.

use super::{
    memo::Place,
    pass::Pass,
    planes::{from_planes, planes},
    rows::{Rows, take},
    uses::Uses,
    value::{Adder, Operation, Read, Tags, Value},
    variants::Variants,
};
use crate::{NnError, call::run};
use burn::tensor::{Tensor, TensorData};
use std::{cell::RefCell, ops::Add, rc::Rc};

/// What a sum reads of a term: the variant of the term, and the sum, sorted and distinct.
#[derive(Default)]
struct Lists {
    read: Vec<u32>,
    write: Vec<u32>,
}

/// Σ of `terms`, ghost batch by ghost batch, in their order, with a variant for each distinct set
/// of what is read. `nothing` is the sum of no term.
///
/// What a ghost batch gets does not depend on the others, bit for bit. A term that is a
/// convolution, a normalisation or a pool that nobody else reads is computed into the sum.
pub(crate) fn sum<const D: usize>(nothing: &Rows<D>, terms: Vec<Rows<D>>) -> Rows<D> {
    summed(nothing, terms, false)
}

/// As [`sum`], computed when it is read: a sum that is a term of another is added to that one, term
/// by term.
pub(crate) fn sum_later<const D: usize>(nothing: &Rows<D>, terms: Vec<Rows<D>>) -> Rows<D> {
    // While a definition is checked, who reads a term is noted where the sum stands.
    summed(nothing, terms, !nothing.pass.checks())
}

fn summed<const D: usize>(nothing: &Rows<D>, mut terms: Vec<Rows<D>>, is_later: bool) -> Rows<D> {
    let depends = terms.iter().map(|rows| rows.depends).fold(nothing.depends, usize::max);
    terms.retain(Rows::is_live);
    if terms.is_empty() {
        return nothing.clone().depending(depends);
    }
    let pass = Rc::clone(&nothing.pass);
    let kept = pass.kept(depends);
    let is_added = |rows: &Rows<D>| rows.value.as_ref().is_some_and(|value| value.is_added());
    if terms.len() == 1 && (is_later || !is_added(&terms[0])) {
        return terms.pop().expect("one term").depending(depends);
    }
    if let Some(error) = different_shapes(&terms) {
        return nothing.failed(error);
    }
    if pass.is_dense() {
        return dense_sum(terms, &pass);
    }
    let (variants, members) = members(&terms, nothing.variants.ghosts());
    let uses = |members: &Vec<(u32, u32)>| {
        Uses::joined(members.iter().map(|&(t, variant)| terms[t as usize].uses[variant as usize].clone()).collect())
    };
    let uses = if terms[0].uses.is_empty() { Vec::new() } else { members.iter().map(uses).collect() };
    let count = variants.count();
    let value = match kept.as_ref().and_then(Place::found) {
        Some(tensor) => Value::ready(tensor, count),
        None => {
            let sum = Summation::of(terms, members, depends, &pass);
            let (shape, all) = (sum.shape(count), Vec::from_iter(0..count as u32));
            let value = Value::pending(sum, shape, count, Tags { noted: None, kept });
            if !is_later {
                value.prepare(&all);
            }
            value
        }
    };
    Rows { value: Some(value), variants, uses, depends, pass }
}

/// The distinct sums, and the terms of each with what it reads of them. Zeros are the same for all
/// that read them.
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

/// A sum that is computed, or added to another one, when it is read.
struct Summation<const D: usize> {
    /// A term is gone once it is added for the last time.
    terms: RefCell<Vec<Option<Rc<Value<D>>>>>,
    /// The shape of a variant.
    one: [usize; D],
    /// For each variant its terms, and what it reads of them.
    members: Vec<Vec<(u32, u32)>>,
    depends: usize,
    pass: Rc<Pass>,
}

impl<const D: usize> Summation<D> {
    fn of(terms: Vec<Rows<D>>, members: Vec<Vec<(u32, u32)>>, depends: usize, pass: &Rc<Pass>) -> Self {
        let terms: Vec<_> = terms.into_iter().map(|rows| rows.value).collect();
        let first = terms[0].as_ref().expect("a live term");
        let mut one = first.shape();
        one[0] /= first.count();
        Self { terms: RefCell::new(terms), one, members, depends, pass: Rc::clone(pass) }
    }

    /// The shape of `count` variants.
    fn shape(&self, count: usize) -> [usize; D] {
        let mut shape = self.one;
        shape[0] *= count;
        shape
    }

    /// For each term what of it is added where, if variant `read[i]` is added to run `write[i]`.
    fn lists(&self, read: &[u32], write: &[u32]) -> Vec<Lists> {
        let mut lists: Vec<Lists> = self.terms.borrow().iter().map(|_| Lists::default()).collect();
        for (&variant, &run) in read.iter().zip(write) {
            for &(term, variant) in &self.members[variant as usize] {
                lists[term as usize].read.push(variant);
                lists[term as usize].write.push(run);
            }
        }
        lists
    }

    /// The first term if it alone gives every one of `sums` runs its first summand, each variant
    /// one, and nobody else reads it: then it can be added to.
    fn start(&self, lists: &[Lists], sums: usize) -> Option<(usize, Tensor<D>)> {
        let terms = self.terms.borrow();
        let first = terms.iter().position(|value| value.as_ref().is_some_and(|value| !value.is_zero()))?;
        let (value, Lists { read, write }) = (terms[first].as_ref()?, &lists[first]);
        let is_whole = write.len() == sums && read.windows(2).all(|pair| pair[0] < pair[1]);
        if !is_whole || !value.is_for_one(self.depends) {
            return None;
        }
        let Read { tensor, count, places } = value.read_once(read, self.depends);
        (places.len() == count).then_some((first, tensor))
    }

    /// `acc`, of `sums` runs, with the terms from `first` on added as the lists say; nobody adds
    /// them again if `is_last`.
    fn added(&self, acc: Tensor<D>, lists: &[Lists], first: usize, sums: usize, is_last: bool) -> Tensor<D> {
        let mut sum = acc;
        for (t, Lists { read, write }) in lists.iter().enumerate().skip(first) {
            let value = self.terms.borrow_mut()[t].take().expect("it was not added for the last time");
            if !value.is_zero() && !write.is_empty() {
                sum = self.plus(sum, &value, sums, [read, write]);
            }
            if !is_last {
                self.terms.borrow_mut()[t] = Some(value);
            }
        }
        sum
    }

    /// `sum` with variants of a term added as the lists say.
    fn plus(&self, sum: Tensor<D>, value: &Rc<Value<D>>, sums: usize, [read, write]: [&[u32]; 2]) -> Tensor<D> {
        let (sum, is_added) = value.add_once(sum, sums, [read, write], self.depends);
        if is_added {
            return sum;
        }
        let mut distinct = read.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        let Read { tensor, places, .. } = value.read_once(&distinct, self.depends);
        let place = |variant| places[distinct.binary_search(variant).expect("it is among them")];
        let read: Vec<u32> = read.iter().map(place).collect();
        add_at(sum, tensor, sums, &read, write, &self.pass)
    }
}

impl<const D: usize> Operation<D> for Summation<D> {
    fn compute(&self, on: &[u32]) -> Tensor<D> {
        let sums = on.len();
        let all: Vec<u32> = (0..sums as u32).collect();
        let lists = self.lists(on, &all);
        let (sum, first) = match self.start(&lists, sums) {
            Some((first, sum)) => (sum, first + 1),
            None => (self.pass.zeros(self.shape(sums)), 0),
        };
        self.added(sum, &lists, first, sums, sums == self.members.len())
    }

    fn adder(&self) -> Option<&dyn Adder<D>> {
        Some(self)
    }

    fn is_sum(&self) -> bool {
        true
    }
}

impl<const D: usize> Adder<D> for Summation<D> {
    fn add(&self, acc: Tensor<D>, sums: usize, read: &[u32], write: &[u32]) -> Tensor<D> {
        self.added(acc, &self.lists(read, write), 0, sums, false)
    }
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

/// The sum as published: every term for every ghost batch, times 1 where the ghost batch has it and
/// 0 where not.
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
    /// The sum of all `terms`, ghost batch by ghost batch, in their order. Where some are cut off
    /// the others stand alone.
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

    /// The sum, ghost batch by ghost batch. Where one side is cut off the other stands alone: zeros
    /// flow on.
    fn add(self, other: Self) -> Self {
        sum_later(&self.nothing(), vec![self, other])
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
