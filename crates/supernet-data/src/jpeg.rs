//! Whether a JPEG file holds all of its picture.
//!
//! Decoders draw what is there and leave the rest of a cut picture grey, as browsers do.
//! [`check_whole`] walks through the Huffman codes of every scan, baseline and progressive, without
//! computing a pixel, and counts the blocks. Source: ITU-T T.81, annexes B (markers), F.2
//! (sequential) and G.2 (progressive).

mod bits;
mod frame;
mod scan;
mod tables;

use bits::header;
use frame::Frame;
use scan::Scan;
use tables::Tables;

/// Start and end of an image, and the other markers that this file knows.
const START: u8 = 0xd8;
const END: u8 = 0xd9;
const HUFFMAN: u8 = 0xc4;
const INTERVAL: u8 = 0xdd;
const SCAN: u8 = 0xda;

/// Checks that the file ends where its picture does, and that every block of every scan is there.
///
/// Frames that are not Huffman-coded in 8 × 8 blocks (arithmetic, lossless) are left to the
/// decoder, which refuses them.
///
/// # Errors
/// What is wrong, in words that follow "found".
pub(crate) fn check_whole(bytes: &[u8]) -> Result<(), String> {
    let mut reader = Reader::new(bytes);
    let mut tables = Tables::default();
    let mut frame: Option<Frame> = None;
    loop {
        let (marker, segment) = reader.segment()?;
        match marker {
            END => return frame.map_or_else(|| Err("no picture before its end".to_owned()), |frame| frame.complete()),
            HUFFMAN => tables.read(segment)?,
            INTERVAL => tables.interval = u16::from_be_bytes(segment.try_into().map_err(|_| header())?).into(),
            0xc0..=0xc2 => frame = Some(Frame::read(segment, marker == 0xc2)?),
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => return Ok(()),
            SCAN => {
                let frame = frame.as_mut().ok_or_else(header)?;
                let runs = reader.runs()?;
                Scan::read(segment, frame, &tables)?.walk(frame, &runs, tables.interval)?;
            }
            _ => {}
        }
    }
}

/// A place in the file.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn ends(&self) -> String {
        format!("a file that ends within its picture, after {} bytes", self.bytes.len())
    }

    /// The next marker and what its segment holds.
    fn segment(&mut self) -> Result<(u8, &'a [u8]), String> {
        loop {
            let marker = self.marker()?;
            if matches!(marker, START | 0x01 | 0xd0..=0xd7) {
                continue;
            }
            if marker == END {
                return Ok((END, &[]));
            }
            let length = self.bytes.get(self.at..self.at + 2).ok_or_else(|| self.ends())?;
            let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
            let segment = self.bytes.get(self.at..self.at + length).ok_or_else(|| self.ends())?;
            self.at += length;
            return Ok((marker, segment.get(2..).ok_or_else(header)?));
        }
    }

    /// The next marker: a byte that is neither 0 nor 255, after 255.
    fn marker(&mut self) -> Result<u8, String> {
        let rest = &self.bytes[self.at..];
        let found = rest.windows(2).position(|pair| pair[0] == 0xff && !matches!(pair[1], 0 | 0xff));
        let start = found.ok_or_else(|| self.ends())?;
        self.at += start + 2;
        Ok(rest[start + 1])
    }

    /// The bytes of a scan, without what is stuffed in, cut at its restart markers.
    fn runs(&mut self) -> Result<Vec<Vec<u8>>, String> {
        let mut runs = vec![Vec::new()];
        loop {
            let byte = *self.bytes.get(self.at).ok_or_else(|| self.ends())?;
            if byte != 0xff {
                runs.last_mut().expect("at least one run").push(byte);
                self.at += 1;
                continue;
            }
            match *self.bytes.get(self.at + 1).ok_or_else(|| self.ends())? {
                0 => runs.last_mut().expect("at least one run").push(0xff),
                0xd0..=0xd7 => runs.push(Vec::new()),
                0xff => {
                    self.at += 1;
                    continue;
                }
                _ => return Ok(runs),
            }
            self.at += 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::jpeg::{baseline, cut, optimised, progressive, restarts, spectral};
    use proptest::prelude::*;

    fn files() -> [&'static [u8]; 5] {
        [baseline(), restarts(), optimised(), spectral(), progressive()]
    }

    #[test]
    fn whole_files_pass_baseline_and_progressive_with_restarts_and_without() {
        assert_eq!(files().map(check_whole), [const { Ok(()) }; 5]);
    }

    #[test]
    fn a_file_cut_anywhere_is_refused() {
        for file in files() {
            for length in 0..file.len() {
                assert!(check_whole(&file[..length]).is_err(), "{length} of {}", file.len());
            }
        }
    }

    #[test]
    fn a_cut_file_that_was_given_an_end_is_refused_too() {
        for file in files() {
            let first = file.windows(2).position(|pair| pair == [0xff, SCAN]).unwrap();
            for length in (first + 20..file.len() - 40).step_by(7) {
                assert!(check_whole(&cut(file, length)).is_err(), "{length} of {}", file.len());
            }
        }
    }

    #[test]
    fn a_download_whose_tail_is_zeros_is_refused() {
        for file in files() {
            let length = file.len() - 50;
            let zeros = [&file[..length], &[0; 50]].concat();
            let found = format!("a file that ends within its picture, after {} bytes", file.len());
            assert_eq!(check_whole(&zeros), Err(found));
        }
    }

    #[test]
    fn what_follows_the_end_is_nobodys() {
        assert_eq!(check_whole(&[baseline(), b"a second picture"].concat()), Ok(()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn malformed_bytes_never_panic(
            which in 0..5usize,
            edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
            noise in prop::collection::vec(any::<u8>(), 0..60),
        ) {
            let mut bytes = files()[which].to_vec();
            for (at, value) in edits {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            let _ = check_whole(&bytes);
            let _ = check_whole(&noise);
        }
    }
}
