//! NASNet (Zoph, Vasudevan, Shlens and Le, CVPR 2018) as a network.

use super::{
    nas_net_block::CellKind,
    nas_net_chain::{ChainShape, NasNetChain},
};
use crate::{Build, Definition, Describe, Layer, NnError, Rows, Wire};
use burn::{module::Module, tensor::Device};
use supernet_space::{NasNet, NasNetShape};

/// 3x3 stem, three stages of normal cells with a reducing one between them, ReLU, the average over
/// the image, a linear classifier: the published network without its auxiliary head and without drop
/// path.
#[derive(Module, Debug)]
pub struct NasNetNet {
    chain: NasNetChain,
}

impl NasNetNet {
    /// The network of cells of `blocks` blocks.
    pub fn new(b: &Build, blocks: usize, shape: &NasNetShape) -> Self {
        Self { chain: chain(b, blocks, shape) }
    }

    /// The space of these networks, as [`NasNet`] knows it. The supernet of the published shape has
    /// some ten thousand operations: what is tried are the same cells, few and narrow.
    ///
    /// # Errors
    /// A number of the shape out of range.
    pub fn definition(space: &NasNet, shape: NasNetShape, device: &Device) -> Result<Definition<Self>, NnError> {
        shape.check()?;
        let blocks = space.block_count();
        let of =
            |shape: NasNetShape| ([shape.channels, shape.side, shape.side], move |b: &Build| chain(b, blocks, &shape));
        let sizes = [of(NasNetShape { filters: 2, cells: 1, stem: 2, side: 8, ..shape }), of(shape)];
        Ok(Definition::tried_small(space.space(), "nas-net", sizes, device)?.within(|chain| Self { chain }))
    }
}

/// N normal cells, and twice a reducing one and N normal cells.
fn chain(b: &Build, blocks: usize, shape: &NasNetShape) -> NasNetChain {
    let NasNetShape { filters, cells, stem, side, channels, classes, also_concatenated } = *shape;
    let kind = |reduces: bool| CellKind {
        combines: true,
        also_concatenated: also_concatenated[usize::from(reduces)],
        ..CellKind::of_two(reduces, &NasNet::OPERATIONS)
    };
    let shape = ChainShape { blocks, stem, filters, side, channels, classes };
    NasNetChain::of_stages(b, &shape, cells, kind)
}

impl Layer<4, 2> for NasNetNet {
    fn forward(&self, x: Rows) -> Rows<2> {
        x.through(&self.chain)
    }
}

impl Describe for NasNetNet {
    fn describe(&self, x: Wire) -> Wire {
        x.through(&self.chain)
    }
}
