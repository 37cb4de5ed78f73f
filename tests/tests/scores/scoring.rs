//! Many masks on the same images give, bit for bit, what each gives alone.

use std::slice::from_ref;
use supernet::{
    burn::tensor::DType,
    nn::{Call, Execution, NetworkConfig, NnError, PaperNetwork},
    space::{CellSpace, PathMask, draws},
};
use supernet_tests::{
    Formula, behind_imagenet_stem, bits, config, device, images, orders_and_norms, paths, random_masks, with_order,
};

/// Masks of path dropout with dead blocks, architectures, and some of both twice.
fn masks(cells: &CellSpace) -> Vec<PathMask> {
    let architectures = (0..6).map(|i| cells.space().sample(&mut draws(3, "scoring", i)).mask().clone());
    let mut masks: Vec<PathMask> = random_masks(cells, 6, 0.4, 11).into_iter().chain(architectures).collect();
    masks.extend([masks[0].clone(), masks[7].clone(), cells.space().all_on()]);
    masks
}

fn each(
    network: &PaperNetwork,
    config: &NetworkConfig,
    masks: &[PathMask],
    memory: usize,
    call: &Call,
) -> Vec<Vec<u64>> {
    let images = images(6, &config.shape, DType::F32, &device());
    let mut found = vec![Vec::new(); masks.len()];
    let finished = &mut |members: &[usize], logits| {
        let logits = bits(logits);
        for (&member, logits) in members.iter().zip(logits.chunks(logits.len() / members.len())) {
            assert!(found[member].is_empty(), "mask {member} comes once");
            found[member] = logits.to_vec();
        }
        true
    };
    network.forward_each(images, &masks.iter().collect::<Vec<_>>(), memory, call, finished).unwrap();
    found
}

#[test]
fn each_of_many_masks_on_the_same_images_has_the_bits_that_it_has_alone() {
    for (order, norm) in orders_and_norms() {
        let [tied, free] = [CellSpace::new(3, 3).unwrap(), CellSpace::new(4, 2).unwrap().mask_per_cell()]
            .map(|cells| with_order(&config(cells), order, norm));
        for config in [behind_imagenet_stem(&tied), tied, free] {
            let network = config.supernet(&mut Formula(DType::F32), &device()).unwrap();
            let masks = masks(&config.cells);
            for execution in [Execution::Kernels, Execution::PlainBurn] {
                let call = Call { execution, ..Call::default() };
                let alone = masks.iter().map(|mask| {
                    let images = images(6, &config.shape, DType::F32, &device());
                    bits(network.forward_with(images, &paths(&config.cells, from_ref(mask)), &call).unwrap())
                });
                let alone: Vec<_> = alone.collect();
                // One mask in a pass, a few, and all but the first.
                for memory in [0, 200_000, usize::MAX] {
                    let together = each(&network, &config, &masks, memory, &call);
                    let differ: Vec<usize> = (0..masks.len()).filter(|&i| together[i] != alone[i]).collect();
                    assert!(differ.is_empty(), "{order:?}, {norm:?}, {execution:?}, {memory} bytes: masks {differ:?}");
                }
            }
        }
    }
}

#[test]
fn the_work_ends_when_it_is_told_to() {
    let config = config(CellSpace::new(3, 3).unwrap());
    let network = config.supernet(&mut Formula(DType::F32), &device()).unwrap();
    let masks = masks(&config.cells);
    let call = Call::default();
    let mut calls = 0;
    let some = [&masks[0], &masks[6], &masks[7], &masks[9]];
    let finished = &mut |_: &[usize], _| {
        calls += 1;
        calls < 2
    };
    network.forward_each(images(2, &config.shape, DType::F32, &device()), &some, 0, &call, finished).unwrap();
    assert_eq!(calls, 2);
}

#[test]
fn images_of_another_size_are_refused() {
    let config = config(CellSpace::new(3, 3).unwrap());
    let network = config.supernet(&mut Formula(DType::F32), &device()).unwrap();
    let wide = NetworkConfig { shape: supernet::space::NetworkShape { side: 12, ..config.shape }, ..config };
    let images = images(2, &wide.shape, DType::F32, &device());
    let all_on = wide.cells.space().all_on();
    let error = network.forward_each(images, &[&all_on], 0, &Call::default(), &mut |_, _| true).unwrap_err();
    assert_eq!(error, NnError::Input { found: vec![3, 12, 12], expected: vec![3, 8, 8] });
}
