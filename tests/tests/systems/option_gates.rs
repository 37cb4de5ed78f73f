//! Gates: what options give is multiplied by a number of each ghost batch, and gradients reach it.

use burn::{
    module::Module,
    tensor::{DType, Device, Tensor},
};
use rand::RngExt;
use supernet::{
    data::ImageShape,
    train::{KNOWN_SPACES, KnownSpace, NetworkSettings, Number, SearchConfig},
};
use supernet_nn::{Call, KnownNetwork, MaskedNetwork};
use supernet_space::{MobileNetV1, MobileNetWidths, PathMask, SearchSpace, draws};
use supernet_tests::{DENSE, Formula, PLAIN, assert_close, cross_entropy, data, device_of, labels, tiny::tiny, values};

/// Half the distances of the two points of a central difference, as in `gradients.rs`: a kink of a
/// ReLU or of a maximum may lie between the points of one of them.
const STEPS: [f64; 3] = [1e-6, 1e-7, 1e-8];

const GHOSTS: usize = 4;

/// The least network of a space, its space, and masks: everything, an architecture, what two
/// architectures take, nothing.
struct Case {
    network: KnownNetwork,
    input: Tensor<4>,
    masks: Vec<PathMask>,
    options: usize,
    device: Device,
}

impl Case {
    fn of(known: &KnownSpace) -> Self {
        let device = device_of(DType::F64).autodiff();
        let mut settings = NetworkSettings::of_space(known.name, true).unwrap();
        let cells = if known.name == "darts" { 3 } else { 1 };
        // A quarter or an eighth of them is a width of MobileNets.
        let filters = match known.name {
            "mobile-net-v1" => 4,
            "mobile-net-widths" => 8,
            _ => 2,
        };
        for (number, value) in
            [(Number::Filters, filters), (Number::Cells, cells), (Number::Head, 4), (Number::Layers, 3)]
        {
            settings.number_mut(number).into_iter().for_each(|place| *place = value);
        }
        let config: SearchConfig = tiny(1).in_space(settings);
        let side = known.least_side.max(8);
        let networks = config.networks(ImageShape::new(1, side, side), 4, &device).unwrap();
        // Gradients of the weights are not looked at.
        let network = networks.supernet.supernet(&mut Formula(DType::F64), &device).unwrap().no_grad();
        let space = network.search_space();
        let drawn = |i| space.sample(&mut draws(1, "gates", i)).mask().clone();
        let both =
            (0..space.choices().len()).fold(drawn(1), |mask, i| mask.with(i, drawn(1).bits(i) | drawn(2).bits(i)));
        let none = space.mask(vec![0; space.choices().len()]);
        let masks = vec![space.all_on(), drawn(0), both, none];
        let shape = [2 * GHOSTS, 1, side, side];
        let numbers = direction(shape.iter().product(), "images");
        let input = Tensor::from_data(data(numbers, &shape, DType::F64), (&device, DType::F64));
        let options = options(space);
        Self { network, input, masks, options, device }
    }

    fn gates(&self, gates: &[f64]) -> Tensor<2> {
        Tensor::from_data(data(gates.to_vec(), &[GHOSTS, self.options], DType::F64), (&self.device, DType::F64))
    }

    fn logits(&self, gates: Option<Tensor<2>>, call: &Call) -> Tensor<2> {
        let paths = self.network.paths(self.masks.clone(), None).unwrap();
        let paths = match gates {
            Some(gates) => self.network.with_gates(paths, gates),
            None => paths,
        };
        self.network.forward_used(self.input.clone(), &paths, call).unwrap().0
    }

    fn loss(&self, gates: Tensor<2>, call: &Call) -> Tensor<1> {
        cross_entropy(self.logits(Some(gates), call), labels(2 * GHOSTS, 4, &self.device))
    }
}

fn options(space: &SearchSpace) -> usize {
    space.choices().iter().map(|choice| choice.options().len()).sum()
}

fn direction(count: usize, name: &str) -> Vec<f64> {
    let rng = &mut draws(17, name, 0);
    (0..count).map(|_| 2.0 * rng.random::<f64>() - 1.0).collect()
}

#[test]
fn every_choice_but_widths_of_every_space_has_gates_whose_gradient_is_that_of_differences_and_zero_where_off() {
    for known in KNOWN_SPACES {
        let case = Case::of(known);
        let count = GHOSTS * case.options;
        let at: Vec<f64> = direction(count, "at").iter().map(|value| 1.0 + 0.4 * value).collect();
        let gates = case.gates(&at).require_grad();
        let gradient = values(gates.grad(&case.loss(gates.clone(), &PLAIN).backward()).expect("gates are used"));
        let along = direction(count, "along");
        let derivative: f64 = gradient.iter().zip(&along).map(|(a, b)| a * b).sum();
        let loss = |step: f64| {
            let moved: Vec<f64> = at.iter().zip(&along).map(|(x, d)| x + step * d).collect();
            values(case.loss(case.gates(&moved), &PLAIN))[0]
        };
        let difference = |step: f64| (loss(step) - loss(-step)) / (2.0 * step);
        let agrees = |step: f64| {
            let expected = difference(step);
            (derivative - expected).abs() <= 1e-6 * expected.abs().max(0.01)
        };
        let differences = || STEPS.map(difference);
        assert!(STEPS.into_iter().any(agrees), "{}: {derivative}, differences {:?}", known.name, differences());
        let mut place = 0;
        for (c, choice) in case.network.search_space().choices().iter().enumerate() {
            let mut is_reached = false;
            for o in 0..choice.options().len() {
                for ghost in 0..GHOSTS {
                    let value = gradient[ghost * case.options + place];
                    is_reached |= value != 0.0;
                    assert!(case.masks[ghost].is_on(c, o) || value == 0.0, "{}, {} {o}", known.name, choice.name());
                }
                place += 1;
            }
            // A width has no gate (docs/systems/gradient.md).
            let is_width = match known.name {
                "mobile-net-widths" => MobileNetWidths::TENSORS.contains(&choice.name()),
                _ => choice.name() == MobileNetV1::WIDTH,
            };
            assert_eq!(is_reached, !is_width, "{}, {}", known.name, choice.name());
        }
    }
}

#[test]
fn gates_of_one_change_nothing_and_the_dense_reference_agrees_in_every_space() {
    for known in KNOWN_SPACES {
        let case = Case::of(known);
        let ones = vec![1.0; GHOSTS * case.options];
        let plain = values(case.logits(None, &PLAIN));
        assert_close(known.name, &values(case.logits(Some(case.gates(&ones)), &PLAIN)), &plain, 1e-12);
        let gates: Vec<f64> = direction(ones.len(), "gates").iter().map(|value| 1.0 + 0.4 * value).collect();
        let sparse = values(case.logits(Some(case.gates(&gates)), &PLAIN));
        assert_close(known.name, &values(case.logits(Some(case.gates(&gates)), &DENSE)), &sparse, 1e-9);
        assert!(sparse != plain, "{}", known.name);
    }
}

#[test]
#[should_panic(expected = "gates: found [4, 1], expected [4, ")]
fn gates_of_another_shape_are_a_broken_contract() {
    let case = Case::of(KNOWN_SPACES[0]);
    let gates = Tensor::ones([GHOSTS, 1], (&case.device, DType::F64));
    case.logits(Some(gates), &PLAIN);
}
