//! Descriptions for the tests of exports.

use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;
use std::process::Command;
use supernet_data::Normalisation;
use supernet_nn::{Call, MaskedNetwork, NetworkConfig, NormKind, Notes, PaperNetwork, Statistics};
use supernet_space::{CellSpace, ConvOrder, NetworkShape, PathDropout, PathMask, Schedule, StemKind, draws};
use supernet_train::{SeededWeights, best::NetworkDescription};

/// Checks that rustfmt would leave each source as it is, where there is a rustfmt.
pub(crate) fn assert_formatted(sources: impl IntoIterator<Item = String>) {
    let folder = tempfile::tempdir().unwrap();
    let write = |(i, source): (usize, String)| {
        let path = folder.path().join(format!("model{i}.rs"));
        std::fs::write(&path, source).unwrap();
        path
    };
    let files: Vec<_> = sources.into_iter().enumerate().map(write).collect();
    let rustfmt = Command::new("rustfmt").args(["--check", "--edition", "2024"]).args(&files).output();
    let Ok(output) = rustfmt else { return println!("not run: there is no rustfmt here") };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// What an [`NetworkDescription`] borrows.
pub(crate) struct Described {
    pub(crate) config: NetworkConfig,
    pub(crate) mask: PathMask,
    pub(crate) normalisation: Normalisation,
    pub(crate) classes: Vec<String>,
}

impl Described {
    /// F = 4, images of 3 x 8 x 8, 5 classes.
    pub(crate) fn new(cells: CellSpace, mask: PathMask, order: ConvOrder) -> Self {
        let shape = NetworkShape { filters: 4, side: 8, channels: 3, classes: 5, order, stem: StemKind::Plain };
        Self {
            config: NetworkConfig { cells, shape, norm: NormKind::default() },
            mask,
            normalisation: Normalisation::new(vec![0.5, 0.25, 0.1], vec![0.2, 0.3, 0.4]).unwrap(),
            classes: (0..5).map(|class| format!("class {class}")).collect(),
        }
    }

    /// The same behind the stem of ImageNet, for images of 3 x 16 x 16.
    pub(crate) fn behind_imagenet_stem(mut self) -> Self {
        (self.config.shape.side, self.config.shape.stem) = (16, StemKind::ImageNet);
        self
    }

    /// The cells of two blocks with a mask in words, in the default order.
    pub(crate) fn small(mask: &str) -> Self {
        let cells = CellSpace::new(3, 2).unwrap();
        let mask = cells.space().parse(mask).unwrap();
        Self::new(cells, mask, ConvOrder::default())
    }

    pub(crate) fn export(&self) -> NetworkDescription<'_> {
        let Self { config, mask, normalisation, classes } = self;
        NetworkDescription { config, mask, normalisation, classes, seed: 1 }
    }
}

impl Described {
    /// Random architectures of random spaces (3 to 5 cells, 1 to 5 blocks or 12, one mask or one
    /// per cell) in the three orders, some behind the stem of ImageNet, and some masks that are no
    /// architecture: All On, and some with dead blocks.
    pub(crate) fn random(count: u64) -> impl Iterator<Item = Self> {
        let orders = [ConvOrder::NormReluConv, ConvOrder::ReluConvNorm, ConvOrder::ConvNormRelu];
        (0..count).map(move |i| {
            let rng = &mut draws(1, "tests", i);
            let blocks = if i % 10 == 0 { 12 } else { rng.random_range(1..=5) };
            let cells = CellSpace::new(rng.random_range(3..=5), blocks).unwrap();
            let cells = if i % 4 == 3 { cells.mask_per_cell() } else { cells };
            let mask = match i % 8 {
                5 => cells.space().all_on(),
                6 | 7 => {
                    PathDropout::new(0.4).unwrap().with_schedule(Schedule::Constant).draw(cells.space(), 0, 1, rng)
                }
                _ => cells.space().sample(rng).mask().clone(),
            };
            let described = Self::new(cells, mask, orders[(i % 3) as usize]);
            if i % 5 == 1 { described.behind_imagenet_stem() } else { described }
        })
    }

    /// The network with weights of its seed, its statistics those of a batch of noise.
    pub(crate) fn network(&self) -> PaperNetwork {
        let device = Device::flex();
        let network = self.config.stand_alone(&self.mask, &mut SeededWeights::new(1), &device).unwrap();
        let notes = Notes::default();
        let call = Call { statistics: Statistics::Note(&notes), ..Call::default() };
        let paths = network.paths(vec![self.mask.clone()], None).unwrap();
        let NetworkShape { channels, side, .. } = self.config.shape;
        let rng = &mut draws(1, "test images", 0);
        let noise: Vec<f32> = (0..4 * channels * side * side).map(|_| rng.random_range(-1.0..1.0)).collect();
        let noise = Tensor::from_data(TensorData::new(noise, [4, channels, side, side]), &device);
        network.forward_with(noise, &paths, &call).unwrap();
        network.calibrate(&notes)
    }
}
