//! What a network of one's own is built with: where, which options it holds, which normalisation.

use crate::NormKind;
use burn::tensor::Device;
use supernet_space::{PathMask, SearchSpace};

/// What a network is built with. The same code builds the supernet and every stand-alone network: the choices ask it which of their
/// options to hold, the normalisations which kind they are.
#[derive(Clone, Debug)]
pub struct Build {
    device: Device,
    norm: NormKind,
    held: Option<(SearchSpace, PathMask)>,
}

impl Build {
    /// Every option.
    pub(crate) fn everything(norm: NormKind, device: Device) -> Self {
        Self { device, norm, held: None }
    }

    /// What `mask` has on, with ordinary batch normalisation.
    pub(crate) fn of_mask(space: SearchSpace, mask: PathMask, device: Device) -> Self {
        Self { device, norm: NormKind::Batch, held: Some((space, mask)) }
    }

    /// Where parameters live.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Which normalisation [`crate::own::GhostNorm`] gets.
    pub(crate) fn norm(&self) -> NormKind {
        self.norm
    }

    /// The options of the choice named `choice` that the network holds; bit j is option j.
    pub(crate) fn held(&self, choice: &str) -> u64 {
        match &self.held {
            None => !0,
            Some((space, mask)) => space.position(choice).map_or(!0, |position| mask.bits(position)),
        }
    }
}
