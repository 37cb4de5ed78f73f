//! How choices are described: by the options that the network's mask takes.

use super::{Describe, Wire};
use crate::{
    Graph, Motif, Motifs, OneOf, Repeat, Resolution, Sliced, SomeOf,
    choices::{Options, Wiring},
};
use burn::module::{Module, ModuleDisplay};

impl<M: Module + Describe> Options<M> {
    /// The sum of the options that the mask takes, each of its own input or all of one; nothing
    /// where it takes none.
    fn described(&self, inputs: &[Wire]) -> Wire {
        let bits = inputs[0].choice(self.name());
        let input = |o: usize| inputs[if inputs.len() == 1 { 0 } else { o }].clone();
        let taken = self.held.iter().enumerate().filter(|(o, _)| bits >> o & 1 == 1);
        let term = |(o, option): (usize, &Option<M>)| match option {
            Some(option) => input(o).through(option),
            None => input(o).failed(self.name(), format!("option {o} taken"), "one that the network was built with"),
        };
        let terms: Vec<Wire> = taken.map(term).collect();
        if terms.is_empty() { input(0).nothing() } else { Wire::sum(terms) }
    }
}

impl<M: Module + Describe> Describe for Options<M> {
    fn describe(&self, x: Wire) -> Wire {
        self.described(&[x])
    }
}

impl<M: Module + Describe> Describe for OneOf<M> {
    fn describe(&self, x: Wire) -> Wire {
        x.through(&self.options)
    }
}

impl<M: Module + Describe> Describe for SomeOf<M> {
    fn describe(&self, x: Wire) -> Wire {
        x.through(&self.options)
    }
}

impl<M: Module + Describe> SomeOf<M> {
    /// Describes [`SomeOf::forward_each`]: option j reads `inputs[j]`.
    ///
    /// # Panics
    /// If there is not one input for each option.
    pub fn describe_each(&self, inputs: &[Wire]) -> Wire {
        let count = self.options.held.len();
        assert!(inputs.len() == count, "found {} inputs, expected one for each of {count} options", inputs.len());
        self.options.described(inputs)
    }
}

impl<M: Module + Describe> Describe for Sliced<M> {
    fn describe(&self, x: Wire) -> Wire {
        x.through(&self.module).projected(&self.slice)
    }
}

impl<M: Module + ModuleDisplay + Describe> Describe for Resolution<M> {
    fn describe(&self, x: Wire) -> Wire {
        x.through(&self.sides).through(&self.network)
    }
}

impl<M: Module + Describe> Describe for Repeat<M> {
    fn describe(&self, x: Wire) -> Wire {
        let bits = x.choice(self.depths.name());
        let (mut terms, mut y) = (Vec::new(), x.clone());
        for (i, module) in self.depths.held.iter().flatten().enumerate() {
            y = y.through(module);
            if bits >> i & 1 == 1 {
                terms.push(y.clone());
            }
        }
        if terms.is_empty() { x.nothing() } else { Wire::sum(terms) }
    }
}

impl<M: Module + Describe, E: Module + Describe> Describe for Graph<M, E> {
    fn describe(&self, x: Wire) -> Wire {
        let wiring = Wiring::of_mask(self.names().map(|name| x.choice(name)), self.isolated);
        let mut states: Vec<Wire> = Vec::new();
        for (node, module) in self.nodes.held.iter().enumerate() {
            let input = match node.checked_sub(1) {
                Some(before) if !wiring.enters(0, node) => self.inputs[before].describe_each(&states),
                _ => x.clone(),
            };
            states.push(match module {
                Some(module) if wiring.is_there(0, node) => input.through(module),
                None if wiring.is_there(0, node) => input.failed("a graph", format!("node {}", node + 1), "none there"),
                _ => input.nothing(),
            });
        }
        let loose: Vec<Wire> =
            (0..states.len()).filter(|&i| wiring.is_loose(0, i)).map(|i| states[i].clone()).collect();
        match loose.len() {
            0 => x,
            2.. if self.averages => x.failed("a graph", format!("the mean of {} nodes", loose.len()), "a sum"),
            _ => Wire::sum(loose),
        }
    }
}

impl<M: Module + ModuleDisplay + Describe> Describe for Motif<M> {
    fn describe(&self, x: Wire) -> Wire {
        match self {
            Self::None(zeros) => x.through(zeros),
            Self::Operation(operation) => x.through(operation),
            Self::Graph(graph) => x.through(graph),
        }
    }
}

impl<M: Module + ModuleDisplay + Describe> Describe for Motifs<M> {
    fn describe(&self, x: Wire) -> Wire {
        let (mut nodes, mut edges) = (vec![x], self.edges.iter().peekable());
        while edges.peek().is_some() {
            let to = nodes.len();
            let terms = nodes.iter().zip(edges.by_ref().take(to)).map(|(node, edge)| node.clone().through(edge));
            let node = Wire::sum(terms.collect());
            nodes.push(node);
        }
        nodes.pop().expect("a graph has nodes")
    }
}
