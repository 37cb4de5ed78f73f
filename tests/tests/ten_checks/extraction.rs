//! Check 3. Masked scoring equals the stand-alone network (E1), block by block bit for bit (E2);
//! calibration (E3).

use crate::{EXACT, architectures, cells, learn, named, supernet};
use burn::tensor::{DType, Tensor};
use std::collections::BTreeMap;
use std::slice::from_ref;
use supernet_nn::{Call, NetworkConfig, NormKind, Notes, PaperNetwork, Statistics};
use supernet_space::{CellSpace, ConvOrder, NetworkShape, PathMask};
use supernet_tests::{
    PLAIN, Parameter, assert_close, behind_imagenet_stem, bits, config, device, device_of, images, is_flex,
    orders_and_norms, paths, random_masks, values, with_order,
};

/// Logits and gradients of the supernet under one mask, an architecture's or All On, and of the
/// network that is extracted for it.
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
fn an_extracted_network_equals_the_masked_supernet_behind_the_stem_of_imagenet() {
    for (i, (order, norm)) in orders_and_norms().into_iter().enumerate() {
        let config = behind_imagenet_stem(&with_order(&config(cells(2)), order, norm));
        let drawn = architectures(&config.cells, 2, 60 + i as u64);
        drawn.iter().for_each(|architecture| assert_extraction_is_exact(&config, architecture));
        assert_extraction_is_exact(&config, &config.cells.space().all_on());
    }
}

#[test]
fn in_f32_an_extracted_network_is_within_1e_4_of_the_masked_supernet() {
    let plain = config(cells(4));
    for config in [behind_imagenet_stem(&plain), plain] {
        for architecture in architectures(&config.cells, 12, 4) {
            let [(masked, _), (own, _)] = both(&config, &architecture, DType::F32, &Call::default());
            assert_close(&format!("logits of {architecture}"), &own, &masked, 1e-4);
        }
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
    let forward =
        |images, masks: &[PathMask]| bits(network.forward_masked(images, &paths(&config.cells, masks)).unwrap());
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
        assert_blocks_are_bit_equal(&behind_imagenet_stem(&config), &eleven_masks(&config.cells), 3, &orders);
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
        let run = |network: &PaperNetwork, count, statistics| {
            let images = images(count, &config.shape, DType::F64, &device_of(DType::F64));
            values(network.forward_with(images, &paths, &Call { statistics, ..PLAIN }).unwrap())
        };
        let notes = Notes::new(Default::default());
        let batch = run(&alone, 6, Statistics::Note(&notes));
        assert_close("noting changes nothing", &batch, &run(&alone, 6, Statistics::Batch), 0.0);
        let calibrated = alone.calibrate(&notes);
        assert_close("stored statistics of this batch", &run(&calibrated, 6, Statistics::Stored), &batch, EXACT);
        // Stored statistics are those of the calibration: an image's logits no longer depend on the
        // others.
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
