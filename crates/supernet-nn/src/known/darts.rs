//! The cells of DARTS (Liu, Simonyan and Yang, ICLR 2019) as a network.

use super::{darts_node::DartsNode, darts_operation::FactorisedReduce};
use crate::{Build, ConvNorm, Definition, Describe, Layer, NnError, Rows, Wire, flow::concatenated};
use burn::{
    module::Module,
    nn::{Linear, LinearConfig},
    tensor::Device,
};
use supernet_space::{Darts, DartsShape};

/// Brings a cell's input to its channels: ReLU, 1x1, normalisation; the older input of the cell
/// after a reducing one loses half its sides.
#[derive(Module, Debug)]
pub enum DartsInput {
    /// At its size.
    Keeps(ConvNorm),
    /// To half its size.
    Reduces(FactorisedReduce),
}

impl Layer for DartsInput {
    fn forward(&self, x: Rows) -> Rows {
        match self {
            Self::Keeps(conv) => x.relu().through(conv),
            Self::Reduces(reduce) => x.through(reduce),
        }
    }
}

/// A cell: two inputs, four nodes, their concatenation.
#[derive(Module, Debug)]
pub struct DartsCell {
    inputs: [DartsInput; 2],
    nodes: Vec<DartsNode>,
    channels: usize,
}

impl DartsCell {
    fn forward(&self, before: [Rows; 2]) -> Rows {
        let mut states: Vec<Rows> = before.into_iter().zip(&self.inputs).map(|(x, input)| x.through(input)).collect();
        for node in &self.nodes {
            states.push(node.forward(&states));
        }
        concatenated(states.split_off(2), &[self.channels; Darts::NODES])
    }
}

/// 3x3 stem, a chain of cells, two of them reducing, the average over the image, a linear
/// classifier: the published network without its auxiliary head and without drop path.
#[derive(Module, Debug)]
pub struct DartsNet {
    stem: ConvNorm,
    cells: Vec<DartsCell>,
    classifier: Linear,
}

impl DartsNet {
    /// The network of the published shape, or of another.
    pub fn new(b: &Build, shape: &DartsShape) -> Self {
        let is_reducing = |cell: usize| cell == shape.cells / 3 || cell == 2 * shape.cells / 3;
        let mut channels = shape.filters;
        let mut before = [3 * channels; 2];
        let mut cells = Vec::new();
        for cell in 0..shape.cells {
            let reduces = is_reducing(cell);
            channels *= if reduces { 2 } else { 1 };
            let keeps = |from| DartsInput::Keeps(ConvNorm::new(b, [from, channels], 1));
            let older = match cell > 0 && is_reducing(cell - 1) {
                true => DartsInput::Reduces(FactorisedReduce::new(b, [before[0], channels])),
                false => keeps(before[0]),
            };
            let node = |node| DartsNode::new(b, Darts::CELLS[usize::from(reduces)], node, channels, reduces);
            let nodes = (0..Darts::NODES).map(node).collect();
            cells.push(DartsCell { inputs: [older, keeps(before[1])], nodes, channels });
            before = [before[1], Darts::NODES * channels];
        }
        Self {
            stem: ConvNorm::new(b, [shape.channels, 3 * shape.filters], 3),
            cells,
            classifier: LinearConfig::new(before[1], shape.classes).init(b.device()),
        }
    }

    /// The space of these networks, as [`Darts`] knows it.
    ///
    /// # Errors
    /// A number of the shape out of range.
    pub fn definition(shape: DartsShape, device: &Device) -> Result<Definition<Self>, NnError> {
        shape.check()?;
        let input = [shape.channels, shape.side, shape.side];
        Definition::new("darts", &input, device, move |b| Self::new(b, &shape))?.known_as(Darts::new().space())
    }
}

impl Layer<4, 2> for DartsNet {
    fn forward(&self, x: Rows) -> Rows<2> {
        let stem = x.through(&self.stem);
        let mut before = [stem.clone(), stem];
        for cell in &self.cells {
            let [older, newer] = before;
            let output = cell.forward([older, newer.clone()]);
            before = [newer, output];
        }
        let [_, last] = before;
        last.global_average().through(&self.classifier)
    }
}

impl Describe for DartsInput {
    fn describe(&self, x: Wire) -> Wire {
        match self {
            Self::Keeps(conv) => x.relu().through(conv),
            Self::Reduces(reduce) => x.through(reduce),
        }
    }
}

impl DartsCell {
    fn describe(&self, before: [Wire; 2]) -> Wire {
        let mut states: Vec<Wire> = before.into_iter().zip(&self.inputs).map(|(x, input)| x.through(input)).collect();
        for node in &self.nodes {
            states.push(node.describe(&states));
        }
        Wire::concatenated(states.split_off(2), &[self.channels; Darts::NODES])
    }
}

impl Describe for DartsNet {
    fn describe(&self, x: Wire) -> Wire {
        let stem = x.through(&self.stem);
        let mut before = [stem.clone(), stem];
        for cell in &self.cells {
            let [older, newer] = before;
            let output = cell.describe([older, newer.clone()]);
            before = [newer, output];
        }
        let [_, last] = before;
        last.global_average().through(&self.classifier)
    }
}
