//! Networks to take away, with weights by formula and calibrated statistics.

use crate::known::{KnownCase, known_cases, random_known_cases};
use burn::tensor::{DType, Device, Tensor, TensorData};
use std::path::Path;
use supernet::{
    data::Normalisation,
    export::write_best,
    train::{
        Provenance,
        best::{Best, BestNet, Card, NetworkDescription},
    },
};
use supernet_nn::{Call, Describe, Layer, NamedWeights, Network, NetworkConfig, Notes, PaperNetwork, Statistics};
use supernet_space::{CellSpace, ConvOrder, Cost, PathMask, draws};
use supernet_tests::{Formula, behind_imagenet_stem, config, device, distance, images, paths, values, with_order};

/// A network to take away.
pub trait TakeAway {
    /// The file in `generated/`, if it is one of them.
    fn name(&self) -> &str;

    /// Writes its `best/` into `folder`.
    fn write(&self, folder: &Path);

    /// Images that no statistics were taken of, and the library's logits for them.
    fn images_and_logits(&self, count: usize) -> (Tensor<4>, Tensor<2>);

    /// How far those logits are from what is computed in f64. In a deep chain a channel that hardly
    /// varies magnifies what is rounded, so that other code in f32 is as far from them.
    fn rounding(&self, count: usize) -> f64;
}

/// What may be between logits of two sides that both round.
pub fn tolerance(case: &dyn TakeAway, count: usize, at_least: f64) -> f64 {
    let rounding = case.rounding(count);
    assert!(rounding < 1e-3, "{}: rounding of {rounding:e}, of which nothing can be told", case.name());
    at_least.max(4.0 * rounding)
}

/// How far logits of a network for some images are from what is computed in f64.
pub fn rounding<M: Layer<4, 2> + Describe>(network: &Network<M>, (images, logits): (Tensor<4>, Tensor<2>)) -> f64 {
    let in_f64 = |data: TensorData| data.convert_dtype(DType::F64);
    let weights = NamedWeights::of(network).0.into_iter().map(|(name, data)| (name, in_f64(data))).collect();
    let images = Tensor::<4>::from_data(in_f64(images.into_data()), (&Device::flex(), DType::F64));
    let exact = network.graph().and_then(|graph| graph.compute(&NamedWeights(weights), images)).expect("logits");
    distance(&values(logits), &values(exact))
}

/// The networks of all spaces, and `count` random ones of each.
pub fn all(count: u64) -> Vec<Box<dyn TakeAway>> {
    let boxed = |case: Case| -> Box<dyn TakeAway> { Box::new(case) };
    let known = |case: KnownCase| -> Box<dyn TakeAway> { Box::new(case) };
    let paper = cases().into_iter().chain(random_cases(count)).map(boxed);
    paper.chain(known_cases().into_iter().chain(random_known_cases(count)).map(known)).collect()
}

/// A network and what its description borrows.
pub struct Case {
    /// The file in `generated/`, if it is one of them.
    pub name: String,
    pub config: NetworkConfig,
    pub mask: PathMask,
    normalisation: Normalisation,
    classes: Vec<String>,
}

/// All seven operations; the other two orders; a block that is dead, which only a mask that is no
/// architecture can have; a cell of its own each, one with a dead block between live ones; the stem
/// of ImageNet. Every one has two reducing cells.
pub fn cases() -> Vec<Case> {
    let [ours, relu_first, relu_last] = [ConvOrder::NormReluConv, ConvOrder::ReluConvNorm, ConvOrder::ConvNormRelu];
    let four = "11:0110000/101:1000010/0110:0001001/10101:0000110";
    let three = "01:1000100/110:0100000/1111:0000011";
    let each =
        "11:0100000/100:0000010/1001:1000000/11:0100000/110:0000000/1011:0000100/10:0000001/111:0001000/0001:0010000";
    let one = |cells, blocks| CellSpace::new(cells, blocks).expect("numbers in range");
    let mut behind = Case::new("imagenet_stem", one(4, 3), three, ours);
    behind.config = behind_imagenet_stem(&behind.config);
    vec![
        Case::new("every_operation", one(3, 4), four, ours),
        Case::new("relu_conv_norm", one(4, 3), three, relu_first),
        Case::new("conv_norm_relu", one(3, 3), three, relu_last),
        Case::new("dead_block", one(3, 3), "11:0100000/110:0000000/1011:0001001", ours),
        Case::new("cells_of_their_own", one(3, 3).mask_per_cell(), each, ours),
        behind,
    ]
}

/// Uniform architectures of the paper's cells: 3 cells of 4 blocks.
pub fn random_cases(count: u64) -> Vec<Case> {
    let cells = CellSpace::new(3, 4).expect("numbers in range");
    let random = |i| cells.space().sample(&mut draws(1, "tests", i)).to_string();
    (0..count).map(|i| Case::new(format!("random-{i}"), cells.clone(), &random(i), ConvOrder::default())).collect()
}

impl Case {
    fn new(name: impl Into<String>, cells: CellSpace, mask: &str, order: ConvOrder) -> Self {
        let config = config(cells);
        let config = with_order(&config, order, config.norm);
        Self {
            name: name.into(),
            mask: config.cells.space().parse(mask).expect("a mask of the space"),
            normalisation: normalisation(),
            classes: classes(),
            config,
        }
    }

    pub fn description(&self) -> NetworkDescription<'_> {
        let Self { config, mask, normalisation, classes, .. } = self;
        NetworkDescription { config, mask, normalisation, classes, seed: 7 }
    }

    /// The trained network: weights by formula, statistics averaged over two batches.
    pub fn network(&self) -> PaperNetwork {
        let device = device();
        let network = self.config.stand_alone(&self.mask, &mut Formula(DType::F32), &device).expect("a network");
        let notes = Notes::default();
        let call = Call { statistics: Statistics::Note(&notes), ..Call::default() };
        for batch in images(16, &self.config.shape, DType::F32, &device).chunk(2, 0) {
            network
                .forward_with(batch, &paths(&self.config.cells, std::slice::from_ref(&self.mask)), &call)
                .expect("logits");
        }
        network.calibrate(&notes)
    }

    /// Images that no statistics were taken of, and the library's logits for them.
    pub fn answers<M: Layer<4, 2>>(&self, network: &Network<M>, count: usize) -> (Tensor<4>, Tensor<2>) {
        let images = images(16 + count, &self.config.shape, DType::F32, &device()).narrow(0, 16, count);
        let call = Call { statistics: Statistics::Stored, ..Call::default() };
        let paths = paths(&self.config.cells, std::slice::from_ref(&self.mask));
        (images.clone(), network.forward_with(images, &paths, &call).expect("logits"))
    }

    /// Writes `best/` into `folder`.
    pub fn save(&self, network: &PaperNetwork, folder: &Path) {
        let Self { config, mask, .. } = self;
        let cost = config.shape.cost(&config.cells, mask).expect("an architecture");
        save(&BestNet::Paper(config.clone()), (mask, cost), network, folder);
    }
}

/// Writes the `best/` of a trained network into `folder`.
pub fn save<M: Layer<4, 2>>(net: &BestNet, (mask, cost): (&PathMask, Cost), network: &Network<M>, folder: &Path) {
    let card = Card {
        network: net,
        mask,
        cost,
        normalisation: Some(&normalisation()),
        classes: &classes(),
        seed: 7,
        retrained: &[],
        provenance: &provenance(),
        command: None,
        latency: &[],
    };
    Best { card, network }.save(folder).expect("a folder that can be written");
    write_best(folder, &[], network).expect("a folder that can be written");
}

fn normalisation() -> Normalisation {
    Normalisation::new(vec![0.491, 0.482, 0.447], vec![0.247, 0.243, 0.262]).expect("numbers")
}

fn classes() -> Vec<String> {
    ["aeroplane", "car", "bird", "cat", "deer"].map(Into::into).to_vec()
}

impl TakeAway for Case {
    fn name(&self) -> &str {
        &self.name
    }

    fn write(&self, folder: &Path) {
        self.save(&self.network(), folder);
    }

    fn images_and_logits(&self, count: usize) -> (Tensor<4>, Tensor<2>) {
        self.answers(&self.network(), count)
    }

    fn rounding(&self, count: usize) -> f64 {
        let network = self.network();
        rounding(&network, self.answers(&network, count))
    }
}

/// Where weights by formula come from.
pub fn provenance() -> Provenance {
    Provenance {
        supernet: "0.1.0".into(),
        burn: "0.22.1".into(),
        device: "flex".into(),
        data: "formulas".into(),
        images: [16, 0, 16],
        fingerprints: ["0".into(), "0".into(), "0".into()],
        definition: None,
        parts: Vec::new(),
        left_out: Default::default(),
    }
}
