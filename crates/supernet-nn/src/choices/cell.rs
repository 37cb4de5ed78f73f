//! A recurrent cell: a graph that is run once for each step of a sequence.

use crate::{Layer, Rows, flow::concatenated};
use burn::{module::Module, tensor::Tensor};

/// A recurrent cell over sequences [rows, steps, features]: at each step
/// `state = graph(entry(input ⧺ state))`, from a state of zeros, with the same weights at all steps.
/// It gives the states [rows, steps, hidden].
///
/// `entry` brings `[rows, features + hidden]` to what the graph reads, and the graph gives the
/// state, `[rows, hidden]`: a [`Graph`](crate::Graph) of cells that are searched, or any other
/// layer.
///
/// A cell may have a second state that it keeps to itself, as c of an LSTM is
/// ([`Cell::with_memory`]). It stands behind the first: `h ⧺ c`.
#[derive(Module, Debug)]
pub struct Cell<E: Module, G: Module> {
    entry: E,
    graph: G,
    hidden: usize,
    memory: usize,
}

impl<E: Module, G: Module> Cell<E, G> {
    /// The cell with a state of `hidden` numbers.
    pub fn new(entry: E, graph: G, hidden: usize) -> Self {
        Self { entry, graph, hidden, memory: 0 }
    }

    /// The same with a second state of `memory` numbers, zeros at first: `entry` reads `[rows,
    /// features + hidden + memory]`, the graph gives `[rows, hidden + memory]`, and what comes out
    /// of the cell is the first state alone. [`RecurrentStep`](crate::RecurrentStep) has published
    /// ones, for an entry of [`Identity`](crate::Identity).
    pub fn with_memory(self, memory: usize) -> Self {
        Self { memory, ..self }
    }
}

impl<E: Layer<2, 2>, G: Layer<2, 2>> Layer<3, 3> for Cell<E, G> {
    fn forward(&self, x: Rows<3>) -> Rows<3> {
        let [steps, features] = x.row_shape()[..] else { return x };
        let numbers = self.hidden + self.memory;
        let mut state = x.clone().map(|x| Tensor::zeros([x.dims()[0], numbers], (&x.device(), x.dtype()))).zeros();
        let mut states: Vec<Rows<3>> = Vec::new();
        for step in 0..steps {
            let input = x.clone().map(|x| x.narrow(1, step, 1).squeeze_dim::<2>(1));
            let both = concatenated(vec![input, state], &[features, numbers]);
            state = both.through(&self.entry).through(&self.graph);
            states.push(state.clone().map(|state| match self.memory {
                0 => state.unsqueeze_dim(1),
                _ => state.narrow(1, 0, self.hidden).unsqueeze_dim(1),
            }));
        }
        concatenated(states, &vec![1; steps])
    }
}

impl Rows<3> {
    /// The last step of a sequence: [rows, features].
    pub fn last_step(self) -> Rows<2> {
        self.map(|x| {
            let [_, steps, _] = x.dims();
            x.narrow(1, steps - 1, 1).squeeze_dim(1)
        })
    }
}
