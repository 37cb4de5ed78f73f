//! Rows times a number of each ghost batch.

use super::{
    rows::{Rows, take},
    value::Value,
    variants::Variants,
};
use burn::tensor::{Int, Tensor, TensorData};

impl<const D: usize> Rows<D> {
    /// The same, what each ghost batch reads times its number of `gate`, of which there is one for
    /// each ghost batch; itself where there is none. Each ghost batch then has a variant of its
    /// own. Zeros that depend on nothing stay as they are.
    pub(crate) fn gated(self, gate: Option<Tensor<1>>) -> Self {
        let Some(gate) = gate else { return self };
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
        let value = Value::ready(times_gates(take(tensor, read.count(), &list), gate, &live), live.len());
        Self { value: Some(value), variants: Variants::new(of, live.len()), uses, depends, pass }
    }
}

/// The runs of `x`, one for each of the ghost batches `live`, times their gates.
fn times_gates<const D: usize>(x: Tensor<D>, gate: Tensor<1>, live: &[usize]) -> Tensor<D> {
    let (dims, count) = (x.dims(), live.len());
    let gate = if count == gate.dims()[0] {
        gate
    } else {
        let places: Vec<i64> = live.iter().map(|&ghost| ghost as i64).collect();
        gate.select(0, Tensor::<1, Int>::from_data(TensorData::new(places, [count]), &x.device()))
    };
    let numbers: usize = dims.iter().product::<usize>() / count;
    (x.reshape([count, numbers]) * gate.reshape([count, 1])).reshape(dims)
}
