//! What the slices of wider convolutions begin with.

use super::{
    anatomy::{Anatomy, Wide},
    settings::Widening,
};
use burn::tensor::TensorData;
use std::collections::HashMap;

/// Sets in `values` what wide convolutions begin with whose widths are greater than in a parent
/// that has the parameters `parent`.
pub(super) fn widened(
    child: &Anatomy,
    parent: &HashMap<String, TensorData>,
    widening: Widening,
    values: &mut HashMap<String, TensorData>,
) {
    for wide in &child.wide {
        let slices = Slices::of(child, wide, parent);
        let [outputs, inputs] = [&slices.outputs, &slices.inputs];
        if outputs.old == 0 || inputs.old == 0 || outputs.is_as_it_was() && inputs.is_as_it_was() {
            continue;
        }
        match widening {
            Widening::Zeros => slices.silence(values),
            Widening::Copies { noise } => slices.copy(noise, values),
        }
    }
}

/// The channels along one side of a wide convolution, in slices.
struct Side {
    /// First channel of each slice, and the number of all.
    starts: Vec<usize>,
    /// Slices that the parent has.
    old: usize,
}

impl Side {
    fn new(slices: impl Iterator<Item = usize>, old: usize) -> Self {
        let add = |sum: &mut usize, channels: usize| {
            *sum += channels;
            Some(*sum)
        };
        Self { starts: std::iter::once(0).chain(slices.scan(0, add)).collect(), old }
    }

    fn count(&self) -> usize {
        self.starts.len() - 1
    }

    fn is_as_it_was(&self) -> bool {
        self.old == self.count()
    }

    fn channels(&self, slice: usize) -> std::ops::Range<usize> {
        self.starts[slice]..self.starts[slice + 1]
    }

    /// The old channel that a channel copies: new ones take turns among them.
    fn source(&self, channel: usize) -> usize {
        let old = self.starts[self.old];
        if channel < old { channel } else { (channel - old) % old }
    }

    /// Channels that an old one becomes.
    fn multiplicity(&self, source: usize) -> f64 {
        (0..self.starts[self.count()]).filter(|&channel| self.source(channel) == source).count() as f64
    }

    /// The slice of a channel, and its place there.
    fn place(&self, channel: usize) -> (usize, usize) {
        let slice = self.starts.partition_point(|&start| start <= channel) - 1;
        (slice, channel - self.starts[slice])
    }
}

/// The weight and the normalisations of a wide convolution.
struct Slices<'a> {
    child: &'a Anatomy,
    wide: &'a Wide,
    outputs: Side,
    inputs: Side,
}

impl<'a> Slices<'a> {
    fn of(child: &'a Anatomy, wide: &'a Wide, parent: &HashMap<String, TensorData>) -> Self {
        let side = |axis: usize| {
            let slice = |place: usize| child.at(&wide.path, &block([(place, 0), (0, place)][axis]));
            let slices: Vec<_> = (0..).map_while(slice).collect();
            let old = slices.iter().take_while(|one| parent.contains_key(&one.name)).count();
            Side::new(slices.iter().map(|one| one.shape()[axis]), old)
        };
        Self { outputs: side(0), inputs: side(1), child, wide }
    }

    fn name(&self, rest: &str) -> Option<&'a str> {
        self.child.at(&self.wide.path, rest).map(|one| one.name.as_str())
    }

    /// Nobody hears the new inputs: they have no way to the old outputs.
    fn silence(&self, values: &mut HashMap<String, TensorData>) {
        for (j, i) in (0..self.outputs.old).flat_map(|j| (self.inputs.old..self.inputs.count()).map(move |i| (j, i))) {
            let name = self.name(&block((j, i))).expect("every block is there");
            set(values, name, |data| vec![0.0; data.num_elements()]);
        }
    }

    /// New outputs compute what old ones do; inputs share what the one they copy had.
    fn copy(&self, noise: f64, values: &mut HashMap<String, TensorData>) {
        let places = (0..self.outputs.count()).flat_map(|j| (0..self.inputs.count()).map(move |i| (j, i)));
        let names: HashMap<_, _> =
            places.map(|at| (at, self.name(&block(at)).expect("every block is there"))).collect();
        let before: HashMap<_, Vec<f64>> = names.iter().map(|(&at, &name)| (at, numbers(&values[name]))).collect();
        let shares: Vec<f64> =
            (0..self.inputs.starts[self.inputs.old]).map(|source| self.inputs.multiplicity(source)).collect();
        for (&(j, i), name) in &names {
            let taps = before[&(j, i)].len() / self.outputs.channels(j).len() / self.inputs.channels(i).len();
            let mut after = Vec::with_capacity(before[&(j, i)].len());
            for output in self.outputs.channels(j) {
                let (from_j, row) = self.outputs.place(self.outputs.source(output));
                for input in self.inputs.channels(i) {
                    let source = self.inputs.source(input);
                    let (from_i, column) = self.inputs.place(source);
                    let first = (row * self.inputs.channels(from_i).len() + column) * taps;
                    let copied = &before[&(from_j, from_i)][first..first + taps];
                    after.extend(copied.iter().map(|value| value / shares[source]));
                }
            }
            if j >= self.outputs.old {
                after.iter_mut().zip(&before[&(j, i)]).for_each(|(value, drawn)| *value += noise * drawn);
            }
            set(values, name, |_| after);
        }
        self.copy_norms(values);
    }

    fn copy_norms(&self, values: &mut HashMap<String, TensorData>) {
        for field in ["scale", "shift", "stored_mean", "stored_variance"] {
            let name = |j: usize| self.name(&format!("norms.{j}.norm.{field}"));
            let Some(old) = (0..self.outputs.old).map(name).collect::<Option<Vec<_>>>() else { continue };
            let old: Vec<f64> = old.iter().flat_map(|&name| numbers(&values[name])).collect();
            for j in self.outputs.old..self.outputs.count() {
                let copied = self.outputs.channels(j).map(|channel| old[self.outputs.source(channel)]).collect();
                set(values, name(j).expect("as the old ones"), |_| copied);
            }
        }
    }
}

/// Where a block of the weight stands: outputs j, inputs i.
fn block((j, i): (usize, usize)) -> String {
    format!("weights.{j}.{i}")
}

fn numbers(data: &TensorData) -> Vec<f64> {
    data.iter::<f64>().collect()
}

/// Sets the numbers of a parameter, whose shape and type stay.
pub(super) fn set(values: &mut HashMap<String, TensorData>, name: &str, numbers: impl FnOnce(&TensorData) -> Vec<f64>) {
    let data = values.get_mut(name).expect("a parameter of the network");
    let (shape, dtype) = (data.shape().clone(), data.dtype());
    *data = TensorData::new(numbers(data), shape).convert_dtype(dtype);
}
