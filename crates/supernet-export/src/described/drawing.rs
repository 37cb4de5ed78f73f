//! A graph as a picture: a box for each run of operations, from top to bottom, an arc for what is
//! read further down.

use std::fmt::Write;
use supernet_nn::describe::{Graph, Operation, Window};

/// From a box to the next, height of a line of words, what a box has above and below its lines
/// together, where boxes begin and end, the widest arc.
const GAP: usize = 12;
const LINE: usize = 18;
const EDGES: usize = 10;
const LEFT: usize = 190;
const RIGHT: usize = 760;
const ARC: usize = 170;

/// The most letters of a line: beside them stands the shape.
const LETTERS: usize = 58;

const FONT: &str = "Roboto, Arial, sans-serif";

/// Operations that run one after the other, and nothing between them is read by others.
struct Run {
    words: Vec<String>,
    /// Places of the runs that it reads.
    reads: Vec<usize>,
    shape: Vec<usize>,
}

/// A run on paper.
struct Boxed {
    top: usize,
    lines: Vec<String>,
}

impl Boxed {
    fn height(&self) -> usize {
        EDGES + LINE * self.lines.len()
    }

    fn bottom(&self) -> usize {
        self.top + self.height()
    }

    /// The box with its words and its shape.
    fn svg(&self, shape: &[usize]) -> String {
        let shape: Vec<String> = shape.iter().map(usize::to_string).collect();
        let (y, base, end) = (self.top, |line: usize| self.top + 19 + LINE * line, RIGHT - 12);
        let mut svg = format!(
            r##"<rect x="{LEFT}" y="{y}" width="{}" height="{}" rx="4" fill="#ffffff" stroke="#16191d"/>"##,
            RIGHT - LEFT,
            self.height(),
        );
        for (line, words) in self.lines.iter().enumerate() {
            let (x, y) = (LEFT + 12, base(line));
            write!(svg, r##"<text x="{x}" y="{y}" font-size="15" fill="#16191d">{words}</text>"##).expect("a string");
        }
        let (y, shape) = (base(0), shape.join(" × "));
        svg + &format!(r##"<text x="{end}" y="{y}" text-anchor="end" font-size="13" fill="#5a626b">{shape}</text>"##)
    }
}

/// Draws the network as an SVG file: a box for each run of operations, from top to bottom, with the
/// shape of its result, and an arc for each result that is read further down than in the next box.
pub fn drawing(graph: &Graph) -> String {
    let runs = runs(graph);
    let mut boxes: Vec<Boxed> = Vec::new();
    for run in &runs {
        let top = boxes.last().map_or(14, |last| last.bottom() + GAP);
        boxes.push(Boxed { top, lines: lines(&run.words) });
    }
    let (width, height) = (RIGHT + 20, boxes.last().map_or(0, Boxed::bottom) + 14);
    let mut inner = String::new();
    for (place, run) in runs.iter().enumerate() {
        for &from in &run.reads {
            inner += &edge(&boxes[from], &boxes[place], place - from);
        }
        inner += &boxes[place].svg(&run.shape);
    }
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" aria-label="network" font-family="{FONT}"><rect width="100%" height="100%" fill="#ffffff"/>{inner}</svg>
"##
    )
}

/// The words, a comma between two, in lines of at most [`LETTERS`].
fn lines(words: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (i, word) in words.iter().enumerate() {
        let word = if i + 1 < words.len() { format!("{word},") } else { word.clone() };
        match lines.last_mut().filter(|line| line.len() + 1 + word.len() <= LETTERS) {
            Some(line) => line.extend([" ", &word]),
            None => lines.push(word),
        }
    }
    lines
}

/// From one box to another, `distance` boxes down.
fn edge(from: &Boxed, to: &Boxed, distance: usize) -> String {
    let stroke = r##"fill="none" stroke="#0072b2" stroke-width="2" opacity="0.75""##;
    if distance == 1 {
        let (centre, bottom, top) = ((LEFT + RIGHT) / 2, from.bottom(), to.top);
        return format!(r#"<path d="M{centre} {bottom} V{top}" {stroke}/>"#);
    }
    let x = LEFT - (30 + 12 * distance).min(ARC);
    let (start, end) = (from.top + from.height() / 2 + 4, to.top + to.height() / 2 - 4);
    format!(r#"<path d="M{LEFT} {start} C{x} {start} {x} {end} {LEFT} {end}" {stroke}/>"#)
}

/// The graph's operations, run by run.
fn runs(graph: &Graph) -> Vec<Run> {
    let readers = graph.readers();
    let (mut runs, mut of): (Vec<Run>, Vec<usize>) = (Vec::new(), Vec::new());
    for node in &graph.nodes {
        let words = words(&node.operation, node.inputs.first().map_or(&[], |&input| &graph.nodes[input].shape));
        let goes_on = match node.inputs[..] {
            // Only the last run can go on: a box stands where its first operation does.
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
        Operation::Function { activation, .. } => activation.formula(),
        Operation::MaxPool(window) => windowed("maximum", window),
        Operation::AveragePool { window, .. } => windowed("average", window),
        Operation::Sum => "sum".into(),
        Operation::Concatenation => "concatenation".into(),
        Operation::Narrow { axis: 1, .. } => "part of the channels".into(),
        Operation::Narrow { .. } => "part of the image".into(),
        Operation::Resize => "another size".into(),
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
