//! A graph while it is written.

use super::graph::{Graph, Node, Operation};
use crate::{NnError, flow::Rectifier};
use burn::{
    module::{Module, ModuleVisitor, Param, ParamId},
    tensor::Tensor,
};
use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
};
use supernet_space::{PathMask, SearchSpace};

/// A graph while it is written, and what the modules of the network are looked up in.
#[derive(Debug)]
pub(super) struct Draft {
    names: HashMap<ParamId, String>,
    /// Of each choice, what the network's mask has on.
    choices: HashMap<String, u64>,
    nodes: RefCell<Vec<Node>>,
    /// Where each node is: what is computed twice is one node.
    places: RefCell<HashMap<Node, usize>>,
    failure: RefCell<Option<NnError>>,
    /// What stands in place of max(x, 0).
    rectifier: Rectifier,
}

impl Draft {
    /// Of a network whose parameters stand at their names.
    pub(super) fn new(network: &impl Module, space: &SearchSpace, mask: &PathMask, rectifier: Rectifier) -> Self {
        let mut names = Names::default();
        network.visit(&mut names);
        let choices = space.choices().iter().enumerate();
        Self {
            names: names.found,
            choices: choices.map(|(place, choice)| (choice.name().to_owned(), mask.bits(place))).collect(),
            nodes: RefCell::default(),
            places: RefCell::default(),
            failure: RefCell::default(),
            rectifier,
        }
    }

    pub(super) fn rectifier(&self) -> &Rectifier {
        &self.rectifier
    }

    /// The parameters that a node is computed with.
    pub(super) fn computed_with(&self, place: usize) -> HashSet<ParamId> {
        let nodes = self.nodes.borrow();
        let (mut left, mut seen, mut found) = (vec![place], HashSet::new(), HashSet::new());
        while let Some(place) = left.pop() {
            if seen.insert(place) {
                found.extend(nodes[place].operation.parameters());
                left.extend(&nodes[place].inputs);
            }
        }
        self.names.iter().filter(|(_, name)| found.contains(name.as_str())).map(|(&id, _)| id).collect()
    }

    /// Adds a node, unless there is the same already; returns its place.
    pub(super) fn node(&self, operation: Operation, inputs: Vec<usize>, shape: Vec<usize>) -> usize {
        let node = Node { operation, inputs, shape };
        let mut nodes = self.nodes.borrow_mut();
        *self.places.borrow_mut().entry(node.clone()).or_insert_with(|| {
            nodes.push(node);
            nodes.len() - 1
        })
    }

    /// The name of a parameter.
    pub(super) fn name<const D: usize>(&self, parameter: &Param<Tensor<D>>) -> String {
        self.names.get(&parameter.id).cloned().unwrap_or_else(|| {
            self.fail("a parameter", format!("one of shape {:?}", parameter.lazy_shape()), "one of the network's");
            String::new()
        })
    }

    /// What the network's mask has on of a choice.
    pub(super) fn choice(&self, name: &str) -> u64 {
        self.choices.get(name).copied().unwrap_or_else(|| {
            self.fail("a choice", format!("`{name}`"), "one of the space");
            0
        })
    }

    /// Notes the first thing that is wrong.
    pub(super) fn fail(&self, place: &str, found: String, expected: impl Into<String>) {
        self.refuse(NnError::Description { place: place.into(), found, expected: expected.into() });
    }

    /// Notes the first thing that is wrong.
    pub(super) fn refuse(&self, error: NnError) {
        self.failure.borrow_mut().get_or_insert(error);
    }

    /// Returns the graph whose last node is at `output`.
    pub(super) fn finished(&self, output: usize) -> Result<Graph, NnError> {
        if let Some(error) = self.failure.borrow().clone() {
            return Err(error);
        }
        let mut nodes = self.nodes.borrow().clone();
        nodes.truncate(output + 1);
        Ok(Graph { nodes }.pruned())
    }
}

/// The names of parameters, by id.
#[derive(Default)]
struct Names {
    path: Vec<String>,
    found: HashMap<ParamId, String>,
}

impl ModuleVisitor for Names {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.found.insert(param.id, self.path.join("."));
    }
}
