//! What the slices of wider layers begin with.

use super::{
    anatomy::{Anatomy, Wide, WideKind},
    gathered::gather,
    runs::Run,
    settings::Widening,
    values::set,
};
use burn::tensor::TensorData;
use std::collections::HashMap;

/// Sets in `values` what layers begin with whose widths are greater than in a parent that has the
/// parameters `parent`.
pub(super) fn widened(
    child: &Anatomy,
    parent: &HashMap<String, TensorData>,
    widening: Widening,
    values: &mut HashMap<String, TensorData>,
) {
    let layers = child.wide.iter().map(|wide| Grown::of(child, wide, parent));
    for grown in layers.filter(|grown| !grown.is_new() && !grown.is_as_it_was()) {
        match widening {
            Widening::Zeros => grown.silence(parent, values),
            Widening::Copies { noise } => grown.copy(noise, values),
        }
    }
}

/// The channels along one side of a wide layer, in slices.
struct Side {
    /// First channel of each slice, and the number of all.
    starts: Vec<usize>,
    /// Slices that the parent has.
    old: usize,
}

impl Side {
    /// Of parameters that hold it, where there are any.
    fn of(run: Option<&Run<'_>>, child: &HashMap<&str, usize>, parent: &HashMap<String, TensorData>) -> Option<Self> {
        let run = run?;
        let add = |sum: &mut usize, name: &&str| {
            *sum += child[name];
            Some(*sum)
        };
        let starts = std::iter::once(0).chain(run.names.iter().scan(0, add)).collect();
        Some(Self { starts, old: run.names.iter().take_while(|&&name| parent.contains_key(name)).count() })
    }

    fn channels(&self) -> usize {
        self.starts[self.starts.len() - 1]
    }

    /// The old channel that a channel copies: new ones take turns among them.
    fn source(&self, channel: usize) -> usize {
        let old = self.starts[self.old];
        if channel < old { channel } else { (channel - old) % old }
    }

    /// Channels that an old one becomes.
    fn multiplicity(&self, source: usize) -> f64 {
        (0..self.channels()).filter(|&channel| self.source(channel) == source).count() as f64
    }

    fn is_as_it_was(&self) -> bool {
        self.old == self.starts.len() - 1
    }
}

/// A wide layer of a child.
struct Grown<'a> {
    kind: WideKind,
    written: Vec<Run<'a>>,
    heard: Vec<Run<'a>>,
    /// None where it has no such side.
    outputs: Option<Side>,
    inputs: Option<Side>,
}

impl<'a> Grown<'a> {
    fn of(child: &'a Anatomy, wide: &Wide, parent: &HashMap<String, TensorData>) -> Self {
        let (written, heard) = (wide.written(child), wide.heard(child));
        let channels = |run: &Run<'a>| {
            let of = |name: &&'a str| (*name, child.named(name).expect("a parameter of the child").shape()[run.axis]);
            run.names.iter().map(of).collect::<HashMap<&str, usize>>()
        };
        let side = |run: Option<&Run<'a>>| Side::of(run, &run.map(channels).unwrap_or_default(), parent);
        let (outputs, inputs) = (side(written.first()), side(heard.first()));
        Self { kind: wide.kind, outputs, inputs, written, heard }
    }

    fn sides(&self) -> impl Iterator<Item = &Side> {
        [&self.outputs, &self.inputs].into_iter().flatten()
    }

    /// Whether the parent has nothing of it.
    fn is_new(&self) -> bool {
        self.sides().any(|side| side.old == 0)
    }

    fn is_as_it_was(&self) -> bool {
        self.sides().all(Side::is_as_it_was)
    }

    /// Nobody hears the new inputs: they have no way to the old outputs.
    fn silence(&self, parent: &HashMap<String, TensorData>, values: &mut HashMap<String, TensorData>) {
        for run in self.heard.iter().filter(|run| parent.contains_key(run.names[0])) {
            for name in run.names.iter().filter(|&&name| !parent.contains_key(name)) {
                set(values, name, |data| vec![0.0; data.num_elements()]);
            }
        }
    }

    /// New outputs compute what old ones do; inputs share what the one they copy had.
    fn copy(&self, noise: f64, values: &mut HashMap<String, TensorData>) {
        // Channel by channel there is no drawn weight on the way in: what it reads is apart
        // already.
        let is_drawn = self.kind == WideKind::Conv;
        let drawn: HashMap<String, TensorData> = self.new_rows(values).filter(|_| is_drawn).collect();
        if let Some(outputs) = &self.outputs {
            for run in &self.written {
                gather(values, &run.names, run.axis, |channel| outputs.source(channel), |_| 1.0);
            }
        }
        if let Some(inputs) = &self.inputs {
            for run in &self.heard {
                gather(
                    values,
                    &run.names,
                    run.axis,
                    |channel| inputs.source(channel),
                    |from| inputs.multiplicity(from),
                );
            }
        }
        for (name, drawn) in drawn {
            let add = |data: &TensorData| {
                data.iter::<f64>().zip(drawn.iter::<f64>()).map(|(value, drawn)| value + noise * drawn).collect()
            };
            set(values, &name, add);
        }
    }

    /// The weights of new outputs, as they were drawn.
    fn new_rows(&self, values: &HashMap<String, TensorData>) -> impl Iterator<Item = (String, TensorData)> {
        let old = self.outputs.as_ref().map_or(0, |side| side.old);
        let weights = self.written.iter().filter(|run| values[run.names[0]].shape().len() > 1);
        let new = weights.flat_map(move |run| run.names.iter().skip(old));
        new.map(|&name| (name.to_owned(), values[name].clone())).collect::<Vec<_>>().into_iter()
    }
}
