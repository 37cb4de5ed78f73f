//! One scan of a JPEG file, walked block by block (ITU-T T.81, F.2.2, G.1.2 and G.2).

use super::{
    bits::{Bits, Table, header},
    frame::Frame,
    tables::Tables,
};

/// Bytes that a scan may hold beyond its blocks: some encoders fill up to a multiple of a few
/// bytes.
const FILL: usize = 16;

/// A scan's header.
pub(super) struct Scan<'a> {
    /// Index of each component, its DC and its AC table.
    parts: Vec<(usize, Option<&'a Table>, Option<&'a Table>)>,
    /// First and last coefficient.
    band: [usize; 2],
    /// Whether it brings one more bit of coefficients that came before.
    refines: bool,
    /// Lowest bit that comes.
    bit: u8,
}

impl<'a> Scan<'a> {
    /// Reads a SOS segment.
    pub(super) fn read(segment: &[u8], frame: &Frame, tables: &'a Tables) -> Result<Self, String> {
        let (&count, rest) = segment.split_first().ok_or_else(header)?;
        let (parts, rest) = rest.split_at_checked(usize::from(count) * 2).ok_or_else(header)?;
        let &[first, last, bits] = rest.first_chunk::<3>().ok_or_else(header)?;
        let part = |part: &[u8]| {
            let [dc, ac] = [part[1] >> 4 & 3, part[1] & 3].map(usize::from);
            Ok((frame.component(part[0])?, tables.dc[dc].as_ref(), tables.ac[ac].as_ref()))
        };
        let parts = parts.chunks_exact(2).map(part).collect::<Result<Vec<_>, String>>()?;
        // Sequential frames have one scan of all coefficients, whatever else stands there.
        let [first, last, bits] = if frame.progressive { [first, last, bits] } else { [0, 63, 0] };
        let valid = first <= last && last < 64 && (first == 0 || parts.len() == 1) && !parts.is_empty();
        if !valid || (frame.progressive && first == 0 && last > 0) {
            return Err(header());
        }
        Ok(Self { parts, band: [first.into(), last.into()], refines: bits >> 4 > 0, bit: bits & 15 })
    }

    /// Walks through the blocks in `runs`, each but the last of `interval` MCUs.
    pub(super) fn walk(&self, frame: &mut Frame, runs: &[Vec<u8>], interval: usize) -> Result<(), String> {
        let mcus = self.mcus(frame);
        let total = mcus[0] * mcus[1];
        let interval = if interval == 0 { total.max(1) } else { interval };
        let (due, held) = (total.div_ceil(interval), runs.len());
        let trailing = held == due + 1 && runs[due].is_empty();
        if held != due && !trailing {
            return Err(format!("{held} runs between restart markers where {due} are due"));
        }
        for (run, bytes) in runs.iter().take(due).enumerate() {
            let (mut bits, mut zeros) = (Bits::new(bytes), 0);
            for mcu in run * interval..total.min((run + 1) * interval) {
                let place = [mcu % mcus[0], mcu / mcus[0]];
                self.mcu(frame, place, &mut bits, &mut zeros)
                    .ok_or_else(|| format!("a picture that breaks off after {mcu} of {total} blocks of a scan"))?;
            }
            if bits.left() >= FILL {
                return Err(format!("{} bytes in a scan that no block of its picture uses", bits.left()));
            }
        }
        let components: Vec<usize> = self.parts.iter().map(|part| part.0).collect();
        frame.came(&components, self.band, self.bit);
        Ok(())
    }

    /// MCUs across and down: of one component, its blocks.
    fn mcus(&self, frame: &Frame) -> [usize; 2] {
        if let [(only, ..)] = self.parts[..] { frame.components[only].blocks } else { frame.mcus }
    }

    /// Walks through the blocks of one MCU; `None` where its bits end or are no code.
    fn mcu(&self, frame: &mut Frame, [x, y]: [usize; 2], bits: &mut Bits<'_>, zeros: &mut usize) -> Option<()> {
        for &(index, dc, ac) in &self.parts {
            let component = &mut frame.components[index];
            let [across, down] = if self.parts.len() == 1 { [1, 1] } else { component.sampling };
            for (row, column) in (0..down).flat_map(|row| (0..across).map(move |column| (row, column))) {
                let at = (y * down + row) * component.stride + x * across + column;
                let nonzero = component.nonzero.get_mut(at);
                self.block(nonzero, [dc, ac], bits, zeros)?;
            }
        }
        Some(())
    }

    fn block(
        &self,
        nonzero: Option<&mut u64>,
        [dc, ac]: [Option<&Table>; 2],
        bits: &mut Bits<'_>,
        zeros: &mut usize,
    ) -> Option<()> {
        let Some(nonzero) = nonzero else {
            first_dc(bits, dc?)?;
            return first_ac(bits, ac?, [1, 63], &mut 0, zeros);
        };
        match (self.band[0], self.refines) {
            (0, false) => first_dc(bits, dc?),
            (0, true) => bits.take(1).map(|_| ()),
            (_, false) => first_ac(bits, ac?, self.band, nonzero, zeros),
            (_, true) => refined_ac(bits, ac?, self.band, nonzero, zeros),
        }
    }
}

fn first_dc(bits: &mut Bits<'_>, table: &Table) -> Option<()> {
    let size = bits.symbol(table)?;
    bits.take(usize::from(size).min(16)).map(|_| ())
}

/// The coefficients of a block when they come first; `zeros` counts the blocks that have none.
fn first_ac(
    bits: &mut Bits<'_>,
    table: &Table,
    [first, last]: [usize; 2],
    nonzero: &mut u64,
    zeros: &mut usize,
) -> Option<()> {
    if *zeros > 0 {
        *zeros -= 1;
        return Some(());
    }
    let mut k = first;
    while k <= last {
        let (run, size) = pair(bits.symbol(table)?);
        if size > 0 {
            k += run;
            bits.take(size)?;
            *nonzero |= 1u64.checked_shl(k as u32)?;
        } else if run < 15 {
            *zeros = (1 << run) - 1 + bits.take(run)?;
            return Some(());
        } else {
            k += 15;
        }
        k += 1;
    }
    (k <= last + 1).then_some(())
}

/// One more bit of a block's coefficients: one for each that is not zero, codes for those that
/// become it.
fn refined_ac(
    bits: &mut Bits<'_>,
    table: &Table,
    [first, last]: [usize; 2],
    nonzero: &mut u64,
    zeros: &mut usize,
) -> Option<()> {
    let mut k = first;
    while *zeros == 0 && k <= last {
        let (mut run, size) = pair(bits.symbol(table)?);
        if size > 0 {
            bits.take(1)?;
        } else if run < 15 {
            *zeros = (1 << run) + bits.take(run)?;
            break;
        }
        while k <= last && (*nonzero >> k & 1 == 1 || run > 0) {
            if *nonzero >> k & 1 == 1 {
                bits.take(1)?;
            } else {
                run -= 1;
            }
            k += 1;
        }
        if size > 0 {
            *nonzero |= 1u64.checked_shl(k as u32)?;
        }
        k += 1;
    }
    if *zeros > 0 {
        *zeros -= 1;
        for coefficient in k..=last {
            bits.take((*nonzero >> coefficient & 1) as usize)?;
        }
    }
    Some(())
}

/// Zeros before a coefficient, and its bits.
fn pair(symbol: u8) -> (usize, usize) {
    (usize::from(symbol >> 4), usize::from(symbol & 15))
}
