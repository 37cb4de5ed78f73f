//! Batches of a training that goes on from another.

use crate::Batches;
use burn::tensor::{Device, Int, Tensor};
use std::ops::Range;

/// The batches behind the first `passed`.
pub(super) struct Onwards<'a, B> {
    pub(super) batches: &'a B,
    pub(super) passed: u64,
}

impl<B: Batches> Batches for Onwards<'_, B> {
    type Input = B::Input;

    type Host = B::Host;

    fn host(&self, step: u64) -> B::Host {
        self.batches.host(self.passed + step)
    }

    fn place(&self, host: B::Host, device: &Device) -> (B::Input, Tensor<1, Int>) {
        self.batches.place(host, device)
    }

    fn rows(&self, input: &B::Input, rows: Range<usize>) -> B::Input {
        self.batches.rows(input, rows)
    }
}
