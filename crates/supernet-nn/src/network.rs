//! The network: stems, cells, 1x1, global average pool, classifier. Supernet and stand-alone network are built by this code, with
//! all options or with an architecture's.

use crate::{
    Call, Cell, NnError, NormKind, Notes, Paths, Site, Usage,
    call::run,
    cell::CellConfig,
    forward::{Forward, Pass},
    sliced_pointwise::SlicedPointwise,
    usage::every_parameter,
    variants::Variants,
    weights::{Builder, Init, NamedWeights, Weights},
};
use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use supernet_space::{BlockPaths, CELL_INPUTS, CellSpace, NetworkShape, PathMask, SearchSpace, StemKind};

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
    /// The network that holds every option of the space.
    ///
    /// # Errors
    /// A size out of range, or what `weights` refuses.
    pub fn supernet(&self, weights: &mut dyn Weights, device: &Device) -> Result<Network, NnError> {
        let all = self.cells.space().all_on();
        self.build(self.norm, |cell| self.cells.paths(&all, cell), weights, device)
    }

    /// The network that holds what `mask` has on (an architecture's options; all of them for All On), with ordinary batch
    /// normalisation.
    ///
    /// # Errors
    /// A size out of range, a mask of another space, or what `weights` refuses.
    pub fn stand_alone(&self, mask: &PathMask, weights: &mut dyn Weights, device: &Device) -> Result<Network, NnError> {
        self.cells.space().belongs(mask)?;
        self.build(NormKind::Batch, |cell| self.cells.paths(mask, cell), weights, device)
    }

    /// The stand-alone network of an architecture with the weights of a supernet, slice by slice; scale 1 and shift 0 where the
    /// supernet has none. With batch statistics it equals the masked supernet (PAPER, E1); its stored statistics are not set:
    /// see [`Network::calibrate`].
    ///
    /// # Errors
    /// As [`NetworkConfig::stand_alone`]; a supernet of another shape.
    pub fn extract(&self, supernet: &Network, mask: &PathMask, device: &Device) -> Result<Network, NnError> {
        self.stand_alone(mask, &mut NamedWeights::of(supernet), device)
    }

    fn build(
        &self,
        norm: NormKind,
        held: impl Fn(usize) -> Vec<BlockPaths>,
        weights: &mut dyn Weights,
        device: &Device,
    ) -> Result<Network, NnError> {
        let shape = self.shape.check()?;
        let builder = &mut Builder::new(weights, device);
        let cells = &self.cells;
        let cell = |b: &mut Builder, index: usize| {
            let inputs: Vec<Vec<usize>> =
                (0..CELL_INPUTS).map(|input| shape.input_slices(cells, index, input)).collect();
            let config = CellConfig {
                inputs: [&inputs[0], &inputs[1]],
                channels: shape.cell_filters(cells, index),
                blocks: &held(index),
                norm,
                order: shape.order,
            };
            b.at(index, |b| Cell::init(b, &config))
        };
        let last = shape.cell_filters(cells, cells.cells() - 1);
        let slices = vec![last; CELL_INPUTS + cells.blocks()];
        Ok(Network {
            stem1: builder.at("stem1", |b| Stem::init(b, shape.channels, norm, &shape))?,
            stem2: builder.at("stem2", |b| Stem::init(b, shape.filters, norm, &shape))?,
            cells: builder.at("cells", |b| (0..cells.cells()).map(|index| cell(b, index)).collect::<Result<_, _>>())?,
            head: builder.at("head", |b| SlicedPointwise::init(b, &slices, last, |_| true))?,
            head_site: builder.at("head_site", |b| Site::of_convolution(b, norm, shape.order, last))?,
            classifier: builder.at("classifier", |b| Classifier::init(b, last, shape.classes))?,
            space: cells.clone(),
            shape,
        })
    }
}

/// A network of the paper: a supernet, or the stand-alone network of one architecture.
#[derive(Module, Debug)]
pub struct Network {
    pub(crate) stem1: Stem,
    pub(crate) stem2: Stem,
    pub(crate) cells: Vec<Cell>,
    pub(crate) head: SlicedPointwise,
    pub(crate) head_site: Site,
    pub(crate) classifier: Classifier,
    #[module(skip)]
    pub(crate) space: CellSpace,
    #[module(skip)]
    pub(crate) shape: NetworkShape,
}

impl Network {
    /// The logits [images, classes] of a batch [images, channels, side, side] whose equal runs of images are the ghost batches of
    /// `paths`, each normalised by its own statistics.
    ///
    /// # Errors
    /// Images of another size, or a batch that the ghost batches do not divide.
    ///
    /// # Panics
    /// If a mask uses what a stand-alone network was built without.
    pub fn forward(&self, images: Tensor<4>, paths: &Paths) -> Result<Tensor<2>, NnError> {
        self.forward_with(images, paths, &Call::default())
    }

    /// [`Network::forward`] with the options of `call`.
    ///
    /// # Errors
    /// As [`Network::forward`].
    pub fn forward_with(&self, images: Tensor<4>, paths: &Paths, call: &Call) -> Result<Tensor<2>, NnError> {
        self.check(&images, paths)?;
        let forward = Forward { network: self, paths, call };
        let mut pass = forward.start(images, Variants::each(paths.ghosts()));
        loop {
            pass = match pass {
                Pass::Cell(pass) => forward.next(pass),
                Pass::Logits(logits, _) => return Ok(logits),
            };
        }
    }

    pub(crate) fn check(&self, images: &Tensor<4>, paths: &Paths) -> Result<(), NnError> {
        let [n, c, h, w] = images.dims();
        let expected = [self.shape.channels, self.shape.side, self.shape.side];
        if [c, h, w] != expected {
            return Err(NnError::Images { found: [c, h, w], expected });
        }
        if n == 0 || n % paths.ghosts() != 0 {
            return Err(NnError::GhostBatches { images: n, ghosts: paths.ghosts() });
        }
        Ok(())
    }

    /// In what share of the ghost batches each parameter is used.
    pub fn usage(&self, paths: &Paths) -> Usage {
        let groups = paths.ghosts();
        let mut counts = HashMap::new();
        let mut report = |id, count| {
            counts.insert(id, count);
        };
        every_parameter(&self.head_site, &mut |id| report(id, groups));
        for stem in [&self.stem1, &self.stem2] {
            every_parameter(stem, &mut |id| report(id, groups));
        }
        every_parameter(&self.classifier, &mut |id| report(id, groups));
        let live = |source: Option<usize>, slice: usize| match (source, slice.checked_sub(CELL_INPUTS)) {
            (None, _) | (_, None) => groups,
            (Some(cell), Some(block)) => paths.block(cell, block).iter().filter(|paths| paths.is_live()).count(),
        };
        for (index, cell) in self.cells.iter().enumerate() {
            let of_input = |input: usize, slice| live((index + input).checked_sub(CELL_INPUTS), slice);
            cell.usage(index, paths, of_input, &mut report);
        }
        self.head.usage(|slice| live(Some(self.cells.len() - 1), slice), &mut report);
        Usage::new(counts, groups)
    }

    /// Sets the statistics for [`crate::Statistics::Stored`] to the plain average of those noted during calls with
    /// [`crate::Statistics::Note`] (PAPER, E3).
    pub fn calibrate(mut self, notes: &Notes) -> Self {
        let cells = self.cells.iter_mut().flat_map(|cell| cell.sites_mut());
        let outer = [&mut self.stem1.site, &mut self.stem2.site, &mut self.head_site];
        cells.chain(outer).filter_map(|site| site.norm_mut()).for_each(|norm| norm.calibrate(notes));
        self
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

/// A network that takes its path masks as an input: what training and inference need of it.
pub trait MaskedNetwork: Module + Sync {
    /// A batch.
    type Input: Send;
    /// The masks of a batch's ghost batches.
    type Paths: Sync;

    /// The space whose masks it reads.
    fn search_space(&self) -> &SearchSpace;

    /// The paths of a batch of `masks.len()` ghost batches; what survives of choice i is multiplied by `scales[i]`.
    ///
    /// # Errors
    /// No mask, or one of another space.
    fn paths(&self, masks: Vec<PathMask>, scales: Option<Vec<f64>>) -> Result<Self::Paths, NnError>;

    /// The logits [rows, classes] of a batch whose equal runs of rows are the ghost batches, and in what share of them each parameter is
    /// used.
    ///
    /// # Errors
    /// A batch of another shape, or one that the ghost batches do not divide.
    fn forward_used(&self, input: Self::Input, paths: &Self::Paths, call: &Call)
    -> Result<(Tensor<2>, Usage), NnError>;

    /// The logits alone.
    ///
    /// # Errors
    /// As [`MaskedNetwork::forward_used`].
    fn logits(&self, input: Self::Input, paths: &Self::Paths, call: &Call) -> Result<Tensor<2>, NnError> {
        self.forward_used(input, paths, call).map(|(logits, _)| logits)
    }

    /// The same with stored statistics: the plain average of those noted (PAPER, E3).
    fn calibrated(self, notes: &Notes) -> Self;
}

impl MaskedNetwork for Network {
    type Input = Tensor<4>;
    type Paths = Paths;

    fn search_space(&self) -> &SearchSpace {
        self.space.space()
    }

    fn paths(&self, masks: Vec<PathMask>, scales: Option<Vec<f64>>) -> Result<Paths, NnError> {
        Ok(Paths::new(&self.space, masks)?.with_scales(scales))
    }

    fn forward_used(&self, input: Tensor<4>, paths: &Paths, call: &Call) -> Result<(Tensor<2>, Usage), NnError> {
        Ok((self.forward_with(input, paths, call)?, self.usage(paths)))
    }

    fn logits(&self, input: Tensor<4>, paths: &Paths, call: &Call) -> Result<Tensor<2>, NnError> {
        self.forward_with(input, paths, call)
    }

    fn calibrated(self, notes: &Notes) -> Self {
        self.calibrate(notes)
    }
}

/// A 3x3 convolution to F filters, of stride 2 in the ImageNet variant, and the site of its output. Its readers take relu(norm(·)).
#[derive(Module, Debug)]
pub struct Stem {
    weight: Param<Tensor<4>>,
    site: Site,
    #[module(skip)]
    kind: StemKind,
}

impl Stem {
    fn init(b: &mut Builder, channels: usize, norm: NormKind, shape: &NetworkShape) -> Result<Self, NnError> {
        let init = Init::Variance(2.0 / (9 * channels) as f64);
        Ok(Self {
            weight: b.at("weight", |b| b.parameter([shape.filters, channels, 3, 3], init))?,
            site: b.at("site", |b| Site::of_convolution(b, norm, shape.order, shape.filters))?,
            kind: shape.stem,
        })
    }

    pub(crate) fn forward(&self, x: Tensor<4>, groups: usize, call: &Call) -> Tensor<4> {
        let all: Vec<u32> = (0..groups as u32).collect();
        let y = match self.kind {
            StemKind::Plain => run!(call, conv(x, self.weight.val(), groups, &all)),
            StemKind::ImageNet => run!(call, conv_stride2(x, self.weight.val(), groups, &all)),
        };
        self.site.shared(self.site.raw(y, groups, call), groups, call)
    }
}

/// Global average pool, then a linear layer with bias.
#[derive(Module, Debug)]
pub struct Classifier {
    weight: Param<Tensor<2>>,
    bias: Param<Tensor<1>>,
}

impl Classifier {
    fn init(b: &mut Builder, channels: usize, classes: usize) -> Result<Self, NnError> {
        Ok(Self {
            weight: b.at("weight", |b| b.parameter([channels, classes], Init::Variance(1.0 / channels as f64)))?,
            bias: b.at("bias", |b| b.parameter([classes], Init::Zero))?,
        })
    }

    pub(crate) fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        let [n, c, h, w] = x.dims();
        let pooled = x.reshape([n, c, h * w]).mean_dim(2).reshape([n, c]);
        supernet_kernels::linear(pooled, self.weight.val()) + self.bias.val().unsqueeze()
    }
}
