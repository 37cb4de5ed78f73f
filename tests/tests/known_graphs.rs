//! Known spaces of graphs as networks: NASNet's and PNAS' cells, Genetic CNN's stages, hierarchical
//! motifs, the whole networks and the recurrent cells of ENAS.

use burn::{
    optim::GradientsParams,
    tensor::{
        DType, Device, Tensor,
        activation::{relu, sigmoid},
    },
};
use std::collections::BTreeMap;
use supernet_nn::{
    Call, Definition, Describe, Layer, MaskedNetwork, NamedWeights, Network, Notes, Statistics,
    known::{EnasMacroNet, EnasMicroNet, EnasRnnByRows, EnasRnnNet, GeneticNet, MotifNet, NasNetNet, PnasNetNet},
};
use supernet_space::{
    Cost, EnasMacro, EnasMacroShape, EnasMicro, EnasMicroShape, EnasNode, EnasRnn, EnasRnnShape, GeneticShape,
    GeneticStages, HierarchicalMotifs, MotifLevel, MotifShape, NasNet, NasNetShape, PathMask, PnasNet, PnasNetShape,
    draws,
};
use supernet_tests::{
    Formula, PLAIN, Parameter, assert_close, data, device, one_definition::is_one_definition, parameters, values, waves,
};

const SIDE: usize = 8;
const CLASSES: usize = 4;
/// f64 through up to 40 normalisations of 8 numbers or more.
const TOLERANCE: f64 = 1e-7;

fn wave<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
    waves(shape, DType::F64, device)
}

fn images(count: usize, device: &Device) -> Tensor<4> {
    wave([count, 3, SIDE, SIDE], device)
}

fn logits<M: Layer<D, 2>, const D: usize>(network: &Network<M, D>, mask: &PathMask, x: Tensor<D>) -> Vec<f64> {
    let paths = network.paths(vec![mask.clone()], None).unwrap();
    values(network.forward_used(x, &paths, &PLAIN).unwrap().0)
}

fn nas_net(blocks: usize, also_concatenated: [u64; 2]) -> (NasNet, NasNetShape, Definition<NasNetNet>) {
    let shape =
        NasNetShape { filters: 2, cells: 1, stem: 3, side: SIDE, channels: 3, classes: CLASSES, also_concatenated };
    let space = NasNet::new(blocks).unwrap();
    let definition = NasNetNet::definition(&space, shape, &device()).unwrap();
    (space, shape, definition)
}

fn pnas_net(blocks: usize, cells: usize, also_concatenated: u64) -> (PnasNet, PnasNetShape, Definition<PnasNetNet>) {
    let shape =
        PnasNetShape { filters: 2, cells, stem: 3, side: SIDE, channels: 3, classes: CLASSES, also_concatenated };
    let space = PnasNet::new(blocks).unwrap();
    let definition = PnasNetNet::definition(&space, shape, &device()).unwrap();
    (space, shape, definition)
}

/// Asserts that the networks of some architectures compute, with stored statistics, what they are
/// described as.
fn is_as_described<M: Layer<4, 2> + Describe>(definition: &Definition<M>) {
    let supernet = definition.supernet(&mut Formula(DType::F64), &device()).unwrap();
    let rng = &mut draws(5, "described", 0);
    for _ in 0..12 {
        let mask = definition.space().sample(rng).mask().clone();
        let alone = definition.extract(&supernet, &mask, &device()).unwrap();
        let paths = alone.paths(vec![mask.clone()], None).unwrap();
        let notes = Notes::default();
        alone
            .forward_used(images(6, &device()), &paths, &Call { statistics: Statistics::Note(&notes), ..PLAIN })
            .unwrap();
        let alone = alone.calibrate(&notes);
        let call = Call { statistics: Statistics::Stored, ..PLAIN };
        let stored = values(alone.forward_with(images(2, &device()), &paths, &call).unwrap());
        let described = alone.graph().unwrap().compute(&NamedWeights::of(&alone), images(2, &device())).unwrap();
        assert_close(&mask.to_string(), &values(described), &stored, TOLERANCE);
    }
}

#[test]
fn networks_compute_what_they_are_described_as() {
    is_as_described(&nas_net(3, [0b10, 0b1000]).2);
    is_as_described(&pnas_net(3, 2, 0b1000).2);
    is_as_described(&genetic(&[3, 4]));
    is_as_described(&motifs().1);
    is_as_described(&enas_macro().1);
}

fn genetic(nodes: &[usize]) -> Definition<GeneticNet> {
    let shape = GeneticShape { filters: 3, side: SIDE, channels: 3, classes: CLASSES };
    GeneticNet::definition(&GeneticStages::new(nodes).unwrap(), shape, &device()).unwrap()
}

fn motifs() -> (HierarchicalMotifs, Definition<MotifNet>) {
    let levels = [MotifLevel { motifs: 2, nodes: 3 }, MotifLevel { motifs: 1, nodes: 3 }];
    let motifs = HierarchicalMotifs::new(&levels).unwrap();
    let shape = MotifShape { filters: 2, cells: 1, side: SIDE, channels: 3, classes: CLASSES };
    let definition = MotifNet::definition(&motifs, shape, &device()).unwrap();
    (motifs, definition)
}

const ENAS: EnasMacroShape = EnasMacroShape { filters: 4, side: SIDE, channels: 3, classes: CLASSES };

fn enas_macro() -> (EnasMacro, Definition<EnasMacroNet>) {
    let space = EnasMacro::new(6).unwrap();
    let definition = EnasMacroNet::definition(&space, ENAS, &device()).unwrap();
    (space, definition)
}

#[test]
fn a_nas_net_costs_what_the_catalogue_says() {
    for (blocks, also) in [(2, [0; 2]), (3, [0b10, 0b1000])] {
        let (space, shape, definition) = nas_net(blocks, also);
        assert_eq!(definition.space(), space.space());
        let rng = &mut draws(1, "nas-net", 0);
        for _ in 0..60 {
            let mask = space.space().sample(rng).mask().clone();
            assert_eq!(definition.cost(&mask).unwrap(), space.cost(&shape, &mask).unwrap(), "{mask}");
        }
    }
}

#[test]
fn a_nas_net_is_one_definition() {
    let (_, _, definition) = nas_net(2, [0; 2]);
    is_one_definition(&definition, 12, TOLERANCE, images);
}

/// Asserts that the network of `mask` has the parameters that the catalogue counts, within 2 % of
/// the published, and gives ten logits for an image of CIFAR-10.
fn has_the_published_parameters<M: Layer<4, 2>>(
    definition: &Definition<M>,
    mask: &PathMask,
    cost: Cost,
    published: f64,
) {
    let network = definition.stand_alone(mask, &mut Formula(DType::F32), &device()).unwrap();
    let found = parameters(&network, &GradientsParams::new());
    let numbers = found.iter().filter(|(name, _)| !name.contains("stored_")).map(|(_, p)| p.value.len() as u64);
    let count = numbers.sum::<u64>();
    assert_eq!(count, cost.parameters);
    assert!((count as f64 / published - 1.0).abs() < 0.02, "{count} of {published}");
    let x = Tensor::zeros([1, 3, 32, 32], &device());
    let paths = network.paths(vec![mask.clone()], None).unwrap();
    assert_eq!(network.forward_masked(x, &paths).unwrap().dims(), [1, 10]);
}

#[test]
fn nas_net_a_has_the_published_parameters() {
    let (space, shape) = (NasNet::new(5).unwrap(), NasNetShape::default());
    let definition = NasNetNet::definition(&space, shape, &device()).unwrap();
    let mask = space.nas_net_a();
    has_the_published_parameters(&definition, &mask, space.cost(&shape, &mask).unwrap(), 3.3e6);
}

#[test]
fn pnas_net_5_has_the_published_parameters() {
    let (space, shape) = (PnasNet::new(5).unwrap(), PnasNetShape::default());
    let definition = PnasNetNet::definition(&space, shape, &device()).unwrap();
    let mask = space.pnas_net_5();
    has_the_published_parameters(&definition, &mask, space.cost(&shape, &mask).unwrap(), 3.2e6);
}

#[test]
fn a_pnas_net_costs_what_the_catalogue_says() {
    for (blocks, cells, also) in [(2, 1, 0), (3, 2, 0b1000), (1, 3, 0b1_0000)] {
        let (space, shape, definition) = pnas_net(blocks, cells, also);
        assert_eq!(definition.space(), space.space());
        let rng = &mut draws(1, "pnas-net", 0);
        for _ in 0..40 {
            let mask = space.space().sample(rng).mask().clone();
            assert_eq!(definition.cost(&mask).unwrap(), space.cost(&shape, &mask).unwrap(), "{mask}");
        }
    }
}

#[test]
fn a_pnas_net_is_one_definition() {
    let (_, _, definition) = pnas_net(2, 1, 0b100);
    is_one_definition(&definition, 12, TOLERANCE, images);
}

#[test]
fn the_cells_of_enas_are_one_definition_of_the_catalogues_costs() {
    for (nodes, cells) in [(2, 1), (3, 2)] {
        let (space, shape) = (
            EnasMicro::new(nodes).unwrap(),
            EnasMicroShape { filters: 2, cells, side: SIDE, channels: 3, classes: CLASSES },
        );
        let definition = EnasMicroNet::definition(&space, shape, &device()).unwrap();
        assert_eq!(definition.space(), space.space());
        let rng = &mut draws(1, "enas-micro", 0);
        for _ in 0..40 {
            let mask = space.space().sample(rng).mask().clone();
            assert_eq!(definition.cost(&mask).unwrap(), space.cost(&shape, &mask).unwrap(), "{mask}");
        }
        if cells == 1 {
            is_one_definition(&definition, 8, TOLERANCE, images);
            is_as_described(&definition);
        }
    }
}

#[test]
fn left_and_right_of_a_pnas_block_change_places_at_no_cost() {
    let (space, _, definition) = pnas_net(2, 1, 0);
    let rng = &mut draws(4, "pnas-net", 0);
    for _ in 0..10 {
        let one = space.space().sample(rng);
        let canonical = space.space().canonical(&one);
        assert_eq!(definition.cost(one.mask()), definition.cost(canonical.mask()), "{one}");
    }
}

#[test]
fn shapes_out_of_range_are_refused_before_anything_is_built() {
    let shape = NasNetShape { side: 30, ..NasNetShape::default() };
    let error = NasNetNet::definition(&NasNet::new(5).unwrap(), shape, &device()).unwrap_err();
    assert_eq!(error.to_string(), "image side: found 30, expected a multiple of 4, not 0");
    let shape = PnasNetShape { cells: 0, ..PnasNetShape::default() };
    let error = PnasNetNet::definition(&PnasNet::new(5).unwrap(), shape, &device()).unwrap_err();
    assert_eq!(error.to_string(), "cells: found 0, expected at least 1");
}

#[test]
fn a_block_that_concatenates_keeps_its_operands_apart() {
    // The second block reads the first by a pool: of twice the filters it needs a 1x1.
    let (space, _, definition) = nas_net(2, [0; 2]);
    let name = |choice: &str, option: &str| {
        let place = space.space().position(choice).unwrap();
        (place, space.space().choices()[place].options().iter().position(|known| known == option).unwrap())
    };
    let of = |combine: &str| {
        let first = space.space().accept(space.space().mask(vec![1; 20])).unwrap();
        let set = [
            name("normal/block1/combine", combine),
            name("normal/block2/left", "block1"),
            name("normal/block2/left_operation", "max_pool_3x3"),
        ];
        set.iter().fold(first.mask().clone(), |mask, &(choice, option)| mask.with(choice, 1 << option))
    };
    let names = |mask: &PathMask| {
        let network = definition.stand_alone(mask, &mut Formula(DType::F64), &device()).unwrap();
        let found = parameters(&network, &GradientsParams::new());
        found.keys().filter(|name| name.contains("narrows") && name.contains("halves")).count()
    };
    // Three normal cells, two halves each.
    assert_eq!([of("add"), of("concat")].map(|mask| names(&mask)), [0, 6]);
}

#[test]
fn genetic_stages_are_one_definition_and_an_empty_stage_is_its_input_node() {
    let definition = genetic(&[3, 4]);
    assert_eq!(definition.space(), GeneticStages::new(&[3, 4]).unwrap().space());
    assert_eq!(definition.space().networks(), Some((6u32 * 31).into()));
    is_one_definition(&definition, 20, TOLERANCE, images);
    let parameters = |text: &str| definition.cost(&definition.space().parse(text).unwrap()).unwrap().parameters;
    let conv = |from: u64, to: u64| 9 * from * to + 2 * to;
    let nodes = |count: u64, filters: u64| count * conv(filters, filters);
    let (entries, head) = (conv(3, 3) + conv(3, 6), 6 * 4 + 4);
    // Output nodes stand where there are nodes.
    assert_eq!(parameters("0/00/0/00/000"), entries + head);
    assert_eq!(parameters("1/00/0/00/000"), entries + head + nodes(3, 3));
    assert_eq!(parameters("0/11/0/01/001"), entries + head + nodes(4, 3) + nodes(4, 6));
}

#[test]
fn renaming_the_nodes_of_a_stage_renames_its_weights_alone() {
    let definition = genetic(&[4]);
    for one in definition.space().architectures(64).unwrap() {
        let canonical = definition.space().canonical(&one);
        assert_eq!(definition.cost(one.mask()), definition.cost(canonical.mask()), "{one}");
    }
}

#[test]
fn hierarchical_motifs_are_one_definition() {
    let (motifs, definition) = motifs();
    assert_eq!(definition.space(), motifs.space(), "order and conditions are the catalogue's");
    is_one_definition(&definition, 12, TOLERANCE, images);
    // Chains of identities leave stem, reductions and classifier.
    let conv = |k: u64, from: u64, to: u64| k * k * from * to + 2 * to;
    let reduction = |from: u64, to: u64| 9 * from + 2 * from + conv(1, from, to);
    let expected = conv(3, 3, 2) + reduction(2, 4) + reduction(4, 8) + 8 * 4 + 4;
    assert_eq!(definition.cost(motifs.chains().mask()).unwrap().parameters, expected);
}

#[test]
fn whole_networks_of_enas_are_one_definition_and_skips_are_added() {
    let (space, definition) = enas_macro();
    assert_eq!(definition.space(), space.space());
    is_one_definition(&definition, 12, TOLERANCE, images);
    let rng = &mut draws(2, "enas", 0);
    let network = definition.supernet(&mut Formula(DType::F64), &device()).unwrap();
    for _ in 0..10 {
        let with = space.space().sample(rng).mask().clone();
        // A skip costs nothing, and changes what is computed.
        let place = space.space().position("layer6/skips").unwrap();
        let turned = with.with(place, with.bits(place) ^ 0b10);
        assert_eq!(definition.cost(&with).unwrap(), definition.cost(&turned).unwrap());
        assert_ne!(logits(&network, &with, images(2, &device())), logits(&network, &turned, images(2, &device())));
    }
    let odd = EnasMacroShape { filters: 3, ..ENAS };
    let error = EnasMacroNet::definition(&space, odd, &device()).unwrap_err();
    assert_eq!(error.to_string(), "filters: found 3, expected an even number");
}

/// The recurrent cell of ENAS in plain words, with the numbers of a network.
struct PlainCell {
    parameters: BTreeMap<String, Parameter>,
    nodes: Vec<EnasNode>,
    loose: Vec<usize>,
}

impl PlainCell {
    fn linear(&self, path: &str, x: Tensor<2>) -> Tensor<2> {
        let number = |what: &str| {
            let parameter = self.parameters.get(&format!("{path}.{what}"))?;
            Some(data(parameter.value.clone(), &parameter.shape, DType::F64))
        };
        let y = x.matmul(Tensor::<2>::from_data(number("weight").unwrap(), (&device(), DType::F64)));
        let bias = number("bias").map(|bias| Tensor::<1>::from_data(bias, (&device(), DType::F64)).unsqueeze());
        if let Some(bias) = bias { y + bias } else { y }
    }

    /// Gate and candidate, three numbers each, between a state and the next.
    fn highway(&self, path: &str, x: Tensor<2>, state: Tensor<2>, node: usize) -> Tensor<2> {
        let gates = self.linear(path, x);
        let [gate, candidate] = [0, 3].map(|first| gates.clone().narrow(1, first, 3));
        let candidate = match EnasRnn::ACTIVATIONS[self.nodes[node].activation] {
            "tanh" => candidate.tanh(),
            "relu" => relu(candidate),
            "identity" => candidate,
            _ => sigmoid(candidate),
        };
        state.clone() + sigmoid(gate) * (candidate - state)
    }

    fn step(&self, input: Tensor<2>, state: Tensor<2>) -> Tensor<2> {
        let both = Tensor::cat(vec![input, state.clone()], 1);
        let mut states = vec![self.highway("cell.entry.linear", both, state, 0)];
        for (i, node) in self.nodes.iter().enumerate().skip(1) {
            let previous = node.previous.unwrap();
            let path = format!("cell.graph.inputs.{}.options.node{}.linear", i - 1, previous + 1);
            let read = states[previous].clone();
            states.push(self.highway(&path, read.clone(), read, i));
        }
        let ends = self.loose.iter().map(|&end| states[end].clone());
        ends.reduce(|a, b| a + b).unwrap() / self.loose.len() as f64
    }
}

#[test]
fn recurrent_cells_of_enas_compute_what_the_paper_writes() {
    let space = EnasRnn::new(4).unwrap();
    let shape = EnasRnnShape { steps: 3, features: 2, hidden: 3, classes: CLASSES };
    let definition = EnasRnnNet::definition(&space, shape, &device()).unwrap();
    assert_eq!(definition.space(), space.space());
    let network = definition.supernet(&mut Formula(DType::F64), &device()).unwrap();
    let x = wave([2, 3, 2], &device());
    for draw in 0..30 {
        let mask = space.space().sample(&mut draws(3, "enas-rnn", draw)).mask().clone();
        let cell = PlainCell {
            parameters: parameters(&network, &GradientsParams::new()),
            nodes: space.nodes(&mask).unwrap(),
            loose: space.loose_ends(&mask).unwrap(),
        };
        let mut state = Tensor::<2>::zeros([2, 3], (&device(), DType::F64));
        for step in 0..3 {
            state = cell.step(x.clone().narrow(1, step, 1).squeeze_dim::<2>(1), state);
        }
        let expected = values(cell.linear("classifier", state));
        assert_close(&mask.to_string(), &logits(&network, &mask, x.clone()), &expected, 1e-10);
    }
    is_one_definition(&definition, 12, TOLERANCE, |rows, device| wave([rows, 3, 2], device));
}

#[test]
fn a_recurrent_cell_reads_the_rows_of_an_image_from_the_top() {
    let space = EnasRnn::new(3).unwrap();
    let by_rows = EnasRnnByRows::definition(&space, 3, [2, 4, 5], CLASSES, &device()).unwrap();
    assert_eq!(by_rows.space(), space.space());
    let shape = EnasRnnShape { steps: 4, features: 10, hidden: 3, classes: CLASSES };
    let sequences = EnasRnnNet::definition(&space, shape, &device()).unwrap();
    let x = wave([2, 2, 4, 5], &device());
    // A step holds the pixels of a row from the left, of each its channels.
    let pixels = values(x.clone());
    let at = |image: usize, step: usize, number: usize| pixels[((image * 2 + number % 2) * 4 + step) * 5 + number / 2];
    let rows = (0..80).map(|i| at(i / 40, i / 10 % 4, i % 10)).collect();
    let steps = Tensor::<3>::from_data(data(rows, &[2, 4, 10], DType::F64), (&device(), DType::F64));
    let [by_rows, sequences] = [
        logits(&by_rows.supernet(&mut Formula(DType::F64), &device()).unwrap(), &space.space().all_on(), x),
        logits(&sequences.supernet(&mut Formula(DType::F64), &device()).unwrap(), &space.space().all_on(), steps),
    ];
    assert_close("logits", &by_rows, &sequences, 1e-12);
}

#[test]
fn a_recurrent_cell_with_every_option_on_does_not_grow_with_its_steps() {
    // Sums of four functions in four nodes would be 4⁴⁸ times as large.
    let shape = EnasRnnShape { steps: 12, features: 4, hidden: 8, classes: CLASSES };
    let definition = EnasRnnNet::definition(&EnasRnn::new(4).unwrap(), shape, &device()).unwrap();
    let network = definition.supernet(&mut Formula(DType::F64), &device()).unwrap();
    let found = logits(&network, &definition.space().all_on(), wave([2, 12, 4], &device()));
    assert!(found.iter().all(|logit| logit.abs() < 100.0), "{found:?}");
}
