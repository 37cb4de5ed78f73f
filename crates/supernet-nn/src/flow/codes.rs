//! What a hypernetwork makes of the masks of a pass: a code for each distinct mask.

use super::pass::Pass;
use burn::{module::ParamId, tensor::Tensor};
use std::rc::Rc;
use supernet_space::PathMask;

/// A code for each distinct mask of a pass, from which generated weights are made.
#[derive(Clone, Debug)]
pub(crate) struct Codes {
    /// [distinct masks, numbers of a code].
    pub(crate) tensor: Tensor<2>,
    /// For each ghost batch the place of its mask's code.
    pub(crate) of: Rc<[u32]>,
    /// What they were computed with.
    pub(crate) parameters: Rc<[ParamId]>,
}

impl Pass {
    /// The distinct masks, in the order of their first ghost batches, and for each ghost batch
    /// which of them it has.
    pub(crate) fn distinct_masks(&self) -> (Vec<&PathMask>, Vec<u32>) {
        let mut distinct: Vec<&PathMask> = Vec::new();
        let of = self.paths().masks().iter().map(|mask| {
            let place = distinct.iter().position(|other| *other == mask);
            place.unwrap_or_else(|| {
                distinct.push(mask);
                distinct.len() - 1
            }) as u32
        });
        let of = of.collect();
        (distinct, of)
    }
}
