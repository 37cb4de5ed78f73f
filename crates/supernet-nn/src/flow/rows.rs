//! The tensor that flows through a masked network, with what each ghost batch reads of it.

use super::{
    memo::Place,
    pass::Pass,
    planes::{from_planes, planes},
    uses::Uses,
    value::{Operation, Read, Tags, Value},
    variants::Variants,
};
use crate::{NnError, call::run, choice_walk::own_parameters, cost::macs, function::Function};
use burn::{
    module::{Module, ParamId},
    tensor::{Int, Tensor, TensorData, activation::relu},
};
use std::{collections::HashSet, rc::Rc};

/// A tensor [rows, …] on its way through a masked network.
///
/// Its rows are runs of equal length, its *variants*; each ghost batch reads one variant, or none
/// where its mask has cut the way. While a supernet is trained each ghost batch has a variant of
/// its own; candidates that are scored on the same images share one as long as they agree. Whatever
/// is applied to it runs once for each variant that somebody reads.
///
/// The layers of this crate compute when their result is read, so that a sum adds a convolution's
/// result where it belongs, without a copy.
#[derive(Clone, Debug)]
pub struct Rows<const D: usize = 4> {
    /// `None` where no ghost batch reads anything.
    pub(crate) value: Option<Rc<Value<D>>>,
    pub(crate) variants: Variants,
    /// For each variant what it was computed with; empty where nobody asks.
    pub(crate) uses: Vec<Uses>,
    /// It depends on no choice but the first so many.
    pub(crate) depends: usize,
    pub(crate) pass: Rc<Pass>,
}

/// The variants of a value that a later operation reads: its variant i is `list[i]`.
pub(crate) struct Source<const D: usize> {
    value: Rc<Value<D>>,
    list: Vec<u32>,
    depends: usize,
}

/// Rows without what nobody reads.
struct Compact<const D: usize> {
    source: Source<D>,
    variants: Variants,
    uses: Vec<Uses>,
    pass: Rc<Pass>,
}

impl<const D: usize> Source<D> {
    /// The rows of all that is read.
    fn whole(&self) -> Tensor<D> {
        let all: Vec<u32> = (0..self.list.len() as u32).collect();
        let Read { tensor, count, places } = self.read(&all);
        take(tensor, count, &places)
    }

    /// A tensor that has variants `on` of those that are read.
    pub(crate) fn read(&self, on: &[u32]) -> Read<D> {
        let list: Vec<u32> = on.iter().map(|&variant| self.list[variant as usize]).collect();
        self.value.read_once(&list, self.depends)
    }

    /// As [`Source::read`], for variants that may repeat and in any order: the places of `on` in
    /// the tensor.
    pub(crate) fn read_any(&self, on: &[u32]) -> Read<D> {
        let mut distinct = on.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        let read = self.read(&distinct);
        let place = |variant| read.places[distinct.binary_search(variant).expect("it is among them")];
        Read { places: on.iter().map(place).collect(), ..read }
    }

    /// What it is max(0, ·) of, if that is not computed yet and has no other reader.
    pub(crate) fn rectified(&self) -> Option<Self> {
        let value = self.value.rectifies().filter(|_| Rc::strong_count(&self.value) == 1)?;
        Some(Self { value, list: self.list.clone(), depends: self.depends })
    }

    /// Number of variants that are read.
    pub(crate) fn count(&self) -> usize {
        self.list.len()
    }

    /// The shape of all that is read.
    pub(crate) fn shape(&self) -> [usize; D] {
        let mut shape = self.value.shape();
        shape[0] = shape[0] / self.value.count() * self.list.len();
        shape
    }
}

/// A ReLU that runs when its result is read.
struct Rectified<const D: usize> {
    source: Source<D>,
    pass: Rc<Pass>,
}

impl<const D: usize> Operation<D> for Rectified<D> {
    fn compute(&self, on: &[u32]) -> Tensor<D> {
        let Read { tensor, count, places } = self.source.read(on);
        let mut shape = tensor.dims();
        shape[0] = shape[0] / count * on.len();
        from_planes(run!(self.pass.call(), relu_on(planes(tensor), count, &places)), shape)
    }

    fn rectifies(&self) -> Option<&Rc<Value<D>>> {
        Some(&self.source.value)
    }
}

/// What stands in place of a ReLU, without parameters; it runs when its result is read.
struct Activated<const D: usize> {
    source: Source<D>,
    function: Function,
}

impl<const D: usize> Operation<D> for Activated<D> {
    fn compute(&self, on: &[u32]) -> Tensor<D> {
        let Read { tensor, count, places } = self.source.read(on);
        self.function.value(take(tensor, count, &places))
    }
}

impl<const D: usize> Rows<D> {
    /// The input of a network.
    pub(crate) fn input(tensor: Tensor<D>, variants: Variants, pass: Rc<Pass>) -> Self {
        let uses = pass.untouched(variants.count());
        Self { value: Some(Value::ready(tensor, variants.count())), variants, uses, depends: 0, pass }
    }

    /// Applies `f`, which computes with the parameters of `module`, an ordinary Burn module.
    ///
    /// What no ghost batch reads does not run. That the module's parameters are used by the ghost
    /// batches at hand is noted for masked L2 and momentum, and its multiply-accumulates are
    /// counted: each weight of two or more axes once for each position of the output.
    pub fn run<M: Module, const E: usize>(self, module: &M, f: impl FnOnce(&M, Tensor<D>) -> Tensor<E>) -> Rows<E> {
        let pass = Rc::clone(&self.pass);
        let parameters = own_parameters(module);
        let noted = Rc::clone(&parameters);
        self.compute(parameters, |x| {
            let y = f(module, x);
            if pass.checks() {
                pass.note_run(macs(module, &y.dims()), &noted);
            }
            y
        })
    }

    /// Applies `f` as [`Rows::run`] does; `f` is also told of how many runs of equal length the
    /// rows consist, one for each variant that a ghost batch or candidate reads. What mixes rows,
    /// as statistics do, must stay within a run.
    pub fn run_in_runs<M: Module, const E: usize>(
        self,
        module: &M,
        f: impl FnOnce(&M, Tensor<D>, usize) -> Tensor<E>,
    ) -> Rows<E> {
        let rows = self.value.as_ref().map_or(1, |value| value.shape()[0] / value.count());
        self.run(module, |module, x| {
            let count = x.dims()[0];
            f(module, x, count / rows)
        })
    }

    /// Applies `f`, which computes with `parameters`.
    pub(crate) fn compute<const E: usize>(
        self,
        parameters: Rc<[ParamId]>,
        f: impl FnOnce(Tensor<D>) -> Tensor<E>,
    ) -> Rows<E> {
        self.applied(&parameters, |source, pass| {
            pass.ran(source.count());
            let kept = pass.kept(source.depends);
            let tensor = kept.as_ref().and_then(Place::found).unwrap_or_else(|| {
                let tensor = f(source.whole());
                kept.iter().for_each(|place| place.keep(&tensor));
                tensor
            });
            Value::ready(tensor, source.count())
        })
    }

    /// Applies `operation`, which is made from what it reads, computes with `parameters`, and whose
    /// result for all variants has the shape that comes with it. It runs when the result is read.
    pub(crate) fn later<const E: usize, O: Operation<E> + 'static>(
        self,
        parameters: &Rc<[ParamId]>,
        macs: impl FnOnce(&[usize; E]) -> u64,
        operation: impl FnOnce(Source<D>) -> (O, [usize; E]),
    ) -> Rows<E> {
        self.applied(parameters, |source, pass| {
            let (count, kept) = (source.count(), pass.kept(source.depends));
            pass.ran(count);
            if let Some(tensor) = kept.as_ref().and_then(Place::found) {
                return Value::ready(tensor, count);
            }
            let (operation, shape) = operation(source);
            let noted = pass.checks().then(|| (Rc::clone(pass), pass.note_later(macs(&shape), parameters)));
            Value::pending(operation, shape, count, Tags { noted, kept })
        })
    }

    /// As [`Rows::later`], where ghost batches that read one variant under different `keys`, of
    /// which there is one for each ghost batch, have results of their own. The operation is told
    /// which variant and which key each of its variants has. Keys depend on all choices.
    pub(crate) fn later_by_key<const E: usize, O: Operation<E> + 'static>(
        self,
        keys: &[u32],
        parameters: &Rc<[ParamId]>,
        macs: impl FnOnce(&[usize; E]) -> u64,
        operation: impl FnOnce(Source<D>, Vec<(u32, u32)>) -> (O, [usize; E]),
    ) -> Rows<E> {
        let depends = self.pass.paths().space().choices().len();
        let Compact { source, variants, uses, pass } = match self.depending(depends).compacted() {
            Ok(compact) => compact,
            Err(nothing) => return nothing.nothing(),
        };
        let read = |ghost: usize| Some((variants.of(ghost)?, keys[ghost]));
        // The dense reference has a variant for every ghost batch.
        let (variants, members) = if pass.is_dense() && source.count() == keys.len() {
            (variants, (0..).zip(keys.iter().copied()).collect())
        } else {
            let (by_key, first) = Variants::distinct((0..keys.len()).map(read));
            (by_key, first.into_iter().filter_map(read).collect::<Vec<_>>())
        };
        let count = members.len();
        pass.ran(count);
        let uses = match uses.is_empty() {
            true => Vec::new(),
            false => members.iter().map(|&(variant, _)| uses[variant as usize].and(parameters)).collect(),
        };
        let kept = pass.kept(depends);
        let value = match kept.as_ref().and_then(Place::found) {
            Some(tensor) => Value::ready(tensor, count),
            None => {
                let (operation, shape) = operation(source, members);
                let noted = pass.checks().then(|| (Rc::clone(&pass), pass.note_later(macs(&shape), parameters)));
                Value::pending(operation, shape, count, Tags { noted, kept })
            }
        };
        pass.holds(value.shape().iter().product::<usize>() / count);
        Rows { value: Some(value), variants, uses, depends, pass }
    }

    /// Applies `f`, which computes with no parameter. What
    /// [`Definition::new`](crate::Definition::new) finds to be used by no [`Rows::run`] is refused.
    pub fn map<const E: usize>(self, f: impl FnOnce(Tensor<D>) -> Tensor<E>) -> Rows<E> {
        self.compute(Rc::from([]), f)
    }

    /// Zeros of the same shape. They depend on nothing, so what x was computed with is not used for
    /// them.
    pub fn zeros(self) -> Self {
        let nothing = self.nothing();
        let zeros = self.applied(&Rc::from([]), |source, pass| Value::zeros(source.shape(), source.count(), pass));
        match zeros.is_live() {
            true => Self { uses: zeros.pass.untouched(zeros.variants.count()), ..zeros },
            false => nothing,
        }
    }

    /// The result of an operation with `parameters` on what ghost batches read.
    fn applied<const E: usize>(
        self,
        parameters: &Rc<[ParamId]>,
        value: impl FnOnce(Source<D>, &Rc<Pass>) -> Rc<Value<E>>,
    ) -> Rows<E> {
        match self.compacted() {
            Ok(Compact { source, variants, uses, pass }) => {
                let uses = uses.iter().map(|uses| uses.and(parameters)).collect();
                let (depends, value) = (source.depends, value(source, &pass));
                pass.holds(value.shape().iter().product::<usize>() / value.count());
                Rows { value: Some(value), variants, uses, depends, pass }
            }
            Err(nothing) => nothing.nothing(),
        }
    }

    /// max(x, 0), or what the definition has in its place
    /// ([`Definition::with_activation`](crate::Definition::with_activation)). It is computed when
    /// it is read, once for all who read it at a time.
    pub fn relu(self) -> Self {
        let pass = Rc::clone(&self.pass);
        let channels = self.value.as_ref().and_then(|value| value.shape().get(1).copied());
        let Some(channels) = channels else { return self.rectified(None) };
        // Ghost batches of one architecture: all variants were computed with the same.
        let parameters = || {
            let first = self.variants.list().first().and_then(|&variant| self.uses.get(variant as usize));
            first.map_or_else(HashSet::new, Uses::parameters)
        };
        match pass.rectifier().function(channels, parameters) {
            Ok(Some(function)) if function.beta.is_some() => self.run(function, Function::value),
            Ok(function) => self.rectified(function),
            Err(error) => self.failed(error),
        }
    }

    /// max(x, 0), or a function without parameters, when it is read, once for all who read it.
    fn rectified(self, function: Option<&Function>) -> Self {
        let Some(value) = self.value.as_ref().filter(|_| !self.pass.checks() && !self.pass.is_dense()) else {
            return self.map(|x| match function {
                Some(function) => function.value(x),
                None => relu(x),
            });
        };
        let (shape, count) = (value.shape(), value.count());
        let make = || {
            let source = Source { value: Rc::clone(value), list: (0..count as u32).collect(), depends: self.depends };
            match function.cloned() {
                Some(function) => Value::pending(Activated { source, function }, shape, count, Tags::default()),
                None => {
                    Value::pending(Rectified { source, pass: Rc::clone(&self.pass) }, shape, count, Tags::default())
                }
            }
        };
        let value = Some(value.rectified(make));
        Self { value, ..self }
    }

    /// The same rows, read only by the ghost batches that `reads` names from their options of
    /// choice `choice`.
    pub(crate) fn only(&self, choice: usize, reads: impl Fn(usize) -> bool) -> Self {
        let read = |ghost| self.variants.of(ghost).filter(|_| reads(ghost));
        let of: Vec<Option<u32>> = (0..self.variants.ghosts()).map(read).collect();
        match of.iter().any(Option::is_some) {
            true => Self {
                variants: Variants::new(of, self.variants.count()),
                depends: self.depends.max(choice + 1),
                ..self.clone()
            },
            false => Self { depends: self.depends.max(choice + 1), ..self.nothing() },
        }
    }

    /// What a later operation reads of it; itself where no ghost batch reads anything.
    fn compacted(self) -> Result<Compact<D>, Self> {
        let Some(value) = self.value else { return Err(self) };
        // The dense reference computes everything for every ghost batch.
        let list = if self.pass.is_dense() { (0..value.count() as u32).collect() } else { self.variants.list() };
        let uses = match self.uses.is_empty() {
            true => Vec::new(),
            false => list.iter().map(|&variant| self.uses[variant as usize].clone()).collect(),
        };
        let source = Source { value, list, depends: self.depends };
        Ok(Compact { variants: self.variants.within(&source.list), source, uses, pass: self.pass })
    }

    /// The tensor of the variants that ghost batches read, and which ghost batch reads which of
    /// them; `None` where none does.
    pub(crate) fn into_tensor(self) -> Option<(Tensor<D>, Variants)> {
        self.compacted().ok().map(|compact| (compact.source.whole(), compact.variants))
    }

    /// The same times a number, if there is one.
    pub(crate) fn scaled(self, scale: Option<f64>) -> Self {
        match scale {
            Some(scale) => self.map(|tensor| tensor.mul_scalar(scale)),
            None => self,
        }
    }

    /// The pass that it is part of.
    pub(crate) fn pass(&self) -> &Rc<Pass> {
        &self.pass
    }

    /// Whether some ghost batch reads it.
    pub(crate) fn is_live(&self) -> bool {
        self.value.is_some()
    }

    /// Computes what is read of it, if it does not exist yet.
    pub(crate) fn exists(&self) {
        if let Some(value) = &self.value {
            value.read(&self.variants.list());
        }
    }

    /// Computes it if it is a sum that waits for a reader.
    pub(crate) fn settle(&self) {
        if self.value.as_ref().is_some_and(|value| value.is_sum()) {
            self.exists();
        }
    }

    /// The shape of a variant's rows, the number of rows aside; empty where there are none.
    pub(crate) fn row_shape(&self) -> Vec<usize> {
        self.value.as_ref().map_or(Vec::new(), |value| value.shape()[1..].to_vec())
    }

    /// No rows, after a failure.
    pub(crate) fn failed<const E: usize>(&self, error: NnError) -> Rows<E> {
        self.pass.fail(error);
        self.nothing()
    }

    /// The same, whose being there depends on the first `depends` choices.
    pub(crate) fn depending(self, depends: usize) -> Self {
        Self { depends: self.depends.max(depends), ..self }
    }

    /// No rows.
    pub(crate) fn nothing<const E: usize>(&self) -> Rows<E> {
        let variants = Variants::new(vec![None; self.variants.ghosts()], 0);
        Rows { value: None, variants, uses: Vec::new(), depends: self.depends, pass: Rc::clone(&self.pass) }
    }
}

/// Computes what `readers`, and nobody else, are about to read, each a part of it: of each value
/// that does not exist yet the variants that one of them reads.
pub(crate) fn prepare<const D: usize>(readers: &[Rows<D>]) {
    let pointer = |rows: &Rows<D>| rows.value.as_ref().map(Rc::as_ptr);
    for (i, rows) in readers.iter().enumerate() {
        let is_first = readers[..i].iter().all(|other| pointer(other) != pointer(rows));
        let Some(value) = rows.value.as_ref().filter(|_| is_first && !rows.pass.is_dense()) else { continue };
        let same: Vec<&Rows<D>> = readers.iter().filter(|other| pointer(other) == pointer(rows)).collect();
        if Rc::strong_count(value) == same.len() && !value.is_kept_before(rows.depends) {
            let mut list: Vec<u32> = same.iter().flat_map(|rows| rows.variants.list()).collect();
            list.sort_unstable();
            list.dedup();
            value.prepare(&list);
        }
    }
}

/// The rows of the variants `list` out of `count`, in that order.
pub(crate) fn take<const D: usize>(tensor: Tensor<D>, count: usize, list: &[u32]) -> Tensor<D> {
    if list.len() == count && list.iter().enumerate().all(|(i, &variant)| i == variant as usize) {
        return tensor;
    }
    let mut dims = tensor.dims();
    let rows = dims[0] / count;
    if list.windows(2).all(|pair| pair[0] + 1 == pair[1]) {
        return tensor.narrow(0, list[0] as usize * rows, list.len() * rows);
    }
    let numbers: usize = dims[1..].iter().product::<usize>() * rows;
    dims[0] = rows * list.len();
    let data = TensorData::new(list.iter().map(|&variant| i64::from(variant)).collect::<Vec<_>>(), [list.len()]);
    let places = Tensor::<1, Int>::from_data(data, &tensor.device());
    tensor.reshape([count, numbers]).select(0, places).reshape(dims)
}
