//! A block of a cell of NASNet or PNAS: an operation each on two states, added or concatenated.

use super::nas_net_operation::{DescribedState, NasNetOperation, Second, State};
use crate::{
    Build, Identity, Rows, Wire,
    choices::Options,
    flow::{Pass, Taken, sum},
};
use burn::module::Module;
use std::rc::Rc;

/// An operation on a state, both of them chosen. Weights belong to a state and an operation; in a
/// supernet a mask may have any of both on, and gets the sum of all pairs.
#[derive(Module, Debug)]
pub struct NasNetOperand {
    state: Options<Identity>,
    operation: Options<Identity>,
    /// Of each state, the operations that the network holds.
    states: Vec<Vec<Option<NasNetOperation>>>,
}

/// A choice that a module of its own carries out.
fn told(b: &Build, name: &str, options: Vec<String>) -> Options<Identity> {
    Options::new(b, name.into(), (1, 1), options.into_iter().map(|option| (option, Identity {})).collect())
}

impl NasNetOperand {
    /// The operand `name` of the states of `cell`.
    fn new(b: &Build, name: &str, cell: &CellShape, block: usize) -> Self {
        let operation_name = format!("{name}_operation");
        let (states, operations) = (b.held(name), b.held(&operation_name));
        let operation = |state: usize, (o, operation): (usize, &&str)| {
            let is_held = states >> state & 1 == 1 && operations >> o & 1 == 1;
            let stride = if cell.kind.reduces && state < 2 { 2 } else { 1 };
            is_held.then(|| NasNetOperation::new(b, operation, cell.filters, stride, cell.may_be_wide(b, state)))
        };
        let names = cell.kind.operations;
        let of_state = |state: usize| names.iter().enumerate().map(|o| operation(state, o)).collect();
        let earlier = (1..block).map(|earlier| format!("block{earlier}"));
        Self {
            state: told(b, name, ["current".into(), "previous".into()].into_iter().chain(earlier).collect()),
            operation: told(b, &operation_name, names.iter().copied().map(String::from).collect()),
            states: (0..block + 1).map(of_state).collect(),
        }
    }

    fn forward(&self, states: &[State]) -> Rows {
        let pass = Rc::clone(states[0].first.pass());
        let ((place, read), (of, taken)) =
            (pass.paths().choice(self.state.name()), pass.paths().choice(self.operation.name()));
        let last = place.max(of);
        let mut terms = Vec::new();
        for (s, (state, operations)) in states.iter().zip(&self.states).enumerate() {
            for (o, operation) in operations.iter().enumerate() {
                let is_on = |mask: usize| read[mask] >> s & 1 == 1 && taken[mask] >> o & 1 == 1;
                let only = |rows: &Rows| rows.only(last, is_on);
                let first = only(&state.first);
                if !first.is_live() {
                    continue;
                }
                let second = state.second.as_ref().map(|second| Second { rows: only(&second.rows), ..*second });
                let Some(operation) = operation else { self.missing(s, o) };
                let around = [Taken::on(place, 1 << s), Taken::on(of, 1 << o)];
                let input = first.if_dropping();
                let result = pass.within_all(&around, || operation.forward(&State { first, second })).dropped(input);
                let gate = |choice, option| pass.paths().gate(choice, option);
                terms.push(result.gated(gate(place, s)).gated(gate(of, o)));
            }
        }
        let depends = states.iter().map(|state| state.first.depends).fold(last + 1, usize::max);
        let nothing = states[0].first.nothing().depending(depends);
        sum(&nothing, terms).scaled(survivors(&pass, [place, of]))
    }

    fn missing(&self, state: usize, operation: usize) -> ! {
        panic!(
            "choice `{}`: the mask takes state {state} with `{}`, which this network was built without",
            self.state.name(),
            self.operation.option(operation)
        )
    }

    /// The place of the choice of its state, and what each mask reads.
    pub(super) fn reads<'a>(&self, pass: &'a Pass) -> (usize, &'a [u64]) {
        pass.paths().choice(self.state.name())
    }
}

/// What the result of several choices is multiplied by.
fn survivors<const N: usize>(pass: &Pass, choices: [usize; N]) -> Option<f64> {
    let scales: Vec<f64> = choices.iter().filter_map(|&choice| pass.paths().scale(choice)).collect();
    (!scales.is_empty()).then(|| scales.iter().product())
}

/// What a kind of cell is: the same in all of its places, whatever their filters.
#[derive(Clone, Copy)]
pub(super) struct CellKind {
    /// What stands before `block1` in the names of its choices.
    pub(super) prefix: &'static str,
    /// The operations of an operand.
    pub(super) operations: &'static [&'static str],
    /// Whether a block has a choice how its operands meet; without it they are added.
    pub(super) combines: bool,
    /// Whether it halves the sides and doubles the filters.
    pub(super) reduces: bool,
    /// States (bit s is state s) that are concatenated although a block reads them.
    pub(super) also_concatenated: u64,
}

impl CellKind {
    /// A normal or a reducing cell, whose operands are added, of a network that has both.
    pub(super) fn of_two(reduces: bool, operations: &'static [&'static str]) -> Self {
        let prefix = if reduces { "reduce/" } else { "normal/" };
        Self { prefix, operations, combines: false, reduces, also_concatenated: 0 }
    }
}

/// What the parts of a cell are built from.
pub(super) struct CellShape {
    pub(super) kind: CellKind,
    pub(super) blocks: usize,
    pub(super) filters: usize,
}

impl CellShape {
    fn name(&self, block: usize, what: &str) -> String {
        format!("{}block{block}/{what}", self.kind.prefix)
    }

    /// Whether a state may have a second half in some network: state 2 is block 1.
    pub(super) fn has_halves(&self, state: usize) -> bool {
        self.kind.combines && state >= 2
    }

    /// Whether a network holds what a second half of a state needs.
    pub(super) fn may_be_wide(&self, b: &Build, state: usize) -> bool {
        self.has_halves(state) && b.held(&self.name(state - 1, "combine")) & Second::CONCATENATES != 0
    }

    /// Whether a network may have a state that no block reads.
    pub(super) fn may_be_loose(&self, b: &Build, state: usize) -> bool {
        let operands = (1..=self.blocks).flat_map(|block| ["left", "right"].map(|side| self.name(block, side)));
        b.holds_everything() || operands.into_iter().all(|name| b.held(&name) >> state & 1 == 0)
    }
}

/// Two operands and how they meet: by addition, or side by side.
#[derive(Module, Debug)]
pub struct NasNetBlock {
    left: NasNetOperand,
    right: NasNetOperand,
    /// None where they are always added.
    combine: Option<Options<Identity>>,
}

impl NasNetBlock {
    /// Block `block`, from 1, of a cell.
    pub(super) fn new(b: &Build, cell: &CellShape, block: usize) -> Self {
        let combine = || told(b, &cell.name(block, "combine"), vec!["add".into(), "concat".into()]);
        Self {
            left: NasNetOperand::new(b, &cell.name(block, "left"), cell, block),
            right: NasNetOperand::new(b, &cell.name(block, "right"), cell, block),
            combine: cell.kind.combines.then(combine),
        }
    }

    /// The operands.
    pub(super) fn operands(&self) -> [&NasNetOperand; 2] {
        [&self.left, &self.right]
    }

    /// Whether it may put its operands side by side.
    pub(super) fn combines(&self) -> bool {
        self.combine.is_some()
    }

    pub(super) fn forward(&self, states: &[State]) -> State {
        let [left, right] = self.operands().map(|operand| operand.forward(states));
        let Some(combine) = &self.combine else { return State::of(sum(&left.nothing(), vec![left, right])) };
        let pass = Rc::clone(left.pass());
        let (combine, bits) = pass.paths().choice(combine.name());
        let [left, right] = [left, right].map(|operand| operand.scaled(survivors(&pass, [combine])));
        // The left operand is in both results: what gates weigh is where the right one goes.
        let right = |option: usize| {
            let rows = right.only(combine, |mask| bits[mask] >> option & 1 == 1);
            rows.gated(pass.paths().gate(combine, option))
        };
        let first = vec![left.only(combine, |mask| bits[mask] != 0), right(0)];
        let second = right(Second::CONCATENATES.trailing_zeros() as usize);
        State { first: sum(&left.nothing(), first), second: Some(Second { rows: second, combine }) }
    }
}

impl NasNetOperand {
    fn describe(&self, states: &[DescribedState]) -> Wire {
        let taken = |options: &Options<Identity>| states[0].first.choice(options.name());
        let (read, of) = (taken(&self.state), taken(&self.operation));
        let mut terms = Vec::new();
        let of_states = states.iter().zip(&self.states).enumerate();
        for (_, (state, operations)) in of_states.filter(|(s, _)| read >> s & 1 == 1) {
            let held = operations.iter().enumerate().filter(|(o, _)| of >> o & 1 == 1);
            terms.extend(held.filter_map(|(_, operation)| Some(operation.as_ref()?.describe(state))));
        }
        if terms.is_empty() { states[0].first.clone().nothing() } else { Wire::sum(terms) }
    }

    /// What the network's mask reads.
    pub(super) fn described_reads(&self, wire: &Wire) -> u64 {
        wire.choice(self.state.name())
    }
}

impl NasNetBlock {
    pub(super) fn describe(&self, states: &[DescribedState]) -> DescribedState {
        let [left, right] = self.operands().map(|operand| operand.describe(states));
        let concatenates = |combine: &Options<Identity>| left.choice(combine.name()) & Second::CONCATENATES != 0;
        match self.combine.as_ref().is_some_and(concatenates) {
            false => DescribedState::of(left + right),
            true => DescribedState { first: left, second: right },
        }
    }
}
