//! A chain of inverted residuals with changes of stride and channels, as known chain spaces are, is
//! a definition of one's own.

use burn::{
    module::Module,
    nn::{Linear, LinearConfig},
    tensor::DType,
};
use supernet::{
    own::{Build, ConvNorm, Definition, Identity, Layer, OneOf, Rows},
    train::SeededWeights,
};
use supernet_space::{ConvOrder, NetworkShape, StemKind, draws};
use supernet_tests::{device, images};

/// Sandler et al., MobileNetV2, CVPR 2018: expand, depthwise, project; added to its input where the
/// shape stays.
#[derive(Module, Debug)]
struct InvertedResidual {
    convs: Vec<ConvNorm>,
    keeps_shape: bool,
}

impl InvertedResidual {
    fn new(b: &Build, [from, to]: [usize; 2], stride: usize, (k, expand): (usize, usize)) -> Self {
        let wide = from * expand;
        let depthwise = ConvNorm::depthwise(b, wide, k).with_stride(stride).with_relu();
        let convs = vec![ConvNorm::new(b, [from, wide], 1).with_relu(), depthwise, ConvNorm::new(b, [wide, to], 1)];
        Self { convs, keeps_shape: from == to && stride == 1 }
    }
}

impl Layer for InvertedResidual {
    fn forward(&self, x: Rows) -> Rows {
        let y = x.clone().through(&self.convs);
        if self.keeps_shape { x + y } else { y }
    }
}

#[derive(Module, Debug)]
enum Op {
    Identity(Identity),
    Reduce(Vec<ConvNorm>),
    Inverted(InvertedResidual),
}

impl Layer for Op {
    fn forward(&self, x: Rows) -> Rows {
        match self {
            Self::Identity(identity) => x.through(identity),
            Self::Reduce(convs) => x.through(convs),
            Self::Inverted(inverted) => x.through(inverted),
        }
    }
}

#[derive(Module, Debug)]
struct Chain {
    stem: ConvNorm,
    layers: Vec<OneOf<Op>>,
    head: Linear,
}

impl Layer<4, 2> for Chain {
    fn forward(&self, x: Rows) -> Rows<2> {
        x.through(&self.stem).through(&self.layers).global_average().through(&self.head)
    }
}

/// Channels and stride of each layer.
const LAYERS: [(usize, usize); 5] = [(4, 1), (8, 2), (8, 1), (12, 2), (12, 1)];

fn chain(b: &Build) -> Chain {
    let mut from = 4;
    let layer = |(i, (to, stride)): (usize, (usize, usize))| {
        let ends = [std::mem::replace(&mut from, to), to];
        let least = if ends[0] == to && stride == 1 {
            Op::Identity(Identity {})
        } else {
            Op::Reduce(vec![ConvNorm::new(b, ends, 1).with_stride(stride)])
        };
        let inverted = |k, expand| Op::Inverted(InvertedResidual::new(b, ends, stride, (k, expand)));
        OneOf::new(b, format!("layer{i}"), [("I", least), ("1", inverted(3, 3)), ("2", inverted(5, 6))])
    };
    Chain {
        stem: ConvNorm::new(b, [3, 4], 3).with_relu(),
        layers: LAYERS.into_iter().enumerate().map(layer).collect(),
        head: LinearConfig::new(12, 10).init(b.device()),
    }
}

const IMAGES: NetworkShape = NetworkShape {
    filters: 4,
    side: 16,
    channels: 3,
    classes: 10,
    order: ConvOrder::NormReluConv,
    stem: StemKind::Plain,
};

#[test]
fn a_chain_of_inverted_residuals_is_a_definition_whose_networks_equal_the_masked_supernet() {
    let definition = Definition::new("chain", &[3, 16, 16], &device(), chain).unwrap();
    assert_eq!(definition.space().size().to_string(), 3u32.pow(LAYERS.len() as u32).to_string());
    let supernet = definition.supernet(&mut SeededWeights::new(1), &device()).unwrap();
    let rng = &mut draws(2, "architectures", 0);
    for _ in 0..8 {
        let mask = definition.space().sample(rng).mask().clone();
        let x = images(4, &IMAGES, DType::F32, &device());
        let error = definition.extraction_error(&supernet, &mask, x).unwrap();
        assert!(error <= 1e-4, "{mask}: {error}");
    }
}

#[test]
fn a_block_of_stride_two_costs_what_a_hand_count_gives() {
    let definition = Definition::new("chain", &[3, 16, 16], &device(), chain).unwrap();
    let cost = |text: &str| definition.cost(&definition.space().parse(text).unwrap()).unwrap();
    let (least, one) = (cost("100/100/100/100/100"), cost("100/010/100/100/100"));
    // Layer 1, 4 to 8 channels from 16 x 16 to 8 x 8: a 1x1 of stride 2, or 4 to 12, depthwise 3x3,
    // 12 to 8.
    assert_eq!(one.macs - least.macs, 48 * 256 + (12 * 9 + 96) * 64 - 32 * 64);
    assert_eq!(one.parameters - least.parameters, 48 + 108 + 96 + 2 * (12 + 12 + 8) - (32 + 2 * 8));
}
