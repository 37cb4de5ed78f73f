//! A cell as a picture: its inputs and blocks in a row, an arc for each input that a block reads, its operations below.

use std::fmt::Write;
use supernet_space::{CELL_INPUTS, CellSpace, OPERATIONS, PathMask};

/// The cell that `mask` describes (the first one, with a mask per cell) as an SVG element of a page, in its colours.
pub fn cell_svg(cells: &CellSpace, mask: &PathMask) -> String {
    const STEP: usize = 150;
    let paths = cells.paths(mask, 0);
    let nodes = CELL_INPUTS + paths.len();
    let (width, height) = (STEP * nodes, 320);
    let centre = |node: usize| STEP / 2 + STEP * node;
    let floor = 200;
    let mut svg = format!(
        r#"<svg class="cell" viewBox="0 0 {width} {height}" role="img" aria-label="cell {mask}" font-family="Roboto, Arial, sans-serif">"#
    );
    for (block, paths) in paths.iter().enumerate() {
        let to = CELL_INPUTS + block;
        for from in (0..to).filter(|from| paths.inputs >> from & 1 == 1) {
            // Ends stand side by side, the nearest inputs to the left.
            let (x0, x1) = (centre(from) + 8, centre(to) - 8 - 3 * (to - from - 1));
            let (top, radius) = (floor - 18, (x1 - x0) / 2);
            let lift = radius.min(235);
            write!(
                svg,
                r#"<path d="M{x0} {top} C{x0} {y} {x1} {y} {x1} {top}" fill="none" stroke="var(--accent)" stroke-width="2" opacity="0.75"/>"#,
                y = top as i64 - lift as i64
            )
            .expect("a string");
        }
    }
    for node in 0..nodes {
        let x = centre(node);
        let name = match node.checked_sub(CELL_INPUTS) {
            None => ["A", "B"][node].to_owned(),
            Some(block) => format!("{}", block + 1),
        };
        write!(
            svg,
            r#"<circle cx="{x}" cy="{floor}" r="18" fill="var(--paper)" stroke="var(--ink)" stroke-width="2"/><text x="{x}" y="{y}" text-anchor="middle" font-size="18" fill="var(--ink)">{name}</text>"#,
            y = floor + 6
        )
        .expect("a string");
        let Some(block) = node.checked_sub(CELL_INPUTS) else { continue };
        let taken = (0..OPERATIONS.len()).filter(|o| paths[block].operations >> o & 1 == 1);
        for (line, operation) in taken.enumerate() {
            let y = floor + 44 + 22 * line;
            write!(
                svg,
                r#"<text x="{x}" y="{y}" text-anchor="middle" font-size="18" fill="var(--ink)">{}</text>"#,
                OPERATIONS[operation]
            )
            .expect("a string");
        }
    }
    svg.push_str("</svg>");
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
}
