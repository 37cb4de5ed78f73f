//! Bits of a scan and the Huffman codes in them (ITU-T T.81, annex C and F.2.2.3).

/// What is found where a header holds less than it must.
pub(super) fn header() -> String {
    "a header that breaks".to_owned()
}

/// A stream of bits, the highest of each byte first.
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next `count` bits as a number, at most 16; `None` where fewer are left.
    pub(super) fn take(&mut self, count: usize) -> Option<usize> {
        if self.at + count > self.bytes.len() * 8 {
            return None;
        }
        let value = self.peek() >> (16 - count);
        self.at += count;
        Some(value)
    }

    /// The next 16 bits, zeros beyond the end.
    fn peek(&self) -> usize {
        let byte = |i: usize| self.bytes.get(self.at / 8 + i).map_or(0, |&byte| usize::from(byte));
        let three = byte(0) << 16 | byte(1) << 8 | byte(2);
        three >> (8 - self.at % 8) & 0xffff
    }

    /// The next symbol; `None` where the bits end or are no code.
    pub(super) fn symbol(&mut self, table: &Table) -> Option<u8> {
        let next = self.peek();
        for (i, &(beyond, first)) in table.lengths.iter().enumerate() {
            let code = next >> (15 - i);
            if code < beyond {
                self.take(i + 1)?;
                return table.symbols.get((code + first).checked_sub(beyond)?).copied();
            }
        }
        None
    }

    /// Whole bytes that are left.
    pub(super) fn left(&self) -> usize {
        self.bytes.len() - self.at.div_ceil(8)
    }
}

/// A Huffman table. For each length: the number after its last code, and the index after its last
/// symbol.
pub(super) struct Table {
    lengths: [(usize, usize); 16],
    symbols: Vec<u8>,
}

impl Table {
    /// Reads a table from the start of `segment`; returns it and the rest.
    pub(super) fn read(segment: &[u8]) -> Option<(Self, &[u8])> {
        let (counts, rest) = segment.split_at_checked(16)?;
        let (symbols, rest) = rest.split_at_checked(counts.iter().map(|&count| usize::from(count)).sum())?;
        let (mut code, mut index, mut lengths) = (0, 0, [(0, 0); 16]);
        for (length, &count) in lengths.iter_mut().zip(counts) {
            code += usize::from(count);
            index += usize::from(count);
            // No code of this length is below the next, which continues the longer ones.
            *length = if count == 0 { (0, 0) } else { (code, index) };
            code <<= 1;
        }
        Some((Self { lengths, symbols: symbols.to_vec() }, rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_read_by_canonical_codes() {
        // Lengths 1, 2, 3, 3: 0, 10, 110, 111.
        let segment = [&[1, 1, 2][..], &[0; 13], &[7, 8, 9, 10], b"rest"].concat();
        let (table, rest) = Table::read(&segment).unwrap();
        assert_eq!(rest, b"rest");
        let mut bits = Bits::new(&[0b1101_0011, 0b1000_0000]);
        let symbols: Vec<_> = (0..4).map(|_| bits.symbol(&table)).collect();
        assert_eq!(symbols, [Some(9), Some(8), Some(7), Some(10)]);
        assert_eq!(bits.take(7), Some(0));
        assert_eq!((bits.take(1), bits.symbol(&table)), (None, None));
    }

    #[test]
    fn bits_that_are_no_code_are_no_symbol() {
        let (table, _) = Table::read(&[&[0, 1][..], &[0; 14], &[5]].concat()).unwrap();
        assert_eq!(Bits::new(&[0]).symbol(&table), Some(5));
        assert_eq!(Bits::new(&[0xff; 4]).symbol(&table), None);
        assert!(Table::read(&[9; 20]).is_none());
    }
}
