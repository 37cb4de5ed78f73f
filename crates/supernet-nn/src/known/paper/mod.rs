//! The paper's network: stems, cells, 1x1, global average pool, classifier.

mod cell;
mod choice_block;
mod names;
mod operation;
mod site;

pub use cell::{Cell, Projection, Stem};
pub use choice_block::ChoiceBlock;
pub use operation::{Factored, Operation, Separable};
pub use site::Site;

use crate::{Build, Definition, Describe, Init, Layer, Network, NnError, NormKind, Rows, Weights, Wire};
use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};
use serde::{Deserialize, Serialize};
use supernet_space::{CELL_INPUTS, CellSpace, NetworkShape, PathMask, StemKind};

/// A network of the paper: a supernet, or the stand-alone network of one architecture.
pub type PaperNetwork = Network<PaperNet>;

/// What a network is built from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkConfig {
    /// The searched part.
    pub cells: CellSpace,
    /// The rest: widths, image size, classes, order, stems.
    pub shape: NetworkShape,
    /// Normalisation of the supernet; a stand-alone network has [`NormKind::Batch`].
    #[serde(default)]
    pub norm: NormKind,
}

impl NetworkConfig {
    /// The definition of these networks.
    ///
    /// # Errors
    /// A size out of range.
    pub fn definition(&self, device: &Device) -> Result<Definition<PaperNet>, NnError> {
        let (cells, shape) = (self.cells.clone(), self.shape.check()?);
        let (space, input) = (self.cells.space(), [shape.channels, shape.side, shape.side]);
        let build = move |b: &Build| PaperNet::new(b, &cells, &shape);
        Ok(Definition::known(space, &input, shape.classes, device, build).with_norm(self.norm).with_names(names::name))
    }

    /// The network that holds every option of the space.
    ///
    /// # Errors
    /// A size out of range, or what `weights` refuses.
    pub fn supernet(&self, weights: &mut dyn Weights, device: &Device) -> Result<PaperNetwork, NnError> {
        self.definition(device)?.supernet(weights, device)
    }

    /// The network that holds what `mask` has on (an architecture's options; all of them for All
    /// On), with ordinary batch normalisation.
    ///
    /// # Errors
    /// A size out of range, a mask of another space, or what `weights` refuses.
    pub fn stand_alone(
        &self,
        mask: &PathMask,
        weights: &mut dyn Weights,
        device: &Device,
    ) -> Result<PaperNetwork, NnError> {
        self.definition(device)?.stand_alone(mask, weights, device)
    }

    /// The stand-alone network of an architecture with the weights of a supernet, slice by slice;
    /// scale 1 and shift 0 where the supernet has none. With batch statistics it equals the masked
    /// supernet (PAPER, E1); its stored statistics are not set: see [`Network::calibrate`].
    ///
    /// # Errors
    /// As [`NetworkConfig::stand_alone`]; a supernet of another shape.
    pub fn extract(&self, supernet: &PaperNetwork, mask: &PathMask, device: &Device) -> Result<PaperNetwork, NnError> {
        self.definition(device)?.extract(supernet, mask, device)
    }
}

/// Stems, cells, 1x1, global average pool, classifier.
#[derive(Module, Debug)]
pub struct PaperNet {
    stem1: Stem,
    stem2: Stem,
    cells: Vec<Cell>,
    head: Projection,
    head_site: Site,
    classifier: Classifier,
    #[module(skip)]
    space: CellSpace,
    #[module(skip)]
    shape: NetworkShape,
}

impl PaperNet {
    /// The network of `cells` cells in a shape that was checked.
    pub fn new(b: &Build, cells: &CellSpace, shape: &NetworkShape) -> Self {
        let stride = match shape.stem {
            StemKind::Plain => 1,
            StemKind::ImageNet => 2,
        };
        let last = cells.cells() - 1;
        let (channels, side) = (shape.cell_filters(cells, last), shape.cell_side(cells, last));
        let slices = vec![channels; CELL_INPUTS + cells.blocks()];
        Self {
            stem1: Stem::new(b, [shape.channels, shape.filters], stride, shape.order),
            stem2: Stem::new(b, [shape.filters; 2], stride, shape.order),
            cells: (0..cells.cells()).map(|index| Cell::new(b, cells, index, shape)).collect(),
            head: Projection::new(b, &slices, channels, side),
            head_site: Site::of_convolution(b, shape.order, channels),
            classifier: Classifier::new(b, channels, shape.classes),
            space: cells.clone(),
            shape: *shape,
        }
    }

    /// The space whose masks it reads.
    pub fn space(&self) -> &CellSpace {
        &self.space
    }

    /// Its sizes.
    pub fn shape(&self) -> NetworkShape {
        self.shape
    }
}

impl Layer<4, 2> for PaperNet {
    fn forward(&self, x: Rows) -> Rows<2> {
        let stem1 = self.stem1.forward(x);
        let mut source = vec![self.stem2.forward(stem1.clone())];
        let mut a = self.cells[0].a(&mut vec![stem1]);
        for (index, cell) in self.cells.iter().enumerate() {
            let b = cell.b(&mut source);
            // What B' reads is what A' of the next cell reads.
            let next_a = self.cells.get(index + 1).map(|next| next.a(&mut source));
            source = cell.forward(a, b);
            a = match next_a {
                Some(next_a) => next_a,
                None => break,
            };
        }
        self.head.forward(&mut source, &self.head_site).global_average().through(&self.classifier)
    }
}

/// A linear layer with bias.
#[derive(Module, Debug)]
pub struct Classifier {
    weight: Param<Tensor<2>>,
    bias: Param<Tensor<1>>,
}

impl Classifier {
    fn new(b: &Build, channels: usize, classes: usize) -> Self {
        Self {
            weight: b.parameter([channels, classes], Init::Variance(1.0 / channels as f64)),
            bias: b.parameter([classes], Init::Zero),
        }
    }
}

impl Layer<2, 2> for Classifier {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        x.run(self, |linear, x| supernet_kernels::linear(x, linear.weight.val()) + linear.bias.val().unsqueeze())
    }
}

impl Describe for PaperNet {
    fn describe(&self, x: Wire) -> Wire {
        let stem1 = self.stem1.describe(x);
        let mut before = [vec![stem1.clone()], vec![self.stem2.describe(stem1)]];
        for cell in &self.cells {
            let output = cell.describe(&before);
            let [_, newer] = before;
            before = [newer, output];
        }
        let [_, last] = before;
        self.head.describe(&last, &self.head_site).global_average().through(&self.classifier)
    }
}

impl Describe for Classifier {
    fn describe(&self, x: Wire) -> Wire {
        x.linear(&self.weight, Some(&self.bias))
    }
}
