//! A choice of one module among several.

use super::options::Options;
use crate::{Build, Layer, Rows};
use burn::module::Module;

/// Exactly one of several modules, in an architecture; in a supernet each ghost batch has those on
/// that its mask names, and gets their sum, zeros where there is none (PAPER, *The idea in four
/// steps*). Only what is on runs.
///
/// Two places of the same name are tied: they take the same options.
#[derive(Module, Debug)]
pub struct OneOf<M: Module> {
    pub(crate) options: Options<M>,
}

impl<M: Module> OneOf<M> {
    /// The choice `name` among named modules, of one type: an enum where they differ.
    pub fn new<N: Into<String>>(b: &Build, name: impl Into<String>, options: impl IntoIterator<Item = (N, M)>) -> Self {
        let options = options.into_iter().map(|(name, module)| (name.into(), module)).collect();
        Self { options: Options::new(b, name.into(), (1, 1), options) }
    }
}

impl<const I: usize, const O: usize, M: Layer<I, O>> Layer<I, O> for OneOf<M> {
    fn forward(&self, x: Rows<I>) -> Rows<O> {
        self.options.sum_later(x)
    }
}
