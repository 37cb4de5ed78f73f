//! The cell: two inputs, each through a 1x1 of its own, choice blocks, and the concatenation of everything.

use crate::{
    Call, ChoiceBlock, NnError, NormKind, Paths, Site,
    call::run,
    sliced_pointwise::{Slice, SlicedPointwise},
    weights::Builder,
};
use burn::{
    module::{Module, ParamId},
    tensor::Tensor,
};
use supernet_space::{BlockPaths, CELL_INPUTS, ConvOrder};

/// A cell of the paper. Its output is the concatenation of A', B' and all block outputs, kept as a list of slices.
#[derive(Module, Debug)]
pub struct Cell {
    a: SlicedPointwise,
    a_site: Site,
    b: SlicedPointwise,
    b_site: Site,
    blocks: Vec<ChoiceBlock>,
}

/// What a stem or a cell gives to its readers.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) slices: Vec<Option<Slice>>,
    pub(crate) side: usize,
}

impl Source {
    /// Average-pools every slice to `side`, once for all readers: a 1x1 followed by an average pool equals the pool followed by the
    /// 1x1, at a quarter of the work.
    pub(crate) fn reduce_to(&mut self, side: usize, call: &Call) {
        if self.side == side {
            return;
        }
        let factor = self.side / side;
        for slice in self.slices.iter_mut().flatten() {
            slice.shared = run!(call, mean_pool(slice.shared.clone(), factor));
        }
        self.side = side;
    }

    /// The 1x1 of the concatenation: each slice counts in the ghost batches in which it is live.
    pub(crate) fn project(&self, weights: &SlicedPointwise, groups: usize, call: &Call) -> Tensor<4> {
        let live = |j: usize| self.slices[j].as_ref().map_or(&[][..], |slice| &slice.live);
        weights.forward(&self.slices, live, groups, call).expect("A', B' and the stems are always live")
    }
}

/// What a cell is built from.
pub(crate) struct CellConfig<'a> {
    pub(crate) inputs: [&'a [usize]; CELL_INPUTS],
    pub(crate) channels: usize,
    pub(crate) blocks: &'a [BlockPaths],
    pub(crate) norm: NormKind,
    pub(crate) order: ConvOrder,
}

impl Cell {
    pub(crate) fn init(builder: &mut Builder, config: &CellConfig) -> Result<Self, NnError> {
        let CellConfig { inputs, channels, blocks, norm, order } = *config;
        let site = |b: &mut Builder| Site::of_convolution(b, norm, order, channels);
        let block = |b: &mut Builder, i: usize| {
            b.at(i, |b| ChoiceBlock::init(b, blocks[i], CELL_INPUTS + i, norm, order, channels))
        };
        Ok(Self {
            a: builder.at("a", |b| SlicedPointwise::init(b, inputs[0], channels, |_| true))?,
            a_site: builder.at("a_site", site)?,
            b: builder.at("b", |b| SlicedPointwise::init(b, inputs[1], channels, |_| true))?,
            b_site: builder.at("b_site", site)?,
            blocks: builder.at("blocks", |b| (0..blocks.len()).map(|i| block(b, i)).collect::<Result<_, _>>())?,
        })
    }

    /// The slices A', B', block 1, … of the cell with index `cell`, at the side of `a` and `b`.
    pub(crate) fn forward(&self, a: &Source, b: &Source, cell: usize, paths: &Paths, call: &Call) -> Source {
        let groups = paths.ghosts();
        let fixed = |source: &Source, weights: &SlicedPointwise, site: &Site| {
            let y = source.project(weights, groups, call);
            let shared = site.shared(site.raw(y, groups, call), groups, call);
            Slice { shared, live: paths.all() }
        };
        let mut slices = vec![Some(fixed(a, &self.a, &self.a_site)), Some(fixed(b, &self.b, &self.b_site))];
        for (block, lists) in self.blocks.iter().zip(&paths.cell(cell).blocks) {
            let output = block.forward(&slices, lists, paths, call);
            slices.push(output);
        }
        Source { slices, side: a.side }
    }

    /// Reports each parameter of the cell with the number of ghost batches that use it. `live(input, slice)` tells in how many
    /// ghost batches a slice of an input is live.
    pub(crate) fn usage(
        &self,
        cell: usize,
        paths: &Paths,
        live: impl Fn(usize, usize) -> usize,
        report: &mut dyn FnMut(ParamId, usize),
    ) {
        self.a.usage(|j| live(0, j), report);
        self.b.usage(|j| live(1, j), report);
        for site in [&self.a_site, &self.b_site] {
            crate::usage::every_parameter(site, &mut |id| report(id, paths.ghosts()));
        }
        for (block, lists) in self.blocks.iter().zip(&paths.cell(cell).blocks) {
            block.usage(lists, report);
        }
    }

    pub(crate) fn sites_mut(&mut self) -> Vec<&mut Site> {
        let blocks = self.blocks.iter_mut().flat_map(|block| block.sites_mut());
        blocks.chain([&mut self.a_site, &mut self.b_site]).collect()
    }

    pub(crate) fn parts(&self) -> ([(&SlicedPointwise, &Site); CELL_INPUTS], &[ChoiceBlock]) {
        ([(&self.a, &self.a_site), (&self.b, &self.b_site)], &self.blocks)
    }
}
