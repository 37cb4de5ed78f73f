//! The walk over a module that finds its choices: there is no second description to keep in step.

use crate::NnError;
use burn::{
    module::{Flag, Module, ModuleVisitor, Param, ParamId},
    tensor::Tensor,
};
use std::rc::Rc;
use supernet_space::{Choice, SearchSpace, SpaceError};

/// What a visitor is told when it comes to a choice: `Choice:min:max`, under the choice's name. The
/// names of all its options follow, as empty modules, before it ends.
pub(crate) const CHOICE: &str = "Choice:";

/// What a visitor is told when it enters an option, under the option's name.
pub(crate) const OPTION: &str = "Option";

/// What a module holds.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    path: Vec<String>,
    choices: Vec<Announced>,
    announcing: bool,
    /// Its parameters, by path.
    pub(crate) parameters: Vec<(String, ParamId)>,
    /// What is no parameter, by path: values that no gradient trains, and flags.
    pub(crate) states: Vec<String>,
}

#[derive(Debug)]
struct Announced {
    name: String,
    options: Vec<String>,
    min: usize,
    max: usize,
}

impl Walk {
    /// Walks over a module whose parameters live on an autodiff device: there a parameter requires
    /// a gradient, a running statistic none.
    pub(crate) fn of(module: &impl Module) -> Self {
        let mut walk = Self::default();
        module.visit(&mut walk);
        walk
    }

    /// The space of the choices, in the order of the walk.
    pub(crate) fn space(&self, name: &str) -> Result<SearchSpace, SpaceError> {
        let choice = |choice: &Announced| {
            let Announced { name, options, min, max } = choice;
            Choice::new(name, options, std::ops::RangeInclusive::new(*min, *max))
        };
        SearchSpace::new(name, self.choices.iter().map(choice).collect::<Result<Vec<_>, _>>()?)
    }

    /// # Errors
    /// The first thing that keeps state between calls.
    pub(crate) fn refuse_state(&self) -> Result<(), NnError> {
        match self.states.first() {
            Some(name) => Err(NnError::State { name: name.clone() }),
            None => Ok(()),
        }
    }
}

impl ModuleVisitor for Walk {
    fn enter_module(&mut self, name: &str, container: &str) {
        if let Some(bounds) = container.strip_prefix(CHOICE) {
            let (min, max) = bounds.split_once(':').expect("written as min:max");
            let bound = |text: &str| text.parse().expect("written as a number");
            let (min, max) = (bound(min), bound(max));
            self.choices.push(Announced { name: name.into(), options: Vec::new(), min, max });
            self.announcing = true;
        } else if self.announcing {
            self.choices.last_mut().expect("one is being told").options.push(name.into());
        }
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, container: &str) {
        self.announcing &= !container.starts_with(CHOICE);
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let path = self.path.join(".");
        match param.val().is_require_grad() {
            true => self.parameters.push((path, param.id)),
            false => self.states.push(path),
        }
    }

    fn visit_flag(&mut self, _flag: &Param<Flag>) {
        self.states.push(self.path.join("."));
    }
}

/// The ids of a module's parameters, without those inside the options of its choices.
pub(crate) fn own_parameters(module: &impl Module) -> Rc<[ParamId]> {
    #[derive(Default)]
    struct Own {
        depth: usize,
        found: Vec<ParamId>,
    }
    impl ModuleVisitor for Own {
        fn enter_module(&mut self, _name: &str, container: &str) {
            self.depth += usize::from(container == OPTION);
        }

        fn exit_module(&mut self, _name: &str, container: &str) {
            self.depth -= usize::from(container == OPTION);
        }

        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if self.depth == 0 {
                self.found.push(param.id);
            }
        }
    }
    let mut own = Own::default();
    module.visit(&mut own);
    own.found.into()
}
