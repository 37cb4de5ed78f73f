//! A choice of some modules among several, summed or concatenated.

use super::options::Options;
use crate::{Build, Init, Layer, Rows};
use burn::{
    module::{Module, ModuleDisplay, Param},
    tensor::Tensor,
};
use std::ops::RangeInclusive;

/// Between `min` and `max` of several modules: the sum of those that are on, zeros where none is.
/// Only what is on runs.
///
/// [`SomeOf::concatenated`] is the same for a concatenation followed by a 1x1.
#[derive(Module, Debug)]
pub struct SomeOf<M: Module> {
    pub(crate) options: Options<M>,
}

impl<M: Module> SomeOf<M> {
    /// The choice `name` of `bounds` many of named modules.
    pub fn new<N: Into<String>>(
        b: &Build,
        name: impl Into<String>,
        bounds: RangeInclusive<usize>,
        options: impl IntoIterator<Item = (N, M)>,
    ) -> Self {
        let options = options.into_iter().map(|(name, module)| (name.into(), module)).collect();
        Self { options: Options::new(b, name.into(), (*bounds.start(), *bounds.end()), options) }
    }

    /// The sum over the options that are on, each of its own input: option j reads `inputs[j]`. Of
    /// an input that nobody else holds, and that a layer of this crate gives, only what an option
    /// reads is computed.
    ///
    /// # Panics
    /// If there is not one input for each option.
    pub fn forward_each<const I: usize, const O: usize>(&self, inputs: Vec<Rows<I>>) -> Rows<O>
    where
        M: Layer<I, O>,
    {
        let (name, count) = (self.options.name(), self.options.count());
        assert!(
            inputs.len() == count,
            "choice `{name}`: found {} inputs, expected one for each of {count} options",
            inputs.len()
        );
        self.options.sum(inputs)
    }
}

impl<M: Module> SomeOf<M> {
    /// The same rows, read only by the ghost batches that have some option on: what is computed for
    /// this choice alone need not run for the others.
    pub fn reached<const I: usize>(&self, x: &Rows<I>) -> Rows<I> {
        self.options.reached(x)
    }
}

impl<const I: usize, const O: usize, M: Layer<I, O>> Layer<I, O> for SomeOf<M> {
    fn forward(&self, x: Rows<I>) -> Rows<O> {
        self.options.sum(vec![x])
    }
}

impl<M: Module + ModuleDisplay> SomeOf<Sliced<M>> {
    /// The choice `name` of `bounds` many of named modules, whose outputs are concatenated along
    /// the channels and brought to `outputs` channels by a 1x1: Σ_o W_o · option_o(x), where each
    /// option brings its slice W_o [outputs, channels] of the 1x1, so that what is off does not
    /// move. The number beside each module is the channels of its output.
    pub fn concatenated<N: Into<String>>(
        b: &Build,
        name: impl Into<String>,
        bounds: RangeInclusive<usize>,
        options: impl IntoIterator<Item = (N, M, usize)>,
        outputs: usize,
    ) -> Self {
        let sliced = |(name, module, channels): (N, M, usize)| (name.into(), Sliced::new(b, module, channels, outputs));
        let options = options.into_iter().map(sliced).collect();
        Self { options: Options::new(b, name.into(), (*bounds.start(), *bounds.end()), options) }
    }
}

/// A module and its slice of the 1x1 that reads a concatenation.
#[derive(Module, Debug)]
pub struct Sliced<M: Module> {
    pub(crate) module: M,
    pub(crate) slice: Param<Tensor<2>>,
}

impl<M: Module + ModuleDisplay> Sliced<M> {
    fn new(b: &Build, module: M, channels: usize, outputs: usize) -> Self {
        let slice = b.parameter([channels, outputs], Init::Variance(1.0 / channels as f64));
        Self { module, slice }
    }
}

impl<const I: usize, const O: usize, M: Layer<I, O>> Layer<I, O> for Sliced<M> {
    fn forward(&self, x: Rows<I>) -> Rows<O> {
        x.through(&self.module).run(&self.slice, |slice, x| {
            // [n, c, …] as [n · …, c] and back.
            let mut dims = x.dims();
            let [n, c] = [dims[0], dims[1]];
            let rest: usize = dims[2..].iter().product();
            let columns = x.reshape([n, c, rest]).swap_dims(1, 2);
            let projected = columns.matmul(slice.val().unsqueeze::<3>()).swap_dims(1, 2);
            dims[1] = slice.val().dims()[1];
            projected.reshape(dims)
        })
    }
}
