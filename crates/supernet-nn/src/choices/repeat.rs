//! A choice of depth: one to n modules in a row.

use super::options::{Options, checked};
use crate::{
    Build, Layer, Rows,
    flow::{Taken, sum},
};
use burn::{
    module::{Content, Devices, Module, ModuleDisplay, ModuleDisplayDefault, ModuleMapper, ModuleVisitor},
    tensor::Device,
};

/// The first d of n modules in a row, d from 1 to n; option d−1 is depth d. In a supernet a ghost
/// batch with several depths on gets the sum of their outputs; what depths have in common runs
/// once.
#[derive(Clone, Debug)]
pub struct Repeat<M> {
    /// Module d−1 stands under the depth d that it makes.
    pub(crate) depths: Options<M>,
}

impl<M: Module> Repeat<M> {
    /// The choice `name` of how many of `modules` to take. A stand-alone network holds as many as
    /// it takes.
    pub fn new(b: &Build, name: impl Into<String>, modules: impl IntoIterator<Item = M>) -> Self {
        let name = name.into();
        let deepest = (u64::BITS - b.held(&name).leading_zeros()) as usize;
        let named = modules.into_iter().enumerate().map(|(i, module)| ((i + 1).to_string(), module)).collect();
        Self { depths: Options::holding(name, (1, 1), named, |i| i < deepest).in_a_row() }
    }
}

impl<const D: usize, M: Layer<D, D>> Layer<D, D> for Repeat<M> {
    fn forward(&self, x: Rows<D>) -> Rows<D> {
        let pass = std::rc::Rc::clone(x.pass());
        let (choice, bits) = pass.paths().choice(self.depths.name());
        let nothing = x.nothing().depending(choice + 1);
        let (mut terms, mut x) = (Vec::new(), x);
        for (i, module) in self.depths.held().enumerate() {
            let deeper = u64::MAX << i;
            x = x.only(choice, |ghost| bits[ghost] & deeper != 0);
            if !x.is_live() {
                break;
            }
            let taken = Taken::on(choice, deeper);
            x = pass.within(taken, || checked(module, x));
            let result = x.only(choice, |ghost| bits[ghost] >> i & 1 == 1);
            terms.push(result.gated(pass.paths().gate(choice, i)));
        }
        let held = self.depths.held().count();
        let missing = held < self.depths.count() && x.is_live() && bits.iter().any(|bits| bits >> held != 0);
        assert!(
            !missing,
            "choice `{}`: the mask takes a depth that this network was built without",
            self.depths.name()
        );
        sum(&nothing, terms).scaled(pass.paths().scale(choice))
    }
}

/// As the options: nothing is added to a parameter's path.
impl<M: Module> Module for Repeat<M> {
    fn collect_devices(&self, devices: Devices) -> Devices {
        self.depths.collect_devices(devices)
    }

    fn fork(self, device: &Device) -> Self {
        Self { depths: self.depths.fork(device) }
    }

    fn to_device(self, device: &Device) -> Self {
        Self { depths: self.depths.to_device(device) }
    }

    fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
        self.depths.visit(visitor);
    }

    fn map<T: ModuleMapper>(self, mapper: &mut T) -> Self {
        Self { depths: self.depths.map(mapper) }
    }

    fn valid(&self) -> Self {
        Self { depths: self.depths.valid() }
    }

    fn train(self) -> Self {
        Self { depths: self.depths.train() }
    }

    fn materialize(self) -> Self {
        Self { depths: self.depths.materialize() }
    }
}

impl<M: ModuleDisplay> ModuleDisplayDefault for Repeat<M> {
    fn content(&self, content: Content) -> Option<Content> {
        self.depths.content(content)
    }
}

impl<M: ModuleDisplay> ModuleDisplay for Repeat<M> {}
