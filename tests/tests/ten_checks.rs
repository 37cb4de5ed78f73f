//! The ten checks that the implementation is the paper's, one section each. Two need a trained supernet or a table and stand in
//! `search.rs`: symmetric KL (8) and rank statistics (9). The values themselves are checked in `reference_values.rs`.

use burn::{
    optim::{GradientsParams, ModuleOptimizer, SgdConfig, momentum::MomentumConfig},
    tensor::{DType, Device, Tensor},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    slice::from_ref,
};
use supernet_nn::{Call, MaskedL2, Network, NetworkConfig, NormKind, Notes, Paths, Statistics, Weighting};
use supernet_space::{
    Architecture, CellSpace, ConvOrder, NetworkShape, OPERATIONS, PathDropout, PathMask, Schedule, draws,
};
use supernet_tests::{
    Formula, PLAIN, Parameter, assert_close, assert_same_gradients, backward, bits, config, cross_entropy, device,
    device_of, distance, images, is_flex, labels, orders_and_norms, parameters, paths, random_masks, replaced, values,
    velocities, with_order,
};

/// f64: only the order of sums differs.
const EXACT: f64 = 1e-10;

fn cells(blocks: usize) -> CellSpace {
    CellSpace::new(3, blocks).unwrap()
}

fn supernet(config: &NetworkConfig, dtype: DType, device: &Device) -> Network {
    config.supernet(&mut Formula(dtype), device).unwrap()
}

fn named(network: &Network) -> BTreeMap<String, Parameter> {
    parameters(network, &GradientsParams::new())
}

fn architectures(cells: &CellSpace, count: usize, seed: u64) -> Vec<Architecture> {
    let rng = &mut draws(seed, "architectures", 0);
    (0..count).map(|_| cells.space().sample(rng)).collect()
}

/// The parameters with the gradients of the mean cross entropy of a forward pass.
fn learn(network: &Network, logits: Tensor<2>) -> BTreeMap<String, Parameter> {
    let ([count, classes], device) = (logits.dims(), logits.device());
    backward(cross_entropy(logits, labels(count, classes, &device)), network)
}

// ---- 1. A cell's output has (2 + blocks)·F channels; a reducing cell pools both inputs.

#[test]
fn a_cells_output_has_two_plus_blocks_times_f_channels() {
    for (n, blocks) in [(3, 1), (3, 4), (4, 2), (6, 3), (8, 2)] {
        let config = config(CellSpace::new(n, blocks).unwrap());
        let found = named(&supernet(&config, DType::F32, &device()));
        let filters = |cell: usize| 4 << (usize::from(cell >= n / 3) + usize::from(cell >= 2 * n / 3));
        let read = |reader: &str| -> Vec<Vec<usize>> {
            let prefix = format!("{reader}.weights.");
            let slices = found.keys().filter(|name| name.starts_with(&prefix)).count();
            (0..slices).map(|j| found[&format!("{prefix}{j}")].shape.clone()).collect()
        };
        let whole = |cell: usize, outputs: usize| vec![vec![outputs, filters(cell), 1, 1]; 2 + blocks];
        for cell in 0..n {
            let stem = vec![vec![filters(cell), 4, 1, 1]];
            let of = |source: Option<usize>| source.map_or(stem.clone(), |source| whole(source, filters(cell)));
            assert_eq!(read(&format!("cells.{cell}.a")), of(cell.checked_sub(2)), "A of cell {cell} of {n}");
            assert_eq!(read(&format!("cells.{cell}.b")), of(cell.checked_sub(1)), "B of cell {cell} of {n}");
        }
        assert_eq!(read("head"), whole(n - 1, filters(n - 1)));
        let channels: usize = read("head").iter().map(|shape| shape[1]).sum();
        assert_eq!(channels, (2 + blocks) * filters(n - 1));
    }
}

#[test]
fn a_reducing_cell_pools_both_inputs() {
    // A' and B' are summed by the first block: if one of them kept its side the forward pass could not run.
    for n in [3, 4, 5, 6, 8] {
        let config = config(CellSpace::new(n, 1).unwrap());
        let side = |cell| config.shape.cell_side(&config.cells, cell);
        let expected = |cell: usize| 8 >> (usize::from(cell >= n / 3) + usize::from(cell >= 2 * n / 3));
        assert!((0..n).all(|cell| side(cell) == expected(cell)), "sides of {n} cells");
        let network = supernet(&config, DType::F64, &device_of(DType::F64));
        let all = paths(&config.cells, &[config.cells.space().all_on()]);
        let logits =
            network.forward_with(images(2, &config.shape, DType::F64, &device_of(DType::F64)), &all, &PLAIN).unwrap();
        assert!(values(logits).iter().all(|x| x.is_finite()));
    }
}

// ---- 2. Concat → 1x1 → operations → sum; seven operations; every architecture has one or two per block.

#[test]
fn a_block_has_a_1x1_per_candidate_input_and_seven_operations_of_which_four_have_weights() {
    let config = config(cells(3));
    let found = named(&supernet(&config, DType::F32, &device()));
    assert_eq!(OPERATIONS, ["identity", "sep3", "sep5", "sep7", "conv1x7_7x1", "max3", "avg3"]);
    let mut left: BTreeSet<&String> = found.keys().filter(|name| name.contains(".blocks.")).collect();
    for cell in 0..3 {
        let f = 4 << cell; // cells 1 and 2 of three reduce
        for block in 0..3 {
            let mut expect = |name: String, shape: [usize; 4]| {
                let name = format!("cells.{cell}.blocks.{block}.{name}");
                assert_eq!(found[&name].shape, shape, "{name}");
                left.remove(&name);
            };
            (0..2 + block).for_each(|j| expect(format!("inputs.weights.{j}"), [f, f, 1, 1]));
            for (operation, k) in [(1, 3), (2, 5), (3, 7)] {
                for half in 0..2 {
                    expect(format!("operations.{operation}.Separable.depthwise.{half}"), [f, 1, k, k]);
                    expect(format!("operations.{operation}.Separable.pointwise.{half}"), [f, f, 1, 1]);
                }
            }
            expect("operations.4.Factored.horizontal".into(), [f, f, 1, 7]);
            expect("operations.4.Factored.vertical".into(), [f, f, 7, 1]);
        }
    }
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn every_architecture_has_inputs_and_one_or_two_operations_in_each_block() {
    let cells = cells(4);
    for architecture in architectures(&cells, 1_000, 2) {
        for (block, paths) in cells.paths(&architecture, 0).into_iter().enumerate() {
            assert!((1..1 << (2 + block)).contains(&paths.inputs));
            assert!((1..=2).contains(&paths.operations.count_ones()) && paths.operations < 1 << 7);
            assert_eq!(cells.used(&architecture, 0)[block], paths, "an architecture uses all that it has");
        }
    }
    let all = cells.space().all_on();
    assert!(cells.space().accept(all).is_err(), "All On is no architecture");
}

// ---- 3. Masked scoring equals the stand-alone network (E1), block by block bit for bit (E2); calibration (E3).

/// Logits and gradients of the supernet under one mask, an architecture's or All On, and of the network that is extracted for it.
fn both(
    config: &NetworkConfig,
    mask: &PathMask,
    dtype: DType,
    call: &Call,
) -> [(Vec<f64>, BTreeMap<String, Parameter>); 2] {
    let device = device_of(dtype).autodiff();
    let supernet = supernet(config, dtype, &device);
    let alone = config.extract(&supernet, mask, &device).unwrap();
    let paths = paths(&config.cells, from_ref(mask));
    [supernet, alone].map(|network| {
        let logits = network.forward_with(images(4, &config.shape, dtype, &device), &paths, call).unwrap();
        (values(logits.clone()), learn(&network, logits))
    })
}

fn assert_extraction_is_exact(config: &NetworkConfig, mask: &PathMask) {
    let [(masked, shared), (own, alone)] = both(config, mask, DType::F64, &PLAIN);
    assert_close(&format!("logits of {mask}"), &own, &masked, EXACT);
    for (name, parameter) in &alone {
        match shared.get(name) {
            Some(slice) => {
                assert_eq!(parameter.value, slice.value, "{name} is copied");
                let gradient = slice.gradient.as_ref().unwrap_or_else(|| panic!("{name}: no gradient"));
                assert_close(name, parameter.gradient.as_ref().unwrap(), gradient, EXACT);
            }
            None => assert!(name.contains(".norm."), "{name}: a parameter that the supernet lacks"),
        }
    }
    let unused = shared.iter().filter(|(name, _)| !alone.contains_key(*name));
    unused.for_each(|(name, parameter)| assert!(parameter.gradient.is_none(), "{name}: extraction lacks what moves"));
}

#[test]
fn an_extracted_network_equals_the_masked_supernet_in_logits_and_gradients_of_all_it_uses() {
    let config = config(cells(4));
    architectures(&config.cells, 12, 3)
        .iter()
        .for_each(|architecture| assert_extraction_is_exact(&config, architecture));
}

#[test]
fn an_extracted_network_equals_the_masked_supernet_in_every_order_and_normalisation_and_with_a_mask_per_cell() {
    for cells in [cells(2), CellSpace::new(4, 2).unwrap().mask_per_cell()] {
        for (i, (order, norm)) in orders_and_norms().into_iter().enumerate() {
            let config = with_order(&config(cells.clone()), order, norm);
            let drawn = architectures(&config.cells, 3, 30 + i as u64);
            drawn.iter().for_each(|architecture| assert_extraction_is_exact(&config, architecture));
            assert_extraction_is_exact(&config, &config.cells.space().all_on());
        }
    }
}

#[test]
fn in_f32_an_extracted_network_is_within_1e_4_of_the_masked_supernet() {
    let config = config(cells(4));
    for architecture in architectures(&config.cells, 12, 4) {
        let [(masked, _), (own, _)] = both(&config, &architecture, DType::F32, &Call::default());
        assert_close(&format!("logits of {architecture}"), &own, &masked, 1e-4);
    }
}

/// Asserts E2 for ghost batches of `size` images with these masks, placed in each of `orders`.
fn assert_blocks_are_bit_equal(config: &NetworkConfig, masks: &[PathMask], size: usize, orders: &[&[usize]]) {
    if !is_flex("equal bits are claimed of the processor") {
        return;
    }
    let network = supernet(config, DType::F32, &device());
    let all = images(masks.len() * size, &config.shape, DType::F32, &device());
    let rows = |g: usize| all.clone().narrow(0, g * size, size);
    let forward = |images, masks: &[PathMask]| bits(network.forward(images, &paths(&config.cells, masks)).unwrap());
    let alone: Vec<Vec<u64>> = (0..masks.len()).map(|g| forward(rows(g), &masks[g..=g])).collect();
    for order in orders {
        let batch = Tensor::cat(order.iter().map(|&g| rows(g)).collect(), 0);
        let of_order: Vec<PathMask> = order.iter().map(|&g| masks[g].clone()).collect();
        let together = forward(batch, &of_order);
        for (block, &g) in together.chunks(size * config.shape.classes).zip(*order) {
            assert!(block == alone[g], "ghost batch {g} of {size} images in {order:?}, {:?}", config.shape);
        }
    }
}

/// Five architectures, as many masks of path dropout, and all on.
fn eleven_masks(cells: &CellSpace) -> Vec<PathMask> {
    let drawn = architectures(cells, 5, 5).into_iter().map(|architecture| architecture.mask().clone());
    drawn.chain(random_masks(cells, 5, 0.1, 5)).chain([cells.space().all_on()]).collect()
}

#[test]
fn a_ghost_batch_among_others_is_bit_equal_to_the_same_ghost_batch_alone() {
    let orders: [&[usize]; 6] = [
        &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
        &[10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
        &[10, 3],
        &[3, 10],
        &[7, 2, 9, 0, 5],
        &[4, 4, 4],
    ];
    let config = config(cells(3));
    for size in [1, 2, 5, 16] {
        assert_blocks_are_bit_equal(&config, &eleven_masks(&config.cells), size, &orders);
    }
}

#[test]
fn bit_equality_holds_in_every_order_and_normalisation_at_the_papers_width_and_at_odd_sizes() {
    let orders: [&[usize]; 2] = [&[10, 1, 6, 3], &[8, 10]];
    for (order, norm) in orders_and_norms() {
        let config = with_order(&config(cells(2)), order, norm);
        assert_blocks_are_bit_equal(&config, &eleven_masks(&config.cells), 3, &orders);
    }
    for (filters, side, size) in [(16, 32, 2), (5, 12, 3), (7, 20, 1), (32, 8, 4)] {
        let base = config(cells(2));
        let config = NetworkConfig { shape: NetworkShape { filters, side, ..base.shape }, ..base };
        assert_blocks_are_bit_equal(&config, &eleven_masks(&config.cells), size, &orders);
    }
}

#[test]
fn a_network_calibrated_on_one_batch_equals_batch_statistics_on_that_batch() {
    for order in [ConvOrder::NormReluConv, ConvOrder::ReluConvNorm, ConvOrder::ConvNormRelu] {
        let config = with_order(&config(cells(2)), order, NormKind::Ghost);
        let supernet = supernet(&config, DType::F64, &device_of(DType::F64));
        let architecture = &architectures(&config.cells, 1, 6)[0];
        let alone = config.extract(&supernet, architecture, &device_of(DType::F64)).unwrap();
        let paths = paths(&config.cells, &[architecture.mask().clone()]);
        let run = |network: &Network, count, statistics| {
            let images = images(count, &config.shape, DType::F64, &device_of(DType::F64));
            values(network.forward_with(images, &paths, &Call { statistics, ..PLAIN }).unwrap())
        };
        let notes = Notes::new(Default::default());
        let batch = run(&alone, 6, Statistics::Note(&notes));
        assert_close("noting changes nothing", &batch, &run(&alone, 6, Statistics::Batch), 0.0);
        let calibrated = alone.calibrate(&notes);
        assert_close("stored statistics of this batch", &run(&calibrated, 6, Statistics::Stored), &batch, EXACT);
        // Stored statistics are those of the calibration: an image's logits no longer depend on the others.
        assert_close("the first images", &run(&calibrated, 2, Statistics::Stored), &batch[..10], EXACT);
    }
}

#[test]
fn calibration_stores_the_plain_average_of_the_statistics_of_its_batches() {
    let config = config(cells(2));
    let supernet = supernet(&config, DType::F64, &device_of(DType::F64));
    let architecture = &architectures(&config.cells, 1, 14)[0];
    let alone = config.extract(&supernet, architecture, &device_of(DType::F64)).unwrap();
    let paths = paths(&config.cells, &[architecture.mask().clone()]);
    let calibrated = |batches: &[usize]| {
        let notes = Notes::new(Default::default());
        for &batch in batches {
            let twelve = images(12, &config.shape, DType::F64, &device_of(DType::F64));
            let images = twelve.narrow(0, 4 * batch, 4);
            let call = Call { statistics: Statistics::Note(&notes), ..PLAIN };
            alone.forward_with(images, &paths, &call).unwrap();
        }
        named(&alone.clone().calibrate(&notes))
    };
    let each: Vec<_> = (0..3).map(|batch| calibrated(&[batch])).collect();
    let mut stored = 0;
    for (name, parameter) in calibrated(&[0, 1, 2]) {
        let of = |i: usize| each.iter().map(|single| single[&name].value[i]).sum::<f64>() / 3.0;
        let average: Vec<f64> = (0..parameter.value.len()).map(of).collect();
        assert_close(&name, &parameter.value, &average, 1e-13);
        stored += usize::from(name.contains(".stored_") && each[0][&name].value != each[1][&name].value);
    }
    // Mean and variance of two stems, three cells and the head, at least.
    assert!(stored >= 2 * (2 + 3 * 4 + 1), "{stored} statistics");
}

// ---- 4. At step t of T the drop rate is (t/(T−1))·r^(1/k); at the end a node loses all its paths with frequency r.

#[test]
fn the_drop_rate_rises_linearly_to_the_kth_root_of_r() {
    let steps = 5_000;
    for r in [0.01, 0.1, 0.3] {
        let dropout = PathDropout::new(r).unwrap();
        for k in [2usize, 3, 4, 5, 7] {
            for t in [0u64, 1, 1_250, 2_499, 4_998, 4_999] {
                let expected = t as f64 / 4_999.0 * r.powf(1.0 / k as f64);
                assert!((dropout.rate(k, t, steps) - expected).abs() < 1e-15, "r {r}, k {k}, step {t}");
                assert!(
                    (dropout.with_schedule(Schedule::Constant).rate(k, t, steps) - r.powf(1.0 / k as f64)).abs()
                        < 1e-15
                );
            }
            assert!((dropout.rate(k, 4_999, steps).powi(k as i32) - r).abs() < 1e-14);
        }
    }
}

/// Σ (found − expected)² / expected over both outcomes of each of a list of (hits, probability) in `n` draws.
fn chi_square(n: f64, hits: impl IntoIterator<Item = (f64, f64)>) -> f64 {
    hits.into_iter().map(|(hits, p)| (hits - n * p).powi(2) / (n * p * (1.0 - p))).sum()
}

#[test]
fn at_the_last_step_a_node_loses_all_its_paths_with_frequency_r_and_before_it_with_the_ramps() {
    let (cells, draws_of_each) = (cells(4), 20_000);
    for (r, step) in [(0.1, 99), (0.3, 99), (0.3, 50), (0.1, 80)] {
        let dropout = PathDropout::new(r).unwrap();
        let rng = &mut draws(7, "paths", step);
        let (mut lost, mut dropped) = (vec![0.0; 8], vec![0.0; 8]);
        for _ in 0..draws_of_each {
            let mask = dropout.draw(cells.space(), step, 100, rng);
            for choice in 0..8 {
                lost[choice] += f64::from(u8::from(mask.bits(choice) == 0));
                dropped[choice] += f64::from(u8::from(!mask.is_on(choice, 1)));
            }
        }
        let options = |choice: usize| cells.space().choices()[choice].options().len();
        let ramp = step as f64 / 99.0;
        let all = |choice: usize| r * ramp.powi(options(choice) as i32);
        let one = |choice: usize| ramp * r.powf(1.0 / options(choice) as f64);
        // Eight independent choices: 8 degrees of freedom, whose 0.1 % point is 26.12.
        let chi2 = chi_square(draws_of_each as f64, (0..8).map(|choice| (lost[choice], all(choice))));
        assert!(chi2 < 26.12, "r {r}, step {step}: chi-square of lost nodes {chi2}");
        let chi2 = chi_square(draws_of_each as f64, (0..8).map(|choice| (dropped[choice], one(choice))));
        assert!(chi2 < 26.12, "r {r}, step {step}: chi-square of dropped paths {chi2}");
    }
    assert!(
        (0..100).all(|i| PathDropout::new(0.9).unwrap().draw(cells.space(), 0, 100, &mut draws(i, "paths", 0))
            == cells.space().all_on()),
        "nothing is dropped at the first step"
    );
}

#[test]
fn rescaled_survivors_are_those_of_a_network_whose_weights_are_rescaled() {
    for order in [ConvOrder::NormReluConv, ConvOrder::ReluConvNorm, ConvOrder::ConvNormRelu] {
        let config = with_order(&config(cells(2)), order, NormKind::Ghost);
        let network = supernet(&config, DType::F64, &device_of(DType::F64));
        let mask = config.cells.space().parse("10:0100100/011:0011000").unwrap();
        let run = |network: &Network, scales| {
            let paths = paths(&config.cells, from_ref(&mask)).with_scales(scales);
            values(
                network
                    .forward_with(images(4, &config.shape, DType::F64, &device_of(DType::F64)), &paths, &PLAIN)
                    .unwrap(),
            )
        };
        let times = |part: &'static [&'static str], factor: f64| {
            replaced(network.clone(), move |name, numbers| match part.iter().any(|part| name.contains(part)) {
                true => numbers.into_iter().map(|x| x * factor).collect(),
                false => numbers,
            })
        };
        // What comes from a block's inputs is multiplied after their 1x1, what comes from its operations after their sum.
        let inputs = run(&network, Some(vec![0.05, 1.0, 0.05, 1.0]));
        assert_close("inputs", &inputs, &run(&times(&["inputs.weights"], 0.05), None), EXACT);
        assert!(distance(&inputs, &run(&network, None)) > 1e-6, "the factor shows through epsilon");
        if order == ConvOrder::NormReluConv {
            let operations = run(&network, Some(vec![1.0, 0.05, 1.0, 0.05]));
            let last = times(&["pointwise.1", "vertical"], 0.05);
            assert_close("operations", &operations, &run(&last, None), EXACT);
            assert!(distance(&operations, &run(&network, None)) > 1e-6);
        }
        assert_eq!(run(&network, Some(vec![1.0; 4])), run(&network, None));
    }
}

// ---- 5. Ghost batches hold different masks; changing the images of one leaves the outputs of the others bit-identical.

#[test]
fn changing_the_images_of_one_ghost_batch_leaves_the_others_bit_identical() {
    let config = config(cells(3));
    let network = supernet(&config, DType::F32, &device());
    let masks = random_masks(&config.cells, 4, 0.1, 8);
    assert!((0..4).all(|g| masks[..g].iter().all(|other| other != &masks[g])), "four different masks");
    let size = 3;
    let before = images(4 * size, &config.shape, DType::F32, &device());
    let paths = paths(&config.cells, &masks);
    let logits = bits(network.forward(before.clone(), &paths).unwrap());
    for g in 0..4 {
        let rows = g * size..(g + 1) * size;
        let changed = before.clone().slice([rows.clone()]).mul_scalar(-1.7).add_scalar(0.3);
        let after = bits(network.forward(before.clone().slice_assign([rows], changed), &paths).unwrap());
        for other in 0..4 {
            let block = other * size * 5..(other + 1) * size * 5;
            assert_eq!(logits[block.clone()] == after[block], other != g, "ghost batch {other} when {g} is changed");
        }
    }
}

// ---- 6. What no mask of a step uses is bit-identical after it, weight and velocity, with momentum and L2 on.

/// Names whose gradient in the dense reference has an entry that is not zero.
fn moved_by_the_dense_reference(
    network: &Network,
    config: &NetworkConfig,
    paths: &Paths,
    device: &Device,
) -> BTreeSet<String> {
    let images = images(4 * paths.ghosts(), &config.shape, DType::F64, device);
    let learnt = learn(network, network.forward_dense(images, paths).unwrap());
    learnt.into_iter().filter(|(_, parameter)| parameter.moves()).map(|(name, _)| name).collect()
}

fn sgd() -> ModuleOptimizer {
    SgdConfig::new()
        .with_momentum(Some(MomentumConfig::new().with_momentum(0.9).with_dampening(0.0).with_nesterov(true)))
        .init()
}

#[test]
fn what_is_used_is_what_the_dense_reference_gives_a_gradient_that_is_not_zero() {
    let device = device_of(DType::F64).autodiff();
    for (i, (order, norm)) in orders_and_norms().into_iter().enumerate() {
        let config = with_order(&config(cells(3)), order, norm);
        let network = supernet(&config, DType::F64, &device);
        let names = named(&network);
        for seed in 0..4 {
            let masks = random_masks(&config.cells, 3, 0.4, 60 + 10 * i as u64 + seed);
            let paths = paths(&config.cells, &masks);
            let moved = moved_by_the_dense_reference(&network, &config, &paths, &device);
            let usage = network.usage(&paths);
            let used = names.iter().filter(|(_, parameter)| usage.share(parameter.id) > 0.0);
            let used: BTreeSet<String> = used.map(|(name, _)| name.clone()).collect();
            assert_eq!(moved, used, "{order:?}, {norm:?}, {masks:?}");
            assert_eq!(usage.used(), used.len());
            // The share is the mean of what each ghost batch uses by itself.
            let each: Vec<_> =
                masks.iter().map(|mask| network.usage(&self::paths(&config.cells, from_ref(mask)))).collect();
            for (name, parameter) in &names {
                let mean = each.iter().map(|usage| usage.share(parameter.id)).sum::<f64>() / 3.0;
                assert!((usage.share(parameter.id) - mean).abs() < 1e-15, "{name}");
            }
        }
    }
}

#[test]
fn unused_parameters_and_their_velocities_do_not_move() {
    let device = device_of(DType::F64).autodiff();
    for (norm, weighting) in [(NormKind::Ghost, Weighting::Share), (NormKind::GhostAffine, Weighting::Any)] {
        let config = with_order(&config(cells(3)), ConvOrder::default(), norm);
        let mut network = supernet(&config, DType::F64, &device);
        let mut optimizer = sgd();
        let l2 = MaskedL2 { decay: 5e-2, clip: 0.5, weighting };
        let all = vec![config.cells.space().all_on(); 2];
        // Everything gets a velocity, then some of it rests, then other parts, then everything moves again.
        let steps = [all.clone(), random_masks(&config.cells, 2, 0.3, 9), random_masks(&config.cells, 3, 0.4, 10), all];
        for (step, masks) in steps.into_iter().enumerate() {
            let paths = paths(&config.cells, &masks);
            let used = moved_by_the_dense_reference(&network, &config, &paths, &device);
            let before = (named(&network), velocities(&optimizer, &network));
            let images = images(4 * masks.len(), &config.shape, DType::F64, &device);
            let logits = network.forward_with(images, &paths, &PLAIN).unwrap();
            let loss = cross_entropy(logits, labels(4 * masks.len(), config.shape.classes, &device));
            let gradients = GradientsParams::from_grads(loss.backward(), &network);
            let directions = l2.apply(&network, gradients, &network.usage(&paths));
            assert_eq!(directions.len(), used.len(), "one entry for each parameter that is used");
            network = optimizer.step(0.1, network, directions);
            let after = (named(&network), velocities(&optimizer, &network));
            assert_eq!(step == 0 || step == 3, used.len() == before.0.len(), "step {step} uses everything or not");
            let same = |a: &[f64], b: &[f64]| a.iter().map(|x| x.to_bits()).eq(b.iter().map(|x| x.to_bits()));
            for (name, parameter) in &before.0 {
                let rests = !used.contains(name);
                assert_eq!(same(&parameter.value, &after.0[name].value), rests, "step {step}: weight {name}");
                assert_eq!(same(&before.1[name], &after.1[name]), rests, "step {step}: velocity {name}");
            }
        }
    }
}

#[test]
fn l2_falls_on_the_share_of_ghost_batches_that_use_a_weight_and_never_on_biases_scales_and_shifts() {
    let device = device_of(DType::F64).autodiff();
    let config = with_order(&config(cells(3)), ConvOrder::default(), NormKind::GhostAffine);
    let network = supernet(&config, DType::F64, &device);
    let masks = random_masks(&config.cells, 4, 0.2, 11);
    let paths = paths(&config.cells, &masks);
    let usage = network.usage(&paths);
    let directions = |decay, clip, weighting| {
        let images = images(16, &config.shape, DType::F64, &device);
        let loss = cross_entropy(network.forward_with(images, &paths, &PLAIN).unwrap(), labels(16, 5, &device));
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        parameters(&network, &MaskedL2 { decay, clip, weighting }.apply(&network, gradients, &usage))
    };
    let free = directions(0.0, f64::INFINITY, Weighting::Share);
    let norm = free.values().flat_map(|p| p.gradient.iter().flatten()).map(|q| q * q).sum::<f64>().sqrt();
    let mut partly = 0;
    for (clip, c) in [(2.0 * norm, 1.0), (0.25 * norm, 0.25)] {
        for weighting in [Weighting::Share, Weighting::Any] {
            for (name, parameter) in directions(0.1, clip, weighting) {
                let share = usage.share(parameter.id);
                let Some(direction) = &parameter.gradient else {
                    assert_eq!(share, 0.0, "{name}");
                    continue;
                };
                partly += usize::from(share < 1.0);
                let weight = if weighting == Weighting::Any { 1.0 } else { share };
                let decay = if parameter.shape.len() == 1 { 0.0 } else { 0.1 * weight };
                let q = free[&name].gradient.as_ref().unwrap().iter().zip(&parameter.value);
                let expected: Vec<f64> = q.map(|(q, w)| c * q + decay * w).collect();
                assert_close(&format!("{name} of share {share}"), direction, &expected, 1e-14);
            }
        }
    }
    assert!(partly > 100, "{partly} directions of parameters that only some ghost batches use");
}

// ---- 7. Scoring uses the candidate's own batch statistics; a score does not depend on what was scored before or beside it.

#[test]
fn a_candidates_logits_depend_neither_on_what_is_beside_it_nor_on_what_ran_before() {
    let config = config(cells(4));
    let network = supernet(&config, DType::F32, &device());
    let candidates = architectures(&config.cells, 6, 12);
    // Every candidate reads the same images: one ghost batch each.
    let run = images(5, &config.shape, DType::F32, &device());
    let score = |of: &[usize]| {
        let masks: Vec<PathMask> = of.iter().map(|&i| candidates[i].mask().clone()).collect();
        let copies = Tensor::cat(vec![run.clone(); of.len()], 0);
        let logits = bits(network.forward(copies, &paths(&config.cells, &masks)).unwrap());
        logits.chunks(25).map(<[u64]>::to_vec).collect::<Vec<_>>()
    };
    let alone: Vec<_> = (0..6).map(|i| score(&[i]).remove(0)).collect();
    let backwards: Vec<_> = (0..6).rev().map(|i| score(&[i]).remove(0)).collect();
    assert!(alone.iter().eq(backwards.iter().rev()), "what ran before");
    assert!(alone == score(&[0, 1, 2, 3, 4, 5]), "what is beside");
    assert!(score(&[5, 0, 2]) == [alone[5].clone(), alone[0].clone(), alone[2].clone()]);
    assert!((0..6).all(|i| alone[..i].iter().all(|other| other != &alone[i])), "six candidates differ");
}

#[test]
fn a_candidate_is_normalised_by_the_statistics_of_the_images_at_hand() {
    let config = config(cells(2));
    let network = supernet(&config, DType::F64, &device_of(DType::F64));
    let one = paths(&config.cells, &[architectures(&config.cells, 1, 13)[0].mask().clone()]);
    let eight = images(8, &config.shape, DType::F64, &device_of(DType::F64));
    let logits = |images: Tensor<4>| values(network.forward_with(images, &one, &PLAIN).unwrap());
    // Twice the same images have the same statistics; half of them have others.
    let whole = logits(eight.clone());
    let doubled = logits(Tensor::cat(vec![eight.clone(), eight.clone()], 0));
    assert_close("twice the images", &doubled[..40], &whole, EXACT);
    assert_close("twice the images", &doubled[40..], &whole, EXACT);
    let half = logits(eight.clone().narrow(0, 0, 4));
    assert!(distance(&half, &whole[..20]) > 1e-3, "other images beside, other statistics");
    // Nothing is stored: statistics that are asked for by name are those of the batch in a supernet.
    let stored = Call { statistics: Statistics::Stored, ..PLAIN };
    assert_eq!(values(network.forward_with(eight, &one, &stored).unwrap()), whole);
}

// ---- 10. Sparse execution equals dense execution with 0/1 masks, outputs and gradients.

fn assert_sparse_equals_dense(config: &NetworkConfig, masks: &[PathMask]) {
    let device = device_of(DType::F64).autodiff();
    let network = supernet(config, DType::F64, &device);
    let paths = paths(&config.cells, masks);
    let images = images(3 * masks.len(), &config.shape, DType::F64, &device);
    let sparse = network.forward_with(images.clone(), &paths, &PLAIN).unwrap();
    let dense = network.forward_dense(images, &paths).unwrap();
    assert_close(&format!("logits of {masks:?}"), &values(sparse.clone()), &values(dense.clone()), EXACT);
    let (sparse, dense) = (learn(&network, sparse), learn(&network, dense));
    assert_same_gradients(&sparse, &dense, EXACT);
    let usage = network.usage(&paths);
    for (name, parameter) in &sparse {
        let used = usage.share(parameter.id) > 0.0;
        assert_eq!(parameter.gradient.is_some(), used, "{name} of {masks:?}: an entry iff it is used");
        assert_eq!(dense[name].moves(), used, "{name} of {masks:?}: moves in the dense reference iff it is used");
    }
}

#[test]
fn sparse_equals_dense_for_random_masks_in_every_order_and_normalisation() {
    for (i, (order, norm)) in orders_and_norms().into_iter().enumerate() {
        let config = with_order(&config(cells(3)), order, norm);
        for (seed, r) in [(0, 0.1), (1, 0.4), (2, 0.7)] {
            assert_sparse_equals_dense(&config, &random_masks(&config.cells, 4, r, 100 + 10 * i as u64 + seed));
        }
    }
}

#[test]
fn sparse_equals_dense_with_a_mask_per_cell() {
    for (i, (order, norm)) in orders_and_norms().into_iter().enumerate() {
        let config = with_order(&config(cells(2).mask_per_cell()), order, norm);
        assert_sparse_equals_dense(&config, &random_masks(&config.cells, 3, 0.3, 200 + i as u64));
    }
}

#[test]
fn sparse_equals_dense_where_blocks_are_dead_everything_is_off_or_everything_is_on() {
    for (order, norm) in orders_and_norms() {
        let config = with_order(&config(cells(3)), order, norm);
        let space = config.cells.space();
        let mask = |text: &str| space.parse(text).unwrap();
        let off = mask("00:0000000/000:0000000/0000:0000000");
        // Inputs without operations; operations without inputs; a chain that reads a dead block.
        let inputs = mask("11:0000000/111:0000000/1111:0000000");
        let operations = mask("00:1111111/000:1111111/0000:1111111");
        let chain = mask("10:0000000/001:1101001/0011:0111110");
        let alive = mask("01:0110100/101:1000001/0011:0001010");
        assert_sparse_equals_dense(&config, from_ref(&off));
        assert_sparse_equals_dense(&config, &[inputs.clone(), operations.clone()]);
        assert_sparse_equals_dense(&config, &[chain.clone(), space.all_on()]);
        assert_sparse_equals_dense(&config, &[space.all_on(), off, alive, chain, inputs, operations]);
    }
}

/// |a − b| / |b| of two lists of gradients, 0 / 0 being 0.
fn relative(found: &BTreeMap<String, Parameter>, expected: &BTreeMap<String, Parameter>) -> f64 {
    let (mut apart, mut whole) = (0.0, 0.0);
    for (name, parameter) in expected {
        let Some(gradient) = &parameter.gradient else { continue };
        let zeros = vec![0.0; gradient.len()];
        let ours = found[name].gradient.as_ref().unwrap_or(&zeros);
        apart += ours.iter().zip(gradient).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
        whole += gradient.iter().map(|b| b * b).sum::<f64>();
    }
    if apart == 0.0 { 0.0 } else { (apart / whole).sqrt() }
}

#[test]
fn the_default_execution_in_f32_is_the_dense_reference_in_f64_but_for_rounding() {
    for (i, (order, norm)) in orders_and_norms().into_iter().enumerate() {
        for (filters, r) in [(4, 0.1), (16, 0.4)] {
            let base = with_order(&config(cells(3)), order, norm);
            let config = NetworkConfig { shape: NetworkShape { filters, ..base.shape }, ..base };
            let paths = paths(&config.cells, &random_masks(&config.cells, 4, r, 300 + i as u64));
            let images = |dtype| images(8 * paths.ghosts(), &config.shape, dtype, &device_of(dtype).autodiff());
            let [single, double] =
                [DType::F32, DType::F64].map(|dtype| supernet(&config, dtype, &device_of(dtype).autodiff()));
            let sparse = single.forward(images(DType::F32), &paths).unwrap();
            let dense = double.forward_dense(images(DType::F64), &paths).unwrap();
            // Ten times what is found: rounding passes through about fifty normalisations.
            assert_close("logits", &values(sparse.clone()), &values(dense.clone()), 2e-4);
            let (sparse, dense) = (learn(&single, sparse), learn(&double, dense));
            // A ReLU that falls on the other side of its kink adds its share.
            let apart = relative(&sparse, &dense);
            assert!(apart < 1e-3, "{order:?}, {norm:?}, {filters} filters: gradients {apart} apart");
            for (name, parameter) in &sparse {
                let used = single.usage(&paths).share(parameter.id) > 0.0;
                assert_eq!(parameter.gradient.is_some(), used, "{name}: an entry iff it is used");
            }
        }
    }
}

#[test]
fn the_same_step_twice_gives_the_same_bits_for_any_number_of_threads() {
    if !is_flex("threads are the processor's") {
        return;
    }
    let device = device().autodiff();
    let base = config(cells(3));
    let config = NetworkConfig { shape: NetworkShape { filters: 16, side: 16, ..base.shape }, ..base };
    let network = supernet(&config, DType::F32, &device);
    let paths = paths(&config.cells, &random_masks(&config.cells, 4, 0.05, 400));
    let step = || {
        let images = images(8 * paths.ghosts(), &config.shape, DType::F32, &device);
        let learnt = learn(&network, network.forward(images, &paths).unwrap());
        let bits = |numbers: Vec<f64>| numbers.into_iter().map(f64::to_bits).collect::<Vec<u64>>();
        learnt.into_iter().map(|(name, p)| (name, p.gradient.map(bits))).collect::<BTreeMap<_, _>>()
    };
    let once = step();
    for threads in [1, 2, 3, 7] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let again = pool.install(step);
        for (name, gradient) in &once {
            assert!(&again[name] == gradient, "{name} with {threads} threads");
        }
    }
}
