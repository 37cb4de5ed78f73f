//! Check 6. What no mask of a step uses is bit-identical after it, weight and velocity, with
//! momentum and L2 on.

use crate::{cells, learn, named, supernet};
use burn::optim::momentum::MomentumConfig;
use burn::optim::{GradientsParams, ModuleOptimizer, SgdConfig};
use burn::tensor::{DType, Device};
use std::collections::BTreeSet;
use std::slice::from_ref;
use supernet_nn::{MaskedL2, NetworkConfig, NormKind, PaperNetwork, Paths, Weighting};
use supernet_space::ConvOrder;
use supernet_tests::{
    DENSE, PLAIN, assert_close, config, cross_entropy, device_of, images, labels, orders_and_norms, parameters, paths,
    random_masks, velocities, with_order,
};

/// Names whose gradient in the dense reference has an entry that is not zero.
fn moved_by_the_dense_reference(
    network: &PaperNetwork,
    config: &NetworkConfig,
    paths: &Paths,
    device: &Device,
) -> BTreeSet<String> {
    let images = images(4 * paths.ghosts(), &config.shape, DType::F64, device);
    let learnt = learn(network, network.forward_with(images, paths, &DENSE).unwrap());
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
            let usage = network.usage(&paths).unwrap();
            let used = names.iter().filter(|(_, parameter)| usage.share(parameter.id) > 0.0);
            let used: BTreeSet<String> = used.map(|(name, _)| name.clone()).collect();
            assert_eq!(moved, used, "{order:?}, {norm:?}, {masks:?}");
            assert_eq!(usage.used(), used.len());
            // The share is the mean of what each ghost batch uses by itself.
            let each: Vec<_> =
                masks.iter().map(|mask| network.usage(&self::paths(&config.cells, from_ref(mask))).unwrap()).collect();
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
        // Everything gets a velocity, then some of it rests, then other parts, then everything
        // moves again.
        let steps = [all.clone(), random_masks(&config.cells, 2, 0.3, 9), random_masks(&config.cells, 3, 0.4, 10), all];
        for (step, masks) in steps.into_iter().enumerate() {
            let paths = paths(&config.cells, &masks);
            let used = moved_by_the_dense_reference(&network, &config, &paths, &device);
            let before = (named(&network), velocities(&optimizer, &network));
            let images = images(4 * masks.len(), &config.shape, DType::F64, &device);
            let logits = network.forward_with(images, &paths, &PLAIN).unwrap();
            let loss = cross_entropy(logits, labels(4 * masks.len(), config.shape.classes, &device));
            let gradients = GradientsParams::from_grads(loss.backward(), &network);
            let directions = l2.apply(&network, gradients, &network.usage(&paths).unwrap());
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
    let usage = network.usage(&paths).unwrap();
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
