use super::{messages::*, *};
use crate::testing::Described;
use std::collections::{HashMap, HashSet};
use supernet_nn::NormKind;

fn encoded(described: &Described) -> Model {
    let bytes = onnx(&described.export(), &described.network()).unwrap();
    decoded(&bytes)
}

pub(crate) fn decoded(bytes: &[u8]) -> Model {
    Model::decode(bytes).unwrap()
}

/// Images in a batch, where shapes are computed.
const BATCH: usize = 3;

pub(crate) fn ints(node: &Node, name: &str) -> Vec<usize> {
    let attribute = node.attribute.iter().find(|attribute| attribute.name == name);
    attribute.map_or_else(Vec::new, |attribute| attribute.ints.iter().map(|&i| i as usize).collect())
}

pub(crate) fn int(node: &Node, name: &str) -> Option<usize> {
    node.attribute.iter().find(|attribute| attribute.name == name)?.i.map(|i| i as usize)
}

/// The shape of what an operator puts out, by ONNX's rules; fails where they are not met. `numbers`
/// are those of its inputs that are whole numbers.
fn shape_of(node: &Node, inputs: &[Vec<usize>], numbers: &[Option<Vec<usize>>]) -> Vec<usize> {
    let slide = |side: usize, axis: usize, kernel: usize| {
        let (pads, strides) = (ints(node, "pads"), ints(node, "strides"));
        let padded = side + if pads.is_empty() { 0 } else { pads[axis] + pads[axis + 2] };
        let extent = (kernel - 1) * ints(node, "dilations").get(axis).unwrap_or(&1) + 1;
        (padded - extent) / if strides.is_empty() { 1 } else { strides[axis] } + 1
    };
    let x = &inputs[0];
    match node.op_type.as_str() {
        "Conv" => {
            let w = &inputs[1];
            let group = int(node, "group").unwrap_or(1);
            assert_eq!((x[1], w[0] % group), (w[1] * group, 0), "{}", node.name);
            assert_eq!(ints(node, "kernel_shape"), w[2..], "{}", node.name);
            vec![x[0], w[0], slide(x[2], 0, w[2]), slide(x[3], 1, w[3])]
        }
        "BatchNormalization" => {
            assert_eq!(inputs[1..], vec![vec![x[1]]; 4], "{}", node.name);
            x.clone()
        }
        "Relu" | "Identity" | "Neg" | "Abs" | "Sqrt" | "Log" | "Exp" | "Sin" | "Cos" | "Sinh" | "Cosh" | "Tanh"
        | "Asinh" | "Atan" | "Sigmoid" | "Softplus" | "Erf" => x.clone(),
        "Add" | "Sub" | "Mul" | "Div" | "Max" | "Min" | "Equal" | "Where" => along(node, inputs),
        "Expand" => {
            let shape = numbers[1].clone().expect("a shape");
            assert_eq!(along(node, &[x.clone(), shape.clone()]), shape, "{}", node.name);
            shape
        }
        "Shape" => vec![int(node, "end").unwrap_or(x.len()) - int(node, "start").unwrap_or(0)],
        "MaxPool" | "AveragePool" => {
            let kernel = ints(node, "kernel_shape");
            vec![x[0], x[1], slide(x[2], 0, kernel[0]), slide(x[3], 1, kernel[1])]
        }
        "Sum" => {
            assert!(inputs.iter().all(|input| input == x), "{}", node.name);
            x.clone()
        }
        "Concat" if int(node, "axis") == Some(0) => vec![inputs.iter().map(|input| input[0]).sum()],
        "Concat" => {
            assert!(inputs.iter().all(|input| (input[0], &input[2..]) == (x[0], &x[2..])), "{}", node.name);
            vec![x[0], inputs.iter().map(|input| input[1]).sum(), x[2], x[3]]
        }
        "GlobalAveragePool" => vec![x[0], x[1], 1, 1],
        "Flatten" => vec![x[0], x[1..].iter().product()],
        "Gemm" => {
            assert_eq!((x[1], &inputs[1][1..]), (inputs[1][0], &inputs[2][..]), "{}", node.name);
            vec![x[0], inputs[1][1]]
        }
        "MatMul" => {
            // Of matrices, one of which may be the same for all rows and channels.
            let y = &inputs[1];
            let ([rows, inner], [outer, columns]) = (x.last_chunk().unwrap(), y.last_chunk().unwrap());
            assert_eq!((inner, x.len() == 2 || y.len() == 2), (outer, true), "{}", node.name);
            let many = if x.len() > y.len() { x } else { y };
            [&many[..many.len() - 2], &[*rows, *columns]].concat()
        }
        "Slice" => {
            let [start, end, axis] = [1, 2, 3].map(|input| numbers[input].as_ref().expect("whole numbers")[0]);
            assert!(start < end && end <= x[axis], "{}", node.name);
            let mut shape = x.clone();
            shape[axis] = end - start;
            shape
        }
        "ConstantOfShape" => numbers[0].clone().expect("a shape"),
        other => panic!("{}: operator {other}", node.name),
    }
}

/// The shape of a result, number by number, of inputs that go along its axes from the last.
fn along(node: &Node, inputs: &[Vec<usize>]) -> Vec<usize> {
    let rank = inputs.iter().map(Vec::len).max().unwrap();
    let size = |input: &Vec<usize>, axis: usize| (axis + input.len()).checked_sub(rank).map_or(1, |axis| input[axis]);
    (0..rank)
        .map(|axis| {
            let most = inputs.iter().map(|input| size(input, axis)).max().unwrap();
            assert!(inputs.iter().all(|input| [1, most].contains(&size(input, axis))), "{}: {inputs:?}", node.name);
            most
        })
        .collect()
}

/// Every input is defined before it is read, every result is read, every shape fits; the output is
/// [batch, classes].
pub(crate) fn check(graph: &Graph, classes: usize) {
    let sizes = |info: &ValueInfo| -> Vec<usize> {
        let shape = info.of.as_ref().unwrap().tensor.as_ref().unwrap().shape.as_ref().unwrap();
        assert_eq!(shape.dim[0].name.as_deref(), Some("batch"));
        [BATCH].into_iter().chain(shape.dim[1..].iter().map(|size| size.value.unwrap() as usize)).collect()
    };
    let mut known: HashMap<&str, Vec<usize>> = HashMap::from([(&*graph.input[0].name, sizes(&graph.input[0]))]);
    let mut whole: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut read = HashSet::from([OUTPUT]);
    for weight in &graph.initializer {
        let dims: Vec<usize> = weight.dims.iter().map(|&size| size as usize).collect();
        let bytes = if weight.data_type == INT64 { 8 } else { 4 };
        assert_eq!(weight.raw_data.len(), bytes * dims.iter().product::<usize>(), "{}", weight.name);
        if weight.data_type == INT64 {
            let numbers = weight.raw_data.chunks_exact(8).map(|b| i64::from_le_bytes(b.try_into().unwrap()) as usize);
            whole.insert(&weight.name, numbers.collect());
        }
        assert!(known.insert(&weight.name, dims).is_none(), "{} twice", weight.name);
    }
    for node in &graph.node {
        let input = |name: &String| known.get(name.as_str()).unwrap_or_else(|| panic!("{name} before it is defined"));
        let inputs: Vec<Vec<usize>> = node.input.iter().map(|name| input(name).clone()).collect();
        let numbers: Vec<Option<Vec<usize>>> =
            node.input.iter().map(|name| whole.get(name.as_str()).cloned()).collect();
        match node.op_type.as_str() {
            "Shape" => {
                let end = int(node, "end").unwrap_or(inputs[0].len());
                whole.insert(&node.output[0], inputs[0][int(node, "start").unwrap_or(0)..end].to_vec());
            }
            "Concat" if numbers.iter().all(Option::is_some) => {
                whole.insert(&node.output[0], numbers.iter().flatten().flatten().copied().collect());
            }
            _ => {}
        }
        let shape = shape_of(node, &inputs, &numbers);
        read.extend(node.input.iter().map(String::as_str));
        assert!(known.insert(&node.output[0], shape).is_none(), "{} twice", node.output[0]);
    }
    assert_eq!((known[OUTPUT].clone(), sizes(&graph.output[0])), (vec![BATCH, classes], vec![BATCH, classes]));
    assert!(known.keys().all(|name| read.contains(name)), "something is not read");
}

#[test]
fn every_architecture_has_a_sound_graph_with_all_its_weights() {
    for described in Described::random(200) {
        let graph = encoded(&described).graph.unwrap();
        check(&graph, described.config.shape.classes);
        let numbers = |stored: bool| -> u64 {
            let of = graph.initializer.iter().filter(|weight| weight.name.contains(".stored_") == stored);
            of.map(|weight| weight.raw_data.len() as u64 / 4).sum()
        };
        let cells = &described.config.cells;
        if cells.space().accept(described.mask.clone()).is_ok() {
            let cost = described.config.shape.cost(cells, &described.mask).unwrap();
            assert_eq!(numbers(false), cost.parameters, "{}", described.mask);
        }
        assert!(numbers(true) > 0);
    }
}

#[test]
fn the_weights_of_a_concat_lie_side_by_side() {
    let described = Described::small("11:0110000/101:1000000");
    let network = described.network();
    let graph = encoded(&described).graph.unwrap();
    let weight = graph.initializer.iter().find(|weight| weight.name == "cells.0.blocks.1.inputs.weights").unwrap();
    assert_eq!(weight.dims, [4, 8, 1, 1]);
    let numbers: Vec<f32> =
        weight.raw_data.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect();
    let slices = [0, 2].map(|slice| {
        let name = format!("cells.0.blocks.1.inputs.weights.{slice}");
        supernet_nn::NamedWeights::of(&network).0[&name].try_to_vec::<f32>().unwrap()
    });
    for output in 0..4 {
        for (place, slice) in slices.iter().enumerate() {
            assert_eq!(numbers[8 * output + 4 * place..][..4], slice[4 * output..][..4]);
        }
    }
}

#[test]
fn average_pools_count_their_padding() {
    let graph = encoded(&Described::small("11:0000001/101:0000011")).graph.unwrap();
    let pools: Vec<&Node> =
        graph.node.iter().filter(|n| n.op_type == "AveragePool" && !ints(n, "pads").is_empty()).collect();
    assert_eq!(pools.len(), 2 * 3);
    assert!(pools.iter().all(|pool| int(pool, "count_include_pad") == Some(1)));
}

#[test]
fn what_a_dead_block_holds_is_left_out() {
    let cells = supernet_space::CellSpace::new(3, 2).unwrap();
    let mask = cells.space().parse("11:0000000/101:0100000").unwrap();
    let model = encoded(&Described::new(cells, mask, Default::default()));
    let graph = model.graph.unwrap();
    assert!(!graph.initializer.iter().any(|weight| weight.name.contains("blocks.0")));
    check(&graph, 5);
}

#[test]
fn the_metadata_say_where_it_comes_from_and_what_it_reads() {
    let described = Described::small("11:0110000/101:1000000");
    let model = encoded(&described);
    assert_eq!((model.ir_version, model.opset_import[0].version), (8, 17));
    let metadata: HashMap<&str, &str> =
        model.metadata_props.iter().map(|property| (property.key.as_str(), property.value.as_str())).collect();
    assert_eq!(metadata["architecture"], "11:0110000/101:1000000");
    assert_eq!((metadata["seed"], metadata["supernet"]), ("1", env!("CARGO_PKG_VERSION")));
    assert_eq!((metadata["mean"], metadata["std"]), ("[0.5,0.25,0.1]", "[0.2,0.3,0.4]"));
    assert_eq!(metadata["classes"], r#"["class 0","class 1","class 2","class 3","class 4"]"#);
}

#[test]
fn a_network_that_was_built_for_something_else_is_refused() {
    let described = Described::small("11:0110000/101:1000000");
    let device = burn::tensor::Device::flex();
    let weights = &mut supernet_train::SeededWeights::new(1);
    let supernet = described.config.supernet(weights, &device).unwrap();
    assert_eq!(described.config.norm, NormKind::Ghost);
    let error = onnx(&described.export(), &supernet).unwrap_err().to_string();
    assert_eq!(error, "weight `stem1.site.norm.scale`: found nothing of this name, expected shape [4]");
    let other = Described::small("11:0100000/101:1000000").network();
    let error = onnx(&described.export(), &other).unwrap_err().to_string();
    assert!(error.starts_with("weight `cells.0.blocks.0.operations.2.Separable."), "{error}");
}
