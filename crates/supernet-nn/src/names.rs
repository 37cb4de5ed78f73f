//! The names of parameters, where those are not their paths in the module.

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param},
    tensor::{Bool, Int, Tensor},
};
use std::{fmt, sync::Arc};

/// The name of the parameter at a path.
#[derive(Clone)]
pub(crate) struct Names(Arc<dyn Fn(&str) -> String + Send + Sync>);

impl Names {
    pub(crate) fn new(name: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(name))
    }

    /// The same names for modules that stand inside another, one step further down.
    pub(crate) fn one_step_down(&self) -> Self {
        let names = self.clone();
        Self::new(move |path| (names.0)(path.split_once('.').map_or(path, |(_, rest)| rest)))
    }

    /// The name of the parameter at `path`.
    pub(crate) fn of(&self, path: &[String]) -> String {
        (self.0)(&path.join("."))
    }

    /// Visits the parameters of `module` as if they stood at their names.
    pub(crate) fn visit<V: ModuleVisitor>(&self, module: &impl Module, visitor: &mut V) {
        module.visit(&mut Named { names: self, path: Vec::new(), inner: visitor });
    }

    /// Maps the parameters of `module` as if they stood at their names.
    pub(crate) fn map<M: Module, T: ModuleMapper>(&self, module: M, mapper: &mut T) -> M {
        module.map(&mut Named { names: self, path: Vec::new(), inner: mapper })
    }
}

impl Default for Names {
    fn default() -> Self {
        Self::new(str::to_owned)
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Names").finish_non_exhaustive()
    }
}

/// A visitor or mapper that is told names instead of paths.
struct Named<'a, V> {
    names: &'a Names,
    path: Vec<String>,
    inner: &'a mut V,
}

/// The container that parameters stand in, whatever module it is.
const CONTAINER: &str = "Struct:Network";

macro_rules! at_its_name {
    ($self:ident, $visit:ident($parameter:ident)) => {{
        let name = $self.names.of(&$self.path);
        let parts: Vec<&str> = name.split('.').collect();
        parts.iter().for_each(|part| $self.inner.enter_module(part, CONTAINER));
        let result = $self.inner.$visit($parameter);
        parts.iter().rev().for_each(|part| $self.inner.exit_module(part, CONTAINER));
        result
    }};
}

impl<V: ModuleVisitor> ModuleVisitor for Named<'_, V> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        at_its_name!(self, visit_float(param));
    }

    fn visit_int<const D: usize>(&mut self, param: &Param<Tensor<D, Int>>) {
        at_its_name!(self, visit_int(param));
    }

    fn visit_bool<const D: usize>(&mut self, param: &Param<Tensor<D, Bool>>) {
        at_its_name!(self, visit_bool(param));
    }
}

impl<T: ModuleMapper> ModuleMapper for Named<'_, T> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        at_its_name!(self, map_float(param))
    }

    fn map_int<const D: usize>(&mut self, param: Param<Tensor<D, Int>>) -> Param<Tensor<D, Int>> {
        at_its_name!(self, map_int(param))
    }

    fn map_bool<const D: usize>(&mut self, param: Param<Tensor<D, Bool>>) -> Param<Tensor<D, Bool>> {
        at_its_name!(self, map_bool(param))
    }
}
