//! What `NetworkShape::cost` counts without building equals what is counted in the network that is
//! built.

use burn::{
    module::Module,
    optim::GradientsParams,
    tensor::{DType, Device},
};
use supernet_nn::{NetworkConfig, NormKind, PaperNetwork};
use supernet_space::{CellSpace, ConvOrder, NetworkShape, PathMask, StemKind, draws};
use supernet_tests::{Formula, device, parameters, random_masks};

/// Spaces, widths, sizes and orders: a row each.
fn configurations() -> Vec<NetworkConfig> {
    let rows = [
        // cells, blocks, a mask per cell, filters, side, channels, classes, stem
        (3, 1, false, 2, 4, 1, 3, StemKind::Plain),
        (3, 4, false, 4, 8, 3, 10, StemKind::Plain),
        (3, 4, true, 3, 8, 3, 10, StemKind::Plain),
        (4, 2, true, 5, 12, 2, 7, StemKind::Plain),
        (5, 3, false, 4, 16, 3, 100, StemKind::Plain),
        (8, 4, false, 4, 32, 3, 10, StemKind::Plain),
        (9, 2, false, 16, 32, 3, 10, StemKind::Plain),
        (3, 2, false, 3, 16, 1, 5, StemKind::ImageNet),
        (8, 2, true, 4, 48, 3, 10, StemKind::ImageNet),
    ];
    let orders = [ConvOrder::NormReluConv, ConvOrder::ReluConvNorm, ConvOrder::ConvNormRelu];
    let build = |(n, blocks, per_cell, filters, side, channels, classes, stem), order| {
        let cells = CellSpace::new(n, blocks).unwrap();
        let cells = if per_cell { cells.mask_per_cell() } else { cells };
        let shape = NetworkShape { filters, side, channels, classes, order, stem };
        NetworkConfig { cells, shape, norm: NormKind::Ghost }
    };
    rows.into_iter().flat_map(|row| orders.map(|order| build(row, order))).collect()
}

/// Calls `check` with several random architectures of every configuration, with a mask of path
/// dropout and with All On, and the stand-alone network of each.
fn for_each_network(seed: u64, check: impl Fn(&NetworkConfig, &PathMask, &PaperNetwork, &str)) {
    let device: Device = device();
    for (i, config) in configurations().into_iter().enumerate() {
        let rng = &mut draws(seed, "costs", i as u64);
        let drawn = (0..6).map(|_| config.cells.space().sample(rng).mask().clone());
        let others = [random_masks(&config.cells, 1, 0.3, seed).remove(0), config.cells.space().all_on()];
        for mask in drawn.chain(others) {
            let network = config.stand_alone(&mask, &mut Formula(DType::F32), &device).unwrap();
            check(&config, &mask, &network, &format!("{mask} of {:?}", config.shape));
        }
    }
}

#[test]
fn parameters_are_those_of_the_network_that_is_built() {
    for_each_network(1, |config, mask, network, what| {
        let found = parameters(network, &GradientsParams::new());
        let stored = found.iter().filter(|(name, _)| name.contains(".stored_")).map(|(_, p)| p.value.len());
        let cost = config.shape.cost(&config.cells, mask).unwrap();
        assert_eq!(cost.parameters, (network.num_params() - stored.sum::<usize>()) as u64, "{what}");
    });
}

#[test]
fn multiply_accumulates_are_those_of_the_weights_and_sizes_of_the_network_that_is_built() {
    for_each_network(2, |config, mask, network, what| {
        let n = config.cells.cells();
        let reductions = |cell: usize| usize::from(cell >= n / 3) + usize::from(cell >= 2 * n / 3);
        // A weight is applied once at every place of the maps that its cell makes; a cell's inputs
        // are pooled before their 1x1.
        let places = |name: &str| {
            let (first, second) = match config.shape.stem {
                StemKind::Plain => (config.shape.side, config.shape.side),
                StemKind::ImageNet => (config.shape.side / 2, config.shape.side / 4),
            };
            let side = match name.split('.').collect::<Vec<_>>()[..] {
                ["stem1", "weight"] => first,
                ["stem2", "weight"] => second,
                ["cells", cell, ..] => second >> reductions(cell.parse().unwrap()),
                ["head", ..] => second >> 2,
                ["classifier", "weight"] => 1,
                _ => panic!("{name}: a weight at a place that this test does not know"),
            };
            (side * side) as u64
        };
        let found = parameters(network, &GradientsParams::new());
        let weights = found.iter().filter(|(_, parameter)| parameter.shape.len() > 1);
        let macs: u64 = weights.map(|(name, parameter)| parameter.value.len() as u64 * places(name)).sum();
        assert_eq!(config.shape.cost(&config.cells, mask).unwrap().macs, macs, "{what}");
    });
}

#[test]
fn a_stand_alone_network_holds_what_its_mask_has_on_and_nothing_else() {
    for_each_network(3, |config, mask, network, what| {
        let found = parameters(network, &GradientsParams::new());
        for cell in 0..config.cells.cells() {
            for (block, paths) in config.cells.paths(mask, cell).into_iter().enumerate() {
                let prefix = format!("cells.{cell}.blocks.{block}.");
                let has = |part: String| found.keys().any(|name| name.starts_with(&format!("{prefix}{part}")));
                for j in 0..2 + block {
                    assert_eq!(has(format!("inputs.weights.{j}")), paths.inputs >> j & 1 == 1, "{what}");
                }
                for operation in 0..7 {
                    let convolves = (1..=4).contains(&operation);
                    let expected = convolves && paths.operations >> operation & 1 == 1;
                    assert_eq!(has(format!("operations.{operation}.")), expected, "{what}");
                }
            }
        }
    });
}

#[test]
fn the_supernet_costs_more_than_any_of_its_architectures_and_holds_every_weight_of_each() {
    let config = &configurations()[3];
    let supernet = config.supernet(&mut Formula(DType::F32), &device()).unwrap();
    let all = parameters(&supernet, &GradientsParams::new());
    let rng = &mut draws(4, "costs", 0);
    for _ in 0..20 {
        let architecture = config.cells.space().sample(rng);
        let network = config.stand_alone(&architecture, &mut Formula(DType::F32), &device()).unwrap();
        let weights = parameters(&network, &GradientsParams::new());
        let shared: Vec<_> = weights.iter().filter(|(name, _)| !name.contains(".norm.")).collect();
        assert!(shared.iter().all(|(name, parameter)| all[*name].shape == parameter.shape));
        assert!(shared.len() < all.len());
    }
}
