//! What a user can get wrong in a space or a network, and the whole text of the error: the place,
//! what was found, what was expected.

use burn::tensor::{DType, Tensor};
use std::ops::RangeInclusive;
use supernet_nn::{Init, NamedWeights, NetworkConfig, NnError};
use supernet_space::{Architecture, CellSpace, Choice, NetworkShape, PathDropout, SearchSpace, StemKind};
use supernet_tests::{DENSE, Formula, config, device, images, paths};

fn assert_refused<T>(result: Result<T, impl ToString>, text: &str) {
    match result {
        Ok(_) => panic!("accepted, expected: {text}"),
        Err(error) => assert_eq!(error.to_string(), text),
    }
}

fn cells(blocks: usize) -> CellSpace {
    CellSpace::new(3, blocks).unwrap()
}

/// What `main` prints of an error that it returns is its debug form.
#[test]
fn errors_print_as_they_are_displayed() {
    let error = SearchSpace::new("empty", []).unwrap_err();
    assert_eq!(format!("{error:?}"), error.to_string());
    let error = supernet::train::TrainError::from(error);
    assert_eq!(format!("{error:?}"), error.to_string());
}

#[test]
fn a_space_without_choices_is_refused() {
    assert_refused(SearchSpace::new("empty", []), "search space `empty`: found no choice, expected at least one");
}

#[test]
fn a_choice_whose_bounds_exclude_everything_is_refused() {
    let choice = |bounds: RangeInclusive<usize>| Choice::new("op", ["a", "b", "c"], bounds);
    let text =
        |min, max| format!("choice `op`: found min {min} and max {max}, expected min <= max <= 3 options and max >= 1");
    assert_refused(choice(RangeInclusive::new(2, 1)), &text(2, 1));
    assert_refused(choice(0..=0), &text(0, 0));
    assert_refused(choice(1..=4), &text(1, 4));
    assert_refused(Choice::one_of("op", Vec::<String>::new()), "choice `op`: found 0 options, expected 1 to 64");
    assert_refused(
        Choice::one_of("op", (0..65).map(|i| i.to_string())),
        "choice `op`: found 65 options, expected 1 to 64",
    );
    assert_refused(
        Choice::one_of("op", ["a", "b", "a"]),
        "choice `op`: found option `a` twice, expected distinct names",
    );
}

#[test]
fn tied_places_that_differ_are_refused() {
    let op = |options: [&str; 2]| Choice::one_of("op", options).unwrap();
    assert_refused(
        SearchSpace::new("tied", [op(["a", "b"]), op(["a", "c"])]),
        "choice `op`: found two places of this name that differ, expected the same options and bounds (one name ties places)",
    );
}

#[test]
fn a_space_read_from_a_file_is_checked_like_one_that_is_built() {
    let json = |text: &str| serde_json::from_str::<CellSpace>(text);
    assert_refused(json(r#"{"cells": 2, "blocks": 4}"#), "cells: found 2, expected at least 3");
    assert_refused(json(r#"{"cells": 8, "blocks": 63}"#), "blocks: found 63, expected 1 to 62");
    assert_eq!(json(r#"{"cells": 8, "blocks": 4}"#).unwrap(), CellSpace::new(8, 4).unwrap());
}

#[test]
fn a_dropout_parameter_that_is_no_probability_of_its_own_is_refused() {
    for (r, found) in [(0.0, "0"), (1.0, "1"), (-0.1, "-0.1"), (1.5, "1.5"), (f64::NAN, "NaN")] {
        assert_refused(PathDropout::new(r), &format!("path dropout: found r = {found}, expected 0 < r < 1"));
    }
}

#[test]
fn an_architecture_of_another_space_is_refused_wherever_it_enters() {
    let (config, other) = (config(cells(1)), cells(2));
    let stranger = other.space().parse_architecture("10:1000000/110:0100000").unwrap();
    let text =
        "mask `10:1000000/110:0100000`: found choices of [2, 7, 3, 7] options, expected [2, 7] as in space `cell-1x7`";
    let device = device();
    let supernet = config.supernet(&mut Formula(DType::F32), &device).unwrap();
    assert_refused(config.cells.space().parse("10:1000000/110:0100000"), text);
    assert_refused(config.cells.space().check(&stranger), text);
    assert_refused(config.shape.cost(&config.cells, &stranger), text);
    assert_refused(config.stand_alone(&stranger, &mut Formula(DType::F32), &device), text);
    assert_refused(config.extract(&supernet, &stranger, &device), text);
    assert_refused(config.definition(&device).unwrap().paths(vec![stranger.mask().clone()]), text);
}

#[test]
fn a_mask_that_is_no_architecture_is_refused_as_a_candidate() {
    let space = cells(1);
    assert_refused(
        space.space().parse_architecture("00:1000000"),
        "mask `00:1000000` is no architecture of space `cell-1x7`: choice `block1/inputs` takes 0 options, expected 1 to 2",
    );
    assert_refused(
        space.space().parse_architecture("11:1110000"),
        "mask `11:1110000` is no architecture of space `cell-1x7`: choice `block1/operations` takes 3 options, expected 1 to 2",
    );
    assert_refused(
        space.space().parse("11:1110x00"),
        "mask text `11:1110x00`: found 'x' at character 7, expected 0, 1, or a single `:` or `/` between bits",
    );
    // Text that is well formed may still be no architecture of the space that it is given to.
    let read: Architecture = serde_json::from_str(r#""11:1110000""#).unwrap();
    assert_refused(
        space.space().check(&read),
        "mask `11:1110000` is no architecture of space `cell-1x7`: choice `block1/operations` takes 3 options, expected 1 to 2",
    );
}

#[test]
fn a_number_of_the_network_that_is_out_of_range_is_refused() {
    let base = config(cells(1));
    let built = |change: &dyn Fn(&mut NetworkShape)| {
        let mut config: NetworkConfig = base.clone();
        change(&mut config.shape);
        config.supernet(&mut Formula(DType::F32), &device())
    };
    assert_refused(built(&|shape| shape.side = 30), "image side: found 30, expected a multiple of 4, not 0");
    let of_imagenet = |side| built(&|shape| (shape.side, shape.stem) = (side, StemKind::ImageNet));
    let expected = "expected a multiple of 16, not 0, for the stem of ImageNet";
    assert_refused(of_imagenet(24), &format!("image side: found 24, {expected}"));
    assert_refused(of_imagenet(0), &format!("image side: found 0, {expected}"));
    assert_refused(built(&|shape| shape.side = 0), "image side: found 0, expected a multiple of 4, not 0");
    assert_refused(built(&|shape| shape.filters = 0), "filters: found 0, expected at least 1");
    assert_refused(built(&|shape| shape.channels = 0), "channels: found 0, expected at least 1");
    assert_refused(built(&|shape| shape.classes = 0), "classes: found 0, expected at least 1");
}

#[test]
fn a_batch_that_the_ghost_batches_do_not_divide_is_refused() {
    let config = config(cells(1));
    let network = config.supernet(&mut Formula(DType::F32), &device()).unwrap();
    let all = config.cells.space().all_on();
    let three = paths(&config.cells, &[all.clone(), all.clone(), all]);
    let batch = |count| images(count, &config.shape, DType::F32, &device());
    assert_refused(
        network.forward_masked(batch(7), &three),
        "batch: found 7 images for 3 ghost batches, expected a multiple",
    );
    assert_refused(
        network.forward_masked(batch(2), &three),
        "batch: found 2 images for 3 ghost batches, expected a multiple",
    );
    assert_refused(
        network.forward_with(batch(7), &three, &DENSE),
        "batch: found 7 images for 3 ghost batches, expected a multiple",
    );
    assert_refused(
        network.forward_masked(Tensor::zeros([0, 3, 8, 8], &device()), &three),
        "batch: found 0 images for 3 ghost batches, expected a multiple",
    );
    assert_refused(
        config.definition(&device()).unwrap().paths(vec![]),
        "paths: found no mask, expected one for each ghost batch",
    );
}

#[test]
fn images_of_another_size_are_refused() {
    let config = config(cells(1));
    let network = config.supernet(&mut Formula(DType::F32), &device()).unwrap();
    let one = paths(&config.cells, &[config.cells.space().all_on()]);
    for [c, h, w] in [[3, 12, 12], [1, 8, 8], [3, 8, 4]] {
        assert_refused(
            network.forward_masked(Tensor::zeros([2, c, h, w], &device()), &one),
            &format!("input: found rows of shape [{c}, {h}, {w}], expected [3, 8, 8]"),
        );
    }
}

#[test]
fn weights_that_are_missing_or_of_another_shape_are_refused_by_name() {
    let config = config(cells(1));
    let narrow = NetworkConfig { shape: NetworkShape { filters: 2, ..config.shape }, ..config.clone() };
    let supernet = config.supernet(&mut Formula(DType::F32), &device()).unwrap();
    let identity = config.cells.space().parse_architecture("10:1000000").unwrap();
    assert_refused(
        narrow.extract(&supernet, &identity, &device()),
        "weight `stem1.weight`: found shape [4, 3, 3, 3], expected shape [2, 3, 3, 3]",
    );
    let mut weights = NamedWeights::of(&supernet);
    weights.0.remove("cells.2.blocks.0.inputs.weights.0");
    let refused = config.stand_alone(&identity, &mut weights, &device());
    assert!(matches!(refused, Err(NnError::Weight { .. })));
    assert_refused(
        refused,
        "weight `cells.2.blocks.0.inputs.weights.0`: found nothing of this name, expected shape [16, 16, 1, 1]",
    );
    assert!(Init::Variance(1.0).data(&[1]).is_none(), "a weight has no start value that could stand in");
}

#[test]
#[should_panic(expected = "which this network was built without")]
fn a_mask_that_uses_an_input_the_stand_alone_network_lacks_is_a_broken_contract() {
    let config = config(cells(1));
    let identity = config.cells.space().parse_architecture("10:0100000").unwrap();
    let network = config.stand_alone(&identity, &mut Formula(DType::F32), &device()).unwrap();
    let other = paths(&config.cells, &[config.cells.space().parse("01:0100000").unwrap()]);
    let _ = network.forward_masked(images(2, &config.shape, DType::F32, &device()), &other);
}

#[test]
#[should_panic(expected = "which this network was built without")]
fn a_mask_that_uses_an_operation_the_stand_alone_network_lacks_is_a_broken_contract() {
    let config = config(cells(1));
    let identity = config.cells.space().parse_architecture("10:0100000").unwrap();
    let network = config.stand_alone(&identity, &mut Formula(DType::F32), &device()).unwrap();
    let other = paths(&config.cells, &[config.cells.space().parse("10:0010000").unwrap()]);
    let _ = network.forward_masked(images(2, &config.shape, DType::F32, &device()), &other);
}
