//! A trained network in words and numbers, without its weights.

use super::BestError;
use supernet_data::Normalisation;
use supernet_nn::NetworkConfig;
use supernet_space::PathMask;

/// A trained stand-alone network, described: its sizes, its mask, what it reads and what its logits
/// mean. The weights are not part of it.
#[derive(Clone, Copy, Debug)]
pub struct NetworkDescription<'a> {
    /// The network's sizes.
    pub config: &'a NetworkConfig,
    /// Its mask: an architecture's, or another such as All On. Parts that no logit depends on, such
    /// as a block without inputs, are left out.
    pub mask: &'a PathMask,
    /// How pixels became numbers in training.
    pub normalisation: &'a Normalisation,
    /// Names of the classes, in the order of the logits.
    pub classes: &'a [String],
    /// Seed of the run.
    pub seed: u64,
}

impl NetworkDescription<'_> {
    /// # Errors
    /// A mask of another space, a size out of range, a normalisation or class names of other
    /// images.
    pub fn check(&self) -> Result<(), BestError> {
        let shape = self.config.shape.check()?;
        self.config.cells.space().belongs(self.mask)?;
        let channels = self.normalisation.mean().len();
        if channels != shape.channels {
            return Err(BestError::Channels { found: channels, expected: shape.channels });
        }
        if self.classes.len() != shape.classes {
            return Err(BestError::Classes { found: self.classes.len(), expected: shape.classes });
        }
        Ok(())
    }
}
