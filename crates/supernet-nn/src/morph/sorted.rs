//! The channels of chosen widths in another order, which computes the same.

use super::{
    anatomy::{Anatomy, Wide},
    gathered::gather,
};
use burn::tensor::TensorData;
use std::collections::HashMap;

/// The order of the channels of tensors of a width, from the largest: by the choice and the number
/// of channels. Tensors of one choice with as many channels may be added, so they have one order.
type Orders = HashMap<(String, usize), Vec<usize>>;

/// Sorts in `values` the channels of each chosen width by the largest |scale| that a normalisation
/// which writes them has, the largest first; equal ones stay in order. Channels that nothing scales
/// stay as they are.
pub(super) fn sort(network: &Anatomy, values: &mut HashMap<String, TensorData>) {
    let orders = orders(network, values);
    for wide in &network.wide {
        for (choice, runs) in [(&wide.to, wide.written(network)), (&wide.from, wide.heard(network))] {
            let Some(choice) = choice else { continue };
            for run in runs {
                let channels = run.names.iter().map(|&name| values[name].shape()[run.axis]).sum();
                let Some(order) = orders.get(&(choice.clone(), channels)) else { continue };
                gather(values, &run.names, run.axis, |channel| order[channel], |_| 1.0);
            }
        }
    }
}

fn orders(network: &Anatomy, values: &HashMap<String, TensorData>) -> Orders {
    let mut sizes: HashMap<(String, usize), Vec<f64>> = HashMap::new();
    for (choice, sizes_here) in network.wide.iter().filter_map(|wide| scales(network, wide, values)) {
        let largest = sizes.entry((choice, sizes_here.len())).or_insert_with(|| vec![0.0; sizes_here.len()]);
        largest.iter_mut().zip(sizes_here).for_each(|(largest, size)| *largest = largest.max(size));
    }
    let order = |sizes: Vec<f64>| {
        let mut order: Vec<usize> = (0..sizes.len()).collect();
        order.sort_by(|&a, &b| sizes[b].total_cmp(&sizes[a]));
        order
    };
    sizes.into_iter().map(|(key, sizes)| (key, order(sizes))).collect()
}

/// The choice that a layer writes, and |scale| of each channel.
fn scales(network: &Anatomy, wide: &Wide, values: &HashMap<String, TensorData>) -> Option<(String, Vec<f64>)> {
    let scales = wide.norms(network, "scale").names;
    let of = |name: &&str| values[*name].iter::<f64>().map(f64::abs).collect::<Vec<f64>>();
    (!scales.is_empty()).then(|| Some((wide.to.clone()?, scales.iter().flat_map(of).collect())))?
}
