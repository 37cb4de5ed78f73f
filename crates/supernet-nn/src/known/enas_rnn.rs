//! The recurrent cells of ENAS (Pham, Guan, Zoph, Le and Dean, ICML 2018) as a classifier of
//! sequences.

use crate::{Build, Cell, Definition, Graph, Identity, Layer, NnError, OneOf, Rows, SomeOf, flow::sum};
use burn::{
    module::Module,
    nn::{Linear, LinearConfig},
    tensor::{
        Device, Tensor,
        activation::{relu, sigmoid},
    },
};
use std::{collections::BTreeSet, rc::Rc};
use supernet_space::{EnasRnn, EnasRnnShape};

/// A gate `[rows, 3 · hidden]`, which are t, y and s: s + σ(t) · (f(y) − s) with a function f.
#[derive(Module, Debug)]
pub struct EnasGate {
    #[module(skip)]
    function: EnasFunction,
}

/// A function of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EnasFunction {
    Tanh,
    Relu,
    Identity,
    Sigmoid,
}

impl EnasFunction {
    /// In the order of [`EnasRnn::ACTIVATIONS`].
    const ALL: [Self; 4] = [Self::Tanh, Self::Relu, Self::Identity, Self::Sigmoid];

    fn of(self, y: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Tanh => y.tanh(),
            Self::Relu => relu(y),
            Self::Identity => y,
            Self::Sigmoid => sigmoid(y),
        }
    }
}

impl Layer<2, 2> for EnasGate {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        x.map(|x| {
            let hidden = x.dims()[1] / 3;
            let part = |i: usize| x.clone().narrow(1, i * hidden, hidden);
            part(2) + sigmoid(part(0)) * (self.function.of(part(1)) - part(2))
        })
    }
}

/// What a node reads: a linear layer that gives its gate and its candidate, and one of the
/// functions. The state that passes the gate is the last `hidden` numbers of what it is given: of an
/// earlier node all of them, of input ⧺ state the state.
///
/// A mask with several functions on, or several earlier nodes, has their mean: their sum would grow
/// from node to node and step to step, beyond all numbers.
#[derive(Module, Debug)]
pub struct EnasHighway {
    linear: Linear,
    activation: OneOf<EnasGate>,
    /// The choice which earlier nodes are read; the first node has none.
    #[module(skip)]
    previous: Option<String>,
}

impl EnasHighway {
    /// The part of node `node` that reads `inputs` numbers.
    fn new(b: &Build, node: usize, inputs: usize, hidden: usize) -> Self {
        let gates = EnasFunction::ALL.map(|function| EnasGate { function });
        Self {
            linear: LinearConfig::new(inputs, 2 * hidden).with_bias(false).init(b.device()),
            activation: OneOf::new(b, format!("node{node}/activation"), EnasRnn::ACTIVATIONS.into_iter().zip(gates)),
            previous: (node > 1).then(|| previous(node)),
        }
    }
}

impl Layer<2, 2> for EnasHighway {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        let gates = x.run(&self.linear, |linear, x| {
            let gates = linear.forward(x.clone());
            let ([_, inputs], hidden) = (x.dims(), gates.dims()[1] / 2);
            Tensor::cat(vec![gates, x.narrow(1, inputs - hidden, hidden)], 1)
        });
        let state = mean(gates.through(&self.activation), self.activation.options.name());
        match &self.previous {
            Some(previous) => mean(state, previous),
            None => state,
        }
    }
}

/// The name of the choice which earlier nodes node `node` reads.
fn previous(node: usize) -> String {
    format!("node{node}/previous")
}

/// `x` divided by the number of options of `choice` that each mask has on.
fn mean(x: Rows<2>, choice: &str) -> Rows<2> {
    let pass = Rc::clone(x.pass());
    let (place, bits) = pass.paths().choice(choice);
    let counts: BTreeSet<u32> = bits.iter().map(|bits| bits.count_ones()).filter(|&count| count > 0).collect();
    let of = |&count: &u32| {
        let those = x.only(place, |mask| bits[mask].count_ones() == count);
        those.scaled((count > 1).then(|| 1.0 / f64::from(count)))
    };
    sum(&x.nothing().depending(place + 1), counts.iter().map(of).collect())
}

/// A recurrent cell of nodes, each of which reads one earlier node (the first input and state)
/// through a highway; the mean of the nodes that no node reads is the state. A linear classifier
/// reads the last one.
#[derive(Module, Debug)]
pub struct EnasRnnNet {
    cell: Cell<EnasHighway, Graph<Identity, EnasHighway>>,
    classifier: Linear,
}

impl EnasRnnNet {
    /// The network of cells of `nodes` nodes.
    pub fn new(b: &Build, nodes: usize, shape: &EnasRnnShape) -> Self {
        let EnasRnnShape { features, hidden, classes, .. } = *shape;
        let inputs = |node: usize| {
            let earlier = (1..node).map(|before| (format!("node{before}"), EnasHighway::new(b, node, hidden, hidden)));
            SomeOf::new(b, previous(node), 1..=1, earlier)
        };
        let graph = Graph::new(b, (2..=nodes).map(inputs), |_| Identity {}).averaged();
        Self {
            cell: Cell::new(EnasHighway::new(b, 1, features + hidden, hidden), graph, hidden),
            classifier: LinearConfig::new(hidden, classes).init(b.device()),
        }
    }

    /// The space of these networks, as [`EnasRnn`] knows it, for sequences [steps, features].
    ///
    /// # Errors
    /// A number of the shape out of range.
    pub fn definition(space: &EnasRnn, shape: EnasRnnShape, device: &Device) -> Result<Definition<Self, 3>, NnError> {
        shape.check()?;
        let (input, nodes) = ([shape.steps, shape.features], space.node_count());
        Definition::new("enas-rnn", &input, device, move |b| Self::new(b, nodes, &shape))?.known_as(space.space())
    }
}

impl Layer<3, 2> for EnasRnnNet {
    fn forward(&self, x: Rows<3>) -> Rows<2> {
        x.through(&self.cell).last_step().through(&self.classifier)
    }
}
