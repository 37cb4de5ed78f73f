//! The choice block: selected inputs → concat → 1x1 → one or two of seven operations → sum.

use crate::{
    Call, NnError, NormKind, Operation, Paths, Site,
    call::run,
    operation::{Kind, Rows},
    paths::{BlockLists, Ghosts},
    sliced_pointwise::{Slice, SlicedPointwise, zeros_like},
    weights::Builder,
};
use burn::{
    module::{Module, ParamId},
    tensor::Tensor,
};
use supernet_space::{BlockPaths, ConvOrder};

/// A choice block with the inputs and operations that the network holds: all in a supernet, an architecture's in a stand-alone
/// network.
#[derive(Module, Debug)]
pub struct ChoiceBlock {
    inputs: SlicedPointwise,
    /// The site of the 1x1's output, where a convolution (or the order) asks for one.
    projected: Option<Site>,
    operations: Vec<Option<Operation>>,
    output: Site,
    #[module(skip)]
    order: ConvOrder,
}

impl ChoiceBlock {
    /// A block of `channels` filters over `candidates` inputs, with what `has` holds.
    pub(crate) fn init(
        builder: &mut Builder,
        has: BlockPaths,
        candidates: usize,
        norm: NormKind,
        order: ConvOrder,
        channels: usize,
    ) -> Result<Self, NnError> {
        let held = |o: usize| has.operations >> o & 1 == 1;
        let convolves = (0..Kind::ALL.len()).any(|o| held(o) && Kind::ALL[o].convolves());
        let projected = match convolves || order != ConvOrder::NormReluConv {
            true => Some(builder.at("projected", |b| Site::of_convolution(b, norm, order, channels))?),
            false => None,
        };
        let slices = vec![channels; candidates];
        let build = |b: &mut Builder, o: usize| match held(o) {
            true => b.at(o, |b| Operation::init(b, Kind::ALL[o], norm, order, channels)),
            false => Ok(None),
        };
        Ok(Self {
            inputs: builder
                .at("inputs", |b| SlicedPointwise::init(b, &slices, channels, |j| has.inputs >> j & 1 == 1))?,
            projected,
            operations: builder.at("operations", |b| (0..7).map(|o| build(b, o)).collect::<Result<_, _>>())?,
            output: builder.at("output", |b| Site::of_sum(b, norm, order, channels))?,
            order,
        })
    }

    /// The block's output as a slice for its readers; `None` where no ghost batch uses the block.
    pub(crate) fn forward(
        &self,
        slices: &[Option<Slice>],
        lists: &BlockLists,
        paths: &Paths,
        call: &Call,
    ) -> Option<Slice> {
        let groups = paths.ghosts();
        let projected = self.inputs.forward(slices, |j| &lists.inputs[j], groups, call)?;
        let projected = scaled(projected, paths.scale(lists.choice));
        let raw = match (&self.projected, self.order) {
            (_, ConvOrder::NormReluConv) | (None, _) => projected,
            (Some(site), _) => self.alive(site.raw(projected, groups, call), lists, groups),
        };
        let sum = scaled(self.sum(raw, lists, groups, call), paths.scale(lists.choice + 1));
        Some(Slice { shared: self.output.shared(sum, groups, call), live: lists.live.clone() })
    }

    /// Σ_o operation_o over the ghost batches of each list.
    fn sum(&self, raw: Tensor<4>, lists: &BlockLists, groups: usize, call: &Call) -> Tensor<4> {
        let convolving = convolving(lists, groups);
        let shared = self
            .projected
            .as_ref()
            .filter(|_| !convolving.is_empty())
            .map(|site| Rows { tensor: site.shared_on(raw.clone(), groups, &convolving, call), ghosts: &convolving });
        let mut sum = zeros_like(&raw);
        for (o, on) in lists.operations.iter().enumerate().filter(|(_, on)| !on.is_empty()) {
            sum = match Kind::ALL[o] {
                Kind::Identity => run!(call, add_on(sum, raw.clone(), groups, on)),
                Kind::Pool(pool) => run!(call, pool_add(sum, raw.clone(), pool, groups, on)),
                Kind::Separable(_) | Kind::Factored => {
                    let operation = self.operations[o]
                        .as_ref()
                        .expect("the mask uses an operation that this network was built without");
                    let shared = shared.as_ref().expect("a site in every block that convolves");
                    operation.add(sum, shared, groups, on, call)
                }
            };
        }
        sum
    }

    /// Zero where the block is dead: a shared shift must not speak for a tensor that does not exist.
    fn alive(&self, raw: Tensor<4>, lists: &BlockLists, groups: usize) -> Tensor<4> {
        if lists.live.len() == groups {
            return raw;
        }
        let zeros = zeros_like(&raw);
        supernet_kernels::reference::add_on(zeros, raw, groups, &lists.live)
    }

    pub(crate) fn usage(&self, lists: &BlockLists, report: &mut dyn FnMut(ParamId, usize)) {
        self.inputs.usage(|j| lists.inputs[j].len(), report);
        for (operation, on) in self.operations.iter().zip(&lists.operations) {
            if let Some(operation) = operation {
                operation.visit_parameters(&mut |id| report(id, on.len()));
            }
        }
        let convolving = convolving_count(lists, self.order);
        if let Some(site) = &self.projected {
            crate::usage::every_parameter(site, &mut |id| report(id, convolving));
        }
        crate::usage::every_parameter(&self.output, &mut |id| report(id, lists.live.len()));
    }

    pub(crate) fn sites_mut(&mut self) -> Vec<&mut Site> {
        let operations = self.operations.iter_mut().flatten().flat_map(|operation| operation.sites_mut()).flatten();
        operations.chain(&mut self.projected).chain([&mut self.output]).collect()
    }

    pub(crate) fn parts(&self) -> (&SlicedPointwise, Option<&Site>, &[Option<Operation>], &Site) {
        (&self.inputs, self.projected.as_ref(), &self.operations, &self.output)
    }
}

/// The ghost batches in which some convolution reads the 1x1's output.
fn convolving(lists: &BlockLists, groups: usize) -> Ghosts {
    let mut reads = vec![false; groups];
    for (kind, on) in Kind::ALL.iter().zip(&lists.operations) {
        on.iter().filter(|_| kind.convolves()).for_each(|&g| reads[g as usize] = true);
    }
    (0..groups as u32).filter(|&g| reads[g as usize]).collect()
}

/// The ghost batches that use the site of the 1x1's output.
fn convolving_count(lists: &BlockLists, order: ConvOrder) -> usize {
    match order {
        ConvOrder::NormReluConv => {
            let most = lists.live.last().map_or(0, |&g| g as usize + 1);
            convolving(lists, most).len()
        }
        _ => lists.live.len(),
    }
}

fn scaled(x: Tensor<4>, scale: Option<f64>) -> Tensor<4> {
    match scale {
        Some(scale) => x.mul_scalar(scale),
        None => x,
    }
}
