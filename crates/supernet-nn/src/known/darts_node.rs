//! A node of a DARTS cell: the sum of two operations on two different earlier states.

use super::darts_operation::DartsOperation;
use crate::{
    Build, Identity, Layer, Rows, Wire,
    choices::Options,
    flow::{Taken, sum},
};
use burn::module::Module;
use supernet_space::Darts;

/// The sum of one operation on the lower and one on the higher of two earlier states. Its three
/// choices are those of [`Darts`]: the inputs, the operation on the lower, the operation on the
/// higher.
///
/// Weights belong to a state and an operation, whichever of the two inputs the state is. In a
/// supernet a mask may have other than two inputs on: each but the highest gets the operations for
/// the lower, each but the lowest those for the higher. So one input alone gives nothing, and with
/// more than two some give both.
#[derive(Module, Debug)]
pub struct DartsNode {
    inputs: Options<Identity>,
    lower: Options<Identity>,
    higher: Options<Identity>,
    /// Of each state, the operations that the network holds.
    states: Vec<Vec<Option<DartsOperation>>>,
}

/// Which of a node's two inputs a state is.
#[derive(Clone, Copy)]
enum Role {
    Lower,
    Higher,
}

const ROLES: [Role; 2] = [Role::Lower, Role::Higher];

impl Role {
    /// The states beside which a state has this role.
    fn others(self, state: usize) -> u64 {
        match self {
            Self::Lower => u64::MAX << (state + 1),
            Self::Higher => !(u64::MAX << state),
        }
    }

    fn is_that_of(self, state: usize, inputs: u64) -> bool {
        inputs >> state & 1 == 1 && inputs & self.others(state) != 0
    }
}

impl DartsNode {
    /// Node `node`, from 0, of a cell of kind `kind`; states 0 and 1 are reduced if `reduces`.
    pub(super) fn new(b: &Build, kind: &str, node: usize, channels: usize, reduces: bool) -> Self {
        let place = format!("{kind}/node{}", node + 2);
        let told = |name: &str, bounds, options: Vec<String>| {
            let options = options.into_iter().map(|option| (option, Identity {})).collect();
            Options::new(b, format!("{place}/{name}"), bounds, options)
        };
        let operations = || Darts::OPERATIONS.map(String::from).to_vec();
        let [inputs, lower, higher] = ["inputs", "lower", "higher"].map(|name| b.held(&format!("{place}/{name}")));
        let held = |state: usize, operation: usize| {
            let in_role = |(role, bits): (Role, u64)| role.is_that_of(state, inputs) && bits >> operation & 1 == 1;
            ROLES.into_iter().zip([lower, higher]).any(in_role)
        };
        let operation = |state: usize, (o, name): (usize, &&str)| {
            let stride = if reduces && state < 2 { 2 } else { 1 };
            held(state, o).then(|| DartsOperation::new(b, name, channels, stride))
        };
        let of_state = |state: usize| Darts::OPERATIONS.iter().enumerate().map(|o| operation(state, o)).collect();
        Self {
            inputs: told("inputs", (2, 2), (0..node + 2).map(|state| format!("state{state}")).collect()),
            lower: told("lower", (1, 1), operations()),
            higher: told("higher", (1, 1), operations()),
            states: (0..node + 2).map(of_state).collect(),
        }
    }

    /// The sum over the earlier `states`.
    ///
    /// # Panics
    /// If a mask takes what the network was built without.
    pub(super) fn forward(&self, states: &[Rows]) -> Rows {
        let pass = states[0].pass().clone();
        let choice = |options: &Options<Identity>| pass.paths().choice(options.name());
        let (place, inputs) = choice(&self.inputs);
        let mut terms = Vec::new();
        let survivors = |role: usize| match (pass.paths().scale(place), pass.paths().scale(role)) {
            (None, None) => None,
            (a, b) => Some(a.unwrap_or(1.0) * b.unwrap_or(1.0)),
        };
        for (role, (of_role, bits)) in ROLES.into_iter().zip([choice(&self.lower), choice(&self.higher)]) {
            for (state, (x, operations)) in states.iter().zip(&self.states).enumerate() {
                for (o, operation) in operations.iter().enumerate() {
                    let rows = x.only(place.max(of_role), |ghost| {
                        role.is_that_of(state, inputs[ghost]) && bits[ghost] >> o & 1 == 1
                    });
                    if !rows.is_live() {
                        continue;
                    }
                    let operation = operation.as_ref().unwrap_or_else(|| {
                        panic!(
                            "choice `{}`: the mask takes state {state} with `{}`, which this network was built without",
                            self.inputs.name(),
                            Darts::OPERATIONS[o]
                        )
                    });
                    let around = [
                        Taken::on(place, 1 << state),
                        Taken::on(place, role.others(state)),
                        Taken::on(of_role, 1 << o),
                    ];
                    let input = rows.if_dropping();
                    let result = pass.within_all(&around, || operation.forward(rows)).dropped(input);
                    let result = result.scaled(survivors(of_role));
                    let gate = |choice, option| pass.paths().gate(choice, option);
                    terms.push(result.gated(gate(place, state)).gated(gate(of_role, o)));
                }
            }
        }
        let choices = [&self.inputs, &self.lower, &self.higher].map(|options| choice(options).0 + 1);
        let depends = states.iter().map(|rows| rows.depends).chain(choices).max().unwrap_or(0);
        sum(&states[0].nothing().depending(depends), terms)
    }
}

impl DartsNode {
    /// Describes the sum over the earlier `states`.
    pub(super) fn describe(&self, states: &[Wire]) -> Wire {
        let taken = |options: &Options<Identity>| states[0].choice(options.name());
        let inputs = taken(&self.inputs);
        let mut terms = Vec::new();
        for (role, bits) in ROLES.into_iter().zip([taken(&self.lower), taken(&self.higher)]) {
            for (state, (x, operations)) in states.iter().zip(&self.states).enumerate() {
                let is_taken = |o: usize| role.is_that_of(state, inputs) && bits >> o & 1 == 1;
                let held = operations.iter().enumerate().filter(|(o, _)| is_taken(*o));
                terms.extend(held.filter_map(|(_, operation)| Some(x.clone().through(operation.as_ref()?))));
            }
        }
        if terms.is_empty() { states[0].clone().nothing() } else { Wire::sum(terms) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_inputs_one_is_the_lower_and_one_the_higher() {
        let roles =
            |inputs: u64| ROLES.map(|role| (0..5).filter(|&state| role.is_that_of(state, inputs)).collect::<Vec<_>>());
        assert_eq!(roles(0b01010), [[1], [3]]);
        assert_eq!(roles(0b10011), [[0, 1], [1, 4]]);
        assert_eq!(roles(0b00100), [[0; 0]; 2]);
    }
}
