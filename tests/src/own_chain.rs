//! A small space of one's own over a table: a chain of layers, without an image.

use burn::{
    module::Module,
    nn::{Linear, LinearConfig},
    tensor::Device,
};
use rand::RngExt;
use supernet::{
    own::{Build, Definition, GhostNorm, Identity, Layer, OneOf, Repeat, Rows, Samples},
    prelude::*,
    train::PathSampling,
};

/// Numbers of a row.
pub const FEATURES: usize = 6;

/// A linear map, normalised.
#[derive(Module, Debug)]
pub struct Dense {
    linear: Linear,
    /// Behind it.
    pub norm: GhostNorm,
}

impl Dense {
    /// One of so many numbers to so many.
    pub fn new(b: &Build, from: usize, to: usize) -> Self {
        Self { linear: LinearConfig::new(from, to).with_bias(false).init(b.device()), norm: GhostNorm::new(b, to) }
    }
}

impl Layer<2> for Dense {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        self.norm.relu(x.through(&self.linear))
    }
}

/// What a layer may be.
#[derive(Module, Debug)]
pub enum Op {
    /// Nothing.
    Skip(Identity),
    /// A narrow or a wide map and back.
    Between(Vec<Dense>),
}

impl Layer<2> for Op {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        match self {
            Self::Skip(skip) => x.through(skip),
            Self::Between(layers) => x.through(layers),
        }
    }
}

/// A chain of one or two such layers.
#[derive(Module, Debug)]
pub struct Chain {
    /// Before the choices.
    pub first: Dense,
    /// The choices.
    pub layers: Repeat<OneOf<Op>>,
    /// To the classes.
    pub head: Linear,
}

impl Layer<2> for Chain {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        x.through(&self.first).through(&self.layers).through(&self.head)
    }
}

/// The network of a build.
pub fn chain(b: &Build) -> Chain {
    let between = |width| Op::Between(vec![Dense::new(b, 8, width), Dense::new(b, width, 8)]);
    let layer = |i| {
        OneOf::new(b, format!("layer{i}"), [("skip", Op::Skip(Identity {})), ("4", between(4)), ("16", between(16))])
    };
    Chain {
        first: Dense::new(b, FEATURES, 8),
        layers: Repeat::new(b, "depth", (1..=2).map(layer)),
        head: LinearConfig::new(8, 3).init(b.device()),
    }
}

/// The definition of its networks.
///
/// # Panics
/// Never: the sizes fit.
pub fn definition(device: &Device) -> Definition<Chain, 2> {
    Definition::new("table", &[FEATURES], device, chain).expect("sizes that fit")
}

/// Rows whose class is which of three sums of their features is largest.
///
/// # Panics
/// Never: the sizes fit.
pub fn table(count: usize, seed: u64) -> Samples<2> {
    let mut rng = draws(seed, "table", 0);
    let values: Vec<f32> = (0..count * FEATURES).map(|_| rng.random::<f32>() - 0.5).collect();
    let class = |row: &[f32]| {
        let sums = [row[0] + row[1] * row[2] * 4.0, row[2] - row[3], row[4] + row[5]];
        (0..3).max_by(|&a, &b| sums[a].total_cmp(&sums[b])).expect("three")
    };
    let labels = values.chunks(FEATURES).map(class).collect();
    Samples::new(&[FEATURES], values, labels).expect("as many labels as rows")
}

/// Such rows to train, validate and test on.
pub fn rows() -> SearchData<Samples<2>> {
    SearchData { train: table(512, 1), validation: table(256, 2), test: table(128, 3) }
}

/// A search of the chain whose masks often leave a parameter to one share of a step.
pub fn config() -> SearchConfig {
    let mut config = super::tiny::tiny(1);
    config.paths = PathSampling::UniformArchitecture;
    config
}
