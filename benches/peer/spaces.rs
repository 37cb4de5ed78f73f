//! The counterpart of `spaces_torch.py`: the same figures of this library for the networks of known
//! spaces, under the same keys.
//!
//! ```text
//! cargo build --release --bin spaces
//! target/release/spaces --space darts --size small --what case --file case.json
//! target/release/spaces --space darts --size small --what train --file case.json
//! ```
//!
//! A training step does what the peer's does. Candidates are scored as a search scores them, in the
//! order of their masks and in `--memory-mib` of memory: what they share is computed once.
//! `BURN_DEVICE` chooses the device.

use clap::{Parser, ValueEnum};
use serde_json::{Value, json};
use std::{path::PathBuf, time::Instant};
use supernet::{
    burn::{
        module::{Module, ModuleVisitor, Param},
        tensor::{Device, Tensor, TensorData},
    },
    known::{DartsNet, MobileNet, NasBench201Net, NasBenchMacroNet},
    nn::{Call, Execution, NnError},
    own::{Definition, Layer, MaskedNetwork, Network},
    space::{DartsShape, MobileChain, MobileShape, MobileStage, NasBench201Shape, NasBenchMacroShape, PathMask},
    train::SeededWeights,
};
use supernet_benches::{
    Case, OwnStep, ScoringRun, Times, device, device_name, formula_images, peak_kib, resident_kib, timed,
};

/// Times a training step and the scoring of candidates of a known space, one JSON line per figure.
#[derive(Parser)]
struct Arguments {
    /// The space.
    #[arg(long)]
    space: Known,
    /// The size of its network.
    #[arg(long)]
    size: Size,
    /// What to do: write masks, write weights and logits to check the peer by, time training steps,
    /// time scoring.
    #[arg(long)]
    what: What,
    /// The masks; `case` writes the file, the others read it.
    #[arg(long)]
    file: PathBuf,
    /// Where `check` writes.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Which operations run.
    #[arg(long, default_value = "kernels")]
    mode: Mode,
    /// Training draws; also how often all candidates are scored.
    #[arg(long, default_value_t = Case::DRAWS)]
    draws: usize,
    /// Candidates to score, the first of the file.
    #[arg(long, default_value_t = Case::CANDIDATES)]
    candidates: usize,
    /// Memory in which candidates are scored; the default is that of a search on a processor.
    #[arg(long, default_value_t = 16)]
    memory_mib: usize,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

#[derive(Clone, Copy, ValueEnum)]
enum Known {
    #[value(name = "nas-bench-201")]
    NasBench201,
    NasBenchMacro,
    Darts,
    Mobile,
}

/// `Published`: NAS-Bench-201 and NAS-Bench-Macro as they were trained, the network that DARTS
/// searches with, MobileNetV2 at the smallest side that it is published with.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Size {
    Small,
    Published,
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    Case,
    Check,
    Train,
    Score,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Mode {
    Kernels,
    PlainBurn,
}

fn main() {
    let arguments = Arguments::parse();
    rayon::ThreadPoolBuilder::new().num_threads(arguments.threads).build_global().expect("the first pool");
    let (small, device) = (arguments.size == Size::Small, device());
    match arguments.space {
        Known::NasBench201 => {
            let shape = NasBench201Shape::default();
            let shape = if small { NasBench201Shape { filters: 8, cells: 2, side: 16, ..shape } } else { shape };
            run(&arguments, NasBench201Net::definition(shape, &device), json!(shape));
        }
        Known::NasBenchMacro => {
            let shape = NasBenchMacroShape::default();
            let shape = if small { NasBenchMacroShape { stem: 8, head: 320, side: 16, ..shape } } else { shape };
            run(&arguments, NasBenchMacroNet::definition(shape, &device), json!(shape));
        }
        Known::Darts => {
            let shape = DartsShape { filters: 16, cells: 8, ..DartsShape::default() };
            let shape = if small { DartsShape { filters: 8, cells: 5, side: 16, ..shape } } else { shape };
            run(&arguments, DartsNet::definition(shape, &device), json!(shape));
        }
        Known::Mobile => {
            let (chain, shape) = mobile(small);
            let mut fields = json!(shape);
            fields["stages"] = json!(chain.stages());
            run(&arguments, MobileNet::definition(&chain, shape, &device), fields);
        }
    }
}

/// MobileNetV2, or a quarter of its width for images of 32 × 32.
fn mobile(small: bool) -> (MobileChain, MobileShape) {
    let (chain, shape) = (MobileChain::mobilenet_v2(), MobileShape { side: 96, ..MobileShape::default() });
    if !small {
        return (chain, shape);
    }
    let stages = chain.stages().iter().map(|stage| MobileStage { channels: stage.channels / 4, ..*stage });
    let chain = MobileChain::new(&stages.collect::<Vec<_>>()).expect("stages in range");
    (chain, MobileShape { stem: 8, first: 4, head: 320, side: 32, classes: 10, ..shape })
}

fn run<M: Layer<4, 2>>(arguments: &Arguments, definition: Result<Definition<M>, NnError>, shape: Value) {
    let definition = definition.unwrap_or_else(|error| panic!("{error}"));
    let value = arguments.space.to_possible_value().expect("none is skipped");
    let (space, choices) = (value.get_name(), definition.space());
    if let What::Case = arguments.what {
        return Case::draw(space, shape, choices).write(&arguments.file);
    }
    let case = Case::read(&arguments.file, space, &shape, choices);
    match arguments.what {
        What::Case => unreachable!("written above"),
        What::Check => check(arguments, &definition, &case),
        What::Train => train(arguments, &definition, &case),
        What::Score => score(arguments, &definition, &case),
    }
}

/// Times of a training step, and how far memory has grown since before the first one.
fn train<M: Layer<4, 2>>(arguments: &Arguments, definition: &Definition<M>, case: &Case) {
    let images = case.ghost_size * case.train[0].len();
    let mut step = OwnStep::new(definition, images, &device());
    let before = resident_kib();
    let draws = &case.train[..arguments.draws.min(case.train.len())];
    let times = timed(draws, |masks| step.run(masks, execution(arguments)));
    // Of a step: forward and two gradients, a multiplication and an addition each.
    let macs = macs(definition, draws.iter().flatten()) / draws.len() as f64;
    let operations = 6.0 * macs * case.ghost_size as f64;
    let figures = json!({
        "ms": rounded(times.median() * 1e3, 100.0),
        "images_per_s": rounded(images as f64 / times.median(), 10.0),
        "gflop_per_s": rounded(operations / times.median() / 1e9, 10.0),
        "params": step.parameters(),
        "paths_on": case.paths_on(),
    });
    print("train_step", arguments, before, &times, figures);
}

/// Multiply-accumulates of an image through the network of each mask, summed.
fn macs<'a, M: Layer<4, 2>>(definition: &Definition<M>, masks: impl IntoIterator<Item = &'a PathMask>) -> f64 {
    masks.into_iter().map(|mask| definition.cost(mask).expect("a mask of this space").macs as f64).sum()
}

/// Candidates that are scored before time is taken.
const WARM_UP: usize = 8;

/// How many candidates an evaluator scores in a second: all of them, over and over, after some that
/// are not counted.
fn score<M: Layer<4, 2>>(arguments: &Arguments, definition: &Definition<M>, case: &Case) {
    let run = ScoringRun::new(definition, case.score_images, &device());
    let run = run.with(arguments.threads, Some(arguments.memory_mib));
    let candidates = &case.candidates[..arguments.candidates.min(case.candidates.len())];
    let before = resident_kib();
    let scored =
        |candidates: &[PathMask]| assert_eq!(run.score(candidates, execution(arguments)).len(), candidates.len());
    scored(&candidates[..WARM_UP.min(candidates.len())]);
    let time = |_| {
        let begun = Instant::now();
        scored(candidates);
        begun.elapsed().as_secs_f64()
    };
    let times = Times((0..arguments.draws).map(time).collect());
    let per_s = candidates.len() as f64 / times.median();
    // What candidates share is counted for each of them.
    let operations = 2.0 * macs(definition, candidates) * case.score_images as f64;
    let figures = json!({
        "candidates_per_s": rounded(per_s, 1000.0),
        "images_per_s": rounded(per_s * case.score_images as f64, 10.0),
        "gflop_per_s": rounded(operations / times.median() / 1e9, 10.0),
        "params": run.parameters(),
        "candidates": candidates.len(),
    });
    print("score_candidates", arguments, before, &times, figures);
}

/// Writes images, the logits of the first training draw's masks on them, and the weights in the
/// order of the module: a line of JSON with masks, names and shapes, then all numbers as 32-bit
/// floats, the lowest byte first.
fn check<M: Layer<4, 2>>(arguments: &Arguments, definition: &Definition<M>, case: &Case) {
    let device = device();
    let network = supernet(definition, &device);
    let masks = &case.train[0];
    let images = formula_images(case.ghost_size * masks.len(), definition.input(), &device);
    let paths = network.paths(masks.clone(), None).expect("masks of this space");
    let call = Call { execution: execution(arguments), ..Call::default() };
    let (logits, _) = network.forward_used(images.clone(), &paths, &call).expect("images of this size");
    let mut numbers = Numbers::default();
    numbers.add("images", images.into_data());
    numbers.add("logits", logits.into_data());
    network.visit(&mut numbers);
    let head = json!({ "masks": masks, "tensors": numbers.tensors });
    let file = [format!("{head}\n").into_bytes(), numbers.bytes].concat();
    let path = arguments.out.as_ref().expect("--out says where to write");
    std::fs::write(path, file).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// Names and shapes of tensors, and their numbers.
#[derive(Default)]
struct Numbers {
    path: Vec<String>,
    tensors: Vec<(String, Vec<usize>)>,
    bytes: Vec<u8>,
}

impl Numbers {
    fn add(&mut self, name: &str, data: TensorData) {
        self.tensors.push((name.into(), data.shape().as_slice().to_vec()));
        self.bytes.extend(data.iter::<f32>().flat_map(f32::to_le_bytes));
    }
}

impl ModuleVisitor for Numbers {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.add(&self.path.join("."), param.val().into_data());
    }
}

fn supernet<M: Layer<4, 2>>(definition: &Definition<M>, device: &Device) -> Network<M> {
    definition.supernet(&mut SeededWeights::new(1), device).expect("a network")
}

fn execution(arguments: &Arguments) -> Execution {
    match arguments.mode {
        Mode::Kernels => Execution::Kernels,
        Mode::PlainBurn => Execution::PlainBurn,
    }
}

/// Prints a figure with what is common to all; memory is the peak less `before`.
fn print(what: &str, arguments: &Arguments, before: Option<u64>, times: &Times, mut figure: Value) {
    let grown = peak_kib().zip(before).map(|(peak, before)| peak.saturating_sub(before) as f64 / 1024.0);
    figure["what"] = json!(what);
    figure["mode"] = json!(arguments.mode.to_possible_value().expect("none is skipped").get_name());
    figure["mib_above_start"] = json!(grown.map(f64::round));
    figure["each_ms"] = times.0.iter().map(|seconds| rounded(seconds * 1e3, 1000.0)).collect();
    figure["device"] = json!(device_name());
    figure["threads"] = json!(rayon::current_num_threads());
    println!("{figure}");
}

fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts
}
