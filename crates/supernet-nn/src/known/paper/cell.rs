//! The cell: two inputs, each through a 1x1 of its own, choice blocks, and the concatenation of
//! everything.

use super::{ChoiceBlock, Site};
use crate::{Build, Conv, Describe, Rows, Wire, describe::Window};
use burn::module::Module;
use supernet_space::{CellSpace, ConvOrder, NetworkShape};

/// A 1x1 of a concatenation that is always there, slice by slice, and its site.
#[derive(Module, Debug)]
pub struct Projection {
    weights: Vec<Conv>,
    #[module(skip)]
    side: usize,
}

impl Projection {
    /// From slices of so many channels to `channels`, at `side`.
    pub(super) fn new(b: &Build, slices: &[usize], channels: usize, side: usize) -> Self {
        Self { weights: slices.iter().map(|&from| Conv::new(b, [from, channels], 1)).collect(), side }
    }

    /// The 1x1 of the slices, which are brought to its side before: a 1x1 followed by an average
    /// pool equals the pool followed by the 1x1, at a quarter of the work. Readers with the same
    /// side share the pooled slices.
    pub(super) fn forward(&self, slices: &mut Vec<Rows>, site: &Site) -> Rows {
        *slices = std::mem::take(slices).into_iter().map(|slice| slice.mean_pooled(self.side)).collect();
        let each = slices.iter().zip(&self.weights).map(|(slice, weight)| slice.clone().through(weight));
        site.both(Rows::sum(each.collect()))
    }
}

/// A cell of the paper. Its output is the concatenation of A', B' and all block outputs, kept as a
/// list of slices.
#[derive(Module, Debug)]
pub struct Cell {
    a: Projection,
    a_site: Site,
    b: Projection,
    b_site: Site,
    blocks: Vec<ChoiceBlock>,
}

impl Cell {
    pub(super) fn new(b: &Build, cells: &CellSpace, index: usize, shape: &NetworkShape) -> Self {
        let (channels, side) = (shape.cell_filters(cells, index), shape.cell_side(cells, index));
        let input = |input| Projection::new(b, &shape.input_slices(cells, index, input), channels, side);
        let site = || Site::of_convolution(b, shape.order, channels);
        let choices = cells.space().choices();
        let block = |block| {
            let place = cells.inputs_choice(index, block);
            ChoiceBlock::new(b, [&choices[place], &choices[place + 1]], shape.order, channels)
        };
        Self {
            a: input(0),
            a_site: site(),
            b: input(1),
            b_site: site(),
            blocks: (0..cells.blocks()).map(block).collect(),
        }
    }

    /// A', from the output of the cell or stem before the last one.
    pub(super) fn a(&self, source: &mut Vec<Rows>) -> Rows {
        self.a.forward(source, &self.a_site)
    }

    /// B', from the output of the last one.
    pub(super) fn b(&self, source: &mut Vec<Rows>) -> Rows {
        self.b.forward(source, &self.b_site)
    }

    /// The slices of the cell's output.
    pub(super) fn forward(&self, a: Rows, b: Rows) -> Vec<Rows> {
        let mut slices = vec![a, b];
        for block in &self.blocks {
            slices.push(block.forward(&slices));
        }
        slices
    }
}

/// A 3x3 convolution to F filters, of stride 2 in the ImageNet variant, and the site of its output.
/// Its readers take relu(norm(·)).
#[derive(Module, Debug)]
pub struct Stem {
    conv: Conv,
    site: Site,
}

impl Stem {
    pub(super) fn new(b: &Build, channels: [usize; 2], stride: usize, order: ConvOrder) -> Self {
        let conv = Conv::new(b, channels, 3).with_stride(stride);
        Self { conv, site: Site::of_convolution(b, order, channels[1]) }
    }

    pub(super) fn forward(&self, x: Rows) -> Rows {
        self.site.both(x.through(&self.conv))
    }
}

impl Projection {
    /// Describes the 1x1 of slices that are brought to its side, and its site.
    pub(super) fn describe(&self, slices: &[Wire], site: &Site) -> Wire {
        let at_side = |slice: &Wire| match *slice.shape() {
            [_, side, _] if side > self.side => {
                let window = [side / self.side; 2];
                slice.clone().average_pool(Window::new(window).with_stride(window), true)
            }
            _ => slice.clone(),
        };
        let each = slices.iter().zip(&self.weights).map(|(slice, weight)| at_side(slice).through(weight));
        site.describe_both(Wire::sum(each.collect()))
    }
}

impl Cell {
    /// Describes the slices of the cell's output, from those of the last two.
    pub(super) fn describe(&self, [older, newer]: &[Vec<Wire>; 2]) -> Vec<Wire> {
        let mut slices = vec![self.a.describe(older, &self.a_site), self.b.describe(newer, &self.b_site)];
        for block in &self.blocks {
            slices.push(block.describe(&slices));
        }
        slices
    }
}

impl Describe for Stem {
    fn describe(&self, x: Wire) -> Wire {
        self.site.describe_both(x.through(&self.conv))
    }
}
