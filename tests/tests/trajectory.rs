//! Eight steps of the training loop against the formulas of PAPER, *Use, masked L2, update*, in
//! plain f64.

use burn::{
    module::Module,
    nn::{Linear, LinearConfig},
};
use rand::RngExt;
use std::collections::HashMap;
use supernet::{
    nn::{Execution, MaskedL2, NamedWeights, Weighting},
    own::{Build, Definition, Layer, OneOf, Rows, Samples},
    prelude::*,
    space::Schedule,
    train::{
        Balance, Loader, Moment, PathSampler, SeededWeights, Sgd, Shares, Training, UniformArchitectures, UpdateRule,
    },
};
use supernet_tests::device;

const FEATURES: usize = 3;
const CLASSES: usize = 2;
const STEPS: u64 = 8;
const GHOSTS: usize = 4;
const BATCH: usize = 16;
const SGD: Sgd = Sgd {
    learning_rate: 0.3,
    schedule: Schedule::Cosine,
    momentum: 0.9,
    l2: MaskedL2 { decay: 0.02, clip: 0.25, weighting: Weighting::Share },
    l2_schedule: Schedule::Constant,
};

/// One of two matrices, plus one with a bias that every mask uses.
#[derive(Module, Debug)]
struct Net {
    choice: OneOf<Linear>,
    always: Linear,
}

impl Layer<2> for Net {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        x.clone().through(&self.choice) + x.through(&self.always)
    }
}

fn net(b: &Build) -> Net {
    let linear = |bias| LinearConfig::new(FEATURES, CLASSES).with_bias(bias).init(b.device());
    Net { choice: OneOf::new(b, "choice", [("a", linear(false)), ("skip", linear(false))]), always: linear(true) }
}

fn examples() -> Samples<2> {
    let mut rng = draws(1, "rows", 0);
    let values: Vec<f32> = (0..48 * FEATURES).map(|_| 4.0 * rng.random::<f32>() - 2.0).collect();
    let label = |row: &[f32]| usize::from(row[0] + row[1] * row[2] > 0.0);
    let labels = values.chunks(FEATURES).map(label).collect();
    Samples::new(&[FEATURES], values, labels).unwrap()
}

/// A parameter as the formulas see it.
#[derive(Clone)]
struct Slice {
    weight: Vec<f64>,
    velocity: Vec<f64>,
    /// The option that it belongs to; none where every mask uses it.
    option: Option<usize>,
    /// λ is 0 for biases.
    decays: bool,
}

/// What the formulas might be instead: each must be told apart.
#[derive(Clone, Copy, PartialEq)]
enum Instead {
    Nothing,
    ConstantRate,
    Falling,
    PlainMomentum,
    NoClip,
    ClipWithDecay,
    DecayOfAll,
    AnyUse,
}

/// The weights after eight steps: W_a, W_skip, V, b.
fn reference(
    start: &HashMap<String, Vec<f64>>,
    loader: &Loader<2>,
    balance: Balance,
    instead: Instead,
) -> Vec<Vec<f64>> {
    let slice = |name: &str, option, decays| {
        let weight = start[name].clone();
        Slice { velocity: vec![0.0; weight.len()], weight, option, decays }
    };
    let mut slices = NAMES.map(|(name, option, decays)| slice(name, option, decays));
    let space = definition().space().clone();
    for step in 0..STEPS {
        let masks = UniformArchitectures.masks(&space, Moment { step, steps: STEPS }, GHOSTS, 1);
        let (input, labels) = loader.batch(step);
        let rows: Vec<f64> = input.iter::<f64>().collect();
        let labels: Vec<usize> = labels.iter::<i64>().map(|label| label as usize).collect();
        let options: Vec<usize> = masks.iter().map(|mask| mask.bits(0).trailing_zeros() as usize).collect();
        let gradients = gradients(&slices, &rows, &labels, &options, balance);
        update(&mut slices, gradients, &options, step, (balance, instead));
    }
    slices.map(|slice| slice.weight).to_vec()
}

/// q = d/dw (1/G) Σ_g w_g · CE_g of every slice; w_g in proportion to (1 + 1)^c for the option `a`
/// and to 1 for `skip`, whose name is that of an option without weights.
fn gradients(
    slices: &[Slice; 4],
    rows: &[f64],
    labels: &[usize],
    options: &[usize],
    balance: Balance,
) -> Vec<Vec<f64>> {
    let proportion = |option: usize| if option == 0 { 2f64.powf(balance.complexity) } else { 1.0 };
    let mean = options.iter().map(|&option| proportion(option)).sum::<f64>() / GHOSTS as f64;
    let mut q: Vec<Vec<f64>> = slices.iter().map(|slice| vec![0.0; slice.weight.len()]).collect();
    for (i, (x, &label)) in rows.chunks(FEATURES).zip(labels).enumerate() {
        let option = options[i / (BATCH / GHOSTS)];
        let logit = |c: usize| {
            let of = |w: &[f64]| (0..FEATURES).map(|f| x[f] * w[f * CLASSES + c]).sum::<f64>();
            of(&slices[option].weight) + of(&slices[2].weight) + slices[3].weight[c]
        };
        let logits: Vec<f64> = (0..CLASSES).map(logit).collect();
        let sum: f64 = logits.iter().map(|z| z.exp()).sum();
        for c in 0..CLASSES {
            let error = (logits[c].exp() / sum - f64::from(u8::from(c == label))) / BATCH as f64;
            let error = error * proportion(option) / mean;
            for f in 0..FEATURES {
                q[option][f * CLASSES + c] += error * x[f];
                q[2][f * CLASSES + c] += error * x[f];
            }
            q[3][c] += error;
        }
    }
    q
}

/// u, c, d · u^(−r), then Nesterov momentum without dampening at η/2 (1 + cos(π t/T)).
fn update(
    slices: &mut [Slice; 4],
    q: Vec<Vec<f64>>,
    options: &[usize],
    step: u64,
    (balance, instead): (Balance, Instead),
) {
    let share = |slice: &Slice| {
        slice.option.map_or(1.0, |o| options.iter().filter(|&&taken| taken == o).count() as f64 / GHOSTS as f64)
    };
    let decay = |slice: &Slice| {
        let u = match instead {
            Instead::DecayOfAll => 1.0,
            Instead::AnyUse => f64::from(u8::from(share(slice) > 0.0)),
            _ => share(slice),
        };
        let falling = if instead == Instead::Falling { 1.0 - step as f64 / STEPS as f64 } else { 1.0 };
        if slice.decays { SGD.l2.decay * falling * u } else { 0.0 }
    };
    let squares: f64 = slices
        .iter()
        .zip(&q)
        .flat_map(|(slice, q)| {
            let extra = if instead == Instead::ClipWithDecay { decay(slice) } else { 0.0 };
            q.iter().zip(&slice.weight).map(move |(q, w)| (q + extra * w).powi(2))
        })
        .sum();
    let clip = if instead == Instead::NoClip { 1.0 } else { (SGD.l2.clip / squares.sqrt()).min(1.0) };
    let angle = std::f64::consts::PI * step as f64 / STEPS as f64;
    let turn = match instead {
        Instead::ConstantRate => 1.0,
        Instead::Falling => 1.0 - step as f64 / STEPS as f64,
        _ => 0.5 * (1.0 + angle.cos()),
    };
    for (slice, q) in slices.iter_mut().zip(q) {
        if share(slice) == 0.0 && instead != Instead::DecayOfAll {
            continue;
        }
        let (lambda, faster) = (decay(slice), share(slice).powf(-balance.rare_use));
        for ((w, v), q) in slice.weight.iter_mut().zip(&mut slice.velocity).zip(q) {
            let d = (clip * q + lambda * *w) * faster;
            *v = SGD.momentum * *v + d;
            let ahead = if instead == Instead::PlainMomentum { *v } else { d + SGD.momentum * *v };
            *w -= SGD.learning_rate * turn * ahead;
        }
    }
}

/// Names, options, and whether they decay.
const NAMES: [(&str, Option<usize>, bool); 4] = [
    ("choice.options.a.weight", Some(0), true),
    ("choice.options.skip.weight", Some(1), true),
    ("always.weight", None, true),
    ("always.bias", None, false),
];

fn definition() -> Definition<Net, 2> {
    Definition::new("two", &[FEATURES], &device(), net).unwrap()
}

fn numbers(network: &impl Module) -> HashMap<String, Vec<f64>> {
    NamedWeights::of(network).0.into_iter().map(|(name, data)| (name, data.iter::<f64>().collect())).collect()
}

/// The weights after eight steps of the loop, each in `parts` parts, and before.
fn trained(sgd: Sgd, balance: Balance, parts: usize) -> [HashMap<String, Vec<f64>>; 2] {
    let (definition, examples, device) = (definition(), examples(), device().autodiff());
    let supernet = definition.supernet(&mut SeededWeights::new(1), &device).unwrap();
    let start = numbers(&supernet);
    let training = Training {
        stage: "eight steps",
        seed: 1,
        steps: STEPS,
        ghosts: GHOSTS,
        shares: Shares::default(),
        micro_batches: parts,
        warm_up: 0,
        balance,
        sgd,
        rule: UpdateRule::Sgd,
        sampler: &UniformArchitectures,
        drop_path: None,
        execution: Execution::Kernels,
    };
    [numbers(&training.run(supernet, &loader(&examples), &device, &mut Silent).unwrap()), start]
}

fn loader(examples: &Samples<2>) -> Loader<'_, 2> {
    Loader::new(examples, Augmentation::NONE, BATCH, 1).unwrap()
}

/// How far the loop's weights are from those of the formulas.
fn trained_apart((sgd, balance): (Sgd, Balance), (of_formulas, instead): (Balance, Instead)) -> f64 {
    let [trained, start] = trained(sgd, balance, 1);
    let examples = examples();
    let expected = reference(&start, &loader(&examples), of_formulas, instead);
    let pairs = NAMES.iter().zip(&expected).flat_map(|((name, ..), e)| trained[*name].iter().zip(e));
    pairs.map(|(found, expected)| (found - expected).abs()).fold(0.0, f64::max)
}

#[test]
fn eight_steps_are_those_of_the_formulas_and_of_no_other() {
    let apart = |instead| trained_apart((SGD, Balance::default()), (Balance::default(), instead));
    assert!(apart(Instead::Nothing) < 1e-6, "{}", apart(Instead::Nothing));
    let others = [
        ("a constant rate", Instead::ConstantRate),
        ("momentum that does not look ahead", Instead::PlainMomentum),
        ("no bound on the norm", Instead::NoClip),
        ("a bound on gradient and decay", Instead::ClipWithDecay),
        ("decay of what is off", Instead::DecayOfAll),
        ("decay by any use", Instead::AnyUse),
    ];
    for (name, instead) in others {
        assert!(apart(instead) > 1e-4, "{name} is not told apart: {}", apart(instead));
    }
}

#[test]
fn balanced_steps_are_those_of_the_formulas_whole_or_in_parts() {
    let (larger, rarer) = (Balance { complexity: 1.0, rare_use: 0.0 }, Balance { complexity: 0.0, rare_use: 0.5 });
    let both = Balance { complexity: -1.5, rare_use: 1.0 };
    for balance in [larger, rarer, both] {
        let apart = |other| trained_apart((SGD, balance), (other, Instead::Nothing));
        assert!(apart(balance) < 1e-6, "{balance:?}: {}", apart(balance));
        assert!(apart(Balance::default()) > 1e-3, "{balance:?} is not told apart");
    }
    let [whole, in_parts] = [1, 2].map(|parts| trained(SGD, both, parts)[0].clone());
    for (name, ..) in NAMES {
        for (one, other) in whole[name].iter().zip(&in_parts[name]) {
            assert!((one - other).abs() < 1e-5, "{name}: {one} whole, {other} in parts");
        }
    }
}

#[test]
fn rate_and_l2_move_along_their_schedules() {
    let apart = |sgd, instead| trained_apart((sgd, Balance::default()), (Balance::default(), instead));
    let falling = Sgd { schedule: Schedule::Linear, l2_schedule: Schedule::Linear, ..SGD };
    assert!(apart(falling, Instead::Falling) < 1e-6, "{}", apart(falling, Instead::Falling));
    let constant = Sgd { schedule: Schedule::Constant, ..SGD };
    assert!(apart(constant, Instead::ConstantRate) < 1e-6, "{}", apart(constant, Instead::ConstantRate));
    for other in [SGD, Sgd { schedule: Schedule::Linear, ..SGD }, Sgd { l2_schedule: Schedule::Linear, ..SGD }] {
        assert!(apart(other, Instead::Falling) > 1e-4, "{other:?} is not told apart");
    }
}

#[test]
fn ghost_batches_draw_from_streams_of_their_own() {
    let space = CellSpace::new(3, 4).unwrap();
    let masks = UniformArchitectures.masks(space.space(), Moment { step: 3, steps: 9 }, 8, 1);
    for (i, one) in masks.iter().enumerate() {
        assert!(masks[..i].iter().all(|other| other != one), "ghost batch {i} draws what another draws");
    }
}
