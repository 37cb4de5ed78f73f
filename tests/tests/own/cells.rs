//! Recurrent cells with a second state: LSTM, GRU and what evolution made of them, as options of
//! one choice.

use burn::{
    module::Module,
    nn::{Linear, LinearConfig},
    optim::GradientsParams,
    tensor::{DType, Device, Tensor},
};
use rand::RngExt;
use std::collections::BTreeMap;
use supernet::{
    own::{Build, Cell, Definition, Identity, Layer, OneOf, RecurrentStep, Rows, Samples, Search, SearchData},
    prelude::{SearchConfig, Silent},
    train::PathSampling,
};
use supernet_nn::{MaskedNetwork, Network};
use supernet_space::draws;
use supernet_tests::{
    Formula, PLAIN, Parameter, assert_close, backward, cross_entropy, data, device, labels,
    one_definition::is_one_definition, parameters, replaced, values,
};

const ROWS: usize = 2;
const STEPS: usize = 4;
const HIDDEN: usize = 3;
const CLASSES: usize = 2;
/// f64: only the order of sums differs.
const EXACT: f64 = 1e-10;

#[derive(Module, Debug)]
struct Net {
    cell: Cell<Identity, OneOf<RecurrentStep>>,
    head: Linear,
}

impl Layer<3, 2> for Net {
    fn forward(&self, x: Rows<3>) -> Rows<2> {
        x.through(&self.cell).last_step().through(&self.head)
    }
}

fn definition(steps: usize, features: usize, hidden: usize) -> Definition<Net, 3> {
    let net = move |b: &Build| {
        let step = OneOf::new(b, "step", RecurrentStep::published(b, features, hidden));
        Net {
            cell: Cell::new(Identity {}, step, hidden).with_memory(hidden),
            head: LinearConfig::new(hidden, CLASSES).init(b.device()),
        }
    };
    Definition::new("cells", &[steps, features], &device(), net).unwrap()
}

fn supernet(features: usize, device: &Device) -> Network<Net, 3> {
    definition(STEPS, features, HIDDEN).supernet(&mut Formula(DType::F64), device).unwrap()
}

fn wave(rows: usize, features: usize, device: &Device) -> Tensor<3> {
    let count = rows * STEPS * features;
    let numbers = (0..count).map(|i| (0.37 * (i + 1) as f64).cos()).collect();
    Tensor::from_data(data(numbers, &[rows, STEPS, features], DType::F64), (device, DType::F64))
}

/// The formulas on lists of numbers, with the parameters of a network.
struct Words(BTreeMap<String, Parameter>);

impl Words {
    /// W·x + b of the linear layer at a path; b where it has one.
    fn linear(&self, path: &str, x: &[f64]) -> Vec<f64> {
        let Parameter { value, shape, .. } = &self.0[&format!("{path}.weight")];
        assert_eq!(shape[0], x.len(), "{path}");
        let bias = |o: usize| self.0.get(&format!("{path}.bias")).map_or(0.0, |bias| bias.value[o]);
        let of = |o: usize| bias(o) + x.iter().enumerate().map(|(i, x)| x * value[i * shape[1] + o]).sum::<f64>();
        (0..shape[1]).map(of).collect()
    }

    /// What stands for x where it is added to a state.
    fn input(&self, path: &str, x: &[f64]) -> Vec<f64> {
        if x.len() == HIDDEN { x.to_vec() } else { self.linear(&format!("{path}.input"), x) }
    }

    /// One step: (h, c) after (h, c) before.
    fn step(&self, name: &str, x: &[f64], h: &[f64], c: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let enumerated = if name == "lstm" { "Lstm" } else { "Gated" };
        let path = format!("cell.graph.options.{name}.{enumerated}");
        let linear = |layer: &str, x: &[f64]| self.linear(&format!("{path}.{layer}"), x);
        let both = |x: &[f64], h: &[f64]| [x, h].concat();
        if name == "lstm" {
            let gates = linear("gates", &both(x, h));
            let gate = |i: usize, k: usize| gates[i * HIDDEN + k];
            let of_c = |k: usize| sigmoid(gate(1, k) + 1.0) * c[k] + sigmoid(gate(0, k)) * gate(2, k).tanh();
            let c: Vec<f64> = (0..HIDDEN).map(of_c).collect();
            return ((0..HIDDEN).map(|k| sigmoid(gate(3, k)) * c[k].tanh()).collect(), c);
        }
        let read = match name {
            "mut1" => x.to_vec(),
            "mut3" => both(x, &all(f64::tanh, h.to_vec())),
            _ => both(x, h),
        };
        let z = all(sigmoid, linear("update", &read));
        let r = match name {
            "mut2" => sum(&linear("reset", h), &self.input(&path, x)),
            _ => linear("reset", &both(x, h)),
        };
        let reset: Vec<f64> = all(sigmoid, r).iter().zip(h).map(|(r, h)| r * h).collect();
        let new = match name {
            "mut1" => sum(&linear("candidate", &reset), &all(f64::tanh, self.input(&path, x))),
            _ => linear("candidate", &both(x, &reset)),
        };
        let new = all(f64::tanh, new);
        let mix = |k: usize| match name {
            "gru" => z[k] * h[k] + (1.0 - z[k]) * new[k],
            _ => new[k] * z[k] + h[k] * (1.0 - z[k]),
        };
        ((0..HIDDEN).map(mix).collect(), c.to_vec())
    }

    /// The logits of a sequence.
    fn logits(&self, name: &str, sequence: &[f64], features: usize) -> Vec<f64> {
        let zeros = || vec![0.0; HIDDEN];
        let step = |(h, c): (Vec<f64>, Vec<f64>), x: &[f64]| self.step(name, x, &h, &c);
        let (h, _) = sequence.chunks(features).fold((zeros(), zeros()), step);
        self.linear("head", &h)
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn all(f: fn(f64) -> f64, mut x: Vec<f64>) -> Vec<f64> {
    x.iter_mut().for_each(|x| *x = f(*x));
    x
}

fn sum(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

#[test]
fn published_cells_compute_what_their_papers_write() {
    // As many features as units, and others.
    for features in [HIDDEN, 2] {
        let (network, x) = (supernet(features, &device()), wave(ROWS, features, &device()));
        let words = Words(parameters(&network, &GradientsParams::new()));
        let sequences = values(x.clone());
        for (i, name) in network.space().choices()[0].options().iter().enumerate() {
            let mask = network.space().parse(&text(i)).unwrap();
            let paths = network.paths(vec![mask], None).unwrap();
            let found = values(network.forward_used(x.clone(), &paths, &PLAIN).unwrap().0);
            let of_sequence = |sequence: &[f64]| words.logits(name, sequence, features);
            let expected: Vec<f64> = sequences.chunks(STEPS * features).flat_map(of_sequence).collect();
            assert_close(&format!("{name} of {features} features"), &found, &expected, EXACT);
        }
    }
}

/// The mask of one option.
fn text(option: usize) -> String {
    (0..5).map(|i| if i == option { '1' } else { '0' }).collect()
}

#[test]
fn a_choice_among_cells_is_one_definition() {
    is_one_definition(&definition(STEPS, 2, HIDDEN), 5, EXACT, |rows, device| wave(rows, 2, device));
}

#[test]
fn gradients_of_cells_are_those_of_differences() {
    let loss = |network: &Network<Net, 3>, option: usize| {
        let device = device().autodiff();
        let mask = network.space().parse(&text(option)).unwrap();
        let paths = network.paths(vec![mask], None).unwrap();
        let logits = network.forward_used(wave(ROWS, 2, &device), &paths, &PLAIN).unwrap().0;
        cross_entropy(logits, labels(ROWS, CLASSES, &device))
    };
    for option in 0..5 {
        let network = supernet(2, &device().autodiff());
        let found = backward(loss(&network, option), &network);
        let moving: Vec<String> = found.iter().filter(|(_, one)| one.moves()).map(|(path, _)| path.clone()).collect();
        // The head and the step's own.
        assert!(moving.len() >= 4, "{moving:?}");
        for path in &moving {
            let gradient = found[path].gradient.as_ref().unwrap();
            let mut rng = draws(5, path, 0);
            let along: Vec<f64> = gradient.iter().map(|_| rng.random::<f64>() - 0.5).collect();
            let at = |step: f64| {
                let moved = |name: &str, numbers: Vec<f64>| match name == path {
                    true => numbers.iter().zip(&along).map(|(x, d)| x + step * d).collect(),
                    false => numbers,
                };
                values(loss(&replaced(supernet(2, &device().autodiff()), moved), option))[0]
            };
            let difference = (at(1e-5) - at(-1e-5)) / 2e-5;
            let slope: f64 = gradient.iter().zip(&along).map(|(g, d)| g * d).sum();
            // Rounding of a loss near 1 over the step: 1e-11; curvature: 1e-10.
            assert!((slope - difference).abs() < 1e-8, "{path} of option {option}: {slope} and {difference}");
        }
    }
}

/// Sequences of noise; the class is the sign of the first number of the first step.
fn first_of(count: usize, seed: u64) -> Samples<3> {
    let mut rng = draws(seed, "first", 0);
    let (mut numbers, mut classes) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let class = usize::from(rng.random::<bool>());
        classes.push(class);
        for step in 0..6 {
            let signal = if step == 0 { 2.0 * class as f32 - 1.0 } else { 0.0 };
            numbers.extend([signal, 0.5 * (rng.random::<f32>() - 0.5)]);
        }
    }
    Samples::new(&[6, 2], numbers, classes).unwrap()
}

#[test]
fn a_search_among_cells_learns_to_remember_the_first_step() {
    let mut config = SearchConfig::quick();
    config.paths = PathSampling::UniformArchitecture;
    config.supernet.steps = 150;
    config.scoring.candidates = 5;
    config.stand_alone.epochs = 15;
    config.retrain = supernet::train::Retrain { picked: 1, small: 0, random: 0, largest: 0, all_on: false, at_once: 0 };
    let data = SearchData { train: first_of(600, 1), validation: first_of(200, 2), test: first_of(200, 3) };
    let search = Search::new(&config, definition(6, 2, 8), data, &device()).unwrap();
    let result = search.run(&mut Silent).unwrap();
    assert!(result.extraction_error <= 1e-4, "{}", result.extraction_error);
    let accuracies: Vec<f64> = result.candidates.iter().map(|one| one.score.accuracy).collect();
    let picked = &result.retrained[0].test;
    println!("supernet {accuracies:?}, picked {picked:?}");
    assert!(picked.accuracy > 0.9, "{picked:?}");
}
