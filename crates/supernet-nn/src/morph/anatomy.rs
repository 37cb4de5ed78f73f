//! What a network's parameters are and where they stand.

use crate::{
    Layer, Network,
    choice_walk::{CHOICE, is_option},
    layers::{WIDE_CONV, WIDE_DEPTHWISE, WIDE_LINEAR},
};
use burn::{
    module::{ModuleVisitor, Param},
    tensor::{Tensor, TensorData},
};
use std::collections::{HashMap, HashSet};

/// The parameters of a network, in the order of the walk over its module.
pub(super) struct Anatomy {
    pub(super) parameters: Vec<Parameter>,
    pub(super) wide: Vec<Wide>,
}

/// A parameter and where it stands.
pub(super) struct Parameter {
    pub(super) path: Vec<String>,
    pub(super) name: String,
    pub(super) data: TensorData,
    /// Steps of the path that end at an option of a choice, outermost first.
    options: Vec<usize>,
}

impl Parameter {
    /// What it is called in its module.
    pub(super) fn field(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    pub(super) fn shape(&self) -> &[usize] {
        self.data.shape().as_slice()
    }

    /// Whether it is a weight: it has several axes.
    pub(super) fn is_weight(&self) -> bool {
        self.shape().len() > 1
    }

    /// Whether it is a statistic for inference.
    pub(super) fn is_statistic(&self) -> bool {
        self.field().starts_with("stored_")
    }
}

/// A layer that reads or writes a tensor of a [`crate::Width`]: where it stands, and the choices of
/// its widths, where they are choices.
pub(super) struct Wide {
    pub(super) path: Vec<String>,
    pub(super) kind: WideKind,
    /// Of what it reads.
    pub(super) from: Option<String>,
    /// Of what it writes.
    pub(super) to: Option<String>,
}

/// Which layer it is.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum WideKind {
    /// [`crate::WideConv`].
    Conv,
    /// [`crate::WideDepthwise`]: what it writes is as wide as what it reads.
    Depthwise,
    /// [`crate::WideLinear`].
    Linear,
}

/// What a visitor is told when it enters the first field of a layer between wide tensors, and that
/// field.
const WIDE: [(&str, &str, WideKind); 3] = [
    (WIDE_CONV, "from", WideKind::Conv),
    (WIDE_DEPTHWISE, "width", WideKind::Depthwise),
    (WIDE_LINEAR, "from", WideKind::Linear),
];

impl Anatomy {
    pub(super) fn of<M: Layer<D, 2>, const D: usize>(network: &Network<M, D>) -> Self {
        let mut walk = Walk::default();
        network.module().visit(&mut walk);
        let Walk { mut parameters, wide, .. } = walk;
        parameters.iter_mut().for_each(|one| one.name = network.names().of(&one.path));
        Self { parameters, wide }
    }

    /// The values by name.
    pub(super) fn values(&self) -> HashMap<String, TensorData> {
        self.parameters.iter().map(|one| (one.name.clone(), one.data.clone())).collect()
    }

    /// The parameter of a name.
    pub(super) fn named(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|one| one.name == name)
    }

    /// The parameter at `path`, whose last steps are `rest`.
    pub(super) fn at(&self, path: &[String], rest: &str) -> Option<&Parameter> {
        let rest: Vec<&str> = rest.split('.').collect();
        let fits = |one: &&Parameter| {
            let (head, tail) = one.path.split_at(path.len().min(one.path.len()));
            head == path && tail.iter().eq(&rest)
        };
        self.parameters.iter().find(fits)
    }

    /// The parameters of the options that `parent` lacks: those of each outermost one, in the order
    /// of the walk.
    pub(super) fn opened(&self, parent: &Self) -> Vec<Vec<&Parameter>> {
        let there: HashSet<&[String]> =
            parent.parameters.iter().flat_map(|one| one.options.iter().map(|&steps| &one.path[..steps])).collect();
        let mut parts: Vec<(&[String], Vec<&Parameter>)> = Vec::new();
        for one in &self.parameters {
            let lacking = one.options.iter().map(|&steps| &one.path[..steps]).find(|option| !there.contains(option));
            match (lacking, parts.last_mut()) {
                (None, _) => {}
                (Some(option), Some((last, part))) if *last == option => part.push(one),
                (Some(option), _) => parts.push((option, vec![one])),
            }
        }
        parts.into_iter().map(|(_, part)| part).collect()
    }
}

#[derive(Default)]
struct Walk {
    path: Vec<String>,
    options: Vec<usize>,
    announcing: bool,
    parameters: Vec<Parameter>,
    wide: Vec<Wide>,
}

impl Walk {
    /// The walk comes to a choice: that of a width, where it stands in a wide convolution.
    fn announced(&mut self, name: &str) {
        self.announcing = true;
        let Some((field, path)) = self.path.split_last() else { return };
        let Some(wide) = self.wide.last_mut().filter(|wide| wide.path == path) else { return };
        match field.as_str() {
            "from" => wide.from = Some(name.into()),
            "to" | "width" => wide.to = Some(name.into()),
            _ => {}
        }
    }
}

impl ModuleVisitor for Walk {
    fn enter_module(&mut self, name: &str, container: &str) {
        if container.starts_with(CHOICE) {
            self.announced(name);
        } else if let Some(&(.., kind)) = WIDE.iter().find(|(layer, field, _)| (*layer, *field) == (container, name)) {
            self.wide.push(Wide { path: self.path.clone(), kind, from: None, to: None });
        }
        self.path.push(name.into());
        if !self.announcing && is_option(container) {
            self.options.push(self.path.len());
        }
    }

    fn exit_module(&mut self, _name: &str, container: &str) {
        if !self.announcing && is_option(container) {
            self.options.pop();
        }
        self.announcing &= !container.starts_with(CHOICE);
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let (path, options, data) = (self.path.clone(), self.options.clone(), param.val().into_data());
        self.parameters.push(Parameter { path, name: String::new(), data, options });
    }
}
