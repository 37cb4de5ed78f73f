//! The seven operations of a choice block (PAPER, *Search space*).

use crate::{
    Call, NnError, NormKind, Site,
    call::run,
    weights::{Builder, Init},
};
use burn::{
    module::{Module, Param, ParamId},
    tensor::Tensor,
};
use supernet_kernels::Pool;
use supernet_space::ConvOrder;

/// A convolution pair of a choice block. Identity and pools have no weights and are no modules.
#[derive(Module, Debug)]
pub enum Operation {
    /// Twice: (norm, ReLU,) depthwise k×k, pointwise 1x1.
    Separable(Separable),
    /// (Norm, ReLU,) 1x7, then (norm, ReLU,) 7x1; ordinary convolutions.
    Factored(Factored),
}

/// What an operation with index `o` is; the order is [`supernet_space::OPERATIONS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Identity,
    Separable(usize),
    Factored,
    Pool(Pool),
}

impl Kind {
    pub(crate) const ALL: [Self; 7] = [
        Self::Identity,
        Self::Separable(3),
        Self::Separable(5),
        Self::Separable(7),
        Self::Factored,
        Self::Pool(Pool::Max),
        Self::Pool(Pool::Average),
    ];

    /// Whether it reads relu(norm(·)) and has weights.
    pub(crate) fn convolves(self) -> bool {
        matches!(self, Self::Separable(_) | Self::Factored)
    }
}

/// Some variants of a tensor: its rows are those of `variants`, in order.
pub(crate) struct Rows<'a> {
    pub(crate) tensor: Tensor<4>,
    pub(crate) variants: &'a [u32],
}

impl Rows<'_> {
    /// Where each variant of `on` stands among these rows.
    fn positions(&self, on: &[u32]) -> Vec<u32> {
        let find = |variant| self.variants.binary_search(variant).expect("rows of every variant that is read") as u32;
        on.iter().map(find).collect()
    }
}

/// On what an operation runs, and where its results go: it runs once for each variant of its input that is read, and each result is
/// added to one or more sums.
#[derive(Debug, PartialEq)]
pub(crate) struct Terms {
    /// Variants of the input, sorted and distinct.
    pub(crate) on: Vec<u32>,
    /// For each sum, which of `on` it takes.
    pub(crate) read: Vec<u32>,
    /// The sums, sorted and distinct.
    pub(crate) write: Vec<u32>,
}

impl Terms {
    /// From pairs of a variant of the input and a sum; the sums are sorted and distinct.
    pub(crate) fn new(pairs: Vec<(u32, u32)>) -> Self {
        let mut on: Vec<u32> = pairs.iter().map(|&(variant, _)| variant).collect();
        on.sort_unstable();
        on.dedup();
        let place = |variant| on.binary_search(variant).expect("it is among them") as u32;
        let read = pairs.iter().map(|(variant, _)| place(variant)).collect();
        Self { read, write: pairs.iter().map(|&(_, sum)| sum).collect(), on }
    }

    /// For each sum, which variant of the input it takes.
    pub(crate) fn read_of_input(&self) -> Vec<u32> {
        self.read.iter().map(|&place| self.on[place as usize]).collect()
    }
}

impl Operation {
    pub(crate) fn init(
        builder: &mut Builder,
        kind: Kind,
        norm: NormKind,
        order: ConvOrder,
        channels: usize,
    ) -> Result<Option<Self>, NnError> {
        Ok(match kind {
            Kind::Separable(k) => {
                let build = |b: &mut Builder| Separable::init(b, k, norm, order, channels);
                Some(Self::Separable(builder.at("Separable", build)?))
            }
            Kind::Factored => {
                let build = |b: &mut Builder| Factored::init(b, norm, order, channels);
                Some(Self::Factored(builder.at("Factored", build)?))
            }
            Kind::Identity | Kind::Pool(_) => None,
        })
    }

    /// The `sums` sums of `acc` with the operation's `terms` added.
    pub(crate) fn add(&self, acc: Tensor<4>, shared: &Rows, sums: usize, terms: &Terms, call: &Call) -> Tensor<4> {
        let on = shared.positions(&terms.on);
        let x = (shared.tensor.clone(), shared.variants.len(), &on[..]);
        match self {
            Self::Separable(pair) => pair.add(acc, x, sums, terms, call),
            Self::Factored(pair) => pair.add(acc, x, sums, terms, call),
        }
    }

    pub(crate) fn visit_parameters(&self, report: &mut dyn FnMut(ParamId)) {
        crate::usage::every_parameter(self, report);
    }

    pub(crate) fn sites_mut(&mut self) -> [Option<&mut Site>; 2] {
        match self {
            Self::Separable(pair) => [Some(&mut pair.first), pair.second.as_mut()],
            Self::Factored(pair) => [Some(&mut pair.first), pair.second.as_mut()],
        }
    }
}

/// The site after a pair's second convolution: none where the next reader normalises.
fn second_site(b: &mut Builder, norm: NormKind, order: ConvOrder, channels: usize) -> Result<Option<Site>, NnError> {
    match order {
        ConvOrder::NormReluConv => Ok(None),
        _ => b.at("second", |b| Site::of_convolution(b, norm, order, channels)).map(Some),
    }
}

/// Twice: depthwise k×k, pointwise 1x1.
#[derive(Module, Debug)]
pub struct Separable {
    depthwise: Vec<Param<Tensor<4>>>,
    pointwise: Vec<Param<Tensor<4>>>,
    first: Site,
    second: Option<Site>,
}

impl Separable {
    fn init(b: &mut Builder, k: usize, norm: NormKind, order: ConvOrder, c: usize) -> Result<Self, NnError> {
        let mut pair = |name: &str, shape, variance| {
            let init = Init::Variance(variance);
            b.at(name, |b| (0..2).map(|i| b.at(i, |b| b.parameter(shape, init))).collect::<Result<Vec<_>, _>>())
        };
        Ok(Self {
            // A depthwise convolution reads relu(norm(·)), of mean square a half; a pointwise one its output.
            depthwise: pair("depthwise", [c, 1, k, k], 2.0 / (k * k) as f64)?,
            pointwise: pair("pointwise", [c, c, 1, 1], 1.0 / c as f64)?,
            first: b.at("first", |b| Site::of_convolution(b, norm, order, c))?,
            second: second_site(b, norm, order, c)?,
        })
    }

    fn add(
        &self,
        acc: Tensor<4>,
        (x, variants, on): (Tensor<4>, usize, &[u32]),
        sums: usize,
        Terms { read, write, .. }: &Terms,
        call: &Call,
    ) -> Tensor<4> {
        let n = on.len();
        let all: Vec<u32> = (0..n as u32).collect();
        let y = run!(call, depthwise(x, self.depthwise[0].val(), variants, on));
        let y = run!(call, pointwise(y, self.pointwise[0].val()));
        let y = self.first.shared(self.first.raw(y, n, call), n, call);
        let y = run!(call, depthwise(y, self.depthwise[1].val(), n, &all));
        match &self.second {
            None => run!(call, pointwise_add(acc, y, self.pointwise[1].val(), sums, read, write)),
            Some(site) => {
                let y = site.raw(run!(call, pointwise(y, self.pointwise[1].val())), n, call);
                run!(call, add_at(acc, y, sums, read, write))
            }
        }
    }
}

/// 1x7, then 7x1.
#[derive(Module, Debug)]
pub struct Factored {
    horizontal: Param<Tensor<4>>,
    vertical: Param<Tensor<4>>,
    first: Site,
    second: Option<Site>,
}

impl Factored {
    fn init(b: &mut Builder, norm: NormKind, order: ConvOrder, c: usize) -> Result<Self, NnError> {
        let init = Init::Variance(2.0 / (7 * c) as f64);
        Ok(Self {
            horizontal: b.at("horizontal", |b| b.parameter([c, c, 1, 7], init))?,
            vertical: b.at("vertical", |b| b.parameter([c, c, 7, 1], init))?,
            first: b.at("first", |b| Site::of_convolution(b, norm, order, c))?,
            second: second_site(b, norm, order, c)?,
        })
    }

    fn add(
        &self,
        acc: Tensor<4>,
        (x, variants, on): (Tensor<4>, usize, &[u32]),
        sums: usize,
        Terms { read, write, .. }: &Terms,
        call: &Call,
    ) -> Tensor<4> {
        let n = on.len();
        let y = run!(call, conv(x, self.horizontal.val(), variants, on));
        let y = self.first.shared(self.first.raw(y, n, call), n, call);
        match &self.second {
            None => run!(call, conv_add(acc, y, self.vertical.val(), sums, read, write)),
            Some(site) => {
                let all: Vec<u32> = (0..n as u32).collect();
                let y = site.raw(run!(call, conv(y, self.vertical.val(), n, &all)), n, call);
                run!(call, add_at(acc, y, sums, read, write))
            }
        }
    }
}
