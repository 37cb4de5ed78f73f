//! What a file says of the network that it holds.

use supernet_data::Normalisation;
use supernet_space::PathMask;
use supernet_train::best::NetworkDescription;

/// What a file says of the network that it holds.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub(crate) architecture: &'a PathMask,
    /// How pixels became numbers in training, where it reads images.
    pub(crate) normalisation: Option<&'a Normalisation>,
    /// In the order of the logits.
    pub(crate) classes: &'a [String],
    pub(crate) seed: u64,
}

impl<'a> From<&NetworkDescription<'a>> for Facts<'a> {
    fn from(description: &NetworkDescription<'a>) -> Self {
        let NetworkDescription { mask, normalisation, classes, seed, .. } = *description;
        Self { architecture: mask, normalisation: Some(normalisation), classes, seed }
    }
}
