//! Check 2. Concat → 1x1 → operations → sum; seven operations; every architecture has one or two
//! per block.

use crate::{architectures, cells, named, supernet};
use burn::tensor::DType;
use std::collections::BTreeSet;
use supernet_space::OPERATIONS;
use supernet_tests::{config, device};

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
