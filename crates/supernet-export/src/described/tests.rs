use super::{DescribedNetwork, drawing, fields::Fields, model_source, onnx};
use crate::{
    onnx::tests::{check, decoded, int, ints},
    testing::{Described, assert_formatted},
};
use burn::{
    module::Module,
    store::KeyRemapper,
    tensor::{DType, Device, Tensor, TensorData},
};
use rand::RngExt;
use std::collections::BTreeSet;
use supernet_data::{ImageShape, Normalisation};
use supernet_nn::{
    Call, Definition, Describe, KnownNet, KnownNetwork, Layer, MaskedNetwork, NamedWeights, Network, NnError, Notes,
    Statistics,
    describe::{Graph, Operation},
};
use supernet_space::{PathMask, draws};
use supernet_train::{KNOWN_SPACES, KnownSpace, NetworkSettings, Number, SeededWeights};

/// The known spaces beside the paper's that are described, small, for images of 3 x 16 x 16, 5
/// classes.
fn definitions() -> Vec<(&'static str, Definition<KnownNet>)> {
    let small = |space: &&KnownSpace| {
        let mut settings = NetworkSettings::of_space(space.name, true).unwrap();
        let cells = match space.name {
            "nas-bench-201" => 2,
            "darts" => 3,
            _ => 1,
        };
        for (number, value) in [(Number::Cells, cells), (Number::Head, 8)] {
            settings.number_mut(number).into_iter().for_each(|place| *place = value);
        }
        let shape = ImageShape::new(3, space.least_side.max(16), space.least_side.max(16));
        // Of which an eighth is a width.
        let filters = if space.name == "mobile-net-widths" { 8 } else { 4 };
        (space.name, settings.networks(filters, shape, 5, &Device::flex()).unwrap().stand_alone)
    };
    KNOWN_SPACES.iter().filter(|space| space.is_described).map(small).collect()
}

/// The definition of a space.
fn definition(name: &str) -> Definition<KnownNet> {
    definitions().into_iter().find(|(space, _)| *space == name).unwrap().1
}

fn noise(rows: usize, row: &[usize], seed: u64) -> Tensor<4> {
    let rng = &mut draws(seed, "test images", 0);
    let shape = [rows, row[0], row[1], row[2]];
    let noise: Vec<f32> = (0..shape.iter().product()).map(|_| rng.random_range(-1.0..1.0)).collect();
    Tensor::from_data(TensorData::new(noise, shape), &Device::flex())
}

/// The network of a mask with weights of a seed, its statistics those of a batch of noise.
fn network(definition: &Definition<KnownNet>, mask: &PathMask) -> KnownNetwork {
    calibrated(definition.stand_alone(mask, &mut SeededWeights::new(1), &Device::flex()).unwrap())
}

fn calibrated<M: Layer<4, 2>>(network: Network<M>) -> Network<M> {
    let notes = Notes::default();
    let call = Call { statistics: Statistics::Note(&notes), ..Call::default() };
    let paths = network.paths(vec![network.mask().unwrap().clone()], None).unwrap();
    network.forward_with(noise(4, network.input(), 1), &paths, &call).unwrap();
    network.calibrate(&notes)
}

/// Random architectures of a space.
fn of_space(definition: &Definition<KnownNet>, count: u64) -> Vec<KnownNetwork> {
    let mask = |i| definition.space().sample(&mut draws(1, "tests", i)).mask().clone();
    (0..count).map(|i| network(definition, &mask(i))).collect()
}

/// Random architectures of each space.
fn random(count: u64) -> Vec<(String, KnownNetwork)> {
    let of_each = |(name, definition): (&'static str, Definition<KnownNet>)| {
        let named = move |network: KnownNetwork| (format!("{name} {}", network.mask().unwrap()), network);
        of_space(&definition, count).into_iter().map(named)
    };
    definitions().into_iter().flat_map(of_each).collect()
}

/// The same weights in f64.
fn in_f64(network: &impl Module) -> NamedWeights {
    let weights = NamedWeights::of(network).0.into_iter();
    NamedWeights(weights.map(|(name, data)| (name, data.convert_dtype(DType::F64))).collect())
}

fn classes() -> Vec<String> {
    (0..5).map(|class| format!("class {class}")).collect()
}

fn described<'a>(graph: &'a Graph, network: &'a KnownNetwork, classes: &'a [String]) -> DescribedNetwork<'a> {
    DescribedNetwork { graph, architecture: network.mask().unwrap(), normalisation: None, classes, seed: 1 }
}

/// The largest |Δ| / max(1, |logit|) between what a graph computes and what its network computes.
fn difference<M: Layer<4, 2> + Describe>(network: &Network<M>) -> Result<f64, NnError> {
    let weights = NamedWeights::of(network);
    let dtype = weights.0.values().next().unwrap().dtype();
    let images = noise(3, network.input(), 2).cast(dtype);
    let expected = network.forward(images.clone())?.into_data();
    let found = network.graph()?.compute(&weights, images)?.into_data();
    let each = expected.iter::<f64>().zip(found.iter::<f64>()).map(|(a, b)| (a - b).abs() / a.abs().max(1.0));
    Ok(each.fold(0.0, f64::max))
}

#[test]
fn a_graph_computes_what_its_network_computes() {
    // In f64, since a channel that hardly varies magnifies what is rounded.
    for (name, definition) in definitions() {
        for network in of_space(&definition, 30) {
            let mask = network.mask().unwrap();
            let network = definition.stand_alone(mask, &mut in_f64(&network), &Device::flex()).unwrap();
            let found = difference(&network).unwrap();
            assert!(found < 1e-9, "{name} {mask}: {found:e}");
        }
    }
    // The paper's cells in every order, masks that are no architecture among them.
    for (i, paper) in Described::random(60).enumerate() {
        let mut weights = in_f64(&paper.network());
        let network = paper.config.stand_alone(&paper.mask, &mut weights, &Device::flex()).unwrap();
        let found = difference(&network).unwrap();
        assert!(found < 1e-9, "paper {i} {}: {found:e}", paper.mask);
    }
}

/// A function with a β in place of every ReLU.
fn replaced(definition: Definition<KnownNet>) -> Definition<KnownNet> {
    definition.with_activation(Some("mixed(shifted(x), tanh(x))".parse().unwrap()))
}

#[test]
fn what_stands_in_place_of_relu_is_in_a_graph_with_the_parameters_of_its_place() {
    let paper = NetworkSettings::of_space("paper", true).unwrap();
    let paper = paper.networks(4, ImageShape::new(3, 16, 16), 5, &Device::flex()).unwrap().stand_alone;
    let mut sources = Vec::new();
    for (name, definition) in definitions().into_iter().chain([("paper", paper)]) {
        let definition = replaced(definition);
        for network in of_space(&definition, 4) {
            let mask = network.mask().unwrap();
            let mut weights = in_f64(&network);
            let mut rng = draws(2, "betas", 0);
            for (_, beta) in weights.0.iter_mut().filter(|(name, _)| name.starts_with("replaced_relu.")) {
                let values: Vec<f64> = (0..beta.num_elements()).map(|_| rng.random_range(0.2..2.0)).collect();
                *beta = TensorData::new(values, beta.shape().as_slice().to_vec());
            }
            let network = definition.stand_alone(mask, &mut weights, &Device::flex()).unwrap();
            let found = difference(&network).unwrap_or_else(|error| panic!("{name} {mask}: {error}"));
            assert!(found < 1e-9, "{name} {mask}: {found:e}");
            let graph = network.graph().unwrap();
            let count = |is: fn(&Operation) -> bool| graph.nodes.iter().filter(|node| is(&node.operation)).count();
            assert!(count(|operation| matches!(operation, Operation::Function { .. })) > 0, "{name}");
            assert_eq!(count(|operation| matches!(operation, Operation::Relu)), 0, "{name}");
            let classes = classes();
            let source = model_source(&described(&graph, &network, &classes)).unwrap();
            check(&decoded(&onnx(&described(&graph, &network, &classes), &network).unwrap()).graph.unwrap(), 5);
            assert!(
                source.contains("fn activation<const D: usize>(x: Tensor<D>, beta: &Param<Tensor<1>>)"),
                "{source}"
            );
            sources.push(source);
        }
    }
    assert_formatted(sources);
}

#[test]
fn what_a_function_does_not_read_is_not_written() {
    let function = "add(beta(mul(exp(x), sin(x))), x)".parse().unwrap();
    let definition = definition("nas-bench-macro").with_activation(Some(function));
    let network = of_space(&definition, 1).remove(0);
    let (graph, classes) = (network.graph().unwrap(), classes());
    check(&decoded(&onnx(&described(&graph, &network, &classes), &network).unwrap()).graph.unwrap(), 5);
    let source = model_source(&described(&graph, &network, &classes)).unwrap();
    assert!(source.contains("let left = x.zeros_like() + beta.clone();\n    let right = x.clone();\n    left + right"));
}

#[test]
fn every_operation_of_every_space_is_among_those_that_were_tried() {
    for (name, definition) in definitions() {
        let space = definition.space();
        let mut seen = vec![0u64; space.choices().len()];
        for i in 0..30 {
            let mask = space.sample(&mut draws(1, "tests", i)).mask().clone();
            seen.iter_mut().enumerate().for_each(|(choice, seen)| *seen |= mask.bits(choice));
        }
        let operations: BTreeSet<&String> = (space.choices().iter().zip(&seen))
            .flat_map(|(choice, &seen)| choice.options().iter().enumerate().filter(move |(o, _)| seen >> o & 1 == 1))
            .map(|(_, name)| name)
            .collect();
        let all: BTreeSet<&String> = space.choices().iter().flat_map(|choice| choice.options()).collect();
        assert_eq!(operations, all, "{name}");
    }
}

#[test]
fn every_architecture_is_sound_onnx_with_the_weights_that_it_reads() {
    for (name, network) in random(30) {
        let graph = network.graph().unwrap();
        let model = decoded(&onnx(&described(&graph, &network, &classes()), &network).unwrap());
        let written = model.graph.unwrap();
        check(&written, 5);
        let read: BTreeSet<&str> = graph.nodes.iter().flat_map(|node| node.operation.parameters()).collect();
        // Beside weights: the shares of pixels of another size.
        let is_weight = |name: &&str| ![".rows", ".columns"].iter().any(|end| name.ends_with(end));
        let there = written.initializer.iter().filter(|w| w.data_type == 1).map(|w| &*w.name);
        assert_eq!(there.filter(is_weight).collect::<BTreeSet<&str>>(), read, "{name}");
    }
}

#[test]
fn operators_say_what_the_operations_are() {
    let [cells, darts] = ["nas-bench-201", "darts"].map(definition);
    let of = |definition: &Definition<KnownNet>, mask: PathMask| {
        let network = network(definition, &mask);
        assert!(difference(&network).unwrap() < 1e-5, "{mask}");
        let graph = network.graph().unwrap();
        decoded(&onnx(&described(&graph, &network, &classes()), &network).unwrap()).graph.unwrap()
    };
    let text = "|avg_pool_3x3~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|none~1|nor_conv_1x1~2|";
    let graph = of(&cells, supernet_space::NasBench201::new().parse(text).unwrap().mask().clone());
    let count = |op: &str| graph.node.iter().filter(|node| node.op_type == op).count();
    // Six cells; two of three edges into the last node, and one into each other.
    assert_eq!((count("Conv"), count("Sum"), count("AveragePool")), (1 + 12 + 2 * 3, 6 + 2, 6 + 2));
    let padded = graph.node.iter().filter(|node| ints(node, "pads") == [1; 4] && node.op_type == "AveragePool");
    assert!(padded.clone().all(|pool| int(pool, "count_include_pad") == Some(0)) && padded.count() == 6);

    let all = darts.space().all_on();
    let graph = of(&darts, all);
    assert!(graph.node.iter().any(|node| ints(node, "dilations") == [2, 2] && ints(node, "pads") == [4; 4]));
    assert!(graph.node.iter().any(|node| node.op_type == "MaxPool" && ints(node, "strides") == [2, 2]));
    assert!(graph.node.iter().any(|node| node.op_type == "Slice"), "the shifted half of a reduction");
    check(&graph, 5);
}

#[test]
fn what_no_logit_depends_on_is_left_out() {
    let cells = definition("nas-bench-201");
    let nas_bench = supernet_space::NasBench201::new();
    // Node 2 is read by nobody.
    let text = "|skip_connect~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|none~0|nor_conv_1x1~1|none~2|";
    let network = network(&cells, nas_bench.parse(text).unwrap().mask());
    let graph = network.graph().unwrap();
    let names: Vec<&str> = graph.nodes.iter().flat_map(|node| node.operation.parameters()).collect();
    assert!(names.iter().any(|name| name.contains("nor_conv_1x1")), "{names:?}");
    assert!(!names.iter().any(|name| name.contains("nor_conv_3x3")), "{names:?}");
    assert!(!graph.nodes.iter().any(|node| node.operation == Operation::Zeros));
    assert!(difference(&network).unwrap() < 1e-5);
}

#[test]
fn a_dead_architecture_gives_what_its_shifts_and_its_bias_say() {
    let cells = definition("nas-bench-201");
    let text = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|";
    let mask = supernet_space::NasBench201::new().parse(text).unwrap().mask().clone();
    let network = network(&cells, &mask);
    let graph = network.graph().unwrap();
    // Input, zeros, normalisation, ReLU, average, linear layer.
    assert!(graph.nodes.iter().filter(|node| node.operation == Operation::Zeros).count() == 1);
    assert!(!graph.nodes.iter().any(|node| matches!(node.operation, Operation::Sum)), "{graph:?}");
    assert!(difference(&network).unwrap() < 1e-5);
    let bytes = onnx(&described(&graph, &network, &classes()), &network).unwrap();
    check(&decoded(&bytes).graph.unwrap(), 5);
    let source = model_source(&described(&graph, &network, &classes())).unwrap();
    assert!(source.contains("let (count, device) = (images.dims()[0], images.device());"), "{source}");
}

#[test]
fn every_architecture_is_written_as_rustfmt_would() {
    let classes = classes();
    let normalisation = Normalisation::new(vec![0.5, 0.25, 0.1], vec![0.2, 0.3, 0.4]).unwrap();
    assert_formatted(random(15).iter().enumerate().map(|(i, (_, network))| {
        let graph = network.graph().unwrap();
        let normalisation = (i % 2 == 0).then_some(&normalisation);
        model_source(&DescribedNetwork { normalisation, ..described(&graph, network, &classes) }).unwrap()
    }));
}

#[test]
fn every_weight_that_is_read_has_a_place_of_its_own_in_the_module() {
    for (name, network) in random(15) {
        let graph = network.graph().unwrap();
        let fields = Fields::new(&graph).unwrap();
        let names = KeyRemapper::from_patterns(fields.rules()).unwrap();
        let read: BTreeSet<&str> = graph.nodes.iter().flat_map(|node| node.operation.parameters()).collect();
        let mut places = BTreeSet::new();
        for parameter in NamedWeights::of(&network).0.into_keys() {
            let place = names
                .patterns
                .iter()
                .fold(parameter.clone(), |name, (from, to)| from.replace_all(&name, to).into_owned());
            assert!(places.insert(place.clone()), "{name}: {parameter} -> {place}, which is taken");
            let Some((field, last)) = place.rsplit_once('.') else { panic!("{parameter} -> {place}") };
            let is_there = fields.fields.iter().any(|(name, ..)| name == field);
            assert_eq!(is_there, read.contains(parameter.as_str()), "{name}: {parameter} -> {place}");
            let known = ["weight", "bias", "gamma", "beta", "running_mean", "running_var"];
            assert!(!is_there || known.contains(&last), "{parameter} -> {place}");
        }
    }
}

#[test]
fn a_drawing_has_a_box_for_each_run_of_operations_and_an_arc_for_what_is_read_later() {
    let chain = definition("nas-bench-macro");
    let mask = supernet_space::NasBenchMacro::new().parse("00000000").unwrap().mask().clone();
    let network = network(&chain, &mask);
    let svg = drawing(&network.graph().unwrap());
    // The input and all that follows it.
    assert_eq!((svg.matches("<rect x=").count(), svg.matches("<path").count()), (2, 1), "{svg}");
    assert!(svg.contains("average over the image, linear<") && svg.contains(">5<"));
    let mask = supernet_space::NasBenchMacro::new().parse("01000000").unwrap().mask().clone();
    let svg = drawing(&self::network(&chain, &mask).graph().unwrap());
    assert!(svg.contains("depthwise 3x3") && svg.contains(">sum"), "{svg}");
    assert!(svg.contains(" C"), "an arc around the residual: {svg}");
    let words = svg.split("font-size=\"15\" fill=\"#16191d\">").skip(1).map(|text| text.split('<').next().unwrap());
    assert!(words.clone().count() > 5 && words.clone().all(|line| line.len() <= 58), "lines fit their boxes: {svg}");
}
