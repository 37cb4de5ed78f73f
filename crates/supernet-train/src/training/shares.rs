//! A step in shares: parts of whole ghost batches whose gradients are summed in an order that does
//! not depend on who computes them.

use super::part::Part;
use crate::{
    TrainError,
    crew::{Alone, Workers, bytes_of, floats_of, garbled, gather, ordered_sum, pack, shares_of, unpack},
};
use burn::{
    module::{Module, ModuleVisitor, Param, ParamId},
    optim::GradientsParams,
    tensor::{Device, Tensor, TensorData},
};
use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

/// How a step of a training is shared out.
#[derive(Clone, Copy)]
pub struct Shares<'a> {
    /// Shares S of a step, of as many ghost batches each; the number of workers divides it. Bits
    /// depend on it.
    pub count: usize,
    /// Who computes them. Bits do not depend on it.
    pub workers: &'a dyn Workers,
}

impl Default for Shares<'_> {
    /// One process computes a step as a whole.
    fn default() -> Self {
        Self { count: 1, workers: &Alone }
    }
}

impl Shares<'_> {
    /// Whether a step is computed as a whole.
    pub(super) fn is_whole(&self) -> bool {
        self.count == 1 && self.workers.size() == 1
    }

    /// The shares that this worker computes.
    pub(super) fn own(&self) -> Range<usize> {
        shares_of(self.workers.rank(), self.count, self.workers.size())
    }

    /// # Errors
    /// Shares that the workers, or the ghost batches that the shares, cannot be dealt out to
    /// evenly.
    pub(super) fn check(&self, ghosts: usize) -> Result<(), TrainError> {
        let Self { count, workers } = *self;
        if count == 0 || !ghosts.is_multiple_of(count) {
            return Err(TrainError::config("supernet.shares", count, format!("a divisor of {ghosts} ghost batches")));
        }
        if !count.is_multiple_of(workers.size()) {
            let expected = format!("a multiple of {} workers (`--shares`)", workers.size());
            return Err(TrainError::config("supernet.shares", count, expected));
        }
        Ok(())
    }

    /// Puts the shares of all workers together: `own` are those of this worker, `ghosts` the ghost
    /// batches of each share.
    ///
    /// # Errors
    /// The error of `own`, or of another worker: out of memory where that is one's; a worker that
    /// is gone.
    pub(super) fn join<N: Module>(
        &self,
        network: &N,
        own: Result<Vec<Part>, TrainError>,
        (ghosts, stage): (usize, &str),
        device: &Device,
    ) -> Result<Part, TrainError> {
        let ids = ids(network);
        // A graphics card says only when something is read that it had no memory for it: all is
        // read before the others are told how it went.
        let read = own.and_then(|parts| {
            let words = Words::of(&parts, &ids, ghosts, stage)?;
            let gradients = parts.into_iter().map(|part| Gradients::read(network, part.gradients, stage));
            Ok((words, gradients.collect::<Result<Vec<_>, TrainError>>()?))
        });
        let words = match &read {
            Ok((words, _)) => words.to_bytes(),
            Err(error) => Words::failed(error),
        };
        let said = gather(self.workers, words)?;
        let (_, own) = read?;
        let said = said.iter().enumerate().map(|(rank, bytes)| Words::from_bytes(bytes, (rank, stage)));
        let Words { uses, losses, logits } = Words::join(said.collect::<Result<Vec<_>, TrainError>>()?, ids.len())?;
        let used: HashSet<ParamId> = ids.iter().zip(&uses).filter(|(_, uses)| **uses > 0).map(|(&id, _)| id).collect();
        let gradients = self.summed(network, used, &own, device)?;
        let ghosts = (ghosts * self.count) as f64;
        let usage = ids.into_iter().zip(uses).map(|(id, uses)| (id, f64::from(uses) / ghosts)).collect();
        let device = &device.clone().inner();
        let classes = logits.classes as usize;
        let rows = logits.values.len() / classes.max(1);
        let logits = Tensor::from_data(TensorData::new(logits.values, [rows, classes]), device);
        let loss = losses.iter().map(|&loss| f64::from(loss)).sum::<f64>() / losses.len() as f64;
        Ok(Part { loss: Tensor::from_data([loss as f32], device), logits, gradients, usage })
    }

    /// The sums of the gradients of `used` parameters over all shares.
    fn summed<N: Module>(
        &self,
        network: &N,
        used: HashSet<ParamId>,
        own: &[Gradients],
        device: &Device,
    ) -> Result<GradientsParams, TrainError> {
        let flat = |gradients| {
            let mut flat = Flat { used: &used, gradients, values: Vec::new() };
            network.visit(&mut flat);
            flat.values
        };
        let parts: Vec<Vec<f32>> = own.iter().map(flat).collect();
        let length = parts.first().map_or(0, Vec::len);
        let sum = ordered_sum(self.workers, self.count, length, parts)?;
        let sum = Tensor::from_data(TensorData::new(sum, [length]), &device.clone().inner());
        let mut spread = Spread { used: &used, sum, at: 0, gradients: GradientsParams::new() };
        network.visit(&mut spread);
        Ok(spread.gradients)
    }
}

/// The ids of a network's parameters, in the order of their visit, which is that of all workers.
fn ids(network: &impl Module) -> Vec<ParamId> {
    struct Ids(Vec<ParamId>);
    impl ModuleVisitor for Ids {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.push(param.id);
        }
    }
    let mut ids = Ids(Vec::new());
    network.visit(&mut ids);
    ids.0
}

/// The gradients of a share, read from the device.
struct Gradients {
    /// Where those of a parameter stand, if the share uses it.
    places: HashMap<ParamId, Range<usize>>,
    values: Vec<f32>,
}

impl Gradients {
    /// Reads them at once.
    ///
    /// # Errors
    /// A device that fails.
    fn read(network: &impl Module, gradients: GradientsParams, stage: &str) -> Result<Self, TrainError> {
        let mut taken = Taken { gradients, places: HashMap::new(), at: 0, pieces: Vec::new() };
        network.visit(&mut taken);
        Ok(Self { places: taken.places, values: floats(taken.pieces, stage)? })
    }
}

/// Takes the gradients of a share in the order of the parameters.
struct Taken {
    gradients: GradientsParams,
    places: HashMap<ParamId, Range<usize>>,
    at: usize,
    pieces: Vec<Tensor<1>>,
}

impl ModuleVisitor for Taken {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.remove::<D>(param.id) {
            let end = self.at + gradient.shape().num_elements();
            self.places.insert(param.id, self.at..end);
            self.at = end;
            self.pieces.push(gradient.reshape([-1]));
        }
    }
}

/// The gradients of used parameters one behind the other; zeros where a share does not use one.
struct Flat<'a> {
    used: &'a HashSet<ParamId>,
    gradients: &'a Gradients,
    values: Vec<f32>,
}

impl ModuleVisitor for Flat<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if self.used.contains(&param.id) {
            match self.gradients.places.get(&param.id) {
                Some(place) => self.values.extend_from_slice(&self.gradients.values[place.clone()]),
                None => self.values.resize(self.values.len() + param.val().shape().num_elements(), 0.0),
            }
        }
    }
}

/// Puts sums back in the shapes of the parameters.
struct Spread<'a> {
    used: &'a HashSet<ParamId>,
    sum: Tensor<1>,
    at: usize,
    gradients: GradientsParams,
}

impl ModuleVisitor for Spread<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if self.used.contains(&param.id) {
            let shape = param.val().shape();
            let end = self.at + shape.num_elements();
            let sum: Tensor<D> = self.sum.clone().slice(self.at..end).reshape(shape);
            self.gradients.register(param.id, sum);
            self.at = end;
        }
    }
}

/// The floats of tensors one behind the other, read from the device at once.
fn floats(pieces: Vec<Tensor<1>>, stage: &str) -> Result<Vec<f32>, TrainError> {
    if pieces.is_empty() {
        return Ok(Vec::new());
    }
    let device = |reason: String| TrainError::Device { stage: stage.into(), reason };
    let data = Tensor::cat(pieces, 0).try_into_data().map_err(|error| device(error.to_string()))?;
    data.try_to_vec().map_err(|error| device(format!("{error:?}")))
}

/// What a worker says of its shares besides gradients.
#[derive(Default)]
struct Words {
    /// Ghost batches that use each parameter.
    uses: Vec<u32>,
    /// Of each share.
    losses: Vec<f32>,
    logits: Logits,
}

/// Logits, row by row.
#[derive(Default)]
struct Logits {
    classes: u32,
    values: Vec<f32>,
}

impl Words {
    /// Of a worker's shares, of `ghosts` ghost batches each.
    fn of(parts: &[Part], ids: &[ParamId], ghosts: usize, stage: &str) -> Result<Self, TrainError> {
        let mut words = Self { uses: vec![0; ids.len()], ..Self::default() };
        for Part { loss, logits, usage, .. } in parts {
            let uses = |id: &ParamId| (usage.share(*id) * ghosts as f64).round() as u32;
            words.uses.iter_mut().zip(ids).for_each(|(sum, id)| *sum += uses(id));
            words.losses.extend(floats(vec![loss.clone()], stage)?);
            words.logits.classes = logits.dims()[1] as u32;
            words.logits.values.extend(floats(vec![logits.clone().reshape([-1])], stage)?);
        }
        Ok(words)
    }

    /// The words of all workers as one.
    fn join(all: Vec<Self>, parameters: usize) -> Result<Self, TrainError> {
        let mut joined = Self { uses: vec![0; parameters], ..Self::default() };
        for Self { uses, losses, logits } in all {
            if uses.len() != parameters {
                return Err(garbled(parameters, uses.len()));
            }
            joined.uses.iter_mut().zip(uses).for_each(|(sum, uses)| *sum += uses);
            joined.losses.extend(losses);
            joined.logits.classes = logits.classes;
            joined.logits.values.extend(logits.values);
        }
        Ok(joined)
    }

    fn to_bytes(&self) -> Vec<u8> {
        let Self { uses, losses, logits: Logits { classes, values } } = self;
        let number = |number: &u32| number.to_le_bytes();
        pack([
            ("uses".into(), uses.iter().flat_map(number).collect()),
            ("losses".into(), bytes_of(&[losses])),
            ("classes".into(), number(classes).into()),
            ("logits".into(), bytes_of(&[values])),
        ])
    }

    /// What a worker says whose step failed.
    fn failed(error: &TrainError) -> Vec<u8> {
        let name = if error.is_out_of_memory() { OUT_OF_MEMORY } else { FAILED };
        pack([(name.into(), error.to_string().into())])
    }

    /// Reads what a worker says.
    ///
    /// # Errors
    /// That it failed, or that it says something else.
    fn from_bytes(bytes: &[u8], (rank, stage): (usize, &str)) -> Result<Self, TrainError> {
        let pieces = unpack(bytes).ok_or_else(|| garbled(0, bytes.len()))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let numbers = |bytes: &[u8]| {
            let number = |four: &[u8]| u32::from_le_bytes(four.try_into().expect("four bytes"));
            bytes.chunks_exact(4).map(number).collect::<Vec<_>>()
        };
        match &pieces[..] {
            [(name, said)] if name == OUT_OF_MEMORY => {
                let reason = format!("worker {rank} is out of memory: {}", text(said));
                Err(TrainError::Device { stage: stage.into(), reason })
            }
            [(name, said)] if name == FAILED => Err(TrainError::Crew {
                place: format!("{stage}, worker {rank}"),
                found: text(said),
                expected: "a step".into(),
            }),
            [(_, uses), (_, losses), (_, classes), (_, logits)] => Ok(Self {
                uses: numbers(uses),
                losses: floats_of(losses),
                logits: Logits { classes: numbers(classes).first().copied().unwrap_or(0), values: floats_of(logits) },
            }),
            _ => Err(garbled(4, pieces.len())),
        }
    }
}

const OUT_OF_MEMORY: &str = "out of memory";
const FAILED: &str = "failed";
