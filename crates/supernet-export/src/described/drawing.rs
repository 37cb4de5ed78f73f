//! A graph as a picture: a line for each run of operations, from top to bottom, an arc for what is
//! read further down.

use std::fmt::Write;
use supernet_nn::describe::{Graph, Operation, Window};

/// Distance of two boxes, height of one, where they begin and end, the widest arc.
const STEP: usize = 40;
const HEIGHT: usize = 28;
const LEFT: usize = 190;
const RIGHT: usize = 760;
const ARC: usize = 170;

const FONT: &str = "Roboto, Arial, sans-serif";

/// Operations that run one after the other, and nothing between them is read by others.
struct Run {
    words: Vec<String>,
    /// Places of the runs that it reads.
    reads: Vec<usize>,
    shape: Vec<usize>,
}

/// Draws the network as an SVG file: a line for each run of operations, from top to bottom, with
/// the shape of its result, and an arc for each result that is read further down than in the next
/// line.
pub fn drawing(graph: &Graph) -> String {
    let runs = runs(graph);
    let (width, height) = (RIGHT + 20, STEP * runs.len() + 20);
    let top = |run: usize| 14 + STEP * run;
    let mut inner = String::new();
    for (place, run) in runs.iter().enumerate() {
        for &from in &run.reads {
            write!(inner, "{}", edge(top(from), top(place), place - from)).expect("a string");
        }
        let shape: Vec<String> = run.shape.iter().map(usize::to_string).collect();
        let (y, text, shape) = (top(place), run.words.join(", "), shape.join(" × "));
        let (base, end) = (y + 19, RIGHT - 12);
        write!(
            inner,
            r##"<rect x="{LEFT}" y="{y}" width="{w}" height="{HEIGHT}" rx="4" fill="#ffffff" stroke="#16191d"/><text x="{x}" y="{base}" font-size="15" fill="#16191d">{text}</text><text x="{end}" y="{base}" text-anchor="end" font-size="13" fill="#5a626b">{shape}</text>"##,
            w = RIGHT - LEFT,
            x = LEFT + 12,
        )
        .expect("a string");
    }
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" aria-label="network" font-family="{FONT}"><rect width="100%" height="100%" fill="#ffffff"/>{inner}</svg>
"##
    )
}

/// From one box to another, `distance` lines down.
fn edge(from: usize, to: usize, distance: usize) -> String {
    let stroke = r##"fill="none" stroke="#0072b2" stroke-width="2" opacity="0.75""##;
    let centre = (LEFT + RIGHT) / 2;
    let (bottom, middle) = (from + HEIGHT, HEIGHT / 2);
    if distance == 1 {
        return format!(r#"<path d="M{centre} {bottom} V{to}" {stroke}/>"#);
    }
    let x = LEFT - (30 + 12 * distance).min(ARC);
    let (start, end) = (from + middle + 4, to + middle - 4);
    format!(r#"<path d="M{LEFT} {start} C{x} {start} {x} {end} {LEFT} {end}" {stroke}/>"#)
}

/// The graph's operations, run by run.
fn runs(graph: &Graph) -> Vec<Run> {
    let readers = graph.readers();
    let (mut runs, mut of): (Vec<Run>, Vec<usize>) = (Vec::new(), Vec::new());
    for node in &graph.nodes {
        let words = words(&node.operation, node.inputs.first().map_or(&[], |&input| &graph.nodes[input].shape));
        let goes_on = match node.inputs[..] {
            // Only the last run can go on: a line stands where its first operation does.
            [input] => input > 0 && readers[input] == 1 && of[input] + 1 == runs.len(),
            _ => false,
        };
        match runs.last_mut().filter(|_| goes_on) {
            Some(run) => {
                run.words.push(words);
                run.shape.clone_from(&node.shape);
            }
            None => {
                let reads = node.inputs.iter().map(|&input| of[input]).collect();
                runs.push(Run { words: vec![words], reads, shape: node.shape.clone() });
            }
        }
        of.push(runs.len() - 1);
    }
    runs
}

/// An operation on rows of this shape, in words.
fn words(operation: &Operation, read: &[usize]) -> String {
    match operation {
        Operation::Input => "input".into(),
        Operation::Zeros => "zeros".into(),
        Operation::Convolution { window, groups, .. } if *groups > 1 && read.first() == Some(groups) => {
            windowed("depthwise", window)
        }
        Operation::Convolution { window, .. } => windowed("convolution", window),
        Operation::Projection { .. } if read.len() == 3 => "convolution 1x1".into(),
        Operation::Projection { .. } | Operation::Linear { .. } => "linear".into(),
        Operation::Normalisation { .. } => "normalisation".into(),
        Operation::Relu => "ReLU".into(),
        Operation::MaxPool(window) => windowed("maximum", window),
        Operation::AveragePool { window, .. } => windowed("average", window),
        Operation::Sum => "sum".into(),
        Operation::Concatenation => "concatenation".into(),
        Operation::Narrow { axis: 1, .. } => "part of the channels".into(),
        Operation::Narrow { .. } => "part of the image".into(),
        Operation::GlobalAverage => "average over the image".into(),
    }
}

fn windowed(name: &str, window: &Window) -> String {
    let [height, width] = window.kernel;
    let mut words = format!("{name} {height}x{width}");
    if window.stride != [1; 2] {
        write!(words, " of stride {}", window.stride[0]).expect("a string");
    }
    if window.dilation != [1; 2] {
        write!(words, " of dilation {}", window.dilation[0]).expect("a string");
    }
    words
}
