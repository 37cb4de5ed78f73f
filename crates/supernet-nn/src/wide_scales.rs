//! The scales of the channels whose number is chosen.

use crate::{
    choice_walk::CHOICE,
    layers::{WIDE_CONV, WIDE_DEPTHWISE},
};
use burn::{
    module::{Module, ModuleVisitor, Param, ParamId},
    tensor::Tensor,
};

/// The scales by which a normalisation multiplies the channels of a tensor of a chosen
/// [`crate::Width`]: those of one layer that writes it.
#[derive(Clone, Debug, PartialEq)]
pub struct WideScales {
    /// The choice.
    pub choice: String,
    /// The scales of each slice of the width, in order.
    pub slices: Vec<ParamId>,
}

/// Finds the scales of all layers of `module` that write tensors of chosen widths
/// ([`crate::WideConv`], [`crate::WideDepthwise`]), in the order of the walk over it. A network
/// whose normalisations have no scales, as that of a supernet, has none.
pub fn wide_scales(module: &impl Module) -> Vec<WideScales> {
    let mut walk = Walk::default();
    module.visit(&mut walk);
    walk.layers.into_iter().map(|(_, scales)| scales).filter(|scales| !scales.slices.is_empty()).collect()
}

/// What a visitor is told when it enters a field of a layer that writes a width, and the field that
/// says which.
const WRITERS: [(&str, &str); 2] = [(WIDE_CONV, "to"), (WIDE_DEPTHWISE, "width")];

#[derive(Default)]
struct Walk {
    path: Vec<String>,
    /// The layer whose width is told now.
    writer: Option<Vec<String>>,
    /// The layers, and where they stand.
    layers: Vec<(Vec<String>, WideScales)>,
}

impl ModuleVisitor for Walk {
    fn enter_module(&mut self, name: &str, container: &str) {
        if WRITERS.contains(&(container, name)) {
            self.writer = Some(self.path.clone());
        } else if container.starts_with(CHOICE)
            && let Some(writer) = self.writer.take()
        {
            self.layers.push((writer, WideScales { choice: name.into(), slices: Vec::new() }));
        }
        self.path.push(name.into());
    }

    fn exit_module(&mut self, name: &str, container: &str) {
        if WRITERS.contains(&(container, name)) {
            self.writer = None;
        }
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some((layer, scales)) = self.layers.last_mut() else { return };
        let Some(rest) = self.path.strip_prefix(&layer[..]) else { return };
        if rest.first().is_some_and(|field| field == "norms") && rest.last().is_some_and(|field| field == "scale") {
            scales.slices.push(param.id);
        }
    }
}
