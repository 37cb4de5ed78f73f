//! The cells of ENAS (Pham, Guan, Zoph, Le and Dean, ICML 2018) as a network.

use super::{
    nas_net_block::CellKind,
    nas_net_chain::{ChainShape, NasNetChain},
};
use crate::{Build, Definition, Describe, Layer, NnError, Rows, Wire};
use burn::{module::Module, tensor::Device};
use supernet_space::{EnasMicro, EnasMicroShape};

/// 3x3 stem, three stages of normal cells with a reducing one between them, ReLU, the average over
/// the image, a linear classifier: the network of the paper without its auxiliary head and without
/// drop path.
#[derive(Module, Debug)]
pub struct EnasMicroNet {
    chain: NasNetChain,
}

impl EnasMicroNet {
    /// The network of cells of `nodes` nodes.
    pub fn new(b: &Build, nodes: usize, shape: &EnasMicroShape) -> Self {
        Self { chain: chain(b, nodes, shape) }
    }

    /// The space of these networks, as [`EnasMicro`] knows it. What is tried are the same cells,
    /// few and narrow.
    ///
    /// # Errors
    /// A number of the shape out of range.
    pub fn definition(space: &EnasMicro, shape: EnasMicroShape, device: &Device) -> Result<Definition<Self>, NnError> {
        shape.check()?;
        let nodes = space.node_count();
        let of = |shape: EnasMicroShape| {
            ([shape.channels, shape.side, shape.side], move |b: &Build| chain(b, nodes, &shape))
        };
        let sizes = [of(EnasMicroShape { filters: 2, cells: 1, side: 8, ..shape }), of(shape)];
        Ok(Definition::tried_small(space.space(), "enas-micro", sizes, device)?.within(|chain| Self { chain }))
    }
}

/// N normal cells, and twice a reducing one and N normal cells.
fn chain(b: &Build, nodes: usize, shape: &EnasMicroShape) -> NasNetChain {
    let EnasMicroShape { filters, cells, side, channels, classes } = *shape;
    let shape = ChainShape { blocks: nodes, stem: 3 * filters, filters, side, channels, classes };
    NasNetChain::of_stages(b, &shape, cells, |reduces| CellKind::of_two(reduces, &EnasMicro::OPERATIONS))
}

impl Layer<4, 2> for EnasMicroNet {
    fn forward(&self, x: Rows) -> Rows<2> {
        x.through(&self.chain)
    }
}

impl Describe for EnasMicroNet {
    fn describe(&self, x: Wire) -> Wire {
        x.through(&self.chain)
    }
}
