//! PNAS (Liu, Zoph, Neumann et al., ECCV 2018) as a network.

use super::{
    nas_net_block::CellKind,
    nas_net_chain::{ChainShape, NasNetChain},
};
use crate::{Build, Definition, Describe, Layer, NnError, Rows, Wire};
use burn::{module::Module, tensor::Device};
use supernet_space::{PnasNet, PnasNetShape};

/// 3x3 stem, three stages of one and the same cell, which with stride 2 begins the second and the
/// third, ReLU, the average over the image, a linear classifier: the published network without its
/// auxiliary head and without drop path.
#[derive(Module, Debug)]
pub struct PnasNetNet {
    chain: NasNetChain,
}

impl PnasNetNet {
    /// The network of cells of `blocks` blocks.
    pub fn new(b: &Build, blocks: usize, shape: &PnasNetShape) -> Self {
        Self { chain: chain(b, blocks, shape) }
    }

    /// The space of these networks, as [`PnasNet`] knows it. The supernet of the published shape
    /// has some three thousand operations: what is tried are the same cells, few and narrow.
    ///
    /// # Errors
    /// A number of the shape out of range.
    pub fn definition(space: &PnasNet, shape: PnasNetShape, device: &Device) -> Result<Definition<Self>, NnError> {
        shape.check()?;
        let blocks = space.block_count();
        let of =
            |shape: PnasNetShape| ([shape.channels, shape.side, shape.side], move |b: &Build| chain(b, blocks, &shape));
        let sizes = [of(PnasNetShape { filters: 2, cells: 1, stem: 2, side: 8, ..shape }), of(shape)];
        Ok(Definition::tried_small(space.space(), "pnas-net", sizes, device)?.within(|chain| Self { chain }))
    }
}

/// Three times N cells.
fn chain(b: &Build, blocks: usize, shape: &PnasNetShape) -> NasNetChain {
    let PnasNetShape { filters, cells, stem, side, channels, classes, also_concatenated } = *shape;
    let kind = |cell: usize| CellKind {
        prefix: "",
        operations: &PnasNet::OPERATIONS,
        combines: false,
        reduces: cell > 0 && cell.is_multiple_of(cells),
        also_concatenated,
    };
    let shape = ChainShape { blocks, stem, filters, side, channels, classes };
    NasNetChain::new(b, &shape, (0..3 * cells).map(kind))
}

impl Layer<4, 2> for PnasNetNet {
    fn forward(&self, x: Rows) -> Rows<2> {
        x.through(&self.chain)
    }
}

impl Describe for PnasNetNet {
    fn describe(&self, x: Wire) -> Wire {
        x.through(&self.chain)
    }
}
