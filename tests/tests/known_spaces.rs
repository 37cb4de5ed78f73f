//! The networks of known spaces are what the catalogue says: choices, counts, and supernets that
//! hold their stand-alone networks.

use burn::{optim::GradientsParams, tensor::DType};
use std::{collections::HashMap, fs, path::PathBuf};
use supernet::{
    own::{Definition, Layer, MaskedNetwork},
    train::SeededWeights,
};
use supernet_nn::{
    Call,
    known::{DartsNet, MobileNet, MobileNetV1Net, NasBench201Net, NasBenchMacroNet},
};
use supernet_space::{
    ConvOrder, Cost, Darts, DartsShape, MobileChain, MobileNetV1, MobileNetV1Shape, MobileShape, MobileStage,
    NasBench201, NasBench201Shape, NasBenchMacro, NasBenchMacroShape, NetworkShape, PathDropout, PathMask, SearchSpace,
    StemKind, draws,
};
use supernet_tests::{
    Formula, PLAIN, assert_close, assert_same_gradients, backward, cross_entropy, device, images, labels,
    one_definition, parameters, values,
};

const SIDE: usize = 16;

/// What the images are for.
const SHAPE: NetworkShape = NetworkShape {
    filters: 4,
    side: SIDE,
    channels: 3,
    classes: 10,
    order: ConvOrder::NormReluConv,
    stem: StemKind::Plain,
};

fn small_201() -> NasBench201Shape {
    NasBench201Shape { filters: 4, cells: 1, side: SIDE, ..Default::default() }
}

fn small_macro() -> NasBenchMacroShape {
    NasBenchMacroShape { stem: 4, head: 16, side: SIDE, ..Default::default() }
}

fn small_darts() -> DartsShape {
    DartsShape { filters: 4, cells: 4, side: SIDE, ..Default::default() }
}

fn small_chain() -> (MobileChain, MobileShape) {
    let stages =
        [(2, 6, 2), (3, 8, 1), (1, 12, 2)].map(|(layers, channels, stride)| MobileStage { layers, channels, stride });
    let shape = MobileShape { stem: 8, first: 4, head: 16, side: SIDE, channels: 3, classes: 10 };
    (MobileChain::new(&stages).unwrap(), shape)
}

fn architectures(space: &SearchSpace, count: usize) -> Vec<PathMask> {
    let rng = &mut draws(1, "architectures", 0);
    (0..count).map(|_| space.sample(rng).mask().clone()).collect()
}

/// Asserts that a definition has the catalogue's space and, of many architectures, its counts.
fn agrees<M: Layer<4, 2>>(
    definition: &Definition<M>,
    space: &SearchSpace,
    count: usize,
    cost: impl Fn(&PathMask) -> Cost,
) {
    assert_eq!(definition.space(), space);
    let supernet = definition.supernet(&mut Formula(DType::F32), &device()).unwrap();
    assert_eq!(supernet.space(), space);
    for mask in architectures(space, count) {
        assert_eq!(definition.cost(&mask).unwrap(), cost(&mask), "{mask}");
    }
}

/// Asserts that the networks of some architectures equal the masked supernet (PAPER, E1), and that
/// masks of path dropout learn the same by kernels as by Burn's own operations.
fn is_one_definition<M: Layer<4, 2>>(definition: &Definition<M>) {
    let supernet = definition.supernet(&mut SeededWeights::new(1), &device()).unwrap();
    for mask in architectures(definition.space(), 8) {
        let error = definition.extraction_error(&supernet, &mask, images(4, &SHAPE, DType::F32, &device())).unwrap();
        assert!(error <= 1e-4, "{mask}: {error}");
    }
    let autodiff = device().autodiff();
    let supernet = definition.supernet(&mut SeededWeights::new(1), &autodiff).unwrap();
    let dropout = PathDropout::new(0.2).unwrap();
    let masks = (0..4).map(|i| dropout.draw(definition.space(), 1, 2, &mut draws(2, "masks", i))).collect();
    let paths = supernet.paths(masks, None).unwrap();
    let learnt = |call: &Call| {
        let x = images(8, &SHAPE, DType::F32, &autodiff);
        let (logits, _) = supernet.forward_used(x, &paths, call).unwrap();
        let loss = cross_entropy(logits.clone(), labels(8, 10, &autodiff));
        (values(logits), backward(loss, &supernet))
    };
    let ((logits, gradients), (expected, expected_gradients)) = (learnt(&Call::default()), learnt(&PLAIN));
    // Sums of f32 in another order, through up to 30 normalisations of 4 to 32 numbers.
    assert_close("logits", &logits, &expected, 1e-3);
    assert_same_gradients(&gradients, &expected_gradients, 1e-3);
    assert!(gradients.values().any(|parameter| parameter.moves()));
}

#[test]
fn nas_bench_201_is_the_catalogues() {
    let bench = NasBench201::new();
    for (shape, count) in [(NasBench201Shape { side: 8, ..Default::default() }, 40), (small_201(), 40)] {
        let definition = NasBench201Net::definition(shape, &device()).unwrap();
        // The published multiply-accumulates count the classifier's bias.
        let cost = |mask: &PathMask| {
            let Cost { parameters, macs } = bench.cost(&shape, mask).unwrap();
            Cost { parameters, macs: macs - shape.classes as u64 }
        };
        agrees(&definition, bench.space(), count, cost);
    }
    is_one_definition(&NasBench201Net::definition(small_201(), &device()).unwrap());
}

#[test]
fn nas_bench_macro_is_the_catalogues() {
    let bench = NasBenchMacro::new();
    for (shape, count) in [(NasBenchMacroShape::default(), 40), (small_macro(), 100)] {
        let definition = NasBenchMacroNet::definition(shape, &device()).unwrap();
        agrees(&definition, bench.space(), count, |mask| bench.cost(&shape, mask).unwrap());
    }
    is_one_definition(&NasBenchMacroNet::definition(small_macro(), &device()).unwrap());
}

#[test]
fn darts_is_the_catalogues() {
    let darts = Darts::new();
    let definition = DartsNet::definition(small_darts(), &device()).unwrap();
    agrees(&definition, darts.space(), 60, |mask| darts.cost(&small_darts(), mask).unwrap());
    is_one_definition(&definition);
}

#[test]
fn mobile_nets_are_the_catalogues() {
    let space = MobileNetV1::new();
    let small = MobileNetV1Shape { filters: 4, side: SIDE, classes: 10, ..Default::default() };
    // The first has the published counts (its own test).
    for shape in [MobileNetV1Shape::default(), small] {
        let definition = MobileNetV1Net::definition(shape, &device()).unwrap();
        agrees(&definition, space.space(), 80, |mask| space.cost(&shape, mask).unwrap());
    }
    let definition = MobileNetV1Net::definition(small, &device()).unwrap();
    is_one_definition(&definition);
    // f64 through 28 normalisations of two numbers or more.
    one_definition::is_one_definition(&definition, 6, 1e-6, |count, device| images(count, &SHAPE, DType::F64, device));
}

#[test]
fn a_mobile_chain_is_the_catalogues() {
    let (chain, shape) = small_chain();
    let definition = MobileNet::definition(&chain, shape, &device()).unwrap();
    agrees(&definition, chain.space(), 100, |mask| chain.cost(&shape, mask).unwrap());
    is_one_definition(&definition);
    let published = MobileShape { side: 32, ..MobileShape::default() };
    let chain = MobileChain::mobilenet_v2();
    let definition = MobileNet::definition(&chain, published, &device()).unwrap();
    agrees(&definition, chain.space(), 10, |mask| chain.cost(&published, mask).unwrap());
}

/// Where the development data lie, if they do.
fn table(name: &str) -> Option<String> {
    let folder = std::env::var_os("SUPERNET_DATA").map(PathBuf::from)?;
    Some(fs::read_to_string(folder.join("nas-bench").join(name)).expect("SUPERNET_DATA holds the tables"))
}

#[test]
fn the_modules_count_what_the_tables_publish() {
    let (Some(macros), Some(cells)) = (table("nasbench_macro_cifar10.csv"), table("nasbench201_sample.csv")) else {
        println!("not run: SUPERNET_DATA names no folder");
        return;
    };
    let bench = NasBenchMacro::new();
    let definition = NasBenchMacroNet::definition(NasBenchMacroShape::default(), &device()).unwrap();
    for line in macros.lines().skip(1).step_by(97) {
        let cells: Vec<&str> = line.split(',').collect();
        let Cost { parameters, macs } = definition.cost(&bench.parse(cells[0]).unwrap()).unwrap();
        assert_eq!([parameters.to_string(), macs.to_string()], [cells[6], cells[7]], "{line}");
    }
    let bench = NasBench201::new();
    let definition = NasBench201Net::definition(NasBench201Shape::default(), &device()).unwrap();
    let header: Vec<&str> = cells.lines().next().unwrap().split(',').collect();
    let column: HashMap<&str, usize> = header.iter().enumerate().map(|(i, &name)| (name, i)).collect();
    for line in cells.lines().skip(1).step_by(10) {
        let cells: Vec<&str> = line.split(',').collect();
        let Cost { parameters, macs } = definition.cost(&bench.parse(cells[column["arch"]]).unwrap()).unwrap();
        // The classifier's bias of ten classes is counted.
        let published = [cells[column["params"]], cells[column["flops"]]];
        assert_eq!([parameters.to_string(), (macs + 10).to_string()], published, "{line}");
    }
}

#[test]
fn what_only_zeros_are_made_of_is_not_used() {
    let bench = NasBench201::new();
    let definition = NasBench201Net::definition(small_201(), &device()).unwrap();
    let supernet = definition.supernet(&mut SeededWeights::new(1), &device().autodiff()).unwrap();
    let cell = "|nor_conv_3x3~0|+|nor_conv_3x3~0|none~1|+|nor_conv_3x3~0|none~1|skip_connect~2|";
    let paths = supernet.paths(vec![bench.parse(cell).unwrap().mask().clone()], None).unwrap();
    let x = images(4, &SHAPE, DType::F32, &device().autodiff());
    let (_, usage) = supernet.forward_used(x, &paths, &Call::default()).unwrap();
    let found = parameters(&supernet, &GradientsParams::new());
    let used = |edge: usize| {
        let of_edge = |name: &String| name.contains(&format!("stages.0.0.edges.{edge}.options.nor_conv_3x3"));
        let (_, parameter) = found.iter().find(|(name, _)| of_edge(name)).expect("a convolution on every edge");
        usage.share(parameter.id) > 0.0
    };
    // Node 1 is read through `none` alone.
    assert_eq!([0, 1, 2, 3, 4, 5].map(used), [false, true, false, true, false, false]);
}

#[test]
fn survivors_of_each_of_darts_choices_are_rescaled() {
    let definition = DartsNet::definition(small_darts(), &device()).unwrap();
    let supernet = definition.supernet(&mut SeededWeights::new(1), &device()).unwrap();
    let mask = architectures(definition.space(), 1).remove(0);
    let logits = |scales: Option<Vec<f64>>| {
        let paths = supernet.paths(vec![mask.clone()], scales).unwrap();
        values(supernet.logits(images(4, &SHAPE, DType::F32, &device()), &paths, &Call::default()).unwrap())
    };
    let (plain, count) = (logits(None), definition.space().choices().len());
    assert_eq!(logits(Some(vec![1.0; count])), plain);
    for choice in 0..count {
        let mut scales = vec![1.0; count];
        scales[choice] = 3.0;
        assert_ne!(logits(Some(scales)), plain, "{}", definition.space().choices()[choice].name());
    }
}
