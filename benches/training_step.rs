//! One training step of a supernet: by masks, by shape, with this library's kernels and with Burn's own operations.

use divan::Bencher;
use std::fmt;
use supernet::nn::Execution;
use supernet_benches::{Bench, Masks, SHAPES, Shape, device};

struct Case {
    shape: Shape,
    masks: Masks,
    execution: Execution,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let device = std::env::var("BURN_DEVICE").unwrap_or("flex".into());
        write!(f, "{device} {} {:?} {:?}", self.shape, self.masks, self.execution)
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
    let mut bench = Bench::new(case.shape, &device());
    let mut draw = 0;
    bench.step(&bench.paths(case.masks, draw), case.execution);
    bencher.bench_local(move || {
        draw += 1;
        let paths = bench.paths(case.masks, draw);
        bench.step(&paths, case.execution);
    });
}

fn main() {
    divan::main();
}
