//! The whole networks of ENAS (Pham, Guan, Zoph, Le and Dean, ICML 2018): a chain of layers with
//! skip connections.

use crate::{
    Choice, PathMask, SearchSpace, SpaceError,
    sizes::{at_least_1, side_halves},
};
use serde::{Deserialize, Serialize};

/// The macro space of ENAS: layer i applies one of six operations to the layer before it and adds
/// any of the earlier layers' outputs. For the 12 layers of the paper 6¹² · 2⁶⁶ ≈ 1.6·10²⁹
/// networks.
///
/// Layers are the choices `layer3/operation` and `layer3/skips`, whose options are the names of the
/// layers before it, so that a controller with anchors knows which layer an option means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "usize", into = "usize")]
pub struct EnasMacro {
    layers: usize,
    space: SearchSpace,
}

/// What one layer does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnasLayer {
    /// The operation's place in [`EnasMacro::OPERATIONS`].
    pub operation: usize,
    /// Earlier layers, from 0, whose outputs are added to the operation's.
    pub skips: Vec<usize>,
}

/// What is not searched. The default is the network that ENAS searches on CIFAR-10.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnasMacroShape {
    /// Filters of all layers, an even number.
    pub filters: usize,
    /// Side of the square images, divisible by 4.
    pub side: usize,
    /// Channels of the images.
    pub channels: usize,
    /// Classes.
    pub classes: usize,
}

impl Default for EnasMacroShape {
    fn default() -> Self {
        Self { filters: 36, side: 32, channels: 3, classes: 10 }
    }
}

impl EnasMacroShape {
    /// Checks every number.
    ///
    /// # Errors
    /// The first that is out of range.
    pub fn check(&self) -> Result<(), SpaceError> {
        at_least_1([("filters", self.filters), ("channels", self.channels), ("classes", self.classes)])?;
        if !self.filters.is_multiple_of(2) {
            return Err(SpaceError::Field { field: "filters", found: self.filters, expected: "an even number" });
        }
        side_halves(self.side, 4)
    }
}

impl EnasMacro {
    /// The operations, in the order of a mask's bits.
    pub const OPERATIONS: [&str; 6] =
        ["conv_3x3", "sep_conv_3x3", "conv_5x5", "sep_conv_5x5", "avg_pool_3x3", "max_pool_3x3"];

    /// The space of `layers` layers, 1 to 64.
    ///
    /// # Errors
    /// A number out of range.
    pub fn new(layers: usize) -> Result<Self, SpaceError> {
        if !(1..=Choice::MOST_OPTIONS).contains(&layers) {
            return Err(SpaceError::Field { field: "layers", found: layers, expected: "1 to 64" });
        }
        let mut choices = Vec::new();
        for layer in 1..=layers {
            choices.push(Choice::one_of(format!("layer{layer}/operation"), Self::OPERATIONS)?);
            if layer > 1 {
                let earlier = (1..layer).map(|earlier| format!("layer{earlier}"));
                choices.push(Choice::new(format!("layer{layer}/skips"), earlier, 0..=layer - 1)?);
            }
        }
        Ok(Self { layers, space: SearchSpace::new(format!("enas-macro-{layers}"), choices)? })
    }

    /// Returns the choices.
    pub fn space(&self) -> &SearchSpace {
        &self.space
    }

    /// Returns the number of layers.
    pub fn layer_count(&self) -> usize {
        self.layers
    }

    /// Returns what each layer does.
    ///
    /// # Errors
    /// A mask that is no architecture of this space.
    pub fn layers(&self, mask: &PathMask) -> Result<Vec<EnasLayer>, SpaceError> {
        self.space.accept(mask.clone())?;
        let of_layer = |layer: usize| {
            // The first layer has one choice, the others two.
            let operation = (2 * layer).saturating_sub(1);
            let skips = if layer == 0 { 0 } else { mask.bits(operation + 1) };
            EnasLayer {
                operation: mask.bits(operation).trailing_zeros() as usize,
                skips: (0..layer).filter(|earlier| skips >> earlier & 1 == 1).collect(),
            }
        };
        Ok((0..self.layers).map(of_layer).collect())
    }
}

impl From<EnasMacro> for usize {
    fn from(enas: EnasMacro) -> Self {
        enas.layers
    }
}

impl TryFrom<usize> for EnasMacro {
    type Error = SpaceError;

    fn try_from(layers: usize) -> Result<Self, SpaceError> {
        Self::new(layers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigUint;

    #[test]
    fn twelve_layers_are_as_many_networks_as_the_paper_says() {
        let size = EnasMacro::new(12).unwrap().space().size();
        assert_eq!(size, BigUint::from(6u32).pow(12) << 66);
        // 1.6 · 10²⁹
        assert_eq!(&size.to_string()[..2], "16");
        assert_eq!(size.to_string().len(), 30);
    }

    #[test]
    fn layers_are_read_from_a_mask() {
        let enas = EnasMacro::new(3).unwrap();
        let mask = enas.space().parse("100000/000100:0/010000:11").unwrap();
        let layers = enas.layers(&mask).unwrap();
        let expected = [(0, vec![]), (3, vec![]), (1, vec![0, 1])];
        assert_eq!(layers, expected.map(|(operation, skips)| EnasLayer { operation, skips }));
        assert!(enas.layers(&enas.space().all_on()).is_err());
    }

    #[test]
    fn none_and_more_than_64_layers_are_refused() {
        assert_eq!(EnasMacro::new(0).unwrap_err().to_string(), "layers: found 0, expected 1 to 64");
        assert!(EnasMacro::new(65).is_err());
        assert!(EnasMacro::new(64).is_ok());
    }
}
