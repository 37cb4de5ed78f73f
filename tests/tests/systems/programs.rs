//! Programs as spaces: activation functions that stand in networks, and update rules that train
//! them.

use burn::{
    module::{Module, Param, ParamId},
    nn::{Linear, LinearConfig},
    optim::{GradientsParams, ModuleOptimizer, SgdConfig, momentum::MomentumConfig},
    tensor::{DType, Device, Tensor, TensorData},
};
use rand::RngExt;
use std::collections::HashMap;
use supernet::{
    nn::NamedWeights,
    own::{Build, Definition, Formula, Layer, MaskedNetwork, OneOf, Rows, Samples},
    prelude::*,
    search::{Outcome, search_by_form},
    space::{
        Schedule,
        programs::{
            Activation, Activations, Binary, CoreUnit, Operand, RuleUnary, Unary, UpdateProgram, UpdatePrograms,
        },
    },
    train::{
        Child, ChildEvaluator, FirstSteps, KNOWN_SPACES, Keeper, Lineage, NetworkSettings, ProgramKind,
        ProgramSettings, Retrain, Saving, SeededWeights, StandAlone, StandAloneTraining, UpdateRule,
        best::{load_best, load_best_of},
        program_search,
    },
};
use supernet_tests::{
    device, device_of,
    tiny::{Stopping, assert_same, contents, search_of, stripes_split, tiny},
    values,
};

/// Rows and columns of what functions are tried on.
const ROWS: usize = 12;
const CHANNELS: usize = 3;

/// A function alone: what goes in comes out.
#[derive(Module, Debug)]
struct Alone {
    one: OneOf<Formula>,
}

impl Layer<2> for Alone {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        x.through(&self.one)
    }
}

fn alone(activation: &Activation, device: &Device) -> Definition<Alone, 2> {
    let activation = *activation;
    let build = move |b: &Build| Alone { one: OneOf::new(b, "f", [("f", Formula::new(b, &activation, CHANNELS))]) };
    Definition::new("alone", &[CHANNELS], device, build).unwrap()
}

/// Each number through the layer in f64, the gradient of Σ weights·f(x) to each, and to each β.
fn through(activation: &Activation, x: &[f64], weights: &[f64]) -> [Vec<f64>; 3] {
    let device = device_of(DType::F64).autodiff();
    let network = alone(activation, &device).supernet(&mut supernet_tests::Formula(DType::F64), &device).unwrap();
    let tensor = |x: &[f64]| {
        let data = TensorData::new(x.to_vec(), [ROWS, CHANNELS]);
        Tensor::<2>::from_data(data, (&device, DType::F64))
    };
    let input = tensor(x).require_grad();
    let paths = network.paths(vec![network.search_space().all_on()], None).unwrap();
    let y = network.forward_with(input.clone(), &paths, &supernet_tests::PLAIN).unwrap();
    let gradients = (y.clone() * tensor(weights)).sum().backward();
    let of_x = values(input.grad(&gradients).unwrap());
    let of_parameters = GradientsParams::from_grads(gradients, &network);
    let parameters = supernet_tests::parameters(&network, &of_parameters);
    assert_eq!(parameters.len(), usize::from(activation.has_beta()));
    let of_beta = parameters.into_values().next().map_or(Vec::new(), |beta| beta.gradient.unwrap());
    [values(y), of_x, of_beta]
}

/// What the test's weights make of β.
fn betas(activation: &Activation) -> Vec<f64> {
    let device = device_of(DType::F64);
    let network = alone(activation, &device).supernet(&mut supernet_tests::Formula(DType::F64), &device).unwrap();
    NamedWeights::of(&network).0.into_values().next().map_or(vec![f64::NAN; CHANNELS], |beta| beta.iter().collect())
}

/// Numbers within ±3, none of them near a kink at 0.
fn numbers(name: &str) -> Vec<f64> {
    let rng = &mut draws(1, name, 0);
    let number = || {
        let x = 6.0 * rng.random::<f64>() - 3.0;
        if x.abs() < 0.05 { x + 0.2 } else { x }
    };
    std::iter::repeat_with(number).take(ROWS * CHANNELS).collect()
}

/// A program for each function, in which it reads something that is no constant.
fn one_each() -> Vec<Activation> {
    let unit = |left, right, binary| Activation::new(vec![CoreUnit { left, right, binary }]).unwrap();
    let unary = Unary::all().into_iter().map(|one| unit(one, Unary::Identity, Binary::Product));
    let binary = Binary::all().into_iter().map(|one| unit(Unary::Identity, Unary::Sine, one));
    unary.chain(binary).collect()
}

#[test]
fn every_function_of_a_layer_is_that_of_the_program() {
    for activation in one_each() {
        let (x, beta) = (numbers(&activation.to_string()), betas(&activation));
        let [y, ..] = through(&activation, &x, &vec![1.0; x.len()]);
        for (i, (&x, &y)) in x.iter().zip(&y).enumerate() {
            let expected = activation.value(x, beta[i % CHANNELS]);
            let is_same = (y - expected).abs() <= 1e-9 * expected.abs().max(1.0) || (y.is_nan() && expected.is_nan());
            assert!(is_same, "{activation} of {x}: {y}, expected {expected}");
        }
    }
}

#[test]
fn the_gradients_of_every_function_are_those_of_its_differences() {
    const STEP: f64 = 1e-5;
    for activation in one_each() {
        let (weights, beta) = (numbers("weights"), betas(&activation));
        // √x is no number below 0.
        let has_root = activation.to_string().contains("sqrt");
        let x = numbers("gradients").into_iter().map(|x| if has_root { x.abs() } else { x }).collect::<Vec<_>>();
        let [_, of_x, of_beta] = through(&activation, &x, &weights);
        let f = |i: usize, dx: f64, db: f64| weights[i] * activation.value(x[i] + dx, beta[i % CHANNELS] + db);
        // A difference is off by about its step's square.
        let assert_close = |what: &str, found: f64, expected: f64| {
            assert!(
                (found - expected).abs() < 1e-6 * expected.abs().max(1.0),
                "{activation}, {what}: {found}, {expected}"
            );
        };
        for (i, &found) in of_x.iter().enumerate() {
            assert_close("x", found, (f(i, STEP, 0.0) - f(i, -STEP, 0.0)) / (2.0 * STEP));
        }
        for (channel, &found) in of_beta.iter().enumerate() {
            let differences = (channel..x.len()).step_by(CHANNELS).map(|i| f(i, 0.0, STEP) - f(i, 0.0, -STEP));
            assert_close("β", found, differences.sum::<f64>() / (2.0 * STEP));
        }
    }
}

#[test]
fn relu_swish_and_mish_are_architectures_and_the_functions_of_these_names() {
    let space = Activations::new(2).unwrap();
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let known: [(&str, &dyn Fn(f64) -> f64); 3] =
        [("relu", &|x| x.max(0.0)), ("swish", &|x| x * sigmoid(x)), ("mish", &|x| x * (1.0 + x.exp()).ln().tanh())];
    for (name, f) in known {
        let architecture = space.architecture(&name.parse().unwrap()).unwrap();
        let activation = space.activation(architecture.mask()).unwrap();
        assert_eq!(activation, name.parse().unwrap());
        assert_eq!(activation.to_string().parse::<Activation>().unwrap(), activation);
        // On the tests' device, in f32, with β at its start.
        let (device, x) = (device(), numbers(name));
        let network = alone(&activation, &device).supernet(&mut SeededWeights::new(1), &device).unwrap();
        let input = TensorData::new(x.iter().map(|&x| x as f32).collect(), [ROWS, CHANNELS]);
        let paths = network.paths(vec![network.search_space().all_on()], None).unwrap();
        let y = values(network.forward_masked(Tensor::from_data(input, &device), &paths).unwrap());
        for (&x, y) in x.iter().zip(y) {
            assert!((activation.value(x, 1.0) - f(x)).abs() < 1e-12, "{name} of {x}");
            assert!((y - f(x)).abs() < 1e-6, "{name} of {x}: {y}");
        }
    }
}

#[test]
fn programs_are_read_back_and_written_as_formulas() {
    let space = Activations::new(4).unwrap();
    let mut units = [0; 5];
    for draw in 0..300 {
        let architecture = space.space().sample(&mut draws(1, "activations", draw));
        let activation = space.activation(architecture.mask()).unwrap();
        units[activation.units().len()] += 1;
        assert_eq!(activation.to_string().parse::<Activation>().unwrap(), activation);
        assert_eq!(space.architecture(&activation).unwrap(), architecture);
    }
    assert!(units[1..].iter().all(|&count| count > 30), "{units:?}");
    let formula = |text: &str| text.parse::<Activation>().unwrap().formula();
    assert_eq!(formula("relu"), "max(max(x, 0), max(x, 0))");
    assert_eq!(formula("mish"), "tanh(max(log(1 + exp(x)), log(1 + exp(x))))·x");
    assert_eq!(formula("mul(square(add(x, sin(x))), shifted(x))"), "((x + sin(x))²)·(x + β)");
    let found = |text: &str| text.parse::<Activation>().unwrap_err().to_string();
    assert_eq!(found("gated(x, mul(x, x))"), "program: found `mul` of 2 arguments, expected x in the second argument");
    assert_eq!(
        found("both(x, x)"),
        "program: found `both` of 2 arguments, expected two arguments of add, sub, mul, div, max, min, gated, near, \
         close, mixed"
    );
    assert_eq!(found("add(y, x)"), "program: found `y`, expected x or a function of it");
    let small = Activations::of(1, &[Unary::Identity], &[Binary::Sum]).unwrap();
    assert_eq!(
        small.architecture(&"relu".parse().unwrap()).unwrap_err().to_string(),
        "program: found function `relu` in `max(relu(x), relu(x))`, expected what space `activations-1` has"
    );
    assert_eq!(Activations::new(5).unwrap_err().to_string(), "core units: found 5, expected 1 to 4");
}

/// x, −x and max(x, 0), two of them added or the greater of them.
fn small() -> Activations {
    Activations::of(1, &[Unary::Identity, Unary::Negative, Unary::Relu], &[Binary::Sum, Binary::Maximum]).unwrap()
}

#[test]
fn a_small_space_has_as_many_different_functions_as_a_count_by_hand() {
    // Sums: 2x, −2x, 2·max(x, 0), 0, x + max(x, 0), max(−x, 0). Maxima: x, −x, max(x, 0), |x|.
    let space = small();
    assert_eq!(space.space().size(), 18u32.into());
    assert_eq!(space.different(18).unwrap(), 10);
    assert!(space.different(17).is_err());
}

#[test]
fn a_function_that_moves_with_its_parameter_is_not_that_of_its_start() {
    let space = Activations::new(1).unwrap();
    let form = |text: &str| space.form(&space.architecture(&text.parse().unwrap()).unwrap());
    assert_eq!(form("add(x, sin(x))"), form("add(sin(x), x)"));
    assert_eq!(form("mul(relu(x), relu(x))"), form("mul(x, relu(x))"));
    assert_eq!(form("add(neg(x), scaled(x))"), form("sub(scaled(x), x)"));
    // With β = 1 these are the same, and |β|·|x| is β·|x| with β > 0.
    assert_ne!(form("gated(scaled(x), x)"), form("gated(x, x)"));
    assert_ne!(form("mixed(x, sin(x))"), form("max(x, x)"));
    assert!(form("add(x, x)").is_finite() && !form("add(x, sqrt(x))").is_finite());
}

/// Two layers with a function between them.
#[derive(Module, Debug)]
struct Net {
    inner: Linear,
    activation: OneOf<Formula>,
    head: Linear,
}

impl Layer<2> for Net {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        x.through(&self.inner).through(&self.activation).through(&self.head)
    }
}

fn network(activation: &Activation) -> Definition<Net, 2> {
    let activation = *activation;
    let build = move |b: &Build| Net {
        inner: LinearConfig::new(3, 8).init(b.device()),
        activation: OneOf::new(b, "activation", [("f", Formula::new(b, &activation, 8))]),
        head: LinearConfig::new(8, 2).init(b.device()),
    };
    Definition::new("net", &[3], &device(), build).unwrap()
}

fn samples() -> Samples<2> {
    let rng = &mut draws(1, "rows", 0);
    let rows: Vec<f32> = (0..64 * 3).map(|_| 4.0 * rng.random::<f32>() - 2.0).collect();
    let labels = rows.chunks(3).map(|row| usize::from(row[0] * row[1] + row[2] > 0.0)).collect();
    Samples::new(&[3], rows, labels).unwrap()
}

/// Four steps an epoch.
fn recipe(rule: &str) -> StandAloneTraining {
    let mut training = StandAloneTraining { rule: rule.parse().unwrap(), epochs: 2, ..tiny(1).stand_alone };
    training.sgd.learning_rate = 0.05;
    training
}

/// The scores of children whose functions are those of `space`.
fn children(space: &Activations, epochs: usize, first_steps: FirstSteps, candidates: usize) -> Outcome {
    let (samples, device) = (samples(), device());
    let child = |architecture: &Architecture| {
        let definition = network(&space.activation(architecture.mask())?);
        let mask = definition.space().all_on();
        Ok(Child { definition, mask, training: StandAloneTraining { epochs, ..recipe("sgd") } })
    };
    let mut evaluator = ChildEvaluator {
        child: &child,
        train: &samples,
        validation: &samples,
        seed: 1,
        first_steps,
        execution: Execution::Kernels,
        device: &device,
        at_once: 2,
        progress: &mut Silent,
    };
    let mut strategy = RandomSearch::new(space.space().clone(), 1, "children");
    let limits = SearchLimits { candidates, ask: 4, patience: 200 };
    search_by_form(&mut strategy, &mut evaluator, limits, |architecture| space.form(architecture)).unwrap()
}

#[test]
fn equal_functions_are_trained_once() {
    let space = small();
    let outcome = children(&space, 1, FirstSteps::default(), 100);
    assert_eq!(outcome.scored.len(), 10);
    assert!(outcome.scored.iter().all(|scored| scored.score.images == 64 && scored.score.is_number()));
}

#[test]
fn children_without_a_number_and_exploding_ones_are_given_up_after_the_first_steps() {
    // Of √x the loss is no number; so many steps would take days.
    let root = Activations::of(1, &[Unary::Root], &[Binary::Sum]).unwrap();
    let failed = children(&root, usize::MAX >> 20, FirstSteps::default(), 1).scored.remove(0).score;
    assert!(failed.images == 0 && !failed.is_number() && failed.loss.is_nan());
    // A bound that every loss is above.
    let early = FirstSteps { steps: 3, most: 1e-9 };
    let outcome = children(&small(), usize::MAX >> 20, early, 3);
    assert!(outcome.scored.iter().all(|scored| scored.score.images == 0));
}

/// The weights after training from scratch by a rule, stopped at each of `stops` and gone on with.
fn trained(rule: &str, momentum: f64, stops: &[usize]) -> HashMap<String, TensorData> {
    let (samples, device, folder) = (samples(), device(), tempfile::tempdir().unwrap());
    let definition = network(&"mish".parse().unwrap());
    let mut training = recipe(rule);
    training.sgd.momentum = momentum;
    let trainer = StandAlone {
        definition: &definition,
        training: &training,
        examples: &samples,
        seed: 3,
        execution: Execution::Kernels,
        device: &device,
    };
    let train = |progress: &mut dyn Progress| {
        let mut keeper = Keeper::new(folder.path().join("training"), Saving::default(), None);
        let mask = definition.space().all_on();
        trainer.train_kept(&mask, &mut SeededWeights::new(3), Some(&mut keeper), progress)
    };
    for &stop in stops {
        assert!(matches!(train(&mut Stopping::after(stop)), Err(TrainError::Stopped { .. })));
    }
    NamedWeights::of(&train(&mut Silent).unwrap()).0
}

#[test]
fn the_gradient_as_a_rule_is_descent_without_momentum_to_the_bit() {
    assert_eq!(trained("program:g", 0.9, &[]), trained("sgd", 0.0, &[]));
    assert_eq!(trained("program:keep(g, noise)", 0.9, &[]), trained("sgd", 0.0, &[]));
    assert_ne!(trained("program:m", 0.0, &[]), trained("sgd", 0.0, &[]));
    let power_sign = "program:mul(exp(mul(sign_g, sign_m)), g)";
    assert_eq!(trained(power_sign, 0.0, &[]), trained("power_sign", 0.9, &[]));
}

#[test]
fn a_training_by_any_rule_that_was_stopped_ends_with_the_bits_of_one_that_was_not() {
    let rules = [
        "power_sign:cosine",
        "add_sign:linear",
        "program:add(mul(clip_3(m), v), drop_5(noise))",
        "program:add(restarts(adam), gamma)",
    ];
    for rule in rules {
        let whole = trained(rule, 0.9, &[]);
        assert_eq!(trained(rule, 0.9, &[2, 3]), whole, "{rule}");
        assert_ne!(whole, trained("sgd", 0.9, &[]), "{rule}");
    }
}

/// A parameter by itself.
#[derive(Module, Debug)]
struct Weights {
    weights: Param<Tensor<1>>,
}

/// The weights after a step for each of `gradients`.
fn moved(mut optimizer: ModuleOptimizer, rate: f64, gradients: &[Vec<f64>], dtype: DType) -> Vec<f64> {
    let device = device_of(dtype).autodiff();
    let tensor =
        |x: &[f64], device: &Device| Tensor::<1>::from_data(TensorData::new(x.to_vec(), [x.len()]), (device, dtype));
    let start: Vec<f64> = (0..gradients[0].len()).map(|i| if i.is_multiple_of(2) { 1.0 } else { -2.0 }).collect();
    let id = ParamId::new();
    let mut module = Weights { weights: Param::initialized(id, tensor(&start, &device).require_grad()) };
    for gradient in gradients {
        let mut entries = GradientsParams::new();
        entries.register::<1>(id, tensor(gradient, &device.clone().inner()));
        module = optimizer.step(rate, module, entries);
    }
    values(module.weights.val().inner())
}

#[test]
fn three_steps_of_both_rules_are_those_of_a_count_by_hand() {
    // From 1 and −2 at a rate of 0.1, T = 4. m: 0.5, 0.425, 0.4125 and 0.2, 0.22, 0.188; so the
    // signs agree but in the second step of the first weight and the third of the second.
    let gradients = [vec![0.5, 0.2], vec![-0.25, 0.4], vec![0.3, -0.1]];
    let e = f64::exp;
    let expected = |d: [f64; 3]| {
        let power = [
            1.0 - 0.1 * (0.5 * e(d[0]) - 0.25 * e(-d[1]) + 0.3 * e(d[2])),
            -2.0 - 0.1 * (0.2 * e(d[0]) + 0.4 * e(d[1]) - 0.1 * e(-d[2])),
        ];
        let add = [
            1.0 - 0.1 * (0.5 * (1.0 + d[0]) - 0.25 * (1.0 - d[1]) + 0.3 * (1.0 + d[2])),
            -2.0 - 0.1 * (0.2 * (1.0 + d[0]) + 0.4 * (1.0 + d[1]) - 0.1 * (1.0 - d[2])),
        ];
        [power, add]
    };
    let decays = [
        (Schedule::Constant, [1.0; 3]),
        (Schedule::Linear, [1.0, 0.75, 0.5]),
        (Schedule::Cosine, [1.0, 0.853_553_390_593_273_8, 0.5]),
        (Schedule::Restarts { first: 0.5, growth: 1.0, least: 0.0 }, [1.0, 0.5, 1.0]),
    ];
    for (decay, d) in decays {
        for (rule, expected) in [UpdateRule::PowerSign(decay), UpdateRule::AddSign(decay)].into_iter().zip(expected(d))
        {
            let found = moved(rule.optimizer(0.9, 1, 4), 0.1, &gradients, DType::F64);
            let is_close = found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-10);
            assert!(is_close, "{rule}: {found:?}, expected {expected:?}");
        }
    }
    // One of them as a number: −0.1·(0.5e − 0.25/e + 0.3e) from 1.
    let found = moved(UpdateRule::PowerSign(Schedule::Constant).optimizer(0.9, 1, 4), 0.1, &gradients, DType::F64);
    assert!((found[0] - 0.791_734_439_752_562_4).abs() < 1e-10);
}

fn random_gradients(steps: u64) -> Vec<Vec<f64>> {
    let of_step = |step| {
        let mut rng = draws(2, "gradients", step);
        (0..33).map(|_| 2.0 * rng.random::<f64>() - 1.0).collect()
    };
    (0..steps).map(of_step).collect()
}

#[test]
fn the_first_moment_as_a_rule_is_momentum_to_the_bit() {
    let momentum = MomentumConfig { momentum: 0.9, dampening: 0.9, nesterov: false };
    let of_burn = SgdConfig::new().with_momentum(Some(momentum)).init();
    let rule: UpdateRule = "program:m".parse().unwrap();
    let gradients = random_gradients(20);
    let found = moved(rule.optimizer(0.9, 1, 20), 0.3, &gradients, DType::F32);
    assert_eq!(found, moved(of_burn, 0.3, &gradients, DType::F32));
}

/// What a rule makes of a gradient and a weight.
type ByHand<'a> = &'a dyn Fn(f64, f64) -> f64;

#[test]
fn every_operand_and_function_of_a_rule_is_what_it_says() {
    let gradients = random_gradients(3);
    let (g, weights) = (&gradients[0], |i: usize| if i.is_multiple_of(2) { 1.0 } else { -2.0 });
    let after_one = |text: &str| {
        let rule: UpdateRule = format!("program:{text}").parse().unwrap();
        let found = moved(rule.optimizer(0.9, 1, 2), 1.0, &gradients[..1], DType::F64);
        found.into_iter().enumerate().map(|(i, after)| weights(i) - after).collect::<Vec<f64>>()
    };
    let sign = f64::signum;
    let by_hand: [(&str, ByHand); 20] = [
        ("g2", &|g, _| g * g),
        ("g3", &|g, _| g * g * g),
        ("v", &|g, _| g * g),
        ("gamma", &|g, _| g * g * g),
        ("sign_g", &|g, _| sign(g)),
        ("sign_m", &|g, _| sign(g)),
        ("one", &|_, _| 1.0),
        ("two", &|_, _| 2.0),
        ("w_1", &|_, w| w / 10.0),
        ("w_2", &|_, w| w / 100.0),
        ("w_3", &|_, w| w / 1e3),
        ("w_4", &|_, w| w / 1e4),
        ("adam", &|g, _| g / (g.abs() + 1e-7)),
        ("rmsprop", &|g, _| g / (g.abs() + 1e-7)),
        ("sub(neg(g), exp(g))", &|g, _| -g - g.exp()),
        ("add(log_abs(g), one)", &|g, _| (g.abs() + 1e-7).ln() + 1.0),
        ("mul(clip_3(g), clip_4(two))", &|g, _| 1e-4 * g.clamp(-1e-3, 1e-3)),
        ("div(clip_5(g), two)", &|g, _| g.clamp(-1e-5, 1e-5) / (2.0 + 1e-7)),
        ("pow(two, g)", &|g, _| 2f64.powf(g)),
        ("keep(sign(g), noise)", &|g, _| sign(g)),
    ];
    for (text, f) in by_hand {
        for (i, found) in after_one(text).into_iter().enumerate() {
            let expected = f(g[i], weights(i));
            assert!((found - expected).abs() < 1e-12 * expected.abs().max(1.0), "{text}: {found}, expected {expected}");
        }
    }
    // What is multiplied by a decay, over three steps of four.
    for (name, sum) in [("linear", 2.25), ("cosine", 2.353_553_390_593_274), ("restarts", 3.0)] {
        let rule: UpdateRule = format!("program:keep({name}(one), g)").parse().unwrap();
        let found = moved(rule.optimizer(0.9, 1, 4), 1.0, &gradients, DType::F64);
        assert!((found[0] - (1.0 - sum)).abs() < 1e-12, "{name}: {}", found[0]);
    }
    // Moments of several steps are moved on once each, however often they are read.
    let rule: UpdateRule = "program:add(adam, adam)".parse().unwrap();
    let found = moved(rule.optimizer(0.9, 1, 3), 1.0, &gradients, DType::F64);
    for i in 0..g.len() {
        let [mut m, mut v, mut w] = [gradients[0][i], gradients[0][i].powi(2), weights(i)];
        for (step, gradient) in gradients.iter().enumerate() {
            if step > 0 {
                (m, v) = (0.9 * m + 0.1 * gradient[i], 0.999 * v + 0.001 * gradient[i].powi(2));
            }
            w -= 2.0 * m / (v.sqrt() + 1e-7);
        }
        assert!((found[i] - w).abs() < 1e-10, "{} {w}", found[i]);
    }
}

#[test]
fn noise_and_dropping_are_named_draws() {
    let gradients = vec![vec![1.0; 4_000]; 2];
    let of = |text: &str, seed: u64, steps: usize| {
        let rule: UpdateRule = format!("program:{text}").parse().unwrap();
        moved(rule.optimizer(0.9, seed, 2), 1.0, &gradients[..steps], DType::F64)
    };
    assert_eq!(of("noise", 1, 2), of("noise", 1, 2));
    assert_ne!(of("noise", 1, 1), of("noise", 2, 1));
    let start: Vec<f64> = (0..4_000).map(|i: usize| if i.is_multiple_of(2) { 1.0 } else { -2.0 }).collect();
    let apart = |after: &[f64], before: &[f64]| before.iter().zip(after).map(|(b, a)| b - a).collect::<Vec<f64>>();
    let first = apart(&of("noise", 1, 1), &start);
    let second = apart(&of("noise", 1, 2), &of("noise", 1, 1));
    assert_ne!(first, second, "each step draws anew");
    let deviation = (first.iter().map(|x| x * x).sum::<f64>() / 4_000.0).sqrt();
    // Its standard error is 0.01/√8000.
    assert!((deviation - 0.01).abs() < 5e-4, "{deviation}");
    for (name, probability) in [("drop_1", 0.1), ("drop_3", 0.3), ("drop_5", 0.5)] {
        let kept = apart(&of(&format!("keep({name}(g), one)"), 1, 1), &start);
        let dropped = kept.iter().filter(|&&x| x == 0.0).count() as f64 / 4_000.0;
        assert!(kept.iter().all(|&x| x == 0.0 || x == 1.0));
        // Its standard error is at most 0.008.
        assert!((dropped - probability).abs() < 0.035, "{name}: {dropped}");
    }
}

#[test]
fn rules_are_settings_with_a_name() {
    let default = serde_json::to_string(&tiny(1).stand_alone).unwrap();
    assert!(!default.contains("rule"), "{default}");
    assert_eq!(serde_json::from_str::<StandAloneTraining>(&default).unwrap().rule, UpdateRule::Sgd);
    for text in ["sgd", "power_sign", "add_sign:restarts:0.05:1:0", "program:mul(exp(mul(sign_g, sign_m)), g)"] {
        let training = recipe(text);
        assert_eq!(training.rule.to_string(), text);
        let stored = serde_json::to_string(&training).unwrap();
        assert_eq!(serde_json::from_str::<StandAloneTraining>(&stored).unwrap(), training);
    }
    let refused = |text: &str| text.parse::<UpdateRule>().unwrap_err().to_string();
    assert_eq!(
        refused("lion"),
        "update rule: found `lion`, expected sgd, power_sign, add_sign (with `:` and a schedule or without) or \
         program:PROGRAM"
    );
    let expected = "program: found `x`, expected one of g, g2, g3, m, v, gamma, sign_g, sign_m, one, two, noise, w_1, \
                    w_2, w_3, w_4, adam, rmsprop";
    assert_eq!(refused("program:add(g, x)"), expected);
}

#[test]
fn update_rules_are_a_space_whose_equal_programs_have_one_form() {
    let space = UpdatePrograms::new(2, &[0.1, 0.01]).unwrap();
    let mut programs = HashMap::new();
    for draw in 0..200 {
        let architecture = space.space().sample(&mut draws(1, "rules", draw));
        let (program, rate) = space.rule(architecture.mask()).unwrap();
        assert!(program.to_string().parse::<UpdateProgram>().unwrap() == program && (rate == 0.1 || rate == 0.01));
        programs.insert(program.to_string(), architecture);
    }
    assert!(programs.len() > 190);
    let one = UpdatePrograms::new(1, &[0.1, 0.01]).unwrap();
    let operand = |name: &str| 1 << Operand::all().iter().position(|one| one.name() == name).unwrap();
    let unary = |name: &str| 1 << RuleUnary::all().iter().position(|one| one.name() == name).unwrap();
    let form = |rate: u64, start, left, right, of, binary: u64| {
        let bits = vec![rate, operand(start), unary(left), unary(right), operand(of), binary];
        one.form(&one.space().accept(one.space().mask(bits)).unwrap())
    };
    let (sum, product, keep) = (1, 1 << 2, 1 << 5);
    assert_eq!(form(1, "g", "identity", "identity", "m", sum), form(1, "m", "identity", "identity", "g", sum));
    assert_ne!(form(1, "g", "identity", "identity", "m", sum), form(2, "g", "identity", "identity", "m", sum));
    assert_eq!(form(1, "g", "sign", "identity", "m", keep), form(1, "sign_g", "identity", "exp", "v", keep));
    assert_eq!(form(1, "g", "identity", "identity", "g", product), form(1, "g2", "identity", "linear", "w_1", keep));
    assert_ne!(form(1, "g", "drop_1", "identity", "g", keep), form(1, "g", "drop_5", "identity", "g", keep));
    assert_ne!(form(1, "g", "linear", "identity", "g", keep), form(1, "g", "cosine", "identity", "g", keep));
    assert_eq!(
        UpdatePrograms::new(1, &[0.0]).unwrap_err().to_string(),
        "program: found learning rate 0, expected numbers above 0"
    );
}

#[test]
fn a_line_of_trials_refuses_a_rule_that_ends_with_the_training() {
    let (samples, device, folder) = (samples(), device(), tempfile::tempdir().unwrap());
    let (definition, training) = (network(&"relu".parse().unwrap()), recipe("power_sign:linear"));
    let how = StandAlone {
        definition: &definition,
        training: &training,
        examples: &samples,
        seed: 1,
        execution: Execution::Kernels,
        device: &device,
    };
    let mut silent = Silent;
    let error = Lineage::open(how, &samples, "flex", folder.path(), &mut silent).err().unwrap().to_string();
    assert_eq!(
        error,
        "stand_alone.rule: found power_sign:linear, expected a rule that is the same at every step: a line of trials \
         has no end that is known"
    );
}

/// Every known space, small, for images of its least side that leave more than a pixel.
fn known_definitions() -> impl Iterator<Item = (&'static str, Definition<KnownNet>)> {
    ["paper"].into_iter().chain(KNOWN_SPACES.iter().map(|space| space.name)).map(|name| {
        let mut settings = NetworkSettings::of_space(name, true).unwrap();
        settings.set_filters(8);
        // Of maps of one pixel little but rounding would be normalised.
        let side = (2 * settings.least_side()).max(8);
        let shape = supernet::data::ImageShape::new(1, side, side);
        (name, settings.networks(8, shape, 4, &device()).unwrap().stand_alone)
    })
}

/// Numbers as images of a definition.
fn waves(definition: &Definition<KnownNet>, rows: usize) -> Tensor<4> {
    let [channels, height, width] = definition.input().try_into().unwrap();
    let wave = (0..rows * channels * height * width).map(|i| (0.37 * i as f32).sin()).collect::<Vec<_>>();
    Tensor::from_data(TensorData::new(wave, [rows, channels, height, width]), &device())
}

/// The logits of an architecture's network by its batch's statistics.
fn logits(definition: &Definition<KnownNet>, mask: &PathMask) -> Vec<f64> {
    let network = definition.stand_alone(mask, &mut supernet_tests::Formula(DType::F32), &device()).unwrap();
    let paths = network.paths(vec![mask.clone()], None).unwrap();
    values(network.forward_masked(waves(definition, 4), &paths).unwrap())
}

#[test]
fn every_relu_of_every_known_space_is_replaced() {
    let [relu, mish, swish] = ["relu", "mish", "swish"].map(|name| name.parse::<Activation>().unwrap());
    for (name, definition) in known_definitions() {
        let mask = definition.space().sample(&mut draws(3, "replaced", 0)).mask().clone();
        let with = |activation| definition.clone().with_activation(Some(activation));
        let plain = logits(&definition, &mask);
        let far = |other: &[f64]| plain.iter().zip(other).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(far(&logits(&with(relu), &mask)) < 1e-4, "{name}");
        // In ENAS' recurrent cells ReLU is one of the operations that are chosen.
        assert_eq!(definition.has_relu().unwrap(), name != "enas-rnn", "{name}");
        if name == "enas-rnn" {
            continue;
        }
        assert!(far(&logits(&with(mish), &mask)) > 1e-4, "{name}");
        // A supernet with a function without β is what it is cut into.
        let supernet = with(mish).supernet(&mut supernet_tests::Formula(DType::F32), &device()).unwrap();
        let error = with(mish).extraction_error(&supernet, &mask, waves(&definition, 4)).unwrap();
        assert!(error < 1e-4, "{name}: {error:e}");
        // β is a parameter of each channel, which costs are told of, and only alone.
        let network = with(swish).stand_alone(&mask, &mut SeededWeights::new(1), &device()).unwrap();
        let betas = NamedWeights::of(&network).0.into_iter().filter(|(name, _)| name.starts_with("replaced_relu."));
        let betas: usize = betas.map(|(_, data)| data.num_elements()).sum();
        let more = with(swish).cost(&mask).unwrap().parameters - definition.cost(&mask).unwrap().parameters;
        assert!(betas > 0 && more == betas as u64, "{name}: {betas}, {more}");
        let refused = with(swish).supernet(&mut SeededWeights::new(1), &device()).unwrap_err().to_string();
        assert!(refused.contains("found a function with a β for each channel"), "{refused}");
        assert_ne!(with(swish).fingerprint().unwrap().parameters, definition.fingerprint().unwrap().parameters);
    }
}

/// A short search, on a network that is drawn.
fn short(kind: ProgramKind) -> ProgramSettings {
    let mut settings = ProgramSettings::new(kind, "1/1".parse().unwrap(), 1);
    (settings.units, settings.programs, settings.best) = (1, 4, 2);
    settings.learning_rates.truncate(2);
    settings
}

#[test]
fn a_search_for_programs_that_was_stopped_leaves_what_one_that_was_not_leaves() {
    let split = stripes_split([32, 16, 16]);
    let config = SearchConfig { retrain: Retrain { at_once: 1, ..tiny(1).retrain }, ..tiny(1) };
    for kind in [ProgramKind::Activations, ProgramKind::Rules] {
        let [whole, stopped] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let search = search_of(&config, &split).unwrap();
        let settings = ProgramSettings { architecture: ProgramSettings::drawn_network(&search), ..short(kind) };
        let run = |folder: &std::path::Path, progress: &mut dyn Progress| {
            program_search(&search, &settings, "flex", folder, progress)
        };
        let result = run(whole.path(), &mut Silent).unwrap();
        assert_eq!((result.scored.len(), result.found.len()), (4, 2));
        assert!(result.known.len() == if kind == ProgramKind::Rules { 3 } else { 2 }, "{:?}", result.known);
        assert!(result.found.contains(result.found.iter().find(|one| one.program == result.best).unwrap()));
        let mut stops = 0;
        for after in [2, 4, 7, 11] {
            match run(stopped.path(), &mut Stopping::after(after)) {
                Err(TrainError::Stopped { .. }) => stops += 1,
                other => drop(other.unwrap()),
            }
        }
        assert!(stops >= 2, "{kind}: {stops}");
        let again = run(stopped.path(), &mut Silent).unwrap();
        assert_same(&contents(stopped.path()), &contents(whole.path()));
        assert_eq!(again.table(), result.table());
        // The best predicts as it was tested.
        let (record, network) = load_best(stopped.path().join("best"), &device()).unwrap();
        assert_eq!(record.test.unwrap().accuracy, result.tested.test.accuracy);
        let images = Tensor::zeros([2, 1, 8, 8], &device());
        assert_eq!(values(network.forward(images.clone()).unwrap()), values(again.network.forward(images).unwrap()));
        let other = ProgramSettings { programs: 5, ..settings.clone() };
        let refused = program_search(&search, &other, "flex", whole.path(), &mut Silent).err().unwrap().to_string();
        assert!(refused.contains("programs.programs"), "{refused}");
    }
}

#[test]
fn programs_are_searched_for_networks_of_ones_own() {
    /// A network with a ReLU of its own and one of a layer's.
    #[derive(Module, Debug)]
    struct Own {
        stem: supernet::own::ConvNorm,
        block: OneOf<supernet::own::ConvNorm>,
        head: Linear,
    }
    impl Layer<4, 2> for Own {
        fn forward(&self, x: Rows) -> Rows<2> {
            x.through(&self.stem).relu().through(&self.block).global_average().through(&self.head)
        }
    }
    let conv = |b: &Build, from, k| supernet::own::ConvNorm::new(b, [from, 4], k);
    let definition = Definition::new("own", &[1, 8, 8], &device(), move |b| Own {
        stem: conv(b, 1, 3),
        block: OneOf::new(b, "block", [3, 5].map(|k| (k.to_string(), conv(b, 4, k).with_relu()))),
        head: LinearConfig::new(4, 4).init(b.device()),
    })
    .unwrap();
    let (split, folder) = (stripes_split([32, 16, 16]), tempfile::tempdir().unwrap());
    let data = SearchData::images(&split).unwrap();
    let device = device();
    let search = Search::new(&tiny(1), definition.clone(), data, &device).unwrap();
    let settings = ProgramSettings { architecture: "10".parse().unwrap(), ..short(ProgramKind::Activations) };
    let result = program_search(&search, &settings, "flex", folder.path(), &mut Silent).unwrap();
    let Some(activation) = result.best.function() else { panic!("{:?}", result.best) };
    let definition = definition.with_activation(Some(activation));
    let (_, network) = load_best_of(folder.path().join("best"), &definition, &device).unwrap();
    let images = Tensor::ones([2, 1, 8, 8], &device);
    assert_eq!(values(network.forward(images.clone()).unwrap()), values(result.network.forward(images).unwrap()));

    let refused = |settings: ProgramSettings| settings.check_for(&search).unwrap_err().to_string();
    let settings = || settings.clone();
    assert!(refused(ProgramSettings { units: 5, ..settings() }).contains("programs.units (--units): found 5"));
    assert!(refused(ProgramSettings { best: 0, ..settings() }).contains("programs.best (--best): found 0"));
    assert!(refused(ProgramSettings { epochs: 0, ..settings() }).contains("--child-epochs): found 0"));
    assert!(refused(ProgramSettings { learning_rates: vec![0.1], ..settings() }).contains("expected none"));
    refused(ProgramSettings { architecture: "11".parse().unwrap(), ..settings() });
}
