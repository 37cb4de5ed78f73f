//! The tensor that flows through a masked network, with what each ghost batch reads of it.

use super::{Layer, choice_walk::own_parameters, cost::macs, pass::Pass, rows_sum, uses::Uses};
use crate::{NnError, variants::Variants};
use burn::{
    module::{Module, ParamId},
    tensor::{Tensor, activation::relu},
};
use std::{ops::Add, rc::Rc};

/// A tensor [rows, …] on its way through a masked network.
///
/// Its rows are runs of equal length, one for each *variant*; each ghost batch reads one variant, or none where its mask has cut the
/// way. While a supernet is trained each ghost batch has a variant of its own; candidates that are scored on the same images share one
/// as long as they agree. Whatever is applied to it runs once for each variant.
#[derive(Clone, Debug)]
pub struct Rows<const D: usize = 4> {
    pub(super) tensor: Option<Tensor<D>>,
    pub(super) variants: Variants,
    pub(super) uses: Vec<Uses>,
    pub(super) pass: Rc<Pass>,
}

impl<const D: usize> Rows<D> {
    /// The input of a network.
    pub(crate) fn input(tensor: Tensor<D>, variants: Variants, pass: Rc<Pass>) -> Self {
        let uses = vec![Uses::default(); variants.count()];
        Self { tensor: Some(tensor), variants, uses, pass }
    }

    /// Applies a layer.
    pub fn through<const E: usize>(self, layer: &impl Layer<D, E>) -> Rows<E> {
        layer.forward(self)
    }

    /// Applies `f`, which computes with the parameters of `module`, an ordinary Burn module.
    ///
    /// What no ghost batch reads does not run. That the module's parameters are used by the ghost batches at hand is noted for masked L2
    /// and momentum, and its multiply-accumulates are counted: each weight of two or more axes once for each position of the output.
    pub fn run<M: Module, const E: usize>(self, module: &M, f: impl FnOnce(&M, Tensor<D>) -> Tensor<E>) -> Rows<E> {
        let pass = Rc::clone(&self.pass);
        self.compute(own_parameters(module), |x| {
            let y = f(module, x);
            if pass.checks() {
                pass.count(macs(module, &y.dims()));
            }
            y
        })
    }

    /// Applies `f`, which computes with `parameters`.
    pub(super) fn compute<const E: usize>(
        self,
        parameters: Rc<[ParamId]>,
        f: impl FnOnce(Tensor<D>) -> Tensor<E>,
    ) -> Rows<E> {
        if self.is_live() {
            self.pass.ran(self.variants.count());
        }
        let uses = self.uses.iter().map(|uses| uses.and(&parameters)).collect();
        Rows { tensor: self.tensor.map(f), variants: self.variants, uses, pass: self.pass }
    }

    /// Applies `f`, which computes with no parameter. What [`Definition::new`](super::Definition::new) finds to be used by no
    /// [`Rows::run`] is refused.
    pub fn map<const E: usize>(self, f: impl FnOnce(Tensor<D>) -> Tensor<E>) -> Rows<E> {
        Rows { tensor: self.tensor.map(f), variants: self.variants, uses: self.uses, pass: self.pass }
    }

    /// Zeros of the same shape. They depend on nothing, so what x was computed with is not used for them.
    pub fn zeros(self) -> Self {
        let uses = vec![Uses::default(); self.uses.len()];
        Self { tensor: self.tensor.map(|tensor| tensor.zeros_like()), uses, ..self }
    }

    /// max(x, 0).
    pub fn relu(self) -> Self {
        self.map(relu)
    }

    /// The same rows, read only by the ghost batches that `reads` names; rows that nobody reads are left out.
    pub(crate) fn only(&self, reads: impl Fn(usize) -> bool) -> Self {
        let read = |ghost| self.variants.of(ghost).filter(|_| reads(ghost));
        let mut list: Vec<u32> = (0..self.variants.ghosts()).filter_map(read).collect();
        list.sort_unstable();
        list.dedup();
        let place = |variant| list.binary_search(&variant).expect("it is among them") as u32;
        let of = (0..self.variants.ghosts()).map(|ghost| read(ghost).map(place)).collect();
        let take = |tensor: &Tensor<D>| rows_sum::take(tensor.clone(), self.variants.count(), &list);
        Self {
            tensor: self.tensor.as_ref().filter(|_| !list.is_empty()).map(take),
            uses: list.iter().map(|&variant| self.uses[variant as usize].clone()).collect(),
            variants: Variants::new(of, list.len()),
            pass: Rc::clone(&self.pass),
        }
    }

    /// The same times a number, if there is one.
    pub(crate) fn scaled(self, scale: Option<f64>) -> Self {
        match scale {
            Some(scale) => self.map(|tensor| tensor.mul_scalar(scale)),
            None => self,
        }
    }

    /// The pass that it is part of.
    pub(crate) fn pass(&self) -> &Rc<Pass> {
        &self.pass
    }

    /// Whether some ghost batch reads it.
    pub(crate) fn is_live(&self) -> bool {
        self.tensor.is_some()
    }

    /// No rows, after a failure.
    pub(super) fn failed<const E: usize>(&self, error: NnError) -> Rows<E> {
        self.pass.fail(error);
        self.nothing()
    }

    /// No rows.
    pub(crate) fn nothing<const E: usize>(&self) -> Rows<E> {
        let variants = Variants::new(vec![None; self.variants.ghosts()], 0);
        Rows { tensor: None, variants, uses: Vec::new(), pass: Rc::clone(&self.pass) }
    }
}

impl<const D: usize> Add for Rows<D> {
    type Output = Self;

    /// The sum, ghost batch by ghost batch. Where one side is cut off the other stands alone: zeros flow on.
    fn add(self, other: Self) -> Self {
        rows_sum::sum(&self.nothing(), vec![self, other])
    }
}
