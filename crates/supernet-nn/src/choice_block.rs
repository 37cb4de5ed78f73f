//! The choice block: selected inputs → concat → 1x1 → one or two of seven operations → sum.

use crate::{
    Call, NnError, NormKind, Operation, Site,
    call::run,
    operation::{Kind, Rows, Terms},
    sliced_pointwise::{Slice, SlicedPointwise, read_variants},
    variants::Variants,
    weights::Builder,
};
use burn::{
    module::{Module, ParamId},
    tensor::Tensor,
};
use supernet_kernels::zeros_like_rows;
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

    /// For each ghost batch, what decides its output: the variants that it reads of `slices` and its operations. Empty where the
    /// block is dead.
    pub(crate) fn keys(slices: &[Option<Slice>], used: &[BlockPaths]) -> Vec<Vec<u32>> {
        let key = |(ghost, paths): (usize, &BlockPaths)| {
            let read = read_variants(slices, paths.inputs, ghost).flat_map(|(j, variant)| [j as u32, variant]);
            let operations = paths.is_live().then_some(paths.operations as u32);
            read.chain(operations).collect()
        };
        used.iter().enumerate().map(key).collect()
    }

    /// The block's output as a slice for its readers, with a variant for each distinct key of the ghost batches that are live in it;
    /// `None` where no ghost batch uses the block. `scales` multiply what survives: the 1x1's output and the sum.
    pub(crate) fn forward(
        &self,
        slices: &[Option<Slice>],
        used: &[BlockPaths],
        scales: [Option<f64>; 2],
        call: &Call,
    ) -> Option<Slice> {
        let inputs: Vec<u64> = used.iter().map(|paths| paths.inputs).collect();
        let (projected, variants) = self.inputs.forward(slices, &inputs, call)?;
        let projected = scaled(projected, scales[0]);
        let raw = match (&self.projected, self.order) {
            (_, ConvOrder::NormReluConv) | (None, _) => projected,
            (Some(site), _) => site.raw(projected, variants.count(), call),
        };
        let key = |ghost: usize| Some((variants.of(ghost)?, used[ghost].operations));
        let (sums, first) = Variants::distinct((0..used.len()).map(key));
        let members: Vec<(u32, u64)> = first.into_iter().filter_map(key).collect();
        let sum = scaled(self.sum(raw, variants.count(), &members, call), scales[1]);
        Some(Slice { shared: self.output.shared(sum, sums.count(), call), variants: sums })
    }

    /// For each of `sums`, a variant of `raw` and a set of operations, Σ_o operation_o(raw). What several sums share runs once.
    fn sum(&self, raw: Tensor<4>, variants: usize, sums: &[(u32, u64)], call: &Call) -> Tensor<4> {
        let terms = |o: usize| {
            let has = |&(_, (_, operations)): &(usize, &(u32, u64))| operations >> o & 1 == 1;
            Terms::new(sums.iter().enumerate().filter(has).map(|(sum, &(variant, _))| (variant, sum as u32)).collect())
        };
        let convolving = convolving(sums);
        let shared = self.projected.as_ref().filter(|_| !convolving.is_empty()).map(|site| Rows {
            tensor: site.shared_on(raw.clone(), variants, &convolving, call),
            variants: &convolving,
        });
        let [rows, channels, ..] = raw.dims();
        let count = sums.len();
        let mut sum = zeros_like_rows(&raw, rows / variants * count, channels);
        for (o, terms) in (0..Kind::ALL.len()).map(|o| (o, terms(o))).filter(|(_, terms)| !terms.on.is_empty()) {
            let read = || terms.read_of_input();
            sum = match Kind::ALL[o] {
                Kind::Identity => run!(call, add_at(sum, raw.clone(), count, &read(), &terms.write)),
                Kind::Pool(pool) => run!(call, pool_at(sum, raw.clone(), pool, count, &read(), &terms.write)),
                Kind::Separable(_) | Kind::Factored => {
                    let operation = self.operations[o]
                        .as_ref()
                        .expect("the mask uses an operation that this network was built without");
                    let shared = shared.as_ref().expect("a site in every block that convolves");
                    operation.add(sum, shared, count, &terms, call)
                }
            };
        }
        sum
    }

    /// Reports each parameter of the block with the number of ghost batches that use it.
    pub(crate) fn usage(&self, used: &[BlockPaths], report: &mut dyn FnMut(ParamId, usize)) {
        let count = |uses: &dyn Fn(&BlockPaths) -> bool| used.iter().filter(|paths| uses(paths)).count();
        self.inputs.usage(|j| count(&|paths| paths.inputs >> j & 1 == 1), report);
        for (o, operation) in self.operations.iter().enumerate() {
            if let Some(operation) = operation {
                let on = count(&|paths| paths.operations >> o & 1 == 1);
                operation.visit_parameters(&mut |id| report(id, on));
            }
        }
        let live = count(&|paths| paths.is_live());
        let projected = match self.order {
            ConvOrder::NormReluConv => count(&|paths| convolves(paths.operations)),
            _ => live,
        };
        if let Some(site) = &self.projected {
            crate::usage::every_parameter(site, &mut |id| report(id, projected));
        }
        crate::usage::every_parameter(&self.output, &mut |id| report(id, live));
    }

    pub(crate) fn sites_mut(&mut self) -> Vec<&mut Site> {
        let operations = self.operations.iter_mut().flatten().flat_map(|operation| operation.sites_mut()).flatten();
        operations.chain(&mut self.projected).chain([&mut self.output]).collect()
    }

    pub(crate) fn parts(&self) -> (&SlicedPointwise, Option<&Site>, &[Option<Operation>], &Site) {
        (&self.inputs, self.projected.as_ref(), &self.operations, &self.output)
    }
}

/// Whether one of the operations is a convolution.
fn convolves(operations: u64) -> bool {
    Kind::ALL.iter().enumerate().any(|(o, kind)| kind.convolves() && operations >> o & 1 == 1)
}

/// The variants of the 1x1's output that some convolution reads, sorted and distinct.
fn convolving(sums: &[(u32, u64)]) -> Vec<u32> {
    let mut variants: Vec<u32> =
        sums.iter().filter(|(_, operations)| convolves(*operations)).map(|&(variant, _)| variant).collect();
    variants.sort_unstable();
    variants.dedup();
    variants
}

fn scaled(x: Tensor<4>, scale: Option<f64>) -> Tensor<4> {
    match scale {
        Some(scale) => x.mul_scalar(scale),
        None => x,
    }
}
