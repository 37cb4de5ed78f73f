//! Check 10. Sparse execution equals dense execution with 0/1 masks, outputs and gradients.

use crate::{EXACT, cells, learn, supernet};
use burn::tensor::DType;
use std::collections::BTreeMap;
use std::slice::from_ref;
use supernet_nn::NetworkConfig;
use supernet_space::{NetworkShape, PathMask};
use supernet_tests::{
    DENSE, PLAIN, Parameter, assert_close, assert_same_gradients, behind_imagenet_stem, config, device, device_of,
    images, is_flex, orders_and_norms, paths, random_masks, values, with_order,
};

fn assert_sparse_equals_dense(config: &NetworkConfig, masks: &[PathMask]) {
    let device = device_of(DType::F64).autodiff();
    let network = supernet(config, DType::F64, &device);
    let paths = paths(&config.cells, masks);
    let images = images(3 * masks.len(), &config.shape, DType::F64, &device);
    let sparse = network.forward_with(images.clone(), &paths, &PLAIN).unwrap();
    let dense = network.forward_with(images, &paths, &DENSE).unwrap();
    assert_close(&format!("logits of {masks:?}"), &values(sparse.clone()), &values(dense.clone()), EXACT);
    let (sparse, dense) = (learn(&network, sparse), learn(&network, dense));
    assert_same_gradients(&sparse, &dense, EXACT);
    let usage = network.usage(&paths).unwrap();
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
fn sparse_equals_dense_behind_the_stem_of_imagenet() {
    for (i, (order, norm)) in orders_and_norms().into_iter().enumerate() {
        let config = behind_imagenet_stem(&with_order(&config(cells(2)), order, norm));
        assert_sparse_equals_dense(&config, &random_masks(&config.cells, 3, 0.3, 500 + i as u64));
        assert_sparse_equals_dense(&config, from_ref(&config.cells.space().all_on()));
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

/// How far apart the gradients are of the default execution in f32 and of the dense reference in
/// f64, `size` images in a ghost batch. Logits must agree, and an entry be there iff it is used.
fn gradients_apart(config: &NetworkConfig, masks: &[PathMask], size: usize) -> f64 {
    let paths = paths(&config.cells, masks);
    let images = |dtype| images(size * paths.ghosts(), &config.shape, dtype, &device_of(dtype).autodiff());
    let [single, double] = [DType::F32, DType::F64].map(|dtype| supernet(config, dtype, &device_of(dtype).autodiff()));
    let sparse = single.forward_masked(images(DType::F32), &paths).unwrap();
    let dense = double.forward_with(images(DType::F64), &paths, &DENSE).unwrap();
    // Ten times what is found: rounding passes through about fifty normalisations.
    assert_close("logits", &values(sparse.clone()), &values(dense.clone()), 2e-4);
    let (sparse, dense) = (learn(&single, sparse), learn(&double, dense));
    let usage = single.usage(&paths).unwrap();
    for (name, parameter) in &sparse {
        let used = usage.share(parameter.id) > 0.0;
        assert_eq!(parameter.gradient.is_some(), used, "{name}: an entry iff it is used");
    }
    relative(&sparse, &dense)
}

#[test]
fn the_default_execution_in_f32_is_the_dense_reference_in_f64_but_for_rounding() {
    for (i, (order, norm)) in orders_and_norms().into_iter().enumerate() {
        for (filters, r) in [(4, 0.1), (16, 0.4)] {
            let base = with_order(&config(cells(3)), order, norm);
            let config = NetworkConfig { shape: NetworkShape { filters, ..base.shape }, ..base };
            let masks = random_masks(&config.cells, 4, r, 300 + i as u64);
            // A ReLU that falls on the other side of its kink adds its share.
            let apart = gradients_apart(&config, &masks, 8);
            assert!(apart < 1e-3, "{order:?}, {norm:?}, {filters} filters: gradients {apart} apart");
        }
    }
}

#[test]
fn the_default_execution_is_the_dense_reference_behind_the_stem_of_imagenet() {
    for (i, (order, norm)) in orders_and_norms().into_iter().enumerate() {
        let config = behind_imagenet_stem(&with_order(&config(cells(3)), order, norm));
        let masks = random_masks(&config.cells, 4, 0.1, 600 + i as u64);
        // Sixteen times the pixels, so that in some batches a ReLU does fall on the other side of
        // its kink (some per cent, as on Burn's own operations in f32): a right gradient agrees in
        // most, a wrong one in none.
        let apart = [8, 10, 12].map(|size| gradients_apart(&config, &masks, size));
        let close = apart.iter().filter(|&&apart| apart < 1e-3).count();
        assert!(close >= 2 && apart.iter().all(|&apart| apart < 0.2), "{order:?}, {norm:?}: gradients {apart:?} apart");
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
        let learnt = learn(&network, network.forward_masked(images, &paths).unwrap());
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
