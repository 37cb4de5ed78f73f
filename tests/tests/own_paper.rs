//! The paper's network as a definition of one's own equals the network that this library has built in: the same space, logits,
//! gradients, use and costs.

use burn::{
    module::{Initializer, Module, Param},
    nn::{Linear, LinearConfig},
    tensor::{
        DType, Device, Tensor, TensorData,
        module::{avg_pool2d, conv2d, max_pool2d},
        ops::{AvgPoolOptions, ConvOptions, MaxPoolOptions},
    },
};
use std::collections::BTreeMap;
use supernet_nn::{
    Init, MaskedNetwork, NamedWeights, Network, NetworkConfig, NnError, Weights,
    own::{Build, Definition, GhostNorm, Identity, Layer, OwnNetwork, Rows, SomeOf},
};
use supernet_space::{CellSpace, OPERATIONS, PathMask, draws};
use supernet_tests::{
    Formula, PLAIN, Parameter, assert_close, backward, config, cross_entropy, device, images, labels, paths,
    random_masks, values,
};

/// f64: only the order of sums differs.
const EXACT: f64 = 1e-10;

/// A convolution alone, padded to keep the size.
#[derive(Module, Debug)]
struct Conv {
    weight: Param<Tensor<4>>,
    groups: usize,
}

impl Conv {
    fn new(b: &Build, [from, to]: [usize; 2], kernel: [usize; 2], groups: usize) -> Self {
        let shape = [to, from / groups, kernel[0], kernel[1]];
        let initializer = Initializer::KaimingNormal { gain: 1.0, fan_out_only: false };
        Self { weight: initializer.init_with(shape, Some(shape[1..].iter().product()), None, b.device()), groups }
    }

    fn pointwise(b: &Build, from: usize, to: usize) -> Self {
        Self::new(b, [from, to], [1, 1], 1)
    }
}

impl Layer for Conv {
    fn forward(&self, x: Rows) -> Rows {
        x.run(&self.weight, |weight, x| {
            let weight = weight.val();
            let [.., h, w] = weight.dims();
            conv2d(x, weight, None, ConvOptions::new([1, 1], [h / 2, w / 2], [1, 1], self.groups))
        })
    }
}

/// A convolution whose readers take relu(norm(·)).
#[derive(Module, Debug)]
struct Shared {
    conv: Conv,
    norm: GhostNorm,
}

impl Shared {
    fn new(b: &Build, conv: Conv, channels: usize) -> Self {
        Self { conv, norm: GhostNorm::new(b, channels) }
    }
}

impl Layer for Shared {
    fn forward(&self, x: Rows) -> Rows {
        self.norm.relu(x.through(&self.conv))
    }
}

#[derive(Module, Debug)]
enum Op {
    Identity(Identity),
    Max(MaxPool),
    Average(AveragePool),
    Pairs(Vec<Pair>),
}

#[derive(Module, Debug)]
struct MaxPool {}

#[derive(Module, Debug)]
struct AveragePool {}

/// Convolutions, normalised in their middle.
#[derive(Module, Debug)]
struct Pair {
    first: Vec<Conv>,
    middle: GhostNorm,
    second: Vec<Conv>,
}

impl Layer for Op {
    fn forward(&self, x: Rows) -> Rows {
        match self {
            Self::Identity(identity) => x.through(identity),
            Self::Max(_) => {
                x.map(|x| max_pool2d(x, MaxPoolOptions::new([3, 3]).with_stride([1, 1]).with_padding([1, 1])))
            }
            Self::Average(_) => {
                x.map(|x| avg_pool2d(x, AvgPoolOptions::new([3, 3]).with_stride([1, 1]).with_padding([1, 1])))
            }
            Self::Pairs(pairs) => x.through(pairs),
        }
    }
}

impl Layer for Pair {
    fn forward(&self, x: Rows) -> Rows {
        self.middle.relu(x.through(&self.first)).through(&self.second)
    }
}

fn operations(b: &Build, c: usize) -> Vec<(&'static str, Op)> {
    let pair = |first, second| Op::Pairs(vec![Pair { first, middle: GhostNorm::new(b, c), second }]);
    let half = |k| vec![Conv::new(b, [c, c], [k, k], c), Conv::pointwise(b, c, c)];
    let separable = |k| pair(half(k), half(k));
    let factored = pair(vec![Conv::new(b, [c, c], [1, 7], 1)], vec![Conv::new(b, [c, c], [7, 1], 1)]);
    let identity = Op::Identity(Identity {});
    let pools = [Op::Max(MaxPool {}), Op::Average(AveragePool {})];
    let all = [identity, separable(3), separable(5), separable(7), factored].into_iter().chain(pools);
    OPERATIONS.into_iter().zip(all).collect()
}

#[derive(Module, Debug)]
struct Block {
    inputs: SomeOf<Conv>,
    projected: GhostNorm,
    operations: SomeOf<Op>,
    output: GhostNorm,
}

impl Block {
    fn new(b: &Build, index: usize, c: usize) -> Self {
        let earlier = (1..=index).map(|block| format!("block{block}"));
        let names = ["a".to_string(), "b".into()].into_iter().chain(earlier);
        let inputs: Vec<_> = names.map(|name| (name, Conv::pointwise(b, c, c))).collect();
        let place = |what| format!("block{}/{what}", index + 1);
        Self {
            inputs: SomeOf::new(b, place("inputs"), 1..=inputs.len(), inputs),
            projected: GhostNorm::new(b, c),
            operations: SomeOf::new(b, place("operations"), 1..=2, operations(b, c)),
            output: GhostNorm::new(b, c),
        }
    }

    fn forward(&self, slices: &[Rows]) -> Rows {
        let raw = self.inputs.forward_each::<4, 4>(slices);
        let shared = self.projected.relu(raw.clone());
        let reads_shared = [false, true, true, true, true, false, false];
        let each = reads_shared.map(|is_shared| if is_shared { shared.clone() } else { raw.clone() });
        self.output.relu(self.operations.forward_each::<4, 4>(&each))
    }
}

/// A 1x1 of a concatenation that is always there, slice by slice.
#[derive(Module, Debug)]
struct Concat {
    weights: Vec<Conv>,
    norm: GhostNorm,
}

impl Concat {
    fn new(b: &Build, slices: &[usize], to: usize) -> Self {
        let weights = slices.iter().map(|&from| Conv::pointwise(b, from, to)).collect();
        Self { weights, norm: GhostNorm::new(b, to) }
    }

    fn forward(&self, slices: &[Rows], side: usize) -> Rows {
        let pooled = |x: Tensor<4>| supernet_kernels::reference::mean_pool(x.clone(), x.dims()[3] / side);
        let each = slices.iter().zip(&self.weights).map(|(x, weight)| x.clone().map(pooled).through(weight));
        self.norm.relu(each.reduce(|sum, x| sum + x).expect("a slice"))
    }
}

#[derive(Module, Debug)]
struct Cell {
    a: Concat,
    b: Concat,
    blocks: Vec<Block>,
    side: usize,
}

#[derive(Module, Debug)]
struct Paper {
    stem1: Shared,
    stem2: Shared,
    cells: Vec<Cell>,
    head: Concat,
    classifier: Linear,
}

impl Layer<4, 2> for Paper {
    fn forward(&self, x: Rows) -> Rows<2> {
        let stem1 = x.through(&self.stem1);
        let (mut before, mut last) = (vec![stem1.clone()], vec![stem1.through(&self.stem2)]);
        for cell in &self.cells {
            let mut slices = vec![cell.a.forward(&before, cell.side), cell.b.forward(&last, cell.side)];
            for block in &cell.blocks {
                slices.push(block.forward(&slices));
            }
            before = std::mem::replace(&mut last, slices);
        }
        let side = self.cells.last().expect("cells").side;
        self.head.forward(&last, side).global_average().through(&self.classifier)
    }
}

fn paper(b: &Build, config: &NetworkConfig) -> Paper {
    let NetworkConfig { cells, shape, .. } = config;
    let stem = |from| Shared::new(b, Conv::new(b, [from, shape.filters], [3, 3], 1), shape.filters);
    let cell = |index| {
        let c = shape.cell_filters(cells, index);
        let input = |input| Concat::new(b, &shape.input_slices(cells, index, input), c);
        let blocks = (0..cells.blocks()).map(|block| Block::new(b, block, c)).collect();
        Cell { a: input(0), b: input(1), blocks, side: shape.cell_side(cells, index) }
    };
    let last = shape.cell_filters(cells, cells.cells() - 1);
    Paper {
        stem1: stem(shape.channels),
        stem2: stem(shape.filters),
        cells: (0..cells.cells()).map(cell).collect(),
        head: Concat::new(b, &vec![last; 2 + cells.blocks()], last),
        classifier: LinearConfig::new(last, shape.classes).init(b.device()),
    }
}

fn definition(config: &NetworkConfig) -> Definition<Paper> {
    let (shape, copy) = (config.shape, config.clone());
    let input = [shape.channels, shape.side, shape.side];
    Definition::new("paper", &input, &device(), move |b| paper(b, &copy)).unwrap()
}

/// The built-in network's name of a weight.
fn built_in(name: &str) -> String {
    let parts: Vec<&str> = name.split('.').collect();
    match parts[..] {
        [stem @ ("stem1" | "stem2"), "conv", "weight"] => format!("{stem}.weight"),
        ["cells", cell, input @ ("a" | "b"), "weights", j, "weight"] => format!("cells.{cell}.{input}.weights.{j}"),
        ["head", "weights", j, "weight"] => format!("head.weights.{j}"),
        ["cells", cell, "blocks", block, "inputs", "options", option, "weight"] => {
            let earlier = |option: &str| 1 + option.trim_start_matches("block").parse::<usize>().unwrap();
            let j = ["a", "b"].iter().position(|name| *name == option).unwrap_or_else(|| earlier(option));
            format!("cells.{cell}.blocks.{block}.inputs.weights.{j}")
        }
        ["cells", cell, "blocks", block, "operations", "options", option, "Pairs", "0", half, j, "weight"] => {
            let o = OPERATIONS.iter().position(|name| *name == option).unwrap();
            let half = usize::from(half == "second");
            let place = match (o, j) {
                (4, _) => ["Factored.horizontal", "Factored.vertical"][half].to_string(),
                (_, "0") => format!("Separable.depthwise.{half}"),
                (_, _) => format!("Separable.pointwise.{half}"),
            };
            format!("cells.{cell}.blocks.{block}.operations.{o}.{place}")
        }
        _ => name.to_string(),
    }
}

/// The weights of a built-in network, under the names of the definition.
struct BuiltIn(NamedWeights);

impl Weights for BuiltIn {
    fn weight(&mut self, name: &str, shape: &[usize], init: Init) -> Result<TensorData, NnError> {
        self.0.weight(&built_in(name), shape, init)
    }
}

/// Both networks with the same weights.
fn both(config: &NetworkConfig, device: &Device) -> (Network, OwnNetwork<Paper>) {
    let network = config.supernet(&mut Formula(DType::F64), device).unwrap();
    let own = definition(config).supernet(&mut BuiltIn(NamedWeights::of(&network)), device).unwrap();
    (network, own)
}

fn learn(logits: Tensor<2>, module: &impl Module, device: &Device) -> BTreeMap<String, Parameter> {
    let [count, classes] = logits.dims();
    backward(cross_entropy(logits, labels(count, classes, device)), module)
}

#[test]
fn the_papers_space_is_found_by_walking_its_definition() {
    for blocks in [1, 4] {
        let cells = CellSpace::new(3, blocks).unwrap();
        assert_eq!(definition(&config(cells.clone())).space().choices(), cells.space().choices());
    }
}

#[test]
fn the_papers_network_as_a_definition_has_the_logits_gradients_and_use_of_the_built_in_one() {
    let device = device().autodiff();
    for (cells, ghosts, r) in [(CellSpace::new(3, 3).unwrap(), 5, 0.3), (CellSpace::new(4, 4).unwrap(), 4, 0.1)] {
        let config = config(cells);
        let (network, own) = both(&config, &device);
        let drawn = random_masks(&config.cells, ghosts, r, 21);
        let architecture = config.cells.space().sample(&mut draws(21, "architectures", 0)).mask().clone();
        let masks: Vec<PathMask> = [drawn, vec![architecture, config.cells.space().all_on()]].concat();
        let x = || images(2 * masks.len(), &config.shape, DType::F64, &device);
        let of_network = paths(&config.cells, &masks);
        let expected = network.forward_with(x(), &of_network, &PLAIN).unwrap();
        let of_own = own.paths(masks.clone(), None).unwrap();
        let (found, usage) = own.forward_used(x(), &of_own, &PLAIN).unwrap();
        assert_close("logits", &values(found.clone()), &values(expected.clone()), EXACT);

        let expected_usage = network.usage(&of_network);
        let expected = learn(expected, &network, &device);
        let found = learn(found, &own, &device);
        assert_eq!(found.len(), expected.len());
        for (name, parameter) in &found {
            let name = built_in(name.strip_prefix("net.").unwrap());
            let other = &expected[&name];
            let dense = |p: &Parameter| p.gradient.clone().unwrap_or_else(|| vec![0.0; p.value.len()]);
            assert_close(&name, &dense(parameter), &dense(other), EXACT);
            assert_eq!(usage.share(parameter.id), expected_usage.share(other.id), "use of {name}");
        }
    }
}

#[test]
fn the_papers_network_as_a_definition_costs_what_the_built_in_one_costs() {
    let config = config(CellSpace::new(3, 3).unwrap());
    let definition = definition(&config);
    let rng = &mut draws(22, "architectures", 0);
    for _ in 0..10 {
        let architecture = config.cells.space().sample(rng);
        let expected = config.shape.cost(&config.cells, &architecture).unwrap();
        let found = definition.cost(&architecture).unwrap();
        assert_eq!(found.macs, expected.macs, "{architecture}");
        // The definition normalises a block's 1x1 even where no convolution reads it.
        let without = |cell: usize| {
            let blocks = config.cells.paths(&architecture, cell);
            2 * config.shape.cell_filters(&config.cells, cell)
                * blocks.iter().filter(|block| block.operations & 0b001_1110 == 0).count()
        };
        let more: usize = (0..3).map(without).sum();
        assert_eq!(found.parameters, expected.parameters + more as u64, "{architecture}");
    }
}
