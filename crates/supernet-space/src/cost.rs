//! Parameters and multiply-accumulates of a stand-alone network, without building it.

use crate::{
    CELL_INPUTS, CellOperation, CellSpace, PathMask, SpaceError,
    sizes::{at_least_1, side_fits, side_halves},
};
use serde::{Deserialize, Serialize};

/// What a network costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cost {
    /// Trainable numbers, scales and shifts of the normalisations included.
    pub parameters: u64,
    /// Multiply-accumulates of convolutions and the classifier for one image, as the network runs
    /// (an average pool before a 1x1 comes first); normalisation, pools, sums and biases are not
    /// counted.
    pub macs: u64,
}

impl Cost {
    /// Adds a convolution without bias of `taps` weights per pair of channels (one input channel if
    /// it is depthwise) that makes `outputs` maps of `side` × `side`.
    pub(crate) fn convolution(&mut self, taps: usize, inputs: usize, outputs: usize, side: usize) {
        let parameters = (taps * inputs * outputs) as u64;
        self.parameters += parameters;
        self.macs += parameters * (side * side) as u64;
    }

    /// The same with an affine normalisation of its output.
    pub(crate) fn normed_convolution(&mut self, taps: usize, inputs: usize, outputs: usize, side: usize) {
        self.convolution(taps, inputs, outputs, side);
        self.parameters += 2 * outputs as u64;
    }
}

/// The order inside an operation. All three normalise once per convolution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConvOrder {
    /// Normalise, ReLU, convolve (the paper's default here).
    #[default]
    NormReluConv,
    /// ReLU, convolve, normalise.
    ReluConvNorm,
    /// Convolve, normalise, ReLU.
    ConvNormRelu,
}

/// What stands before the cells (PAPER, *Search space*): two 3x3 convolutions to F filters, the
/// second of the first's output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StemKind {
    /// Both at the size of the images.
    #[default]
    Plain,
    /// Both of stride 2, the paper's ImageNet variant: stem 1 has half the images' side, stem 2 and
    /// the first cell a quarter.
    ImageNet,
}

impl StemKind {
    /// Whether it is the default, which files leave out.
    pub fn is_plain(&self) -> bool {
        *self == Self::Plain
    }

    /// Stride of each of the two convolutions.
    pub fn stride(self) -> usize {
        match self {
            Self::Plain => 1,
            Self::ImageNet => 2,
        }
    }
}

/// What is not searched: widths and sizes around the cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkShape {
    /// Filters F at full resolution; doubled at each reduction.
    pub filters: usize,
    /// Side of the square images, divisible by 4, with [`StemKind::ImageNet`] by 16.
    pub side: usize,
    /// Channels of the images.
    pub channels: usize,
    /// Classes.
    pub classes: usize,
    /// Order inside an operation.
    #[serde(default)]
    pub order: ConvOrder,
    /// What stands before the cells.
    #[serde(default, skip_serializing_if = "StemKind::is_plain")]
    pub stem: StemKind,
}

impl NetworkShape {
    /// The shape, once each number is in range.
    ///
    /// # Errors
    /// Zero filters, channels or classes; a side that is zero or not divisible by 4, or by 16 with
    /// [`StemKind::ImageNet`].
    pub fn check(self) -> Result<Self, SpaceError> {
        at_least_1([("filters", self.filters), ("channels", self.channels), ("classes", self.classes)])?;
        match self.stem {
            StemKind::Plain => side_halves(self.side, 4)?,
            StemKind::ImageNet => side_fits(self.side, 16, "a multiple of 16, not 0, for the stem of ImageNet")?,
        }
        Ok(self)
    }

    /// Side of the feature maps of stem 1 (`stem` 0) or stem 2 (`stem` 1).
    pub fn stem_side(&self, stem: usize) -> usize {
        self.side / self.stem.stride().pow(stem as u32 + 1)
    }

    /// Filters of cell `cell`.
    pub fn cell_filters(&self, cells: &CellSpace, cell: usize) -> usize {
        self.filters << cells.reductions(cell)
    }

    /// Side of cell `cell`'s feature maps.
    pub fn cell_side(&self, cells: &CellSpace, cell: usize) -> usize {
        self.stem_side(1) >> cells.reductions(cell)
    }

    /// Channels of each slice of what cell `cell` reads as A (`input` 0) or B (`input` 1): a stem
    /// is one slice, a cell's output one for A', B' and each block.
    pub fn input_slices(&self, cells: &CellSpace, cell: usize, input: usize) -> Vec<usize> {
        match (cell + input).checked_sub(CELL_INPUTS) {
            None => vec![self.filters],
            Some(source) => vec![self.cell_filters(cells, source); CELL_INPUTS + cells.blocks()],
        }
    }

    /// The cost of the stand-alone network that holds what `mask` has on, an architecture's or all:
    /// affine normalisation, no bias but the classifier's.
    ///
    /// # Errors
    /// A number out of range, or a mask of another space.
    pub fn cost(&self, cells: &CellSpace, mask: &PathMask) -> Result<Cost, SpaceError> {
        self.check()?;
        cells.space().belongs(mask)?;
        let mut sum = Sum { order: self.order, ..Sum::default() };
        for (stem, channels) in [self.channels, self.filters].into_iter().enumerate() {
            sum.side = self.stem_side(stem);
            sum.convolution(9 * channels, self.filters);
            sum.norm(self.filters);
        }
        for cell in 0..cells.cells() {
            let c = self.cell_filters(cells, cell);
            sum.side = self.cell_side(cells, cell);
            for input in 0..CELL_INPUTS {
                sum.convolution(self.input_slices(cells, cell, input).iter().sum(), c);
                sum.norm(c);
            }
            for paths in cells.paths(mask, cell) {
                sum.block(c, paths.inputs.count_ones() as usize, paths.operations);
            }
        }
        let last = self.cell_filters(cells, cells.cells() - 1);
        sum.convolution(last * (CELL_INPUTS + cells.blocks()), last);
        sum.norm(last);
        sum.cost.parameters += ((last + 1) * self.classes) as u64;
        sum.cost.macs += (last * self.classes) as u64;
        Ok(sum.cost)
    }
}

#[derive(Default)]
struct Sum {
    cost: Cost,
    side: usize,
    order: ConvOrder,
}

impl Sum {
    fn convolution(&mut self, weights_per_output: usize, outputs: usize) {
        let parameters = (weights_per_output * outputs) as u64;
        self.cost.parameters += parameters;
        self.cost.macs += parameters * (self.side * self.side) as u64;
    }

    fn norm(&mut self, channels: usize) {
        self.cost.parameters += 2 * channels as u64;
    }

    /// A block's 1x1, its operations, and the normalisations that its convolutions need: with
    /// [`ConvOrder::NormReluConv`] one of the 1x1's output if a convolution reads it, one inside
    /// each convolution pair and one of the block's output; otherwise one after the 1x1 and one
    /// after each of the pair's convolutions.
    fn block(&mut self, c: usize, inputs: usize, operations: u64) {
        self.convolution(c * inputs, c);
        for operation in CellOperation::of(operations) {
            match operation {
                CellOperation::Separable(k) => {
                    for _ in 0..2 {
                        self.convolution(k * k, c);
                        self.convolution(c, c);
                    }
                }
                CellOperation::Factored => {
                    self.convolution(7 * c, c);
                    self.convolution(7 * c, c);
                }
                CellOperation::Identity | CellOperation::MaxPool | CellOperation::AveragePool => {}
            }
        }
        let pairs = CellOperation::of(operations).filter(|operation| operation.convolves()).count();
        let norms = match self.order {
            ConvOrder::NormReluConv => usize::from(pairs > 0) + pairs + 1,
            ConvOrder::ReluConvNorm | ConvOrder::ConvNormRelu => 1 + 2 * pairs,
        };
        (0..norms).for_each(|_| self.norm(c));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_that_is_no_multiple_of_four_is_refused() {
        let shape = NetworkShape {
            filters: 8,
            side: 14,
            channels: 1,
            classes: 10,
            order: ConvOrder::default(),
            stem: StemKind::Plain,
        };
        assert_eq!(shape.check().unwrap_err().to_string(), "image side: found 14, expected a multiple of 4, not 0");
    }

    #[test]
    fn the_smallest_network_costs_what_a_hand_count_gives() {
        let cells = CellSpace::new(3, 1).unwrap();
        let shape = NetworkShape {
            filters: 2,
            side: 4,
            channels: 1,
            classes: 3,
            order: ConvOrder::default(),
            stem: StemKind::Plain,
        };
        let identity = cells.space().parse_architecture("10:1000000").unwrap();
        let cost = shape.cost(&cells, &identity).unwrap();
        // Stems 18 + 36. Cell 0 (c = 2): 1x1s of 2 and 2 channels 4 + 4, block 4. Cell 1 (c = 4, A
        // one slice of 2, B three of 2): 8 + 24, block 16. Cell 2 (c = 8, A three of 2, B three of
        // 4): 48 + 96, block 64. Head 3 · 8 · 8. Classifier 27.
        let convolutions = [54, 12, 48, 208, 192];
        // Norms of two numbers a channel: stems 2 + 2; three a cell: A', B' and the block's output;
        // the head's.
        let norms = 2 * (4 + 3 * 2 + 3 * 4 + 3 * 8 + 8);
        assert_eq!(cost.parameters, convolutions.iter().sum::<u64>() + norms + 27);
        assert_eq!(cost.macs, (54 + 12) * 16 + 48 * 4 + 208 + 192 + 24);
    }

    #[test]
    fn the_stem_of_imagenet_costs_a_quarter_and_a_sixteenth_and_needs_a_side_divisible_by_16() {
        let cells = CellSpace::new(3, 1).unwrap();
        let plain = NetworkShape {
            filters: 2,
            side: 4,
            channels: 1,
            classes: 3,
            order: ConvOrder::default(),
            stem: StemKind::Plain,
        };
        let shape = NetworkShape { side: 16, stem: StemKind::ImageNet, ..plain };
        assert_eq!(
            [shape.stem_side(0), shape.stem_side(1), shape.cell_side(&cells, 0), shape.cell_side(&cells, 2)],
            [8, 4, 4, 1]
        );
        let identity = cells.space().parse_architecture("10:1000000").unwrap();
        let cost = |shape: NetworkShape| shape.cost(&cells, &identity).unwrap();
        // The cells are those of images of a quarter of the side; stem 1 has 18 weights at 8x8, not
        // 4x4.
        assert_eq!(cost(shape).parameters, cost(plain).parameters);
        assert_eq!(cost(shape).macs, cost(plain).macs + 18 * (64 - 16));
        let error = NetworkShape { side: 24, ..shape }.check().unwrap_err();
        assert_eq!(
            error.to_string(),
            "image side: found 24, expected a multiple of 16, not 0, for the stem of ImageNet"
        );
    }

    #[test]
    fn a_shape_without_a_stem_reads_as_before_and_is_written_as_before() {
        let text = r#"{"filters":8,"side":16,"channels":3,"classes":10,"order":"norm_relu_conv"}"#;
        let shape: NetworkShape = serde_json::from_str(text).unwrap();
        assert_eq!(shape.stem, StemKind::Plain);
        assert_eq!(serde_json::to_string(&shape).unwrap(), text);
        let other = NetworkShape { stem: StemKind::ImageNet, ..shape };
        let text = serde_json::to_string(&other).unwrap();
        assert!(text.ends_with(r#","stem":"imagenet"}"#), "{text}");
        assert_eq!(serde_json::from_str::<NetworkShape>(&text).unwrap(), other);
    }

    #[test]
    fn an_architecture_of_another_space_is_refused() {
        let shape = NetworkShape {
            filters: 2,
            side: 4,
            channels: 1,
            classes: 3,
            order: ConvOrder::default(),
            stem: StemKind::Plain,
        };
        let other = CellSpace::new(3, 2).unwrap().space().parse_architecture("10:1000000/100:1000000").unwrap();
        assert!(shape.cost(&CellSpace::new(3, 1).unwrap(), &other).is_err());
    }
}
