//! A choice of width: how many channels a tensor has.

use crate::{
    Build,
    choice_walk::{CHOICE, OPTION},
    flow::{Pass, Taken},
};
use burn::{
    module::{Content, Devices, Module, ModuleDisplay, ModuleDisplayDefault, ModuleMapper, ModuleVisitor},
    tensor::Device,
};

/// The channels of a tensor: a number, or one of several under a name. Convolutions that write and
/// read the tensor are given the same one ([`crate::WideConv`]).
///
/// A width is a prefix of the channels. In a supernet a ghost batch with several widths on has the
/// widest of them.
#[derive(Clone, Debug)]
pub struct Width {
    name: Option<String>,
    widths: Vec<usize>,
    held: usize,
}

impl Width {
    /// `channels` channels.
    pub fn fixed(channels: usize) -> Self {
        Self { name: None, widths: vec![channels], held: 1 }
    }

    /// The choice `name` among `widths`; option names are the numbers, in ascending order. A
    /// stand-alone network holds the channels of its width alone.
    pub fn one_of(b: &Build, name: impl Into<String>, widths: impl IntoIterator<Item = usize>) -> Self {
        let name = name.into();
        let mut widths: Vec<usize> = widths.into_iter().collect();
        widths.sort_unstable();
        let held = (widest(b.held(&name))).min(widths.len());
        Self { name: Some(name), widths, held }
    }

    /// The numbers of channels by which each width is wider than the one before, of those that the
    /// network holds.
    pub(crate) fn slices(&self) -> Vec<usize> {
        let below = |i: usize| if i == 0 { 0 } else { self.widths[i - 1] };
        (0..self.held).map(|i| self.widths[i] - below(i)).collect()
    }

    /// Channels of the first `slices` slices.
    pub(crate) fn channels(&self, slices: usize) -> usize {
        self.slices()[..slices].iter().sum()
    }

    /// For each ghost batch how many slices it has; none where its mask drops all widths.
    pub(crate) fn of_ghosts(&self, pass: &Pass, ghosts: usize) -> Vec<usize> {
        match &self.name {
            None => vec![1; ghosts],
            Some(name) => pass.paths().choice(name).1.iter().map(|&bits| widest(bits)).collect(),
        }
    }

    /// The place of its choice; none of a fixed number.
    pub(crate) fn choice(&self, pass: &Pass) -> Option<usize> {
        self.name.as_ref().map(|name| pass.paths().choice(name).0)
    }

    /// Runs `f` where what it does is part of slice `slice`.
    pub(crate) fn within<R>(&self, pass: &Pass, slice: usize, f: impl FnOnce() -> R) -> R {
        match &self.name {
            None => f(),
            Some(name) => pass.within(Taken::on(pass.paths().choice(name).0, u64::MAX << slice), f),
        }
    }
}

/// One more than the place of the highest bit.
fn widest(bits: u64) -> usize {
    (u64::BITS - bits.leading_zeros()) as usize
}

impl Module for Width {
    fn collect_devices(&self, devices: Devices) -> Devices {
        devices
    }

    fn fork(self, _device: &Device) -> Self {
        self
    }

    fn to_device(self, _device: &Device) -> Self {
        self
    }

    /// Tells the choice.
    fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
        let Some(name) = &self.name else { return };
        let choice = format!("{CHOICE}1:1");
        visitor.enter_module(name, &choice);
        for width in &self.widths {
            visitor.enter_module(&width.to_string(), OPTION);
            visitor.exit_module(&width.to_string(), OPTION);
        }
        visitor.exit_module(name, &choice);
    }

    fn map<M: ModuleMapper>(self, _mapper: &mut M) -> Self {
        self
    }

    fn valid(&self) -> Self {
        self.clone()
    }

    fn train(self) -> Self {
        self
    }

    fn materialize(self) -> Self {
        self
    }
}

impl ModuleDisplayDefault for Width {
    fn content(&self, content: Content) -> Option<Content> {
        content.add_debug_attribute("widths", &self.widths).optional()
    }
}

impl ModuleDisplay for Width {}
