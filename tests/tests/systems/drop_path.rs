//! Drop path: examples lose what an option gives, at the rate of a schedule, and the mean stays.

use burn::{
    module::Module,
    nn::{Linear, LinearConfig},
    tensor::{Tensor, TensorData},
};
use supernet::{
    nn::{Call, Definition, Execution, Init, Layer, MaskedNetwork, NnError, OneOf, Rows, Weights},
    own::{Build, Identity},
    prelude::*,
    space::{PathMask, Schedule},
    train::{DropPath, Retrain},
};
use supernet_tests::{
    device,
    tiny::{ImageSearch, Stopping, assert_same, contents, open, search_of, stripes_split, tiny},
    values,
};

const FEATURES: usize = 4;

#[derive(Module, Debug)]
enum Op {
    Map(Linear),
    Skip(Identity),
}

impl Layer<2> for Op {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        match self {
            Self::Map(map) => x.through(map),
            Self::Skip(skip) => x.through(skip),
        }
    }
}

/// Two places in which a map or an identity stands, of which the first is also read past.
#[derive(Module, Debug)]
struct Net {
    places: Vec<OneOf<Op>>,
}

impl Layer<2> for Net {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        x.clone().through(&self.places[0]) + x.through(&self.places[1])
    }
}

fn net(b: &Build) -> Net {
    let map = || Op::Map(LinearConfig::new(FEATURES, FEATURES).with_bias(false).init(b.device()));
    let place = |i| OneOf::new(b, format!("place{i}"), [("map", map()), ("skip", Op::Skip(Identity {}))]);
    Net { places: (1..=2).map(place).collect() }
}

/// Every map hands on what it reads.
struct Ones;

impl Weights for Ones {
    fn weight(&mut self, _name: &str, shape: &[usize], _init: Init) -> Result<TensorData, NnError> {
        let values: Vec<f32> = (0..shape[0] * shape[1]).map(|i| f32::from(u8::from(i % (shape[1] + 1) == 0))).collect();
        Ok(TensorData::new(values, shape.to_vec()))
    }
}

/// The logits of rows of ones under the options at both places, in units of one place's.
fn logits(options: [u64; 2], rows: usize, (rate, seed): (f64, u64)) -> Vec<f64> {
    let device = device();
    let network = Definition::new("two", &[FEATURES], &device, net).unwrap().supernet(&mut Ones, &device).unwrap();
    let mask: PathMask = network.search_space().mask(options.to_vec());
    let paths = network.with_drop_path(network.paths(vec![mask; 2], None).unwrap(), rate, seed);
    let call = Call { execution: Execution::Kernels, ..Call::default() };
    let logits = values(network.logits(Tensor::ones([rows, FEATURES], &device), &paths, &call).unwrap());
    let rows: Vec<&[f64]> = logits.chunks(FEATURES).collect();
    assert!(rows.iter().all(|row| row.iter().all(|value| value == &row[0])), "an example is dropped as a whole");
    rows.iter().map(|row| row[0]).collect()
}

#[test]
fn examples_lose_a_path_at_the_rate_and_keep_their_mean_at_every_step_of_a_schedule() {
    const ROWS: usize = 4_000;
    let (schedule, steps) = (Schedule::Ramp, 5);
    for step in 0..steps {
        let rate = schedule.at(0.4, step, steps);
        let found = logits([0b01, 0b10], ROWS, (rate, step));
        // The identity keeps its one; the map gives 1/(1 − rate) or nothing.
        let kept = found.iter().filter(|&&value| value > 1.5).count();
        let (expected, scale) = (ROWS as f64 * (1.0 - rate), 1.0 / (1.0 - rate));
        let error = (ROWS as f64 * rate * (1.0 - rate)).sqrt();
        assert!((kept as f64 - expected).abs() <= 3.0 * error, "step {step}: {kept} kept, expected {expected}");
        let whole = |value: &f64| (value - 1.0).abs() < 1e-6 || (value - 1.0 - scale).abs() < 1e-6;
        assert!(found.iter().all(whole), "step {step}");
        let mean = found.iter().sum::<f64>() / ROWS as f64;
        assert!((mean - 2.0).abs() <= 3.0 * scale * error / ROWS as f64 + 1e-6, "step {step}: {mean}");
    }
}

#[test]
fn draws_are_of_the_seed_and_of_each_place_alone() {
    let rows = 400;
    let of = |seed| logits([0b01, 0b01], rows, (0.5, seed));
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
    // Two places that drew alike would give 0 or 4 only; each of 0, 2 and 4 has its share.
    for (value, share) in [(0.0, 0.25), (2.0, 0.5), (4.0, 0.25)] {
        let count = of(1).iter().filter(|&&found| (found - value).abs() < 1e-6).count() as f64;
        assert!((count / rows as f64 - share).abs() < 0.1, "{value}: {count} of {rows}");
    }
    assert!(logits([0b10, 0b10], rows, (0.5, 1)).iter().all(|&value| value == 2.0), "identities are kept");
    assert_eq!(logits([0b01, 0b01], rows, (0.0, 1)), vec![2.0; rows]);
}

/// Maps in a row, each beside what it reads.
#[derive(Module, Debug)]
struct Row {
    places: Vec<OneOf<Op>>,
}

impl Layer<2> for Row {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        self.places.iter().fold(x, |x, place| x.clone() + x.through(place))
    }
}

#[test]
fn the_rate_grows_with_depth_to_that_of_the_schedule_at_the_last_place() {
    const PLACES: usize = 3;
    const ROWS: usize = 8_000;
    const RATE: f64 = 0.6;
    let device = device();
    let build = |b: &Build| {
        let map = || Op::Map(LinearConfig::new(FEATURES, FEATURES).with_bias(false).init(b.device()));
        let place = |i| OneOf::new(b, format!("place{i}"), [("map", map()), ("skip", Op::Skip(Identity {}))]);
        Row { places: (0..PLACES).map(place).collect() }
    };
    let definition = Definition::new("row", &[FEATURES], &device, build).unwrap();
    let mask: PathMask = definition.space().mask(vec![0b01; PLACES]);
    let network = definition.stand_alone(&mask, &mut Ones, &device).unwrap();
    let rate = |place: usize| RATE * (place + 1) as f64 / PLACES as f64;
    // What a place multiplies an example by: 1 where it is dropped, else 1 + 1/(1 − rate).
    let kept = |place: usize| 1.0 + 1.0 / (1.0 - rate(place));
    let value = |set: usize| (0..PLACES).map(|place| if set >> place & 1 == 1 { kept(place) } else { 1.0 }).product();
    let values_of_sets: Vec<f64> = (0..1 << PLACES).map(value).collect();
    for seed in [1, 2] {
        let paths = network.paths(vec![mask.clone()], None).unwrap();
        let paths = network.with_growing_drop_path(paths, RATE, seed).unwrap();
        let logits = network.logits(Tensor::ones([ROWS, FEATURES], &device), &paths, &Call::default()).unwrap();
        let mut counts = [0; PLACES];
        for row in values(logits).chunks(FEATURES) {
            let near = |set: &usize| (values_of_sets[*set] - row[0]).abs() < 1e-3;
            let set = (0..1 << PLACES).find(near).unwrap_or_else(|| panic!("{row:?} of {values_of_sets:?}"));
            (0..PLACES).for_each(|place| counts[place] += set >> place & 1);
        }
        for (place, count) in counts.into_iter().enumerate() {
            let (expected, error) =
                (ROWS as f64 * (1.0 - rate(place)), (ROWS as f64 * rate(place) * (1.0 - rate(place))).sqrt());
            assert!((count as f64 - expected).abs() <= 4.0 * error, "place {place}: {count}, expected {expected}");
        }
    }
    // Of other masks than the network's own, as of a supernet, the places are those of these masks.
    let supernet = definition.supernet(&mut Ones, &device).unwrap();
    let skips: PathMask = definition.space().mask(vec![0b10, 0b10, 0b01]);
    let paths = supernet.with_growing_drop_path(supernet.paths(vec![skips], None).unwrap(), RATE, 1).unwrap();
    let logits = values(supernet.logits(Tensor::ones([ROWS, FEATURES], &device), &paths, &Call::default()).unwrap());
    let dropped = logits.chunks(FEATURES).filter(|row| (row[0] - 4.0).abs() < 1e-3).count() as f64;
    assert!((dropped - RATE * ROWS as f64).abs() <= 4.0 * (ROWS as f64 * RATE * (1.0 - RATE)).sqrt(), "{dropped}");
}

fn dropping(rate: f64, schedule: Schedule) -> DropPath {
    DropPath { rate, schedule, by_depth: false }
}

fn config(drop_path: Option<DropPath>) -> SearchConfig {
    let mut config = tiny(1);
    config.stand_alone.drop_path = drop_path;
    config.stand_alone.epochs = 2;
    config.retrain = Retrain { picked: 1, small: 0, random: 1, largest: 0, all_on: false, at_once: 1 };
    config
}

fn run(path: &std::path::Path, search: &ImageSearch, progress: &mut dyn Progress) -> Result<(), TrainError> {
    open(path, search)?.search(search, progress).map(drop)
}

#[test]
fn a_training_with_it_goes_on_to_the_same_files_and_differs_from_one_without() {
    let split = stripes_split([64, 16, 32]);
    let by_depth = config(Some(DropPath { by_depth: true, ..dropping(0.3, Schedule::Constant) }));
    let search = search_of(&by_depth, &split).unwrap();
    let [whole, stopped] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    run(whole.path(), &search, &mut Silent).unwrap();
    let mut stops = 0;
    while let Err(error) = run(stopped.path(), &search, &mut Stopping::after(3 + stops / 4)) {
        assert!(matches!(error, TrainError::Stopped { .. }), "{error}");
        stops += 1;
        assert!(stops < 200, "the run does not get on");
    }
    assert!(stops > 3, "stopped {stops} times");
    assert_same(&contents(stopped.path()), &contents(whole.path()));

    let test_losses = |drop_path| {
        let config = config(drop_path);
        let found = search_of(&config, &split).unwrap().run(&mut Silent).unwrap();
        found.retrained.iter().map(|network| network.test.loss).collect::<Vec<_>>()
    };
    let without = test_losses(None);
    assert_eq!(test_losses(Some(dropping(0.0, Schedule::Ramp))), without);
    let alike = test_losses(Some(dropping(0.3, Schedule::Constant)));
    assert_ne!(alike, without);
    assert_ne!(test_losses(by_depth.stand_alone.drop_path), alike);
    let refused = config(Some(dropping(1.0, Schedule::Ramp))).check().unwrap_err().to_string();
    assert_eq!(refused, "stand_alone.drop_path.rate: found 1, expected 0 to below 1");
}
