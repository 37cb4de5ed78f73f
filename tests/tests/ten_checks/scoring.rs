//! Check 7. Scoring uses the candidate's own batch statistics; a score does not depend on what was
//! scored before or beside it.

use crate::{EXACT, architectures, cells, supernet};
use burn::tensor::{DType, Tensor};
use supernet_nn::{Call, Statistics};
use supernet_space::PathMask;
use supernet_tests::{PLAIN, assert_close, bits, config, device, device_of, distance, images, paths, values};

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
        let logits = bits(network.forward_masked(copies, &paths(&config.cells, &masks)).unwrap());
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
    // Nothing is stored: statistics that are asked for by name are those of the batch in a
    // supernet.
    let stored = Call { statistics: Statistics::Stored, ..PLAIN };
    assert_eq!(values(network.forward_with(eight, &one, &stored).unwrap()), whole);
}
