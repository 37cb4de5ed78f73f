//! A choice of width: how many channels a tensor has.

use crate::{
    Build, Rows,
    choice_walk::{CHOICE, OPTION},
    flow::{Pass, Taken, sum},
};
use burn::{
    module::{Content, Devices, Module, ModuleDisplay, ModuleDisplayDefault, ModuleMapper, ModuleVisitor},
    tensor::Device,
};

/// The channels of a tensor: a number, or one of several under a name. Layers that write and read
/// the tensor are given the same one ([`crate::WideConv`], [`crate::WideDepthwise`],
/// [`crate::WideLinear`]).
///
/// A width is a prefix of the channels. In a supernet a ghost batch with several widths on has the
/// widest of them.
#[derive(Clone, Debug)]
pub struct Width {
    name: Option<String>,
    options: Vec<String>,
    widths: Vec<usize>,
    held: usize,
}

impl Width {
    /// `channels` channels.
    pub fn fixed(channels: usize) -> Self {
        Self { name: None, options: Vec::new(), widths: vec![channels], held: 1 }
    }

    /// The choice `name` among `widths`; option names are the numbers, in ascending order. A
    /// stand-alone network holds the channels of its width alone.
    pub fn one_of(b: &Build, name: impl Into<String>, widths: impl IntoIterator<Item = usize>) -> Self {
        let mut widths: Vec<usize> = widths.into_iter().collect();
        widths.sort_unstable();
        let options = widths.iter().map(usize::to_string).collect();
        Self::chosen(b, name.into(), options, widths)
    }

    /// The choice `name` among the multiples of `channels` by `factors`, rounded, at least one
    /// channel; option names are the factors, in ascending order. Widths of different tensors under
    /// one name are tied: one factor for all, as the width multiplier of MobileNets (Howard et al.
    /// 2017, 3.3).
    ///
    /// # Panics
    /// If two factors give the same number of channels.
    pub fn multiplied(
        b: &Build,
        name: impl Into<String>,
        channels: usize,
        factors: impl IntoIterator<Item = f64>,
    ) -> Self {
        let mut factors: Vec<f64> = factors.into_iter().collect();
        factors.sort_by(f64::total_cmp);
        let multiple = |factor: &f64| (channels as f64 * factor).round().max(1.0) as usize;
        let widths: Vec<usize> = factors.iter().map(multiple).collect();
        let are_apart = widths.windows(2).all(|pair| pair[0] < pair[1]);
        assert!(are_apart, "Width: found {widths:?} channels for the factors {factors:?}, expected different ones");
        Self::chosen(b, name.into(), factors.iter().map(f64::to_string).collect(), widths)
    }

    fn chosen(b: &Build, name: String, options: Vec<String>, widths: Vec<usize>) -> Self {
        let held = widest(b.held(&name)).min(widths.len());
        Self { name: Some(name), options, widths, held }
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

    /// Runs `f` on the rows of each distinct width: `f` is given them, and how many slices they
    /// have. Where a mask drops all widths nothing runs.
    pub(crate) fn each<const I: usize, const O: usize>(
        &self,
        x: &Rows<I>,
        f: impl Fn(Rows<I>, usize) -> Rows<O>,
    ) -> Rows<O> {
        let slices = self.of_ghosts(x.pass(), x.variants.ghosts());
        let keys: Vec<Option<usize>> = slices.into_iter().map(|slices| Some(slices).filter(|&s| s > 0)).collect();
        each_key(x, self.choice(x.pass()).unwrap_or(0), &keys, f)
    }

    /// Runs `f` where what it does is part of slice `slice`.
    pub(crate) fn within<R>(&self, pass: &Pass, slice: usize, f: impl FnOnce() -> R) -> R {
        match &self.name {
            None => f(),
            Some(name) => pass.within(Taken::on(pass.paths().choice(name).0, u64::MAX << slice), f),
        }
    }
}

/// Runs `f` on the rows of the ghost batches of each distinct key, of which there is one for each
/// ghost batch, none where nothing runs; keys depend on the choices up to `choice`.
pub(crate) fn each_key<K: Copy + Ord, const I: usize, const O: usize>(
    x: &Rows<I>,
    choice: usize,
    keys: &[Option<K>],
    f: impl Fn(Rows<I>, K) -> Rows<O>,
) -> Rows<O> {
    let mut different: Vec<K> = keys.iter().copied().flatten().collect();
    different.sort_unstable();
    different.dedup();
    let of_key = |key: K| {
        let rows = x.only(choice, |ghost| keys[ghost] == Some(key));
        if rows.is_live() { f(rows, key) } else { rows.nothing() }
    };
    sum(&x.nothing().depending(choice + 1), different.into_iter().map(of_key).collect())
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
        for option in &self.options {
            visitor.enter_module(option, OPTION);
            visitor.exit_module(option, OPTION);
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
