//! How the time of a training step grows with active paths, ghost batches, filters and cells: a
//! table in Markdown, one or two minutes on two cores.
//!
//! One thing varies in each part; the rest is the shape in the title. `BURN_DEVICE` chooses the
//! device.

use supernet::{
    nn::Execution,
    space::{CellSpace, PathMask},
};
use supernet_benches::{Masks, Shape, Times, TrainingStep, device, device_name, timed};

/// What the parts start from.
const BASE: Shape = Shape { filters: 8, cells: 3, side: 16, ghosts: 8, ghost_size: 16 };

/// Path dropout at the default rate.
const DROPOUT: Masks = Masks::Dropout(0.1);

/// Masks drawn for each row; its time is the median over them.
const DRAWS: u64 = 10;

/// How often the rows of a part take turns; of each draw the least time counts.
const ROUNDS: usize = 3;

fn main() {
    let device = device_name();
    println!(
        "Training step on {device}, {BASE} unless the row says otherwise: median of {DRAWS} draws, the least of {ROUNDS} rounds.\n"
    );
    let rates = [0.9, 0.5, 0.3, 0.1, 0.03, 0.01, 0.001].map(Masks::Dropout);
    let by_rate = rates.into_iter().chain([Masks::AllOn]).map(|masks| match masks {
        Masks::Dropout(r) => (format!("r = {r}"), BASE, masks),
        _ => ("all on".into(), BASE, masks),
    });
    table("active paths", by_rate.collect());
    let ghosts = [1, 2, 4, 8, 16].map(|ghosts| (format!("{ghosts} × 16"), Shape { ghosts, ..BASE }, DROPOUT));
    table("ghost batches", ghosts.into());
    let cut = [(1, 128), (2, 64), (4, 32), (8, 16), (16, 8)];
    let cut = cut.map(|(ghosts, ghost_size)| {
        (format!("{ghosts} × {ghost_size}"), Shape { ghosts, ghost_size, ..BASE }, DROPOUT)
    });
    table("the same 128 images in ghost batches", cut.into());
    let filters = [4, 8, 16, 32].map(|filters| (format!("F = {filters}"), Shape { filters, ..BASE }, DROPOUT));
    table("filters", filters.into());
    let cells = [3, 4, 6, 8].map(|cells| (format!("N = {cells}"), Shape { cells, ..BASE }, DROPOUT));
    table("cells", cells.into());
}

/// One part: each row's time, and how it and the paths in use stand to those of the first row.
fn table(title: &str, rows: Vec<(String, Shape, Masks)>) {
    println!("| {title} | paths used | ms | × paths | × time | images per s |");
    println!("|---|---|---|---|---|---|");
    let mut rows: Vec<Row> = rows.into_iter().map(|(name, shape, masks)| Row::new(name, shape, masks)).collect();
    for _ in 0..ROUNDS {
        rows.iter_mut().for_each(Row::run);
    }
    let (paths, time) = (rows[0].paths_used(), rows[0].ms());
    for row in &rows {
        let (name, used, ms) = (&row.name, row.paths_used(), row.ms());
        let (more_paths, more_time) = (used / paths, ms / time);
        let images_per_s = 1e3 * row.shape.images() as f64 / ms;
        println!("| {name} | {used:.0} | {ms:.1} | {more_paths:.2} | {more_time:.2} | {images_per_s:.0} |");
    }
    println!();
}

struct Row {
    name: String,
    shape: Shape,
    step: TrainingStep,
    draws: Vec<Vec<PathMask>>,
    /// The least of the rounds so far, draw by draw.
    times: Times,
}

impl Row {
    fn new(name: String, shape: Shape, masks: Masks) -> Self {
        let step = TrainingStep::new(shape, &device());
        let draws = (0..DRAWS).map(|draw| step.masks(masks, draw)).collect();
        Self { name, shape, step, draws, times: Times(vec![f64::INFINITY; DRAWS as usize]) }
    }

    fn run(&mut self) {
        let Times(times) = timed(&self.draws, |masks| self.step.run(masks, Execution::Kernels));
        self.times.0.iter_mut().zip(times).for_each(|(least, time)| *least = least.min(time));
    }

    fn ms(&self) -> f64 {
        1e3 * self.times.median()
    }

    /// Mean over the draws.
    fn paths_used(&self) -> f64 {
        let used: u32 = self.draws.iter().flatten().map(|mask| used(self.step.cells(), mask)).sum();
        f64::from(used) / DRAWS as f64
    }
}

/// Inputs and operations that a mask uses, over all cells.
fn used(cells: &CellSpace, mask: &PathMask) -> u32 {
    let of_cell = |cell| cells.used(mask, cell).into_iter();
    let paths = (0..cells.cells()).flat_map(of_cell);
    paths.map(|block| block.inputs.count_ones() + block.operations.count_ones()).sum()
}
