//! Candidates scored by a supernet, the 64 of the PyTorch peer's mask files, at the two shapes,
//! with this library's kernels and with Burn's own operations. One item is a candidate on one
//! image.
//!
//! `BURN_DEVICE` chooses the device; device and shape stand in every case's name.

use divan::{Bencher, counter::ItemsCount};
use std::fmt;
use supernet::nn::Execution;
use supernet_benches::{MaskFile, SHAPES, ScoringRun, Shape, device, device_name};

struct Case {
    shape: Shape,
    execution: Execution,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shape { filters, cells, side, ghost_size, .. } = self.shape;
        let device = device_name();
        write!(f, "{device} F={filters} cells={cells} {side}x{side} 64x{ghost_size} {:?}", self.execution)
    }
}

fn cases() -> Vec<Case> {
    let executions = [Execution::Kernels, Execution::PlainBurn];
    executions.into_iter().flat_map(|execution| SHAPES.map(|shape| Case { shape, execution })).collect()
}

#[divan::bench(args = cases(), sample_count = 10, sample_size = 1)]
fn scoring(bencher: Bencher, case: &Case) {
    let definition = case.shape.network().definition(&device()).expect("sizes in range");
    let run = ScoringRun::new(&definition, case.shape.ghost_size, &device());
    let candidates = MaskFile::of_peer("m8.json", &case.shape.network().cells).candidates;
    let items = ItemsCount::new(candidates.len() * case.shape.ghost_size);
    run.score(&candidates[..8], case.execution);
    bencher.counter(items).bench_local(|| run.score(&candidates, case.execution));
}

fn main() {
    divan::main();
}
