//! The options of a choice: the modules that a network holds of them.

use crate::{
    Build, Layer, NnError, Rows,
    choice_walk::{CHOICE, DEPTH, OPTION},
    flow::{Taken, prepare, sum, sum_later},
};
use burn::{
    module::{Content, Devices, Module, ModuleDisplay, ModuleDisplayDefault, ModuleMapper, ModuleVisitor},
    tensor::Device,
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
};

/// A named choice of at least `min` and at most `max` among named modules. A stand-alone network
/// holds only what it takes.
#[derive(Clone, Debug)]
pub(crate) struct Options<M> {
    name: String,
    names: Vec<String>,
    min: usize,
    max: usize,
    /// Whether an option is there under all that follow it too.
    in_a_row: bool,
    pub(crate) held: Vec<Option<M>>,
}

impl<M: Module> Options<M> {
    pub(crate) fn new(b: &Build, name: String, bounds: (usize, usize), options: Vec<(String, M)>) -> Self {
        let on = b.held(&name);
        // A choice of too many options is refused when the module is walked.
        Self::holding(name, bounds, options, |o| o > 63 || on >> o & 1 == 1)
    }

    /// The choice `name` of which a network holds the options that `holds` names.
    pub(crate) fn holding(
        name: String,
        (min, max): (usize, usize),
        options: Vec<(String, M)>,
        holds: impl Fn(usize) -> bool,
    ) -> Self {
        let (names, modules): (Vec<String>, Vec<M>) = options.into_iter().unzip();
        let held = modules.into_iter().enumerate().map(|(o, module)| holds(o).then_some(module)).collect();
        Self { name, names, min, max, in_a_row: false, held }
    }

    /// The same where an option is there under all that follow it too: modules in a row.
    pub(super) fn in_a_row(self) -> Self {
        Self { in_a_row: true, ..self }
    }

    /// What a visitor is told when it enters an option.
    fn container(&self) -> &'static str {
        if self.in_a_row { DEPTH } else { OPTION }
    }

    /// Σ_o option_o(input_o) over the options that each ghost batch has on. An option runs once for
    /// each variant of its input that some ghost batch with it reads, and not at all where there is
    /// none. `inputs` is one tensor for all options, or one for each.
    pub(super) fn sum<const I: usize, const O: usize>(&self, inputs: Vec<Rows<I>>) -> Rows<O>
    where
        M: Layer<I, O>,
    {
        let (nothing, terms, scale) = self.terms(inputs, run_option);
        sum(&nothing, terms).scaled(scale)
    }

    /// Σ_o f(option_o, input) over the options that each ghost batch has on.
    pub(super) fn sum_of<const I: usize, const O: usize>(
        &self,
        input: Rows<I>,
        f: impl Fn(&M, Rows<I>) -> Rows<O>,
    ) -> Rows<O> {
        let (nothing, terms, scale) = self.terms(vec![input], f);
        sum(&nothing, terms).scaled(scale)
    }

    /// As [`Options::sum`], computed when it is read; `input` is computed now, so that not all of a
    /// deep network waits for its end.
    pub(super) fn sum_later<const I: usize, const O: usize>(&self, input: Rows<I>) -> Rows<O>
    where
        M: Layer<I, O>,
    {
        if !input.pass().checks() {
            input.settle();
        }
        let (nothing, terms, scale) = self.terms(vec![input], run_option);
        sum_later(&nothing, terms).scaled(scale)
    }

    /// The sum of no option, what `run` gives of the options that are on, and what their sum is
    /// multiplied by.
    fn terms<const I: usize, const O: usize>(
        &self,
        inputs: Vec<Rows<I>>,
        run: impl Fn(&M, Rows<I>) -> Rows<O>,
    ) -> (Rows<O>, Vec<Rows<O>>, Option<f64>) {
        let pass = Rc::clone(inputs[0].pass());
        let (choice, bits) = pass.paths().choice(&self.name);
        let depends = inputs.iter().map(|rows| rows.depends).fold(choice + 1, usize::max);
        let nothing = inputs[0].nothing().depending(depends);
        let input = |o: usize| &inputs[if inputs.len() == 1 { 0 } else { o }];
        let reads: Vec<Rows<I>> =
            (0..self.names.len()).map(|o| input(o).only(choice, |ghost| bits[ghost] >> o & 1 == 1)).collect();
        drop(inputs);
        prepare(&reads);
        let mut terms = Vec::new();
        for (o, rows) in reads.into_iter().enumerate().filter(|(_, rows)| rows.is_live()) {
            let option = self.held[o].as_ref().unwrap_or_else(|| self.missing(o));
            let result = pass.within(Taken::on(choice, 1 << o), || run(option, rows));
            terms.push(result.gated(pass.paths().gate(choice, o)));
        }
        if pass.checks()
            && let Some(error) = self.different_outputs(&terms)
        {
            return (nothing.failed(error), Vec::new(), None);
        }
        let scale = pass.paths().scale(choice);
        (nothing, terms, scale)
    }

    /// The same rows, read only by the ghost batches that have some option on.
    pub(super) fn reached<const I: usize>(&self, x: &Rows<I>) -> Rows<I> {
        let (choice, bits) = x.pass().paths().choice(&self.name);
        x.only(choice, |ghost| bits[ghost] != 0)
    }

    fn missing(&self, option: usize) -> ! {
        panic!(
            "choice `{}`: the mask takes option `{}`, which this network was built without",
            self.name, self.names[option]
        )
    }

    /// What is wrong where options of a choice give different shapes. Called with all of them on.
    fn different_outputs<const O: usize>(&self, outputs: &[Rows<O>]) -> Option<NnError> {
        let shapes: Vec<(usize, Vec<usize>)> = outputs
            .iter()
            .enumerate()
            .filter(|(_, rows)| rows.is_live())
            .map(|(o, rows)| (o, rows.row_shape()))
            .collect();
        let (first, expected) = shapes.first()?;
        let (o, found) = shapes.iter().find(|(_, found)| found != expected)?;
        Some(NnError::OptionShapes {
            choice: self.name.clone(),
            option: self.names[*o].clone(),
            found: found.clone(),
            other: self.names[*first].clone(),
            expected: expected.clone(),
        })
    }

    /// Number of options, held or not.
    pub(super) fn count(&self) -> usize {
        self.names.len()
    }

    /// Those that the network holds, in order.
    pub(super) fn held(&self) -> impl Iterator<Item = &M> {
        self.held.iter().flatten()
    }

    /// The name of an option.
    pub(crate) fn option(&self, option: usize) -> &str {
        &self.names[option]
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

/// Runs an option, a path that may be dropped for some examples.
fn run_option<const I: usize, const O: usize>(option: &impl Layer<I, O>, rows: Rows<I>) -> Rows<O> {
    let input = rows.if_dropping();
    checked(option, rows).dropped(input)
}

/// Runs a layer; while a definition is checked, what it panics with becomes an error that names the
/// place.
pub(crate) fn checked<const I: usize, const O: usize>(layer: &impl Layer<I, O>, rows: Rows<I>) -> Rows<O> {
    let pass = Rc::clone(rows.pass());
    if !pass.checks() {
        return layer.forward(rows);
    }
    if pass.failure().is_some() {
        return rows.nothing();
    }
    let (place, nothing) = (pass.place(), rows.nothing());
    let found = rows.row_shape();
    let run = || {
        let result = layer.forward(rows);
        result.exists();
        result
    };
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let reason = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without words");
        pass.fail(NnError::Fails { place, found, reason: reason.trim().into() });
        nothing
    })
}

macro_rules! each_held {
    ($self:ident, $module:ident => $with:expr) => {
        Self { held: $self.held.into_iter().map(|option| option.map(|$module| $with)).collect(), ..$self }
    };
}

impl<M: Module> Module for Options<M> {
    fn collect_devices(&self, devices: Devices) -> Devices {
        self.held.iter().flatten().fold(devices, |devices, option| option.collect_devices(devices))
    }

    fn fork(self, device: &Device) -> Self {
        each_held!(self, option => option.fork(device))
    }

    fn to_device(self, device: &Device) -> Self {
        each_held!(self, option => option.to_device(device))
    }

    /// Tells the choice, then visits what is held of it, each option under its name.
    fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
        let choice = format!("{CHOICE}{}:{}", self.min, self.max);
        visitor.enter_module(&self.name, &choice);
        for name in &self.names {
            visitor.enter_module(name, OPTION);
            visitor.exit_module(name, OPTION);
        }
        visitor.exit_module(&self.name, &choice);
        for (name, option) in self.names.iter().zip(&self.held) {
            let Some(option) = option else { continue };
            visitor.enter_module(name, self.container());
            option.visit(visitor);
            visitor.exit_module(name, self.container());
        }
    }

    fn map<T: ModuleMapper>(self, mapper: &mut T) -> Self {
        let (names, container) = (self.names.clone(), self.container());
        let mut map = |name: &String, option: M| {
            mapper.enter_module(name, container);
            let option = option.map(mapper);
            mapper.exit_module(name, container);
            option
        };
        let held = names.iter().zip(self.held).map(|(name, option)| option.map(|option| map(name, option))).collect();
        Self { held, ..self }
    }

    fn valid(&self) -> Self {
        let copy = self.clone();
        each_held!(copy, option => option.valid())
    }

    fn train(self) -> Self {
        each_held!(self, option => option.train())
    }

    fn materialize(self) -> Self {
        each_held!(self, option => option.materialize())
    }
}

impl<M: ModuleDisplay> ModuleDisplayDefault for Options<M> {
    fn content(&self, content: Content) -> Option<Content> {
        let held = self.names.iter().zip(&self.held);
        held.fold(content.set_top_level_type(&self.name), |content, (name, option)| match option {
            Some(option) => content.add(name, option),
            None => content,
        })
        .optional()
    }
}

impl<M: ModuleDisplay> ModuleDisplay for Options<M> {}
