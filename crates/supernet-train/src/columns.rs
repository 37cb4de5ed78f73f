//! Tables as text in columns of fixed widths.

use std::fmt::{Display, Write};

/// Lays out lines of a table: the first column to the left, the others to the right, a blank
/// between two. Longer cells move what follows.
#[derive(Clone, Copy, Debug)]
pub struct Columns<const N: usize>(
    /// Width of each column, in characters.
    pub [usize; N],
);

impl<const N: usize> Columns<N> {
    /// Returns a line of `cells`, as many as there are columns or fewer, without a line break.
    pub fn line(&self, cells: &[&dyn Display]) -> String {
        let mut line = String::new();
        for (place, (cell, &width)) in cells.iter().zip(&self.0).enumerate() {
            let cell = cell.to_string();
            let written = if place == 0 { write!(line, "{cell:<width$}") } else { write!(line, " {cell:>width$}") };
            written.expect("a string");
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_to_the_left_and_numbers_to_the_right() {
        let columns = Columns([6, 4, 3]);
        assert_eq!(columns.line(&[&"name", &1.5, &"±"]), "name    1.5   ±");
        assert_eq!(columns.line(&[&"a longer name", &12_345]), "a longer name 12345");
    }
}
