//! The cell: two inputs, each through a 1x1 of its own, choice blocks, and the concatenation of everything.

use crate::{
    Call, ChoiceBlock, NnError, NormKind, Paths, Site,
    call::run,
    sliced_pointwise::{Slice, SlicedPointwise},
    weights::Builder,
};
use burn::module::{Module, ParamId};
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

    /// The 1x1 of the concatenation, then relu(norm(·)): each slice counts in the ghost batches in which it is live.
    pub(crate) fn project(&self, weights: &SlicedPointwise, site: &Site, call: &Call) -> Slice {
        let first = self.slices[0].as_ref().expect("A' and the stems are always live");
        let everything = vec![!0; first.variants.ghosts()];
        let (y, variants) = weights.forward(&self.slices, &everything, call).expect("A' and the stems are always live");
        let groups = variants.count();
        Slice { shared: site.shared(site.raw(y, groups, call), groups, call), variants }
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

    /// A', from the first of the two sources, at the side of the cell.
    pub(crate) fn a(&self, source: &Source, call: &Call) -> Slice {
        source.project(&self.a, &self.a_site, call)
    }

    /// B', from the second.
    pub(crate) fn b(&self, source: &Source, call: &Call) -> Slice {
        source.project(&self.b, &self.b_site, call)
    }

    pub(crate) fn block(&self, block: usize) -> &ChoiceBlock {
        &self.blocks[block]
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
        for (index, block) in self.blocks.iter().enumerate() {
            block.usage(paths.block(cell, index), report);
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
