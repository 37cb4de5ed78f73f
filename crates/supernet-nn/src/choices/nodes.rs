//! The nodes of a graph: the modules that a network holds of them.

use super::wiring::Isolated;
use crate::choice_walk::under;
use burn::{
    module::{Content, Devices, Module, ModuleDisplay, ModuleDisplayDefault, ModuleMapper, ModuleVisitor},
    tensor::Device,
};

/// The modules of nodes. A stand-alone network holds those that are there.
#[derive(Clone, Debug)]
pub(crate) struct Nodes<M> {
    pub(crate) held: Vec<Option<M>>,
    /// What a visitor is told when it enters each: the choices under which it is there.
    containers: Vec<String>,
}

impl<M> Nodes<M> {
    /// Nodes of which each but the first reads what its choice of these `names` says.
    pub(super) fn new(held: Vec<Option<M>>, names: &[String], isolated: Isolated) -> Self {
        let container = |node: usize| {
            let reads = node.checked_sub(1).map(|before| (&names[before], u64::MAX >> (u64::BITS as usize - node)));
            let is_read = names[node..].iter().map(|reader| (reader, 1 << node));
            under(reads.into_iter().chain(is_read))
        };
        let containers = match isolated {
            Isolated::Dropped if !names.is_empty() => (0..held.len()).map(container).collect(),
            _ => vec!["Vec".into(); held.len()],
        };
        Self { held, containers }
    }
}

macro_rules! each_held {
    ($self:ident, $module:ident => $with:expr) => {
        Self { held: $self.held.into_iter().map(|node| node.map(|$module| $with)).collect(), ..$self }
    };
}

/// A node's parameters stand under its number, from 0.
impl<M: Module> Module for Nodes<M> {
    fn collect_devices(&self, devices: Devices) -> Devices {
        self.held.iter().flatten().fold(devices, |devices, node| node.collect_devices(devices))
    }

    fn fork(self, device: &Device) -> Self {
        each_held!(self, node => node.fork(device))
    }

    fn to_device(self, device: &Device) -> Self {
        each_held!(self, node => node.to_device(device))
    }

    fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
        for (i, (node, container)) in self.held.iter().zip(&self.containers).enumerate() {
            let Some(node) = node else { continue };
            visitor.enter_module(&i.to_string(), container);
            node.visit(visitor);
            visitor.exit_module(&i.to_string(), container);
        }
    }

    fn map<T: ModuleMapper>(self, mapper: &mut T) -> Self {
        let mut map = |i: usize, container: &String, node: M| {
            mapper.enter_module(&i.to_string(), container);
            let node = node.map(mapper);
            mapper.exit_module(&i.to_string(), container);
            node
        };
        let nodes = self.held.into_iter().zip(&self.containers).enumerate();
        let held = nodes.map(|(i, (node, container))| node.map(|node| map(i, container, node))).collect();
        Self { held, containers: self.containers }
    }

    fn valid(&self) -> Self {
        let copy = self.clone();
        each_held!(copy, node => node.valid())
    }

    fn train(self) -> Self {
        each_held!(self, node => node.train())
    }

    fn materialize(self) -> Self {
        each_held!(self, node => node.materialize())
    }
}

impl<M: ModuleDisplay> ModuleDisplayDefault for Nodes<M> {
    fn content(&self, content: Content) -> Option<Content> {
        let held = self.held.iter().enumerate().filter_map(|(i, node)| Some((i, node.as_ref()?)));
        held.fold(content.set_top_level_type("Nodes"), |content, (i, node)| content.add(&i.to_string(), node))
            .optional()
    }
}

impl<M: ModuleDisplay> ModuleDisplay for Nodes<M> {}
