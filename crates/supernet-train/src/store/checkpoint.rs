//! The state of a training in one file.

/// Weights, the optimiser's momenta, and where the training stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Checkpoint {
    /// Steps done.
    pub(crate) step: u64,
    /// Bytes of the log that belong to them.
    pub(crate) log: u64,
    /// The network's weights, as safetensors.
    pub(crate) weights: Vec<u8>,
    /// The optimiser's state, as a burnpack.
    pub(crate) optimizer: Vec<u8>,
}

/// How the file begins; the number is the format's version.
const MAGIC: &[u8] = b"supernet checkpoint 1\n";

/// Bytes of the four numbers behind the magic: step, log, length of the weights, length of the
/// optimiser's state.
const NUMBERS: usize = 4 * 8;

/// Bytes of the checksum at the end.
const CHECKSUM: usize = 4;

impl Checkpoint {
    /// `magic, step, log, weights' length, optimiser's length, weights, optimiser, CRC-32 of all
    /// before`, numbers little-endian.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let Self { step, log, weights, optimizer } = self;
        let mut bytes = Vec::with_capacity(MAGIC.len() + NUMBERS + weights.len() + optimizer.len() + CHECKSUM);
        bytes.extend_from_slice(MAGIC);
        for number in [*step, *log, weights.len() as u64, optimizer.len() as u64] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(weights);
        bytes.extend_from_slice(optimizer);
        bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
        bytes
    }

    /// Reads the bytes of [`Checkpoint::to_bytes`]; else describes what was found instead.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let (content, checksum) = bytes.split_last_chunk::<CHECKSUM>().ok_or("no checksum")?;
        let (there, expected) = (crc32fast::hash(content), u32::from_le_bytes(*checksum));
        if there != expected {
            return Err(format!("a checksum of {there:08x} where {expected:08x} was written"));
        }
        let rest = content.strip_prefix(MAGIC).ok_or("another format")?;
        let (numbers, payload) = rest.split_at_checked(NUMBERS).ok_or("an end within the numbers")?;
        let number = |i: usize| u64::from_le_bytes(numbers[8 * i..8 * (i + 1)].try_into().expect("eight bytes"));
        let [step, log, weights, optimizer] = [0, 1, 2, 3].map(number);
        if weights.checked_add(optimizer) != Some(payload.len() as u64) {
            return Err(format!("{} bytes of weights and momenta, not {weights} + {optimizer}", payload.len()));
        }
        let (weights, optimizer) = payload.split_at(weights as usize);
        Ok(Self { step, log, weights: weights.into(), optimizer: optimizer.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint() -> Checkpoint {
        Checkpoint { step: 7, log: 300, weights: (0..200).collect(), optimizer: vec![9; 33] }
    }

    #[test]
    fn a_checkpoint_comes_back() {
        assert_eq!(Checkpoint::from_bytes(&checkpoint().to_bytes()), Ok(checkpoint()));
    }

    #[test]
    fn every_damaged_byte_and_every_cut_is_noticed() {
        let bytes = checkpoint().to_bytes();
        for i in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[i] ^= 0x10;
            assert!(Checkpoint::from_bytes(&damaged).is_err(), "byte {i}");
            assert!(Checkpoint::from_bytes(&bytes[..i]).is_err(), "cut at {i}");
        }
    }

    #[test]
    fn lengths_that_do_not_add_up_are_refused_even_with_a_right_checksum() {
        let mut bytes = checkpoint().to_bytes();
        let place = MAGIC.len() + 16;
        bytes[place..place + 8].copy_from_slice(&u64::MAX.to_le_bytes());
        let end = bytes.len() - CHECKSUM;
        let checksum = crc32fast::hash(&bytes[..end]).to_le_bytes();
        bytes[end..].copy_from_slice(&checksum);
        assert!(Checkpoint::from_bytes(&bytes).unwrap_err().starts_with("233 bytes of weights and momenta"));
    }
}
