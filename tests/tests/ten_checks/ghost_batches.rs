//! Check 5. Ghost batches hold different masks; changing the images of one leaves the outputs of
//! the others bit-identical.

use crate::{cells, supernet};
use burn::tensor::DType;
use supernet_tests::{bits, config, device, images, paths, random_masks};

#[test]
fn changing_the_images_of_one_ghost_batch_leaves_the_others_bit_identical() {
    let config = config(cells(3));
    let network = supernet(&config, DType::F32, &device());
    let masks = random_masks(&config.cells, 4, 0.1, 8);
    assert!((0..4).all(|g| masks[..g].iter().all(|other| other != &masks[g])), "four different masks");
    let size = 3;
    let before = images(4 * size, &config.shape, DType::F32, &device());
    let paths = paths(&config.cells, &masks);
    let logits = bits(network.forward_masked(before.clone(), &paths).unwrap());
    for g in 0..4 {
        let rows = g * size..(g + 1) * size;
        let changed = before.clone().slice([rows.clone()]).mul_scalar(-1.7).add_scalar(0.3);
        let after = bits(network.forward_masked(before.clone().slice_assign([rows], changed), &paths).unwrap());
        for other in 0..4 {
            let block = other * size * 5..(other + 1) * size * 5;
            assert_eq!(logits[block.clone()] == after[block], other != g, "ghost batch {other} when {g} is changed");
        }
    }
}
