//! `model.rs`: the network as a module of plain Burn, laid out as rustfmt does by default.

mod blocks;
mod cells;
pub(crate) mod layout;
pub(crate) mod names;
mod parts;
#[cfg(test)]
mod tests;

use self::{
    cells::{Cells, cell_field},
    layout::list,
    names::table,
    parts::pieces,
};
use crate::{
    ExportError,
    facts::Facts,
    plan::{Plan, Source},
};
use supernet_data::Normalisation;
use supernet_space::{CELL_INPUTS, CellOperation};
use supernet_train::{BURN, best::NetworkDescription};

/// Returns the source of a Rust file, `model.rs`: a module of plain Burn with the network of this description, that depends on `burn` alone,
/// with the features `std`, `store`, `safetensors` and a backend's.
///
/// `Network::new(device)` makes it, `Network::load(path, device)` reads the weights file that this library writes (or one that the
/// module wrote), `forward(images)` gives logits [images, classes] for images [images, channels, side, side] that `normalise` made.
/// With stored statistics it computes what [`supernet_nn::Network`] computes with [`supernet_nn::Statistics::Stored`].
///
/// # Errors
/// A mask of another space, a size out of range, a normalisation or class names of other images.
///
/// ```
/// use supernet_data::Normalisation;
/// use supernet_nn::{NetworkConfig, NormKind};
/// use supernet_space::{CellSpace, ConvOrder, NetworkShape};
/// use supernet_train::best::NetworkDescription;
///
/// let cells = CellSpace::new(3, 2)?;
/// let mask = cells.space().parse("11:0100000/101:0000011")?;
/// let (order, stem) = (ConvOrder::default(), Default::default());
/// let shape = NetworkShape { filters: 8, side: 16, channels: 1, classes: 2, order, stem };
/// let description = NetworkDescription {
///     config: &NetworkConfig { cells, shape, norm: NormKind::default() },
///     mask: &mask,
///     normalisation: &Normalisation::new(vec![0.29], vec![0.35])?,
///     classes: &["cat".into(), "dog".into()],
///     seed: 1,
/// };
/// let source = supernet_export::model_source(&description)?;
/// assert!(source.contains("pub struct Network") && !source.contains("supernet_"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn model_source(description: &NetworkDescription) -> Result<String, ExportError> {
    Ok(source(description, &Plan::new(description)?))
}

/// The whole file.
fn source(export: &NetworkDescription, plan: &Plan) -> String {
    let cells = Cells::new(plan);
    let (facts, shape) = (Facts::from(export), plan.shape);
    let input = [shape.channels, shape.side, shape.side];
    let images = images(&facts, &input);
    let mut items = vec![imports(plan), images, sizes(plan), table(plan, &cells), network(plan, &cells)];
    items.extend(cells.source(plan));
    items.extend(pieces(plan));
    header(&facts, &input) + &items.join("\n")
}

/// What the file says of itself.
pub(crate) fn header(facts: &Facts, input: &[usize]) -> String {
    let (classes, read) = (facts.classes.len(), row(input));
    let (reads, argument) = match facts.normalisation {
        Some(_) => (format!("images {read} as [`normalise`] makes them"), "normalise(images)"),
        None => (format!("rows {read}"), "rows"),
    };
    format!(
        "\
//! A network that one-shot architecture search found, as a plain Burn module. Written by supernet {version}.
//!
//! Architecture (seed {seed}): `{architecture}`
//!
//! It reads {reads} and gives logits [batch, {classes}],
//! in the order of [`CLASSES`]. Batch normalisation uses the statistics stored with the weights; on a device
//! with autodiff it uses the batch's and updates those stored, as any Burn module, so it can be trained on.
//!
//! It needs Burn {burn} with the features `std`, `store`, `safetensors` and a backend's, and nothing else:
//!
//! ```text
//! let network = Network::load(\"weights.safetensors\", &device)?;
//! let logits = network.forward({argument});
//! ```

#![allow(dead_code, reason = \"a program need not use all of it\")]

",
        version = env!("CARGO_PKG_VERSION"),
        burn = burn_line(),
        seed = facts.seed,
        architecture = facts.architecture,
    )
}

/// The shape of a batch in words: `[batch, 3, 32, 32]`.
pub(crate) fn row(input: &[usize]) -> String {
    let sizes: Vec<String> = input.iter().map(usize::to_string).collect();
    format!("[batch, {}]", sizes.join(", "))
}

fn imports(plan: &Plan) -> String {
    let pools = if plan.has(CellOperation::MaxPool) {
        "{AvgPool2d, AvgPool2dConfig, MaxPool2d, MaxPool2dConfig}"
    } else {
        "{AvgPool2d, AvgPool2dConfig}"
    };
    format!(
        "\
use burn::{{
    module::Module,
    nn::{{
        BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d,
        conv::{{Conv2d, Conv2dConfig}},
        pool::{pools},
    }},
    store::{{FloatCastAdapter, ModuleSnapshot, SafetensorsStore, SafetensorsStoreError}},
    tensor::{{DType, Device, Tensor, activation::relu}},
}};
use std::path::Path;
"
    )
}

/// Class names and normalisation.
pub(crate) fn images(facts: &Facts, input: &[usize]) -> String {
    let classes: Vec<String> = facts.classes.iter().map(|name| format!("{name:?}")).collect();
    let classes = constant("CLASSES", "&str", &classes);
    let sizes: Vec<String> = input.iter().map(usize::to_string).collect();
    let (said, name) = match input.len() {
        3 => ("Channels, height and width of an image.", "IMAGE"),
        _ => ("The shape of a row.", "ROW"),
    };
    let normalise = facts.normalisation.map_or_else(String::new, normalise);
    format!(
        "\
/// {said}
pub const {name}: [usize; {}] = [{}];

/// The classes, in the order of the logits.
{classes}{normalise}",
        sizes.len(),
        sizes.join(", "),
    )
}

fn constant(name: &str, of: &str, items: &[String]) -> String {
    list(0, &format!("pub const {name}: [{of}; {}] = ", items.len()), ["[", "]"], items, ";")
}

/// How pixels become what the network reads.
fn normalise(normalisation: &Normalisation) -> String {
    let numbers = |values: &[f32]| -> Vec<String> { values.iter().map(|value| format!("{value:?}")).collect() };
    format!(
        "
/// Mean of each channel of the training images, of values from 0 to 1.
{}
/// Standard deviation of each channel of the training images, of values from 0 to 1.
{}
/// What the network reads, of images with values from 0 to 1 (bytes over 255):
/// `(images - MEAN) / STD`, channel by channel.
pub fn normalise(images: Tensor<4>) -> Tensor<4> {{
    let device = images.device();
    (images - per_channel(MEAN, &device)) / per_channel(STD, &device)
}}

fn per_channel(values: [f32; IMAGE[0]], device: &Device) -> Tensor<4> {{
    let values = Tensor::<1>::from_floats(values, device);
    values.reshape([1, IMAGE[0], 1, 1])
}}
",
        constant("MEAN", "f32", &numbers(normalisation.mean())),
        constant("STD", "f32", &numbers(normalisation.std())),
    )
}

/// What stems and cells put out.
fn sizes(plan: &Plan) -> String {
    let shape = plan.shape;
    let mut text = String::from(
        "\
/// The output of a stem or cell: so many parts, of so many channels each, and the side of the maps.
#[derive(Clone, Copy, Debug)]
struct Parts {
    count: usize,
    channels: usize,
    side: usize,
}

impl Parts {
    const fn new(count: usize, channels: usize, side: usize) -> Self {
        Self {
            count,
            channels,
            side,
        }
    }
}

",
    );
    for stem in 0..shape.stem.stride() {
        let (name, side) = (size(plan, Source::Stem(stem)), shape.stem_side(stem));
        text += &format!("const {name}: Parts = Parts::new(1, {}, {side});\n", shape.filters);
    }
    for (index, cell) in plan.cells.iter().enumerate() {
        let count = CELL_INPUTS + cell.blocks.len();
        text += &format!("const CELL{}: Parts = Parts::new({count}, {}, {});\n", index + 1, cell.channels, cell.side);
    }
    text
}

/// Name of the constant that holds a source's size; the stems share one where they are of one size.
fn size(plan: &Plan, source: Source) -> String {
    match source {
        Source::Stem(_) if plan.shape.stem.is_plain() => "STEM".into(),
        Source::Stem(stem) => format!("STEM{}", stem + 1),
        Source::Cell(cell) => format!("CELL{}", cell + 1),
    }
}

/// The function that reads the weights.
pub(crate) const LOAD: &str =
    "    /// The network with the weights of a safetensors file: that of the search, or one that this module was
    /// saved into. Numbers of 16 or 64 bits are rounded to 32.
    ///
    /// # Errors
    /// A file that cannot be read, or that lacks a weight or has one of another shape.
    pub fn load(path: impl AsRef<Path>, device: &Device) -> Result<Self, SafetensorsStoreError> {
        let rounded = FloatCastAdapter::to(DType::F32);
        let mut store = SafetensorsStore::from_file(path.as_ref()).with_from_adapter(rounded);
        for (from, to) in NAMES {
            store = store.with_key_remapping(from, *to);
        }
        let mut network = Self::new(device);
        network.load_from(&mut store)?;
        Ok(network)
    }

";

/// The struct that a program uses.
fn network(plan: &Plan, cells: &Cells) -> String {
    let shape = plan.shape;
    let (declared, made, run) = if cells.are_equal() { equal_cells(plan, cells) } else { different_cells(plan, cells) };
    let (last, stem) = (size(plan, plan.head.source), size(plan, Source::Stem(0)));
    format!(
        "\
/// The network: stems, cells, a 1x1, global average pool, classifier.
#[derive(Module, Debug)]
pub struct Network {{
    stem1: Stem,
    stem2: Stem,
{declared}    head: Joined,
    classifier: Linear,
}}

impl Network {{
    /// The network with random weights, as Burn draws them.
    pub fn new(device: &Device) -> Self {{
        Self {{
            stem1: Stem::new(IMAGE[0], {stem}.channels, device),
            stem2: Stem::new({stem}.channels, {stem}.channels, device),
{made}            head: Joined::new({last}, {last}, device),
            classifier: LinearConfig::new({last}.channels, CLASSES.len()).init(device),
        }}
    }}

{LOAD}    /// The logits [batch, {classes}] of normalised images [batch, {channels}, {side}, {side}].
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {{
        let stem1 = self.stem1.forward(images);
        let stem2 = self.stem2.forward(stem1.clone());
{run}        let pooled = head.mean_dims(&[2, 3]).flatten(1, 3);
        self.classifier.forward(pooled)
    }}
}}
",
        channels = shape.channels,
        side = shape.side,
        classes = shape.classes,
    )
}

/// Declaration, initial value and use of the cells where one description serves all.
fn equal_cells(plan: &Plan, cells: &Cells) -> (String, String, String) {
    let name = cells.name(0);
    let each: String =
        (0..plan.cells.len()).map(|cell| format!("                {},\n", new_cell(plan, cells, cell))).collect();
    let run = "        let (mut a, mut b) = (vec![stem1], vec![stem2]);
        for cell in &self.cells {
            let output = cell.forward(&a, &b);
            a = std::mem::replace(&mut b, output);
        }
        let head = self.head.forward(&b);
";
    (format!("    cells: Vec<{name}>,\n"), format!("            cells: vec![\n{each}            ],\n"), run.into())
}

/// The same where cells have descriptions of their own.
fn different_cells(plan: &Plan, cells: &Cells) -> (String, String, String) {
    let all = || 0..plan.cells.len();
    let declared = all().map(|cell| format!("    {}: {},\n", cell_field(cell), cells.name(cell))).collect();
    let made =
        all().map(|cell| format!("            {}: {},\n", cell_field(cell), new_cell(plan, cells, cell))).collect();
    let output = |source: Source| match source {
        Source::Stem(stem) => format!("stem{}", stem + 1),
        Source::Cell(cell) => cell_field(cell),
    };
    let mut run = String::from("        let (stem1, stem2) = (vec![stem1], vec![stem2]);\n");
    for (index, cell) in plan.cells.iter().enumerate() {
        let [a, b] = [0, 1].map(|input| output(cell.reads[input].source));
        let field = cell_field(index);
        run += &format!("        let {field} = self.{field}.forward(&{a}, &{b});\n");
    }
    run += &format!("        let head = self.head.forward(&{});\n", output(plan.head.source));
    (declared, made, run)
}

fn new_cell(plan: &Plan, cells: &Cells, cell: usize) -> String {
    let [a, b] = [0, 1].map(|input| size(plan, plan.cells[cell].reads[input].source));
    format!("{}::new({a}, {b}, CELL{}, device)", cells.name(cell), cell + 1)
}

/// The line of versions of Burn that the file goes with: `0.22` for 0.22.1.
fn burn_line() -> &'static str {
    BURN.rsplit_once('.').map_or(BURN, |(line, _)| line)
}
