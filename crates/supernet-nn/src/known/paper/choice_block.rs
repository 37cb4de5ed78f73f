//! The choice block: selected inputs → concat → 1x1 → one or two of seven operations → sum.

use super::{Operation, Site};
use crate::{Build, Conv, Rows, SomeOf, Wire};
use burn::module::Module;
use supernet_space::{Choice, ConvOrder, OPERATIONS};

/// A choice block. The 1x1 of the concatenation is a sum of one 1x1 for each input that is on.
#[derive(Module, Debug)]
pub struct ChoiceBlock {
    inputs: SomeOf<Conv>,
    /// The site of the 1x1's output, where a convolution (or the order) asks for one.
    projected: Option<Site>,
    operations: SomeOf<Operation>,
    output: Site,
    /// For each operation whether it reads relu(norm(·)).
    convolves: Vec<bool>,
}

impl ChoiceBlock {
    /// A block of `channels` filters, with the choices of its inputs and of its operations.
    pub(super) fn new(b: &Build, [inputs, operations]: [&Choice; 2], order: ConvOrder, channels: usize) -> Self {
        let convolves: Vec<bool> = (0..OPERATIONS.len()).map(Operation::convolves).collect();
        let is_read = (0..OPERATIONS.len()).any(|o| convolves[o] && b.holds(operations.name(), o));
        let projected = is_read || order != ConvOrder::NormReluConv;
        let input = |name: &String| (name.clone(), Conv::new(b, [channels; 2], 1));
        let operation = |(o, name): (usize, &String)| (name.clone(), Operation::new(b, o, order, channels));
        let each: Vec<_> = operations.options().iter().enumerate().map(operation).collect();
        Self {
            inputs: SomeOf::new(b, inputs.name(), inputs.min()..=inputs.max(), inputs.options().iter().map(input)),
            projected: projected.then(|| Site::of_convolution(b, order, channels)),
            operations: SomeOf::new(b, operations.name(), operations.min()..=operations.max(), each),
            output: Site::of_sum(b, order, channels),
            convolves,
        }
    }

    /// The block's output for its readers, from A', B' and the blocks before it.
    pub(super) fn forward(&self, slices: &[Rows]) -> Rows {
        // A block without an operation is dead: nothing of it runs.
        let reached = slices.iter().map(|slice| self.operations.reached(slice)).collect();
        let projected: Rows = self.inputs.forward_each(reached);
        let (raw, shared) = match &self.projected {
            Some(site) => {
                let raw = site.raw(projected);
                (raw.clone(), site.shared(raw))
            }
            None => (projected.clone(), projected),
        };
        let reads = |&convolves: &bool| if convolves { shared.clone() } else { raw.clone() };
        let each = self.convolves.iter().map(reads).collect();
        // Nobody but the operations reads the 1x1's output.
        drop((raw, shared));
        self.output.shared(self.operations.forward_each(each))
    }
}

impl ChoiceBlock {
    /// Describes the block's output for its readers, from A', B' and the blocks before it.
    pub(super) fn describe(&self, slices: &[Wire]) -> Wire {
        let projected = self.inputs.describe_each(slices);
        let (raw, shared) = match &self.projected {
            Some(site) => {
                let raw = site.describe_raw(projected);
                (raw.clone(), site.describe_shared(raw))
            }
            None => (projected.clone(), projected),
        };
        let reads = |&convolves: &bool| if convolves { shared.clone() } else { raw.clone() };
        let each: Vec<Wire> = self.convolves.iter().map(reads).collect();
        self.output.describe_shared(self.operations.describe_each(&each))
    }
}
