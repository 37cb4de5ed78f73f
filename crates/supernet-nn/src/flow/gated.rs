//! Rows times a number of each ghost batch, or of each example.

use super::{
    rows::{Rows, take},
    value::Value,
    variants::Variants,
};
use crate::paths::DropPath;
use burn::tensor::{Int, Tensor, TensorData};
use rand::RngExt;
use std::rc::Rc;
use supernet_space::draws;

impl<const D: usize> Rows<D> {
    /// The same, what each ghost batch reads times its number of `gate`, of which there is one for
    /// each ghost batch; itself where there is none. Each ghost batch then has a variant of its
    /// own. Zeros that depend on nothing stay as they are.
    pub(crate) fn gated(self, gate: Option<Tensor<1>>) -> Self {
        let Some(gate) = gate else { return self };
        self.each_ghost(|x, live| times_gates(x, gate, live))
    }

    /// The same, in which examples are dropped as the pass drops paths: each is 0 with the rate of
    /// that, and otherwise divided by how probable it is to be kept; itself where no path is
    /// dropped, or where it is `input`: an identity is no path of its own.
    pub(crate) fn dropped<const I: usize>(self, input: Option<Rc<Value<I>>>) -> Self {
        let Some(drop) = self.pass.paths().drop_path().cloned() else { return self };
        let own = self.value.as_ref().map(|value| Rc::as_ptr(value).cast::<()>());
        if own == input.as_ref().map(|input| Rc::as_ptr(input).cast()) {
            return self;
        }
        self.each_ghost(|x, _| times_kept(x, &drop))
    }

    /// Its value, for [`Rows::dropped`]; none where no path is dropped.
    pub(crate) fn if_dropping(&self) -> Option<Rc<Value<D>>> {
        self.pass.paths().drop_path().and_then(|_| self.value.clone())
    }

    /// The same with a variant for each ghost batch that reads something, their tensor changed by
    /// `change`, which is told which these are. Zeros that depend on nothing stay as they are.
    fn each_ghost(self, change: impl FnOnce(Tensor<D>, &[usize]) -> Tensor<D>) -> Self {
        if self.value.as_ref().is_none_or(|value| value.is_zero()) {
            return self;
        }
        let (ghosts, depends, pass) = (self.variants.ghosts(), self.depends, self.pass.clone());
        // The dense reference has a variant for every ghost batch.
        let reads = |ghost: &usize| pass.is_dense() || self.variants.of(*ghost).is_some();
        let live: Vec<usize> = (0..ghosts).filter(reads).collect();
        let place = |ghost: usize| live.binary_search(&ghost).ok().map(|place| place as u32);
        let is_read = |ghost: usize| self.variants.of(ghost).is_some();
        let of = (0..ghosts).map(|ghost| place(ghost).filter(|_| is_read(ghost))).collect();
        let uses = match self.uses.is_empty() || pass.is_dense() {
            true => self.uses.clone(),
            false => {
                live.iter().filter_map(|&ghost| Some(self.uses[self.variants.of(ghost)? as usize].clone())).collect()
            }
        };
        let (tensor, read) = self.into_tensor().expect("a value");
        let list: Vec<u32> = match pass.is_dense() {
            true => (0..ghosts as u32).collect(),
            false => live.iter().filter_map(|&ghost| read.of(ghost)).collect(),
        };
        let value = Value::ready(change(take(tensor, read.count(), &list), &live), live.len());
        Self { value: Some(value), variants: Variants::new(of, live.len()), uses, depends, pass }
    }
}

/// The runs of `x`, one for each of the ghost batches `live`, times their gates.
fn times_gates<const D: usize>(x: Tensor<D>, gate: Tensor<1>, live: &[usize]) -> Tensor<D> {
    let gate = if live.len() == gate.dims()[0] {
        gate
    } else {
        let places: Vec<i64> = live.iter().map(|&ghost| ghost as i64).collect();
        gate.select(0, Tensor::<1, Int>::from_data(TensorData::new(places, [live.len()]), &x.device()))
    };
    times_each(x, gate)
}

/// `x` without the examples that are dropped at this place, the others divided by how probable they
/// are to be kept.
fn times_kept<const D: usize>(x: Tensor<D>, drop: &DropPath) -> Tensor<D> {
    let (place, rate) = drop.next_place();
    let (examples, keep) = (x.dims()[0], 1.0 - rate);
    let rng = &mut draws(drop.seed, "drop path", place);
    let kept: Vec<f32> =
        (0..examples).map(|_| if rng.random::<f64>() < keep { (1.0 / keep) as f32 } else { 0.0 }).collect();
    let kept = Tensor::<1>::from_data(TensorData::new(kept, [examples]), (&x.device(), x.dtype()));
    times_each(x, kept)
}

/// `x`, cut into as many equal runs as there are `numbers`, times these.
fn times_each<const D: usize>(x: Tensor<D>, numbers: Tensor<1>) -> Tensor<D> {
    let (dims, count) = (x.dims(), numbers.dims()[0]);
    let each = dims.iter().product::<usize>() / count;
    (x.reshape([count, each]) * numbers.reshape([count, 1])).reshape(dims)
}
