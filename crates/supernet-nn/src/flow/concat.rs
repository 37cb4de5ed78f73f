//! Rows side by side along the channels.

use super::{
    memo::Place,
    planes::{from_planes, planes},
    rows::{Rows, take},
    sum::times,
    uses::Uses,
    value::{Read, Value},
    variants::Variants,
};
use burn::tensor::Tensor;
use std::rc::Rc;
use supernet_kernels::channels_add;

/// `terms` side by side along axis 1, ghost batch by ghost batch: term t gives `channels[t]`
/// channels, zeros where it is cut.
pub(crate) fn concatenated<const D: usize>(terms: Vec<Rows<D>>, channels: &[usize]) -> Rows<D> {
    let depends = terms.iter().map(|rows| rows.depends).max().unwrap_or(0);
    let nothing: Rows<D> = terms[0].nothing().depending(depends);
    let pass = Rc::clone(&nothing.pass);
    let ghosts = nothing.variants.ghosts();
    let Some(row_shape) = terms.iter().find_map(|rows| rows.value.as_ref()).map(|value| {
        let mut shape = value.shape();
        shape[0] /= value.count();
        shape
    }) else {
        return nothing;
    };
    let read = |ghost: usize| -> Vec<Option<u32>> { terms.iter().map(|rows| rows.variants.of(ghost)).collect() };
    let is_live = |list: &Vec<Option<u32>>| list.iter().any(Option::is_some);
    let (variants, lists) = match pass.is_dense() {
        false => {
            let (variants, first) = Variants::distinct((0..ghosts).map(|ghost| Some(read(ghost)).filter(is_live)));
            (variants, first.into_iter().map(read).collect::<Vec<_>>())
        }
        true => {
            let of = |ghost: usize| is_live(&read(ghost)).then_some(ghost as u32);
            (Variants::new((0..ghosts).map(of).collect(), ghosts), (0..ghosts).map(read).collect())
        }
    };
    let uses = |list: &Vec<Option<u32>>| {
        let of_term = |(t, variant): (usize, &Option<u32>)| Some(terms[t].uses[(*variant)? as usize].clone());
        Uses::joined(list.iter().enumerate().filter_map(of_term).collect())
    };
    let tracked = terms.iter().any(|rows| !rows.uses.is_empty());
    let uses = if tracked { lists.iter().map(uses).collect() } else { Vec::new() };
    let part = |(t, rows): (usize, Rows<D>)| {
        let zeros = |count: usize| {
            let mut shape = row_shape;
            (shape[0], shape[1]) = (shape[0] * count, channels[t]);
            pass.zeros(shape)
        };
        let Some(value) = rows.value else { return zeros(lists.len()) };
        if pass.is_dense() {
            let on: Vec<bool> = lists.iter().map(|list| list[t].is_some()).collect();
            let all: Vec<u32> = (0..ghosts as u32).collect();
            return times(value.read(&all).tensor, &on);
        }
        let mut distinct: Vec<u32> = lists.iter().filter_map(|list| list[t]).collect();
        distinct.sort_unstable();
        distinct.dedup();
        let held = value.read_once(&distinct, depends);
        let place = |variant: u32| held.places[distinct.binary_search(&variant).expect("it is among them")];
        let list: Vec<u32> = lists.iter().map(|list| list[t].map_or(held.count as u32, place)).collect();
        match list.contains(&(held.count as u32)) {
            false => take(held.tensor, held.count, &list),
            true => take(Tensor::cat(vec![held.tensor, zeros(1)], 0), held.count + 1, &list),
        }
    };
    let kept = pass.kept(depends);
    let tensor = kept.as_ref().and_then(Place::found).unwrap_or_else(|| {
        let tensor = match terms.iter().find_map(|rows| rows.value.as_ref()) {
            Some(value) if !pass.is_dense() && pass.adds_channels() => {
                let mut shape = value.shape();
                (shape[0], shape[1]) = (shape[0] / value.count() * lists.len(), channels.iter().sum());
                side_by_side(terms, channels, &lists, pass.zeros(shape), depends)
            }
            _ => Tensor::cat(terms.into_iter().enumerate().map(part).collect(), 1),
        };
        kept.iter().for_each(|place| place.keep(&tensor));
        tensor
    });
    Rows { value: Some(Value::ready(tensor, variants.count())), variants, uses, depends, pass: Rc::clone(&pass) }
}

/// `acc` with the channels of each term added where they stand; `lists` says for each run of `acc`
/// what it reads of each term.
fn side_by_side<const D: usize>(
    terms: Vec<Rows<D>>,
    channels: &[usize],
    lists: &[Vec<Option<u32>>],
    acc: Tensor<D>,
    depends: usize,
) -> Tensor<D> {
    let shape = acc.dims();
    let (mut acc, mut first) = (planes(acc), 0);
    for (t, rows) in terms.into_iter().enumerate() {
        if let Some(value) = rows.value.filter(|value| !value.is_zero()) {
            let pairs = || (0..).zip(lists).filter_map(|(run, list)| Some((run, list[t]?)));
            let (write, read): (Vec<u32>, Vec<u32>) = pairs().unzip();
            let mut distinct = read.clone();
            distinct.sort_unstable();
            distinct.dedup();
            let Read { tensor, places, .. } = value.read_once(&distinct, depends);
            let place = |variant| places[distinct.binary_search(variant).expect("it is among them")];
            let read: Vec<u32> = read.iter().map(place).collect();
            acc = channels_add(acc, planes(tensor), first, lists.len(), &read, &write);
        }
        first += channels[t];
    }
    from_planes(acc, shape)
}
