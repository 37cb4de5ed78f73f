//! A chain of inverted residuals like MobileNetV2's (Sandler et al., CVPR 2018), as searched by
//! MnasNet, ProxylessNAS and Once-for-All.

use crate::{
    Choice, Cost, InvertedResidual, PathMask, SearchSpace, SpaceError,
    canonical::Symmetry,
    sizes::{at_least_1, side_halves},
};
use serde::{Deserialize, Serialize};

/// Stages of layers; each layer is an inverted residual of kernel 3, 5 or 7 and expansion 3 or 6,
/// and where it keeps the shape, that is after the first of its stage, also the identity.
/// Identities can stand anywhere after the first: the canonical form has them last.
#[derive(Clone, Debug, PartialEq)]
pub struct MobileChain {
    stages: Vec<MobileStage>,
    space: SearchSpace,
}

/// A run of layers of one width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MobileStage {
    /// Layers, the most that an architecture can have.
    pub layers: usize,
    /// Channels that they make.
    pub channels: usize,
    /// Stride of the first of them, 1 or 2.
    pub stride: usize,
}

/// What is not searched, nor in the stages. The default is MobileNetV2 on ImageNet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MobileShape {
    /// Channels of the first convolution, 3x3 of stride 2.
    pub stem: usize,
    /// Channels of the block after it, 3x3 depthwise and 1x1.
    pub first: usize,
    /// Channels of the last 1x1 convolution.
    pub head: usize,
    /// Side of the square images, divisible by all strides together.
    pub side: usize,
    /// Channels of the images.
    pub channels: usize,
    /// Classes.
    pub classes: usize,
}

impl Default for MobileShape {
    fn default() -> Self {
        Self { stem: 32, first: 16, head: 1280, side: 224, channels: 3, classes: 1000 }
    }
}

impl MobileChain {
    /// The blocks, in the order of a mask's bits; after the identity, where there is one.
    pub const BLOCKS: [InvertedResidual; 6] = [
        InvertedResidual { kernel: 3, expansion: 3 },
        InvertedResidual { kernel: 3, expansion: 6 },
        InvertedResidual { kernel: 5, expansion: 3 },
        InvertedResidual { kernel: 5, expansion: 6 },
        InvertedResidual { kernel: 7, expansion: 3 },
        InvertedResidual { kernel: 7, expansion: 6 },
    ];

    /// The chain of `stages`.
    ///
    /// # Errors
    /// No stage; one without layers or channels; a stride other than 1 and 2.
    pub fn new(stages: &[MobileStage]) -> Result<Self, SpaceError> {
        let mut choices = Vec::new();
        for (i, stage) in stages.iter().enumerate() {
            stage.check()?;
            for layer in 0..stage.layers {
                let identity = (layer > 0).then(|| "identity".to_string());
                let blocks = Self::BLOCKS.map(|block| format!("mbconv{}_e{}", block.kernel, block.expansion));
                choices.push(Choice::one_of(
                    format!("stage{}/layer{}", i + 1, layer + 1),
                    identity.into_iter().chain(blocks),
                )?);
            }
        }
        let symmetry = Symmetry::IdentityLayers { stages: stages.iter().map(|stage| stage.layers).collect() };
        let space = SearchSpace::with_symmetry("mobile-chain".into(), choices, symmetry)?;
        Ok(Self { stages: stages.into(), space })
    }

    /// The stages of MobileNetV2, which is one of its architectures: kernel 3 and expansion 6
    /// throughout.
    pub fn mobilenet_v2() -> Self {
        let stages = [(2, 24, 2), (3, 32, 2), (4, 64, 2), (3, 96, 1), (3, 160, 2), (1, 320, 1)];
        let stages = stages.map(|(layers, channels, stride)| MobileStage { layers, channels, stride });
        Self::new(&stages).expect("stages in range")
    }

    /// The choices.
    pub fn space(&self) -> &SearchSpace {
        &self.space
    }

    /// The stages.
    pub fn stages(&self) -> &[MobileStage] {
        &self.stages
    }

    /// The block of each layer; `None` is the identity.
    ///
    /// # Errors
    /// A mask that is no architecture of this space.
    pub fn blocks(&self, mask: &PathMask) -> Result<Vec<Option<InvertedResidual>>, SpaceError> {
        self.space.accept(mask.clone())?;
        let block = |(layer, choice): (usize, &Choice)| {
            let identities = choice.options().len() - Self::BLOCKS.len();
            (mask.bits(layer).trailing_zeros() as usize).checked_sub(identities).map(|block| Self::BLOCKS[block])
        };
        Ok(self.space.choices().iter().enumerate().map(block).collect())
    }

    /// What the stand-alone network costs: parameters with affine normalisation and the
    /// classifier's bias; multiply-accumulates of convolutions and the classifier, without its
    /// bias.
    ///
    /// # Errors
    /// A number out of range; a mask that is no architecture of this space.
    pub fn cost(&self, shape: &MobileShape, mask: &PathMask) -> Result<Cost, SpaceError> {
        let mut blocks = self.blocks(mask)?.into_iter();
        self.check(shape)?;
        let mut cost = Cost::default();
        let mut side = shape.side / 2;
        cost.normed_convolution(9, shape.channels, shape.stem, side);
        InvertedResidual { kernel: 3, expansion: 1 }.add_cost(&mut cost, shape.stem, shape.first, side, 1);
        let mut c = shape.first;
        for stage in &self.stages {
            for (layer, block) in blocks.by_ref().take(stage.layers).enumerate() {
                let stride = if layer == 0 { stage.stride } else { 1 };
                if let Some(block) = block {
                    block.add_cost(&mut cost, c, stage.channels, side, stride);
                }
                (side, c) = (side / stride, stage.channels);
            }
        }
        cost.normed_convolution(1, c, shape.head, side);
        cost.parameters += ((shape.head + 1) * shape.classes) as u64;
        cost.macs += (shape.head * shape.classes) as u64;
        Ok(cost)
    }

    /// Checks every number of a shape.
    ///
    /// # Errors
    /// The first that is out of range.
    pub fn check(&self, shape: &MobileShape) -> Result<(), SpaceError> {
        let network = [("stem", shape.stem), ("first", shape.first), ("head", shape.head)];
        at_least_1(network.into_iter().chain([("channels", shape.channels), ("classes", shape.classes)]))?;
        let strides = 2 * self.stages.iter().map(|stage| stage.stride).product::<usize>();
        side_halves(shape.side, strides)
    }
}

impl MobileStage {
    fn check(&self) -> Result<(), SpaceError> {
        at_least_1([("layers", self.layers), ("channels", self.channels)])?;
        match self.stride {
            1 | 2 => Ok(()),
            found => Err(SpaceError::Field { field: "stride", found, expected: "1 or 2" }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn mobilenet_v2_has_its_parameters_and_multiply_accumulates() {
        let chain = MobileChain::mobilenet_v2();
        let kernel_3_expansion_6 = chain.space().choices().iter().map(|choice| 1 << (choice.options().len() - 5));
        let architecture = chain.space().accept(chain.space().mask(kernel_3_expansion_6.collect())).unwrap();
        let block = InvertedResidual { kernel: 3, expansion: 6 };
        assert!(chain.blocks(&architecture).unwrap().iter().all(|layer| *layer == Some(block)));
        // As torchvision's mobilenet_v2: 3,504,872 parameters, 0.30 G multiply-accumulates.
        let cost = chain.cost(&MobileShape::default(), &architecture).unwrap();
        assert_eq!(cost, Cost { parameters: 3_504_872, macs: 300_774_272 });
    }

    #[test]
    fn counting_and_canonical_forms_agree_with_enumeration() {
        let stage = |layers| MobileStage { layers, channels: 8, stride: 1 };
        let chain = MobileChain::new(&[stage(3), stage(1), stage(2)]).unwrap();
        let all = chain.space().architectures(100_000).unwrap();
        assert_eq!(all.len(), 6 * 7 * 7 * 6 * 6 * 7);
        let canonical: BTreeSet<_> = all.iter().map(|architecture| chain.space().canonical(architecture)).collect();
        assert_eq!(chain.space().networks(), Some(canonical.len().into()));
        // Equal networks cost the same.
        let shape = MobileShape { side: 32, ..MobileShape::default() };
        for architecture in all.iter().step_by(97) {
            let canonical = chain.space().canonical(architecture);
            assert_eq!(chain.cost(&shape, architecture).unwrap(), chain.cost(&shape, &canonical).unwrap());
            let layers = |a| chain.blocks(a).unwrap().into_iter().flatten().collect::<Vec<_>>();
            assert_eq!(layers(architecture), layers(&canonical));
        }
    }

    #[test]
    fn stages_and_sides_out_of_range_are_refused() {
        let stage = MobileStage { layers: 1, channels: 8, stride: 3 };
        assert_eq!(MobileChain::new(&[stage]).unwrap_err().to_string(), "stride: found 3, expected 1 or 2");
        assert!(MobileChain::new(&[MobileStage { layers: 0, ..stage }]).is_err());
        assert!(matches!(MobileChain::new(&[]), Err(SpaceError::NoChoices { .. })));
        let chain = MobileChain::mobilenet_v2();
        let mut rng = crate::draws(1, "chain", 0);
        let shape = MobileShape { side: 48, ..MobileShape::default() };
        assert_eq!(
            chain.cost(&shape, &chain.space().sample(&mut rng)).unwrap_err().to_string(),
            "image side: found 48, expected a multiple of 32, not 0"
        );
    }
}
