//! The walk over a module that finds its choices: there is no second description to keep in step.

use crate::{
    NnError,
    nesting::{Around, conditional},
};
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

/// What a visitor is told instead where the module is there under this option and all that follow:
/// the last of so many in a row.
pub(crate) const DEPTH: &str = "Depth";

/// What a visitor is told when it enters a part that is there under options of some choices alone:
/// this, and for each of them the options' bits and the name.
const UNDER: &str = "Under:";

/// Between the choices.
const NEXT: char = '\0';

/// What a visitor is told when it enters a part that is there where one of some `choices`, which it
/// came to before, takes one of the options whose bits are set.
pub(crate) fn under<'a>(choices: impl Iterator<Item = (&'a String, u64)>) -> String {
    let told: Vec<String> = choices.map(|(name, options)| format!("{options}:{name}")).collect();
    format!("{UNDER}{}", told.join(&NEXT.to_string()))
}

/// What a module holds.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    path: Vec<String>,
    choices: Vec<Announced>,
    announcing: bool,
    /// The options around, at each step inwards one of several; and at each step the choice that
    /// was told last, by its place among `choices`.
    around: Vec<Vec<Around>>,
    last: Vec<usize>,
    /// Its parameters, by path.
    pub(crate) parameters: Vec<(String, ParamId)>,
    /// What is no parameter, by path: values that no gradient trains, and flags.
    pub(crate) states: Vec<(String, ParamId)>,
}

#[derive(Debug)]
struct Announced {
    name: String,
    options: Vec<String>,
    min: usize,
    max: usize,
    /// Alternatives, of each of which all are around it.
    around: Vec<Vec<Around>>,
}

impl Walk {
    /// Walks over a module whose parameters live on an autodiff device: there a parameter requires
    /// a gradient, a running statistic none.
    pub(crate) fn of(module: &impl Module) -> Self {
        let mut walk = Self::default();
        module.visit(&mut walk);
        walk
    }

    /// The space of the choices, in the order of the walk. A choice inside an option of another one
    /// is active under that option.
    pub(crate) fn space(&self, name: &str) -> Result<SearchSpace, SpaceError> {
        let choice = |choice: &Announced| {
            let Announced { name, options, min, max, .. } = choice;
            Choice::new(name, options, std::ops::RangeInclusive::new(*min, *max))
        };
        let space = SearchSpace::new(name, self.choices.iter().map(choice).collect::<Result<Vec<_>, _>>()?)?;
        let place = |choice: &Announced| space.position(&choice.name).expect("it is of these choices");
        let placed = |around: &Around| Around { choice: place(&self.choices[around.choice]), ..*around };
        let places = self.choices.iter().flat_map(|choice| choice.around.iter().map(move |all| (choice, all)));
        let places = places.map(|(choice, all)| (place(choice), all.iter().map(placed).collect()));
        conditional(&space, &places.collect::<Vec<_>>())
    }

    /// The walk comes to a choice.
    fn announced(&mut self, name: &str, bounds: &str) {
        let (min, max) = bounds.split_once(':').expect("written as min:max");
        let bound = |text: &str| text.parse().expect("written as a number");
        let (min, max) = (bound(min), bound(max));
        self.last.resize(self.around.len(), 0);
        self.last.push(self.choices.len());
        let around = self.around.iter().fold(vec![Vec::new()], |ways: Vec<Vec<Around>>, step| {
            ways.iter().flat_map(|way| step.iter().map(move |&one| [&way[..], &[one]].concat())).collect()
        });
        self.choices.push(Announced { name: name.into(), options: Vec::new(), min, max, around });
        self.announcing = true;
    }

    /// The walk enters an option of the choice that it came to last.
    fn entered(&mut self, name: &str, container: &str) {
        let choice = self.last[self.around.len()];
        let options = &self.choices[choice].options;
        let place = options.iter().position(|option| option == name).expect("it was told before");
        let all = (place..options.len()).fold(0, |bits, option| bits | 1u64.checked_shl(option as u32).unwrap_or(0));
        let options = if container == DEPTH { all } else { 1u64.checked_shl(place as u32).unwrap_or(0) };
        self.around.push(vec![Around { choice, options }]);
    }

    /// The walk enters a part that is there under options of choices.
    fn entered_under(&mut self, choices: &str) {
        let around = |told: &str| {
            let (options, name) = told.split_once(':').expect("written as options:name");
            let choice = self.choices.iter().position(|choice| choice.name == name).expect("it was told before");
            Around { choice, options: options.parse().expect("written as a number") }
        };
        self.around.push(choices.split(NEXT).map(around).collect());
    }

    /// # Errors
    /// The first thing that keeps state between calls; what is fixed does not.
    pub(crate) fn refuse_state(&self, is_fixed: impl Fn(ParamId) -> bool) -> Result<(), NnError> {
        match self.states.iter().find(|(_, id)| !is_fixed(*id)) {
            Some((name, _)) => Err(NnError::State { name: name.clone() }),
            None => Ok(()),
        }
    }
}

impl ModuleVisitor for Walk {
    fn enter_module(&mut self, name: &str, container: &str) {
        if let Some(bounds) = container.strip_prefix(CHOICE) {
            self.announced(name, bounds);
        } else if self.announcing {
            self.choices.last_mut().expect("one is being told").options.push(name.into());
        } else if let Some(choices) = container.strip_prefix(UNDER) {
            self.entered_under(choices);
        } else if is_option(container) {
            self.entered(name, container);
        }
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, container: &str) {
        if !self.announcing && is_option(container) {
            self.around.pop();
        }
        self.announcing &= !container.starts_with(CHOICE);
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let path = self.path.join(".");
        match param.val().is_require_grad() {
            true => self.parameters.push((path, param.id)),
            false => self.states.push((path, param.id)),
        }
    }

    fn visit_flag(&mut self, flag: &Param<Flag>) {
        self.states.push((self.path.join("."), flag.id));
    }
}

/// Whether what it holds is there under options of choices alone.
pub(crate) fn is_option(container: &str) -> bool {
    container == OPTION || container == DEPTH || container.starts_with(UNDER)
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
            self.depth += usize::from(is_option(container));
        }

        fn exit_module(&mut self, _name: &str, container: &str) {
            self.depth -= usize::from(is_option(container));
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
