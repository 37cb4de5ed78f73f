//! Networks of the known spaces beside the paper's, with weights by formula and calibrated
//! statistics.

use crate::cases::{TakeAway, rounding, save};
use burn::tensor::{DType, Tensor};
use std::path::Path;
use supernet::train::{KNOWN_SPACES, KnownSpace, NetworkSettings, Number, best::BestNet};
use supernet_nn::{Call, Definition, KnownNet, KnownNetwork, MaskedNetwork, Notes, Statistics};
use supernet_space::{
    Choice, ConvOrder, Darts, MobileNetV1, MobileNetWidths, NasBench201, NasBenchMacro, NetworkShape, PathMask,
    StemKind, draws,
    programs::{Activation, Binary, CoreUnit, Unary},
};
use supernet_tests::{Formula, device, images};

/// A network of a known space.
pub struct KnownCase {
    /// The file in `generated/`, if it is one of them.
    pub name: String,
    net: BestNet,
    definition: Definition<KnownNet>,
    mask: PathMask,
}

/// The spaces that are written down, and the side of their images.
fn spaces() -> impl Iterator<Item = (&'static str, usize)> {
    let side = |space: &KnownSpace| match space.name {
        // Behind strides of 32, where maps of one pixel leave little but rounding to normalise.
        "mobile-net-v1" | "mobile-net-widths" => 64,
        _ if space.least_side > 16 => 2 * space.least_side,
        _ => 16,
    };
    let of = move |space: &&'static KnownSpace| (space.name, side(space));
    KNOWN_SPACES.iter().filter(|space| space.is_described).map(of)
}

/// Of each space a network, of most one with most of its operations; of NAS-Bench-201 one with a
/// node that nobody reads and one that is zeros, and one whose logits depend on no image.
pub fn known_cases() -> Vec<KnownCase> {
    let cell = |text: &str| NasBench201::new().parse(text).expect("an architecture").mask().clone();
    let genotype = "Genotype(normal=[('sep_conv_3x3', 0), ('dil_conv_5x5', 1), ('skip_connect', 0), ('max_pool_3x3', 2), \
                    ('avg_pool_3x3', 1), ('sep_conv_5x5', 3), ('dil_conv_3x3', 0), ('skip_connect', 4)], \
                    normal_concat=range(2, 6), reduce=[('skip_connect', 0), ('avg_pool_3x3', 1), ('dil_conv_3x3', 1), \
                    ('skip_connect', 2), ('max_pool_3x3', 0), ('sep_conv_3x3', 2), ('skip_connect', 1), \
                    ('max_pool_3x3', 3)], reduce_concat=range(2, 6))";
    let mobile = KnownCase::of("mobile", 64, "mobile_chain", None);
    // Every second layer that may be nothing is.
    let option = |(i, choice): (usize, &Choice)| 1 << if i % 2 == 0 { 0 } else { i % choice.options().len() };
    let space = mobile.definition.space();
    let chain = space.mask(space.choices().iter().enumerate().map(option).collect());
    let mut cases = vec![
        KnownCase::of(
            "nas-bench-201",
            16,
            "nas_bench_201",
            Some(cell("|avg_pool_3x3~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_1x1~2|")),
        ),
        KnownCase::of(
            "nas-bench-201",
            16,
            "dead_edges",
            Some(cell("|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|nor_conv_1x1~2|")),
        ),
        KnownCase::of(
            "nas-bench-201",
            16,
            "dead_network",
            Some(cell("|none~0|+|none~0|none~1|+|none~0|none~1|none~2|")),
        ),
        KnownCase::of(
            "nas-bench-macro",
            16,
            "nas_bench_macro",
            Some(NasBenchMacro::new().parse("01210210").expect("an architecture").mask().clone()),
        ),
        KnownCase::of("darts", 16, "darts", Some(Darts::new().parse(genotype).expect("a genotype").mask().clone())),
        KnownCase { mask: chain, ..mobile },
        KnownCase::of("nas-net", 16, "nas_net", None),
        KnownCase::of("pnas-net", 16, "pnas_net", None),
        KnownCase::of("genetic-stages", 16, "genetic_stages", None),
        KnownCase::of("hierarchical-motifs", 16, "hierarchical_motifs", None),
        KnownCase::of("enas-macro", 16, "enas_macro", None),
        KnownCase::of("enas-micro", 16, "enas_micro", None),
        KnownCase::of("memory-banks", 16, "memory_banks", None),
        // Five sevenths of the side, half of the width, three layers in the middle.
        KnownCase::of(
            "mobile-net-v1",
            16,
            "mobile_net_v1",
            Some(MobileNetV1::new().space().mask(vec![1 << 1, 1 << 1, 1 << 2])),
        ),
        // A width that differs from layer to layer, two layers in the middle.
        KnownCase::of(
            "mobile-net-widths",
            16,
            "mobile_net_widths",
            Some(MobileNetWidths::new().space().mask([7, 3, 4, 2, 5, 1, 6, 1, 0, 7].map(|place| 1 << place).into())),
        ),
    ];
    cases.extend(FUNCTIONS.map(|(name, space, function)| KnownCase::replaced(name, space, function)));
    cases
}

/// Functions in place of ReLU in which every function of one number and of two is: the file in
/// `generated/`, the space, the function.
const FUNCTIONS: [(&str, &str, &str); 4] = [
    (
        "replaced_in_a_chain",
        "nas-bench-macro",
        "max(relu(add(scaled(mul(exp(close(square(x), cube(x))), softplus(x))), shifted(x))), min0(x))",
    ),
    (
        "replaced_in_cells",
        "nas-bench-201",
        "min(sigmoid(sub(log_abs(div(sqrt(near(gaussian(x), erf(x))), cosh(x))), asinh(x))), min0(x))",
    ),
    (
        "replaced_in_banks",
        "memory-banks",
        "mixed(sinc(gated(neg(max(abs(add(tanh(x), sin(x))), cos(x))), atan(x))), x)",
    ),
    ("replaced_in_the_papers", "paper", "gated(sinh(mul(beta(x), tanh(x))), x)"),
];

/// Whether every function of one number and of two is in some case.
#[test]
fn every_function_is_taken_away() {
    let used: Vec<CoreUnit> = FUNCTIONS
        .iter()
        .flat_map(|(.., text)| text.parse::<Activation>().expect("a function").units().to_vec())
        .collect();
    let lacks = |one: &Unary| used.iter().all(|unit| unit.left != *one && unit.right != *one);
    assert_eq!(Unary::all().into_iter().filter(lacks).collect::<Vec<_>>(), []);
    let lacks = |one: &Binary| used.iter().all(|unit| unit.binary != *one);
    assert_eq!(Binary::all().into_iter().filter(lacks).collect::<Vec<_>>(), []);
}

/// Uniform architectures of each space.
pub fn random_known_cases(count: u64) -> Vec<KnownCase> {
    let of_space = |(space, side): (&'static str, usize)| {
        (0..count).map(move |i| {
            let case = KnownCase::of(space, side, &format!("{space}-{i}"), None);
            let mask = case.definition.space().sample(&mut draws(1, "tests", i)).mask().clone();
            KnownCase { mask, ..case }
        })
    };
    spaces().flat_map(of_space).collect()
}

impl KnownCase {
    /// A network of 4 filters on images of 3 x `side` x `side`, 5 classes; of drawn options without
    /// a mask.
    fn of(space: &str, side: usize, name: &str, mask: Option<PathMask>) -> Self {
        Self::with((space, None), side, name, mask)
    }

    /// The same with a function in place of ReLU, on images of 3 x 16 x 16.
    fn replaced(name: &str, space: &str, function: &str) -> Self {
        Self::with((space, Some(function.parse().expect("a function"))), 16, name, None)
    }

    fn with((space, activation): (&str, Option<Activation>), side: usize, name: &str, mask: Option<PathMask>) -> Self {
        let mut settings = NetworkSettings::of_space(space, true).expect("a known space");
        settings.set_activation(activation);
        // Of which an eighth is a width.
        settings.set_filters(if space == "mobile-net-widths" { 8 } else { 4 });
        if let Some(cells) = settings.number_mut(Number::Cells) {
            *cells = if ["darts", "paper"].contains(&space) { 3 } else { 1 };
        }
        if let Some(head) = settings.number_mut(Number::Head) {
            *head = 16;
        }
        let net = BestNet::Known { settings, input: [3, side, side], classes: 5 };
        let definition = net.definition(&device()).expect("sizes in range");
        let first = || definition.space().sample(&mut draws(1, "first", 0)).mask().clone();
        Self { name: name.into(), mask: mask.unwrap_or_else(first), net, definition }
    }

    fn images(&self, count: usize) -> Tensor<4> {
        let side = self.definition.input()[1];
        let (order, stem) = (ConvOrder::default(), StemKind::Plain);
        images(count, &NetworkShape { filters: 4, side, channels: 3, classes: 5, order, stem }, DType::F32, &device())
    }

    /// The trained network: weights by formula, statistics averaged over two batches.
    pub fn network(&self) -> KnownNetwork {
        let network = self.definition.stand_alone(&self.mask, &mut Formula(DType::F32), &device()).expect("a network");
        let notes = Notes::default();
        let call = Call { statistics: Statistics::Note(&notes), ..Call::default() };
        let paths = network.paths(vec![self.mask.clone()], None).expect("a mask of the space");
        for batch in self.images(16).chunk(2, 0) {
            network.forward_with(batch, &paths, &call).expect("logits");
        }
        network.calibrate(&notes)
    }

    /// Writes `best/` into `folder`.
    pub fn save(&self, network: &KnownNetwork, folder: &Path) {
        let cost = self.definition.cost(&self.mask).expect("a mask of the space");
        save(&self.net, (&self.mask, cost), network, folder);
    }
}

impl TakeAway for KnownCase {
    fn name(&self) -> &str {
        &self.name
    }

    fn write(&self, folder: &Path) {
        self.save(&self.network(), folder);
    }

    fn images_and_logits(&self, count: usize) -> (Tensor<4>, Tensor<2>) {
        let images = self.images(16 + count).narrow(0, 16, count);
        (images.clone(), self.network().forward(images).expect("logits"))
    }

    fn rounding(&self, count: usize) -> f64 {
        rounding(&self.network(), self.images_and_logits(count))
    }
}
