//! The seven operations of a choice block (PAPER, *Search space*).

use super::Site;
use crate::{Build, Conv, Describe, Identity, Layer, Pool, Pool3x3, Rows, Wire};
use burn::module::Module;
use supernet_space::{ConvOrder, OPERATIONS};

/// An operation of a choice block.
#[derive(Module, Debug)]
pub enum Operation {
    /// The block's 1x1 output itself.
    Identity(Identity),
    /// A 3x3 pool.
    Pool(Pool3x3),
    /// Twice: (norm, ReLU,) depthwise k×k, pointwise 1x1.
    Separable(Separable),
    /// (Norm, ReLU,) 1x7, then (norm, ReLU,) 7x1; ordinary convolutions.
    Factored(Factored),
}

impl Operation {
    /// Operation `o` of [`OPERATIONS`].
    pub(super) fn new(b: &Build, o: usize, order: ConvOrder, channels: usize) -> Self {
        match OPERATIONS[o] {
            "identity" => Self::Identity(Identity {}),
            "max3" => Self::Pool(Pool3x3::new(Pool::Max)),
            "avg3" => Self::Pool(Pool3x3::new(Pool::Average)),
            "conv1x7_7x1" => Self::Factored(Factored::new(b, order, channels)),
            "sep3" => Self::Separable(Separable::new(b, 3, order, channels)),
            "sep5" => Self::Separable(Separable::new(b, 5, order, channels)),
            "sep7" => Self::Separable(Separable::new(b, 7, order, channels)),
            other => unreachable!("operation {other}"),
        }
    }

    /// Whether operation `o` reads relu(norm(·)) and has weights.
    pub(super) fn convolves(o: usize) -> bool {
        !matches!(OPERATIONS[o], "identity" | "max3" | "avg3")
    }
}

impl Layer for Operation {
    fn forward(&self, x: Rows) -> Rows {
        match self {
            Self::Identity(identity) => x.through(identity),
            Self::Pool(pool) => x.through(pool),
            Self::Separable(pair) => x.through(pair),
            Self::Factored(pair) => x.through(pair),
        }
    }
}

/// The site after a pair's second convolution: none where the next reader normalises.
fn second_site(b: &Build, order: ConvOrder, channels: usize) -> Option<Site> {
    (order != ConvOrder::NormReluConv).then(|| Site::of_convolution(b, order, channels))
}

fn ended(y: Rows, second: Option<&Site>) -> Rows {
    match second {
        Some(site) => site.raw(y),
        None => y,
    }
}

/// Twice: depthwise k×k, pointwise 1x1.
#[derive(Module, Debug)]
pub struct Separable {
    depthwise: Vec<Conv>,
    pointwise: Vec<Conv>,
    first: Site,
    second: Option<Site>,
}

impl Separable {
    fn new(b: &Build, k: usize, order: ConvOrder, c: usize) -> Self {
        // A depthwise convolution reads relu(norm(·)), of mean square a half; a pointwise one its
        // output.
        let pointwise = || Conv::new(b, [c, c], 1).with_gain(b, 1.0);
        Self {
            depthwise: (0..2).map(|_| Conv::depthwise(b, c, k)).collect(),
            pointwise: (0..2).map(|_| pointwise()).collect(),
            first: Site::of_convolution(b, order, c),
            second: second_site(b, order, c),
        }
    }
}

impl Layer for Separable {
    fn forward(&self, x: Rows) -> Rows {
        let [depthwise, pointwise] = [&self.depthwise, &self.pointwise];
        let y = self.first.both(x.through(&depthwise[0]).through(&pointwise[0]));
        ended(y.through(&depthwise[1]).through(&pointwise[1]), self.second.as_ref())
    }
}

/// 1x7, then 7x1.
#[derive(Module, Debug)]
pub struct Factored {
    horizontal: Conv,
    vertical: Conv,
    first: Site,
    second: Option<Site>,
}

impl Factored {
    fn new(b: &Build, order: ConvOrder, c: usize) -> Self {
        Self {
            horizontal: Conv::of_size(b, [c, c], [1, 7]),
            vertical: Conv::of_size(b, [c, c], [7, 1]),
            first: Site::of_convolution(b, order, c),
            second: second_site(b, order, c),
        }
    }
}

impl Layer for Factored {
    fn forward(&self, x: Rows) -> Rows {
        let y = self.first.both(x.through(&self.horizontal));
        ended(y.through(&self.vertical), self.second.as_ref())
    }
}

impl Describe for Operation {
    fn describe(&self, x: Wire) -> Wire {
        match self {
            Self::Identity(identity) => x.through(identity),
            Self::Pool(pool) => x.through(pool),
            Self::Separable(pair) => x.through(pair),
            Self::Factored(pair) => x.through(pair),
        }
    }
}

fn described_end(y: Wire, second: Option<&Site>) -> Wire {
    match second {
        Some(site) => site.describe_raw(y),
        None => y,
    }
}

impl Describe for Separable {
    fn describe(&self, x: Wire) -> Wire {
        let [depthwise, pointwise] = [&self.depthwise, &self.pointwise];
        let y = self.first.describe_both(x.through(&depthwise[0]).through(&pointwise[0]));
        described_end(y.through(&depthwise[1]).through(&pointwise[1]), self.second.as_ref())
    }
}

impl Describe for Factored {
    fn describe(&self, x: Wire) -> Wire {
        let y = self.first.describe_both(x.through(&self.horizontal));
        described_end(y.through(&self.vertical), self.second.as_ref())
    }
}
