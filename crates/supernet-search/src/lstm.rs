//! The LSTM controller: choices in order, each with a memory of those before it.

use crate::{
    Controller, SearchError, exact,
    known::at_least,
    state::{check_count, checked_state},
    subset_distribution::SubsetDistribution,
};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};
use supernet_space::{Architecture, SearchSpace, draws};

/// The controller of Zoph and Le (ICLR 2017), with one layer as in Pham et al. (ICML 2018). At choice t
/// ```text
/// x_t = start for t = 0, else the sum of the embeddings of what choice t − 1 takes
/// (i, f, g, o) = W·(x_t, h) + b;   c ← σ(f)·c + σ(i)·tanh(g);   h ← σ(o)·tanh(c)
/// θ_t = U_t·h + u_t
/// ```
/// and the subset of the choice has probability in proportion to exp(Σ θ over what it takes): a softmax for exactly one option.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Lstm {
    space: SearchSpace,
    hidden: usize,
    /// Start and embeddings, W column by column, b, then U_t row by row and u_t for each choice.
    #[serde(with = "exact::list")]
    parameters: Vec<f64>,
}

checked_state!(Lstm);

/// What one step leaves for the way back.
struct Step {
    x: Vec<f64>,
    h_before: Vec<f64>,
    c_before: Vec<f64>,
    /// σ(i), σ(f), tanh(g), σ(o), one after the other.
    gates: Vec<f64>,
    c: Vec<f64>,
    h: Vec<f64>,
    theta: Vec<f64>,
}

impl Lstm {
    /// A controller over `space` of `hidden` units, weights drawn uniformly from −0.1 to 0.1 from stream `stream` under `seed`.
    ///
    /// # Panics
    /// If `hidden` is zero.
    pub fn new(space: SearchSpace, hidden: usize, seed: u64, stream: &str) -> Self {
        assert!(hidden > 0, "an LSTM of at least one hidden unit");
        let mut lstm = Self { space, hidden, parameters: Vec::new() };
        let mut rng = draws(seed, stream, 0);
        let count = lstm.head(lstm.space.choices().len()).0;
        lstm.parameters = (0..count).map(|_| rng.random_range(-0.1..0.1)).collect();
        lstm
    }

    fn check(&self) -> Result<(), SearchError> {
        let name = "reinforce, lstm";
        at_least(name, "hidden units", self.hidden, 1, "at least 1")?;
        check_count(name, "parameters", self.parameters.len(), self.head(self.space.choices().len()).0)
    }

    fn options(&self, choice: usize) -> usize {
        self.space.choices()[choice].options().len()
    }

    /// Where the embedding of an option begins; `None` is the start.
    fn embedding(&self, option: Option<(usize, usize)>) -> usize {
        let place =
            option.map_or(0, |(choice, option)| 1 + (0..choice).map(|c| self.options(c)).sum::<usize>() + option);
        place * self.hidden
    }

    /// Where W begins, and b.
    fn cell(&self) -> (usize, usize) {
        let weights = self.embedding(Some((self.space.choices().len(), 0)));
        (weights, weights + 8 * self.hidden * self.hidden)
    }

    /// Where U of a choice begins, and u.
    fn head(&self, choice: usize) -> (usize, usize) {
        let first = self.cell().1 + 4 * self.hidden;
        let before: usize = (0..choice).map(|c| self.options(c)).sum();
        let weights = first + before * (self.hidden + 1);
        let options = self.space.choices().get(choice).map_or(0, |choice| choice.options().len());
        (weights, weights + options * self.hidden)
    }

    /// The places of the embeddings that make x at `choice` after `bits` were taken before it.
    fn inputs(&self, choice: usize, bits: u64) -> Vec<usize> {
        match choice.checked_sub(1) {
            None => vec![self.embedding(None)],
            Some(before) => (0..self.options(before))
                .filter(|option| bits >> option & 1 == 1)
                .map(|option| self.embedding(Some((before, option))))
                .collect(),
        }
    }

    fn step(&self, choice: usize, bits_before: u64, h: Vec<f64>, c: Vec<f64>) -> Step {
        let n = self.hidden;
        let mut x = vec![0.0; n];
        for from in self.inputs(choice, bits_before) {
            add_scaled(&mut x, 1.0, &self.parameters[from..from + n]);
        }
        let (weights, bias) = self.cell();
        let mut gates = self.parameters[bias..bias + 4 * n].to_vec();
        let inputs: Vec<f64> = x.iter().chain(&h).copied().collect();
        add_columns(&mut gates, &inputs, &self.parameters[weights..bias]);
        for (i, gate) in gates.iter_mut().enumerate() {
            *gate = if i / n == 2 { tanh(*gate) } else { sigmoid(*gate) };
        }
        let c_now: Vec<f64> = (0..n).map(|k| gates[n + k] * c[k] + gates[k] * gates[2 * n + k]).collect();
        let h_now: Vec<f64> = (0..n).map(|k| gates[3 * n + k] * tanh(c_now[k])).collect();
        let (rows, shift) = self.head(choice);
        let theta = (0..self.options(choice)).map(|option| {
            let row = rows + option * n;
            self.parameters[shift + option] + dot(&self.parameters[row..row + n], &h_now)
        });
        Step { theta: theta.collect(), x, h_before: h, c_before: c, gates, c: c_now, h: h_now }
    }

    /// Runs the choices in order; `take` says what each takes, given its θ.
    fn run(&self, mut take: impl FnMut(usize, &SubsetDistribution) -> u64) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::with_capacity(self.space.choices().len());
        let mut bits = 0;
        for (choice, bounds) in self.space.choices().iter().enumerate() {
            let zeros = || vec![0.0; self.hidden];
            let (h, c) = steps.last().map_or_else(|| (zeros(), zeros()), |step| (step.h.clone(), step.c.clone()));
            let step = self.step(choice, bits, h, c);
            bits = take(choice, &SubsetDistribution::new(&step.theta, bounds.min(), bounds.max()));
            steps.push(step);
        }
        steps
    }

    /// From the gradient at h and c of a step to the gradients at h and c before it; adds those of parameters.
    fn step_back(
        &self,
        step: &Step,
        inputs: &[usize],
        dh: &[f64],
        dc: &[f64],
        gradient: &mut [f64],
    ) -> (Vec<f64>, Vec<f64>) {
        let n = self.hidden;
        let mut dz = vec![0.0; 4 * n];
        let mut dc_before = vec![0.0; n];
        for k in 0..n {
            let [i, f, g, o] = [0, 1, 2, 3].map(|gate| step.gates[gate * n + k]);
            let tanh_c = tanh(step.c[k]);
            let dc = dc[k] + dh[k] * o * (1.0 - tanh_c * tanh_c);
            dz[k] = dc * g * i * (1.0 - i);
            dz[n + k] = dc * step.c_before[k] * f * (1.0 - f);
            dz[2 * n + k] = dc * i * (1.0 - g * g);
            dz[3 * n + k] = dh[k] * tanh_c * o * (1.0 - o);
            dc_before[k] = dc * f;
        }
        let (weights, bias) = self.cell();
        add_scaled(&mut gradient[bias..bias + 4 * n], 1.0, &dz);
        let mut into = vec![0.0; 2 * n];
        for (j, input) in step.x.iter().chain(&step.h_before).enumerate() {
            let column = weights + j * 4 * n..weights + (j + 1) * 4 * n;
            into[j] = dot(&self.parameters[column.clone()], &dz);
            add_scaled(&mut gradient[column], *input, &dz);
        }
        for &from in inputs {
            add_scaled(&mut gradient[from..from + n], 1.0, &into[..n]);
        }
        (into[n..].to_vec(), dc_before)
    }
}

impl Controller for Lstm {
    fn name(&self) -> &'static str {
        "reinforce, lstm"
    }

    fn space(&self) -> &SearchSpace {
        &self.space
    }

    fn parameters(&self) -> &[f64] {
        &self.parameters
    }

    fn parameters_mut(&mut self) -> &mut [f64] {
        &mut self.parameters
    }

    fn sample(&self, rng: &mut impl Rng) -> Architecture {
        let mut bits = Vec::new();
        self.run(|_, distribution| {
            bits.push(distribution.sample(rng));
            bits[bits.len() - 1]
        });
        self.space.accept(self.space.mask(bits)).expect("subsets within the bounds")
    }

    fn log_probability(&self, architecture: &Architecture) -> f64 {
        let mut sum = 0.0;
        self.run(|choice, distribution| {
            sum += distribution.log_probability(architecture.bits(choice));
            architecture.bits(choice)
        });
        sum
    }

    fn add_gradient(&self, architecture: &Architecture, weight: f64, gradient: &mut [f64]) {
        let n = self.hidden;
        let mut at_theta = Vec::new();
        let steps = self.run(|choice, distribution| {
            at_theta.push(distribution.gradient(architecture.bits(choice)));
            architecture.bits(choice)
        });
        let (mut dh, mut dc) = (vec![0.0; n], vec![0.0; n]);
        for (choice, step) in steps.iter().enumerate().rev() {
            let (rows, shift) = self.head(choice);
            for (option, value) in at_theta[choice].iter().map(|value| weight * value).enumerate() {
                let row = rows + option * n..rows + (option + 1) * n;
                add_scaled(&mut dh, value, &self.parameters[row.clone()]);
                add_scaled(&mut gradient[row], value, &step.h);
                gradient[shift + option] += value;
            }
            let inputs = self.inputs(choice, choice.checked_sub(1).map_or(0, |before| architecture.bits(before)));
            (dh, dc) = self.step_back(step, &inputs, &dh, &dc, gradient);
        }
    }
}

fn add_scaled(sum: &mut [f64], scale: f64, values: &[f64]) {
    sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += scale * value);
}

/// Adds a matrix, column by column, times `inputs`: four columns at a time, so that the sums are read and written a quarter as
/// often.
fn add_columns(sums: &mut [f64], inputs: &[f64], columns: &[f64]) {
    let n = sums.len();
    let (fours, rest) = inputs.as_chunks::<4>();
    let (of_fours, of_rest) = columns.split_at(4 * n * fours.len());
    for ([a, b, c, d], columns) in fours.iter().zip(of_fours.chunks_exact(4 * n)) {
        let (first, second) = columns.split_at(2 * n);
        let ((first, second), (third, fourth)) = (first.split_at(n), second.split_at(n));
        let pairs = first.iter().zip(second).zip(third.iter().zip(fourth));
        for (sum, ((first, second), (third, fourth))) in sums.iter_mut().zip(pairs) {
            *sum += (a * first + b * second) + (c * third + d * fourth);
        }
    }
    rest.iter().zip(of_rest.chunks_exact(n)).for_each(|(input, column)| add_scaled(sums, *input, column));
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Within 4e-16 of the library's, and several times as fast.
fn tanh(x: f64) -> f64 {
    2.0 * sigmoid(2.0 * x) - 1.0
}

/// In four partial sums, which a compiler can keep in vector registers.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a4, a_rest) = a.as_chunks::<4>();
    let (b4, b_rest) = b.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (a, b) in a4.iter().zip(b4) {
        (0..4).for_each(|k| sums[k] += a[k] * b[k]);
    }
    sums.iter().sum::<f64>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_gradient, assert_sums_to_one, mixed};

    #[test]
    fn the_gradient_is_that_of_finite_differences_and_probabilities_sum_to_one() {
        let mut controller = Lstm::new(mixed(), 5, 1, "lstm");
        controller.parameters_mut().iter_mut().for_each(|parameter| *parameter *= 8.0);
        assert_gradient(&mut controller);
        assert_sums_to_one(&controller);
    }

    #[test]
    fn tanh_is_the_librarys() {
        let off = (-4_000..=4_000).map(|i| f64::from(i) / 100.0).map(|x| (tanh(x) - x.tanh()).abs());
        assert!(off.fold(0.0, f64::max) < 4e-16);
    }

    #[test]
    fn a_choice_depends_on_those_before_it() {
        let mut controller = Lstm::new(mixed(), 4, 1, "lstm");
        controller.parameters_mut().iter_mut().for_each(|parameter| *parameter *= 10.0);
        let theta = |first: u64| {
            let mut bits = vec![first, 0b0011, 0b11, 0b100].into_iter();
            controller.run(|_, _| bits.next().unwrap())[1].theta.clone()
        };
        assert_ne!(theta(0b001), theta(0b110));
    }
}
