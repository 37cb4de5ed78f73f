//! One training step of a supernet: by masks, by shape, with this library's kernels and with Burn's
//! own operations.
//!
//! `BURN_DEVICE` chooses the device; device and shape (`F cells side ghosts`) stand in every case's
//! name.

use divan::Bencher;
use std::fmt;
use supernet::nn::Execution;
use supernet_benches::{Masks, SHAPES, Shape, TrainingStep, device, device_name};

struct Case {
    shape: Shape,
    masks: Masks,
    execution: Execution,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {:?} {:?}", device_name(), self.shape, self.masks, self.execution)
    }
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for execution in [Execution::Kernels, Execution::PlainBurn] {
        for shape in SHAPES {
            for masks in [Masks::Dropout(0.1), Masks::Architectures, Masks::AllOn] {
                cases.push(Case { shape, masks, execution });
            }
        }
    }
    cases
}

#[divan::bench(args = cases(), sample_count = 10, sample_size = 1)]
fn training_step(bencher: Bencher, case: &Case) {
    let mut step = TrainingStep::new(case.shape, &device());
    let mut draw = 0;
    step.run(&step.masks(case.masks, draw), case.execution);
    bencher.bench_local(move || {
        draw += 1;
        step.run(&step.masks(case.masks, draw), case.execution);
    });
}

fn main() {
    divan::main();
}
