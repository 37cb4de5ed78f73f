//! How the time of a training step grows with active paths, ghost batches, filters and cells: a table in Markdown, one or two
//! minutes on two cores.
//!
//! One thing varies in each part; the rest is the shape in the title. `BURN_DEVICE` chooses the device.

use supernet::{
    nn::Execution,
    space::{CellSpace, PathMask},
};
use supernet_benches::{Masks, Shape, TrainingStep, device, device_name, timed};

/// What the parts start from.
const BASE: Shape = Shape { filters: 8, cells: 3, side: 16, ghosts: 8, ghost_size: 16 };

/// Path dropout at the default rate.
const DROPOUT: Masks = Masks::Dropout(0.1);

/// Masks drawn for each row; the time is the median over them.
const DRAWS: u64 = 10;

fn main() {
    println!("Training step on {}; {BASE} unless the row says otherwise, median of {DRAWS} draws.\n", device_name());
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
    println!("| {title} | paths used | ms | × paths | × time | µs per path and ghost batch |");
    println!("|---|---|---|---|---|---|");
    let mut first = None;
    for (name, shape, masks) in rows {
        let (used, ms) = row(shape, masks);
        let (used_first, ms_first) = *first.get_or_insert((used, ms));
        let (paths, time) = (used / used_first, ms / ms_first);
        println!("| {name} | {used:.0} | {ms:.1} | {paths:.2} | {time:.2} | {:.1} |", 1e3 * ms / used);
    }
    println!();
}

/// Paths in use, and the milliseconds of a step.
fn row(shape: Shape, masks: Masks) -> (f64, f64) {
    let mut step = TrainingStep::new(shape, &device());
    let draws: Vec<Vec<PathMask>> = (0..DRAWS).map(|draw| step.masks(masks, draw)).collect();
    let used: u32 = draws.iter().flatten().map(|mask| used(step.cells(), mask)).sum();
    let times = timed(&draws, |masks| step.run(masks, Execution::Kernels));
    (f64::from(used) / DRAWS as f64, 1e3 * times.median())
}

/// Inputs and operations that a mask uses, over all cells.
fn used(cells: &CellSpace, mask: &PathMask) -> u32 {
    let of_cell = |cell| cells.used(mask, cell).into_iter();
    let paths = (0..cells.cells()).flat_map(of_cell);
    paths.map(|block| block.inputs.count_ones() + block.operations.count_ones()).sum()
}
