//! How many workers a device gets.

use burn::tensor::Device;
use supernet_nn::on_processor;

/// How many workers to ask for on `device` if `wanted` are: as many on a processor, where 0 asks
/// for one per core; one on any other device unless more are named.
pub fn workers_on(device: &Device, wanted: usize) -> usize {
    if on_processor(device) { wanted } else { wanted.max(1) }
}
