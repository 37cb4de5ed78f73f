//! The frame of a JPEG file: its components and which bits of their coefficients have come (ITU-T
//! T.81, A.1, A.2, B.2.2).

use super::bits::header;

/// Bit position of coefficients that no scan has had.
const NEVER: u8 = u8::MAX;

/// One component: blocks in a row and column of it, and what has come of it.
pub(super) struct Component {
    id: u8,
    /// Blocks of an MCU across and down.
    pub(super) sampling: [usize; 2],
    /// Blocks across and down that hold something of the picture.
    pub(super) blocks: [usize; 2],
    /// Blocks in a row, those included that only fill MCUs.
    pub(super) stride: usize,
    /// The lowest bit that has come of each coefficient.
    lowest: [u8; 64],
    /// For each block, the coefficients that are not zero: what a refining scan depends on. Empty
    /// in a sequential frame.
    pub(super) nonzero: Vec<u64>,
}

/// A frame.
pub(super) struct Frame {
    pub(super) progressive: bool,
    pub(super) components: Vec<Component>,
    /// MCUs across and down in a scan of several components.
    pub(super) mcus: [usize; 2],
}

impl Frame {
    /// Reads a SOF segment.
    pub(super) fn read(segment: &[u8], progressive: bool) -> Result<Self, String> {
        let (fixed, rest) = segment.split_at_checked(6).ok_or_else(header)?;
        let size = [[fixed[3], fixed[4]], [fixed[1], fixed[2]]].map(|pair| usize::from(u16::from_be_bytes(pair)));
        let parts: Vec<(u8, [usize; 2])> = rest
            .chunks_exact(3)
            .take(fixed[5].into())
            .map(|part| (part[0], [part[1] >> 4, part[1] & 15].map(usize::from)))
            .collect();
        let fits = |&(_, sampling): &(u8, [usize; 2])| sampling.iter().all(|side| (1..=4).contains(side));
        if parts.is_empty() || parts.len() != usize::from(fixed[5]) || parts.len() > 4 || !parts.iter().all(fits) {
            return Err(header());
        }
        let most = [0, 1].map(|axis| parts.iter().map(|part| part.1[axis]).max().unwrap_or(1));
        let mcus = [0, 1].map(|axis| size[axis].div_ceil(8 * most[axis]));
        let component = |(id, sampling): (u8, [usize; 2])| {
            let blocks = [0, 1].map(|axis| (size[axis] * sampling[axis]).div_ceil(most[axis]).div_ceil(8));
            let stride = mcus[0] * sampling[0];
            let kept = if progressive { stride * mcus[1] * sampling[1] } else { 0 };
            Component { id, sampling, blocks, stride, lowest: [NEVER; 64], nonzero: vec![0; kept] }
        };
        Ok(Self { progressive, mcus, components: parts.into_iter().map(component).collect() })
    }

    /// The index of the component called `id`.
    pub(super) fn component(&self, id: u8) -> Result<usize, String> {
        self.components.iter().position(|component| component.id == id).ok_or_else(header)
    }

    /// Notes that a scan of `components` has brought the bits down to `bit` of `coefficients`.
    pub(super) fn came(&mut self, components: &[usize], coefficients: [usize; 2], bit: u8) {
        for &component in components {
            self.components[component].lowest[coefficients[0]..=coefficients[1]].fill(bit);
        }
    }

    /// Checks that all bits of all coefficients have come.
    pub(super) fn complete(&self) -> Result<(), String> {
        if self.components.iter().all(|component| component.lowest.iter().all(|&bit| bit == 0)) {
            return Ok(());
        }
        Err("a picture whose last scans are missing".to_owned())
    }
}
