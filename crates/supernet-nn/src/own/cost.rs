//! Parameters and multiply-accumulates of a stand-alone network.

use super::pass::Taken;
use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::Tensor,
};
use supernet_space::PathMask;

/// Multiply-accumulates of a module that gives `output` [rows, …], for one row: each weight of two axes [inputs, outputs] or more
/// [outputs, inputs / groups, …] is used once for each position of its outputs.
pub(super) fn macs(module: &impl Module, output: &[usize]) -> u64 {
    struct Macs {
        numbers: usize,
        sum: u64,
    }
    impl ModuleVisitor for Macs {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let shape = param.lazy_shape();
            let outputs = match D {
                0 | 1 => return,
                2 => shape[1],
                _ => shape[0],
            };
            self.sum += (shape.num_elements() * self.numbers / outputs) as u64;
        }
    }
    let mut macs = Macs { numbers: output[1..].iter().product(), sum: 0 };
    module.visit(&mut macs);
    macs.sum
}

/// What of the multiply-accumulates counted with all on is left under `mask`.
pub(super) fn macs_of(counted: &[(Vec<Taken>, u64)], mask: &PathMask) -> u64 {
    let runs = |place: &[Taken]| place.iter().all(|taken| mask.bits(taken.choice) & taken.options != 0);
    counted.iter().filter(|(place, _)| runs(place)).map(|(_, macs)| macs).sum()
}

/// Trainable numbers: all parameters but the stored statistics of normalisations.
pub(super) fn parameters(module: &impl Module) -> u64 {
    #[derive(Default)]
    struct Count {
        path: Vec<String>,
        sum: u64,
    }
    impl ModuleVisitor for Count {
        fn enter_module(&mut self, name: &str, _container: &str) {
            self.path.push(name.into());
        }

        fn exit_module(&mut self, _name: &str, _container: &str) {
            self.path.pop();
        }

        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if !self.path.last().is_some_and(|name| name.starts_with("stored_")) {
                self.sum += param.lazy_shape().num_elements() as u64;
            }
        }
    }
    let mut count = Count::default();
    module.visit(&mut count);
    count.sum
}
