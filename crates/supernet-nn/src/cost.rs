//! Parameters and multiply-accumulates of stand-alone networks, from a table that is made once.

use crate::flow::{Run, Taken, conditions};
use burn::{
    module::{Module, ModuleVisitor, Param, ParamId},
    tensor::Tensor,
};
use std::collections::HashMap;
use supernet_space::{Cost, PathMask};

/// What each part of a network costs, and under which conditions it is there: a candidate's cost is
/// a sum over the table, no network is built for it.
#[derive(Debug, Default)]
pub(crate) struct CostTable {
    parts: Vec<Part>,
}

/// Parts with the same conditions.
#[derive(Debug)]
struct Part {
    /// It is there where all conditions of one of these lists hold.
    conditions: Vec<Vec<Taken>>,
    cost: Cost,
}

impl CostTable {
    /// The table of a network whose computations, with every option on, are `runs`; `sizes` are
    /// those of its parameters.
    pub(crate) fn new(runs: &[Run], sizes: &HashMap<ParamId, u64>) -> Self {
        let mut table = Self::default();
        let mut readers: Vec<(ParamId, Vec<Vec<Taken>>)> = Vec::new();
        let mut places = HashMap::new();
        for (run, conditions) in runs.iter().zip(conditions(runs)) {
            if run.macs > 0 {
                table.add(conditions.clone(), Cost { parameters: 0, macs: run.macs });
            }
            // A parameter is there if one of the computations that read it is.
            for &id in run.parameters.iter() {
                let place = *places.entry(id).or_insert_with(|| {
                    readers.push((id, Vec::new()));
                    readers.len() - 1
                });
                readers[place].1.extend(conditions.iter().cloned());
            }
        }
        for (id, conditions) in readers {
            table.add(conditions, Cost { parameters: sizes[&id], macs: 0 });
        }
        table
    }

    fn add(&mut self, mut conditions: Vec<Vec<Taken>>, cost: Cost) {
        conditions.dedup();
        match self.parts.iter_mut().find(|part| part.conditions == conditions) {
            Some(part) => {
                part.cost.parameters += cost.parameters;
                part.cost.macs += cost.macs;
            }
            None => self.parts.push(Part { conditions, cost }),
        }
    }

    /// What the stand-alone network of `mask` costs.
    pub(crate) fn cost(&self, mask: &PathMask) -> Cost {
        let is_there = |part: &&Part| part.conditions.iter().any(|all| all.iter().all(|taken| taken.holds(mask)));
        let zero = Cost { parameters: 0, macs: 0 };
        self.parts.iter().filter(is_there).fold(zero, |sum, part| Cost {
            parameters: sum.parameters + part.cost.parameters,
            macs: sum.macs + part.cost.macs,
        })
    }
}

/// Multiply-accumulates of a module that gives `output` [rows, …], for one row: each weight of two
/// axes [inputs, outputs] or more [outputs, inputs / groups, …] is used once for each position of
/// its outputs.
pub(crate) fn macs(module: &impl Module, output: &[usize]) -> u64 {
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

/// The trainable numbers of each parameter: none of the stored statistics of normalisations.
pub(crate) fn sizes(module: &impl Module) -> HashMap<ParamId, u64> {
    #[derive(Default)]
    struct Sizes {
        name: Vec<String>,
        found: HashMap<ParamId, u64>,
    }
    impl ModuleVisitor for Sizes {
        fn enter_module(&mut self, name: &str, _container: &str) {
            self.name.push(name.into());
        }

        fn exit_module(&mut self, _name: &str, _container: &str) {
            self.name.pop();
        }

        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let is_stored = self.name.last().is_some_and(|name| name.starts_with("stored_"));
            self.found.insert(param.id, if is_stored { 0 } else { param.lazy_shape().num_elements() as u64 });
        }
    }
    let mut sizes = Sizes::default();
    module.visit(&mut sizes);
    sizes.found
}
