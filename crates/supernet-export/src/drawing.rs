//! A cell as a picture: its inputs and blocks in a row, an arc for each input that a block reads,
//! its operations below.

use crate::ExportError;
use std::fmt::Write;
use supernet_space::{BlockPaths, CELL_INPUTS, CellOperation, CellSpace, PathMask};
use supernet_train::best::NetworkDescription;

/// Distance of two nodes, height of the row of nodes, distance of two lines of text.
const STEP: usize = 150;
const FLOOR: usize = 200;
const LINE: usize = 22;

const FONT: &str = "Roboto, Arial, sans-serif";

/// The cell that `mask` describes (the first one, with a mask per cell) as an SVG element of a
/// page, in its colours.
pub fn cell_svg(cells: &CellSpace, mask: &PathMask) -> String {
    let paths = cells.paths(mask, 0);
    let (width, height) = size(&paths);
    format!(
        r#"<svg class="cell" viewBox="0 0 {width} {height}" role="img" aria-label="cell {mask}" font-family="{FONT}">{}</svg>"#,
        body(&paths)
    )
}

/// Draws the cell as an SVG file (every distinct cell, with a mask per cell): its inputs and blocks
/// in a row, an arc for each input that a block reads, its operations below.
///
/// # Errors
/// As [`crate::model_source()`].
pub fn drawing(description: &NetworkDescription) -> Result<String, ExportError> {
    description.check()?;
    Ok(cells_file(&description.config.cells, description.mask))
}

/// The cell that `mask` describes as an SVG file of its own, dark on white; with a mask per cell
/// every distinct cell, below each other, with the numbers of the cells that it is.
fn cells_file(cells: &CellSpace, mask: &PathMask) -> String {
    let mut distinct: Vec<(Vec<BlockPaths>, Vec<usize>)> = Vec::new();
    for cell in 0..cells.cells() {
        let paths = cells.paths(mask, cell);
        match distinct.iter_mut().find(|(other, _)| *other == paths) {
            Some((_, numbers)) => numbers.push(cell + 1),
            None => distinct.push((paths, vec![cell + 1])),
        }
    }
    let (mut inner, mut width, mut top) = (String::new(), 0, 0);
    for (paths, numbers) in &distinct {
        if distinct.len() > 1 {
            let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
            let (y, named) = (top + 28, if numbers.len() > 1 { "cells" } else { "cell" });
            write!(
                inner,
                r#"<text x="20" y="{y}" font-size="18" fill="var(--ink)">{named} {}</text>"#,
                numbers.join(", ")
            )
            .expect("a string");
            top += 40;
        }
        write!(inner, r#"<g transform="translate(0 {top})">{}</g>"#, body(paths)).expect("a string");
        let size = size(paths);
        (width, top) = (width.max(size.0), top + size.1);
    }
    let svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{top}" viewBox="0 0 {width} {top}" role="img" aria-label="cell {mask}" font-family="{FONT}"><rect width="100%" height="100%" fill="var(--paper)"/>{inner}</svg>
"#
    );
    // Programs other than browsers know no variables.
    svg.replace("var(--ink)", "#16191d").replace("var(--paper)", "#ffffff").replace("var(--accent)", "#0072b2")
}

/// Width and height of a cell's drawing.
fn size(paths: &[BlockPaths]) -> (usize, usize) {
    let lines = paths.iter().map(|paths| paths.operations.count_ones() as usize).max().unwrap_or(0);
    (STEP * (CELL_INPUTS + paths.len()), FLOOR + 54 + LINE * lines.max(3))
}

/// What is drawn of a cell.
fn body(paths: &[BlockPaths]) -> String {
    let centre = |node: usize| STEP / 2 + STEP * node;
    let mut svg = String::new();
    for (block, paths) in paths.iter().enumerate() {
        let to = CELL_INPUTS + block;
        for from in (0..to).filter(|from| paths.inputs >> from & 1 == 1) {
            // Ends stand side by side, the nearest inputs to the left.
            let (x0, x1) = (centre(from) + 8, centre(to) - 8 - 3 * (to - from - 1));
            let (top, radius) = (FLOOR - 18, (x1 - x0) / 2);
            let lift = radius.min(235);
            write!(
                svg,
                r#"<path d="M{x0} {top} C{x0} {y} {x1} {y} {x1} {top}" fill="none" stroke="var(--accent)" stroke-width="2" opacity="0.75"/>"#,
                y = top as i64 - lift as i64
            )
            .expect("a string");
        }
    }
    for node in 0..CELL_INPUTS + paths.len() {
        let x = centre(node);
        let name = match node.checked_sub(CELL_INPUTS) {
            None => ["A", "B"][node].to_owned(),
            Some(block) => format!("{}", block + 1),
        };
        write!(
            svg,
            r#"<circle cx="{x}" cy="{FLOOR}" r="18" fill="var(--paper)" stroke="var(--ink)" stroke-width="2"/><text x="{x}" y="{y}" text-anchor="middle" font-size="18" fill="var(--ink)">{name}</text>"#,
            y = FLOOR + 6
        )
        .expect("a string");
        let Some(block) = node.checked_sub(CELL_INPUTS) else { continue };
        for (line, operation) in CellOperation::of(paths[block].operations).enumerate() {
            let y = FLOOR + 44 + LINE * line;
            write!(
                svg,
                r#"<text x="{x}" y="{y}" text-anchor="middle" font-size="18" fill="var(--ink)">{}</text>"#,
                operation.name()
            )
            .expect("a string");
        }
    }
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_has_an_arc_for_each_input_and_a_name_for_each_operation() {
        let cells = CellSpace::new(3, 4).unwrap();
        let mask = cells.space().parse("11:0110000/010:1000000/0011:0000100/11111:0000011").unwrap();
        let svg = cell_svg(&cells, &mask);
        assert_eq!(svg.matches("<path").count(), 2 + 1 + 2 + 5);
        assert_eq!(svg.matches("<circle").count(), 6);
        for operation in ["sep3", "sep5", "identity", "conv1x7_7x1", "max3", "avg3"] {
            assert!(svg.contains(&format!(">{operation}<")), "{operation}");
        }
        assert!(!svg.contains(">sep7<"));
    }

    #[test]
    fn a_file_of_its_own_names_no_colour_of_a_page_and_holds_every_distinct_cell() {
        let one = CellSpace::new(3, 1).unwrap();
        let svg = cells_file(&one, &one.space().parse("11:0110000").unwrap());
        assert!(svg.contains("xmlns=") && !svg.contains("var("));
        assert_eq!(svg.matches("<g ").count(), 1);
        let each = one.mask_per_cell();
        let svg = cells_file(&each, &each.space().parse("11:0110000/10:1000000/11:0110000").unwrap());
        assert_eq!(svg.matches("<g ").count(), 2);
        assert!(svg.contains(">cells 1, 3<") && svg.contains(">cell 2<"));
    }

    #[test]
    fn a_cell_with_every_operation_fits_its_picture() {
        let cells = CellSpace::new(3, 4).unwrap();
        let svg = cell_svg(&cells, &cells.space().all_on());
        let (_, height) = size(&cells.paths(&cells.space().all_on(), 0));
        let lowest = FLOOR + 44 + LINE * 6;
        assert!(svg.contains(&format!("y=\"{lowest}\"")) && lowest < height);
    }
}
