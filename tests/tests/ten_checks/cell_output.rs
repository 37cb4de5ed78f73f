//! Check 1. A cell's output has (2 + blocks)·F channels; a reducing cell pools both inputs.

use crate::{named, supernet};
use burn::tensor::DType;
use std::collections::BTreeMap;
use supernet_nn::NetworkConfig;
use supernet_space::{CellSpace, NetworkShape, StemKind};
use supernet_tests::{PLAIN, Parameter, behind_imagenet_stem, config, device, device_of, images, paths, values};

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
fn behind_the_stem_of_imagenet_the_first_cell_pools_the_larger_of_its_inputs() {
    // A' and B' are summed by the first block, as below.
    let config = behind_imagenet_stem(&config(CellSpace::new(4, 1).unwrap()));
    assert_eq!((config.shape.side, config.shape.stem_side(0), config.shape.stem_side(1)), (32, 16, 8));
    let sides: Vec<usize> = (0..4).map(|cell| config.shape.cell_side(&config.cells, cell)).collect();
    assert_eq!(sides, [8, 4, 2, 2]);
    let network = supernet(&config, DType::F64, &device_of(DType::F64));
    let all = paths(&config.cells, &[config.cells.space().all_on()]);
    let images = images(2, &config.shape, DType::F64, &device_of(DType::F64));
    let logits = network.forward_with(images, &all, &PLAIN).unwrap();
    assert!(values(logits).iter().all(|x| x.is_finite()));
    // The parameters are those of the plain stem, by name and shape.
    let plain = NetworkConfig { shape: NetworkShape { stem: StemKind::Plain, ..config.shape }, ..config };
    let shapes = |found: BTreeMap<String, Parameter>| -> Vec<(String, Vec<usize>)> {
        found.into_iter().map(|(name, parameter)| (name, parameter.shape)).collect()
    };
    assert_eq!(shapes(named(&network)), shapes(named(&supernet(&plain, DType::F64, &device_of(DType::F64)))));
}

#[test]
fn a_reducing_cell_pools_both_inputs() {
    // A' and B' are summed by the first block: if one of them kept its side the forward pass could
    // not run.
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
