//! The inverted residual of MobileNetV2 (Sandler et al., CVPR 2018), and what else a layer of a
//! chain may be.

use crate::{Build, ConvNorm, Describe, Identity, Layer, Rows, Wire};
use burn::module::Module;
use supernet_space::InvertedResidual;

/// 1x1 to `expansion` times the channels, depthwise with the stride, 1x1; a normalisation after
/// each, ReLU after the first two; plus its input where shapes agree.
#[derive(Module, Debug)]
pub struct InvertedResidualBlock {
    expand: Option<ConvNorm>,
    depthwise: ConvNorm,
    project: ConvNorm,
    keeps_shape: bool,
}

impl InvertedResidualBlock {
    /// From `channels[0]` to `channels[1]` channels.
    pub fn new(b: &Build, block: InvertedResidual, [from, to]: [usize; 2], stride: usize) -> Self {
        let inside = block.expansion * from;
        Self {
            expand: (block.expansion > 1).then(|| ConvNorm::new(b, [from, inside], 1).with_relu()),
            depthwise: ConvNorm::depthwise(b, inside, block.kernel).with_stride(stride).with_relu(),
            project: ConvNorm::new(b, [inside, to], 1),
            keeps_shape: from == to && stride == 1,
        }
    }
}

impl Layer for InvertedResidualBlock {
    fn forward(&self, x: Rows) -> Rows {
        let inside = match &self.expand {
            Some(expand) => x.clone().through(expand),
            None => x.clone(),
        };
        let y = inside.through(&self.depthwise).through(&self.project);
        if self.keeps_shape { x + y } else { y }
    }
}

/// What a layer of a chain may be.
#[derive(Module, Debug)]
#[expect(clippy::large_enum_variant, reason = "hundreds of bytes beside parameters that are thousands")]
pub enum ChainLayer {
    /// Nothing.
    Identity(Identity),
    /// The least where the shape changes: a 1x1 with the stride, normalised.
    Reduce(ConvNorm),
    /// An inverted residual.
    Inverted(InvertedResidualBlock),
}

impl ChainLayer {
    /// An inverted residual.
    pub fn inverted(b: &Build, block: InvertedResidual, channels: [usize; 2], stride: usize) -> Self {
        Self::Inverted(InvertedResidualBlock::new(b, block, channels, stride))
    }

    /// The identity, or a 1x1 where the shape changes.
    pub fn least(b: &Build, channels: [usize; 2], stride: usize) -> Self {
        match channels[0] == channels[1] && stride == 1 {
            true => Self::Identity(Identity {}),
            false => Self::Reduce(ConvNorm::new(b, channels, 1).with_stride(stride)),
        }
    }
}

impl Layer for ChainLayer {
    fn forward(&self, x: Rows) -> Rows {
        match self {
            Self::Identity(identity) => x.through(identity),
            Self::Reduce(reduce) => x.through(reduce),
            Self::Inverted(inverted) => x.through(inverted),
        }
    }
}

impl Describe for InvertedResidualBlock {
    fn describe(&self, x: Wire) -> Wire {
        let inside = match &self.expand {
            Some(expand) => x.clone().through(expand),
            None => x.clone(),
        };
        let y = inside.through(&self.depthwise).through(&self.project);
        if self.keeps_shape { x + y } else { y }
    }
}

impl Describe for ChainLayer {
    fn describe(&self, x: Wire) -> Wire {
        match self {
            Self::Identity(identity) => x.through(identity),
            Self::Reduce(reduce) => x.through(reduce),
            Self::Inverted(inverted) => x.through(inverted),
        }
    }
}
