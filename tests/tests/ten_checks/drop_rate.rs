//! Check 4. At step t of T the drop rate is (t/(T−1))·r^(1/k); at the end a node loses all its
//! paths with frequency r.

use crate::{EXACT, cells, supernet};
use burn::tensor::DType;
use std::slice::from_ref;
use supernet_nn::{NormKind, PaperNetwork};
use supernet_space::{ConvOrder, PathDropout, Schedule, draws};
use supernet_tests::{PLAIN, assert_close, config, device_of, distance, images, paths, replaced, values, with_order};

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

/// Σ (found − expected)² / expected over both outcomes of each of a list of (hits, probability) in
/// `n` draws.
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
        let run = |network: &PaperNetwork, scales| {
            let paths = paths(&config.cells, from_ref(&mask)).with_scales(scales);
            values(
                network
                    .forward_with(images(4, &config.shape, DType::F64, &device_of(DType::F64)), &paths, &PLAIN)
                    .unwrap(),
            )
        };
        let times = |part: &'static [&'static str], factor: f64| {
            replaced(network.clone(), move |name, numbers| {
                if part.iter().any(|part| name.contains(part)) {
                    numbers.into_iter().map(|x| x * factor).collect()
                } else {
                    numbers
                }
            })
        };
        // What comes from a block's inputs is multiplied after their 1x1, what comes from its
        // operations after their sum.
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
