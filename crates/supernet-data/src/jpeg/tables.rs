//! What segments before a scan set: Huffman tables and the restart interval (ITU-T T.81, B.2.4).

use super::bits::{Table, header};

/// Huffman tables by their place, and MCUs between two restart markers (0: there are none).
#[derive(Default)]
pub(super) struct Tables {
    pub(super) dc: [Option<Table>; 4],
    pub(super) ac: [Option<Table>; 4],
    pub(super) interval: usize,
}

impl Tables {
    /// Reads the tables of a DHT segment (B.2.4.2).
    pub(super) fn read(&mut self, mut segment: &[u8]) -> Result<(), String> {
        while let Some((&place, rest)) = segment.split_first() {
            let (table, rest) = Table::read(rest).ok_or_else(header)?;
            let kind = if place >> 4 == 0 { &mut self.dc } else { &mut self.ac };
            kind[usize::from(place & 3)] = Some(table);
            segment = rest;
        }
        Ok(())
    }
}
