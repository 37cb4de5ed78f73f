//! A choice of depth: one to n modules in a row.

use super::{
    Build, Layer, Rows,
    choice_walk::{CHOICE, OPTION},
    options::checked,
    pass::Taken,
    rows_sum,
};
use burn::{
    module::{Content, Devices, Module, ModuleDisplay, ModuleDisplayDefault, ModuleMapper, ModuleVisitor},
    tensor::Device,
};

/// The first d of n modules in a row, d from 1 to n; option d−1 is depth d. In a supernet a ghost batch with several depths on gets the
/// sum of their outputs; what depths have in common runs once.
#[derive(Clone, Debug)]
pub struct Repeat<M> {
    name: String,
    depths: usize,
    held: Vec<M>,
}

impl<M: Module> Repeat<M> {
    /// The choice `name` of how many of `modules` to take. A stand-alone network holds as many as it takes.
    pub fn new(b: &Build, name: impl Into<String>, modules: impl IntoIterator<Item = M>) -> Self {
        let name = name.into();
        let mut held: Vec<M> = modules.into_iter().collect();
        let (depths, deepest) = (held.len(), u64::BITS - b.held(&name).leading_zeros());
        held.truncate(deepest as usize);
        Self { name, depths, held }
    }
}

fn depth_name(depth: usize) -> String {
    depth.to_string()
}

impl<const D: usize, M: Layer<D, D>> Layer<D, D> for Repeat<M> {
    fn forward(&self, x: Rows<D>) -> Rows<D> {
        let pass = x.pass.clone();
        let (choice, bits) = pass.paths().choice(&self.name);
        let nothing = x.nothing();
        let (mut terms, mut x) = (Vec::new(), x);
        for (i, module) in self.held.iter().enumerate() {
            let deeper = u64::MAX << i;
            x = x.only(|ghost| bits[ghost] & deeper != 0);
            if !x.is_live() {
                break;
            }
            let taken = Taken { choice, options: deeper };
            x = pass.within(taken, || checked(module, x));
            terms.push(x.only(|ghost| bits[ghost] >> i & 1 == 1));
        }
        let missing =
            self.held.len() < self.depths && x.is_live() && bits.iter().any(|bits| bits >> self.held.len() != 0);
        assert!(!missing, "choice `{}`: the mask takes a depth that this network was built without", self.name);
        rows_sum::sum(&nothing, terms).scaled(pass.paths().scale(choice))
    }
}

macro_rules! each_held {
    ($self:ident, $module:ident => $with:expr) => {
        Self { held: $self.held.into_iter().map(|$module| $with).collect(), ..$self }
    };
}

impl<M: Module> Module for Repeat<M> {
    fn collect_devices(&self, devices: Devices) -> Devices {
        self.held.iter().fold(devices, |devices, module| module.collect_devices(devices))
    }

    fn fork(self, device: &Device) -> Self {
        each_held!(self, module => module.fork(device))
    }

    fn to_device(self, device: &Device) -> Self {
        each_held!(self, module => module.to_device(device))
    }

    /// Tells the choice of depths, then visits what is held, each module under the depth that it makes.
    fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
        let choice = format!("{CHOICE}1:1");
        visitor.enter_module(&self.name, &choice);
        for depth in 1..=self.depths {
            visitor.enter_module(&depth_name(depth), OPTION);
            visitor.exit_module(&depth_name(depth), OPTION);
        }
        visitor.exit_module(&self.name, &choice);
        for (i, module) in self.held.iter().enumerate() {
            visitor.enter_module(&depth_name(i + 1), OPTION);
            module.visit(visitor);
            visitor.exit_module(&depth_name(i + 1), OPTION);
        }
    }

    fn map<T: ModuleMapper>(self, mapper: &mut T) -> Self {
        let mut map = |i: usize, module: M| {
            mapper.enter_module(&depth_name(i + 1), OPTION);
            let module = module.map(mapper);
            mapper.exit_module(&depth_name(i + 1), OPTION);
            module
        };
        let held = self.held.into_iter().enumerate().map(|(i, module)| map(i, module)).collect();
        Self { held, ..self }
    }

    fn valid(&self) -> Self {
        let copy = self.clone();
        each_held!(copy, module => module.valid())
    }

    fn train(self) -> Self {
        each_held!(self, module => module.train())
    }

    fn materialize(self) -> Self {
        each_held!(self, module => module.materialize())
    }
}

impl<M: ModuleDisplay> ModuleDisplayDefault for Repeat<M> {
    fn content(&self, content: Content) -> Option<Content> {
        let named = content.set_top_level_type(&self.name);
        let each = self.held.iter().enumerate();
        each.fold(named, |content, (i, module)| content.add(&depth_name(i + 1), module)).optional()
    }
}

impl<M: ModuleDisplay> ModuleDisplay for Repeat<M> {}
