//! What a hypernetwork makes of the masks of a pass: a code for each distinct mask.

use burn::{module::ParamId, tensor::Tensor};
use std::rc::Rc;

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
