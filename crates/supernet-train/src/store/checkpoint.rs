//! The state of a training in one file.

/// Weights, the optimiser's momenta, the state of a companion, and where the training stood.
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
    /// What is kept of a companion; nothing where there is none.
    pub(crate) companion: Vec<u8>,
}

/// How the file begins, without a companion and with one; the number is the format's version.
const MAGIC: [&[u8]; 2] = [b"supernet checkpoint 1\n", b"supernet checkpoint 2\n"];

/// Bytes of a number.
const NUMBER: usize = 8;

/// Bytes of the checksum at the end.
const CHECKSUM: usize = 4;

impl Checkpoint {
    /// `magic, step, log, weights' length, optimiser's length, companion's length, weights,
    /// optimiser, companion, CRC-32 of all before`, numbers little-endian; without a companion
    /// nothing of it.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let Self { step, log, weights, optimizer, companion } = self;
        let magic = MAGIC[usize::from(!companion.is_empty())];
        let length = weights.len() + optimizer.len() + companion.len();
        let mut bytes = Vec::with_capacity(magic.len() + 5 * NUMBER + length + CHECKSUM);
        bytes.extend_from_slice(magic);
        let lengths = [weights, optimizer, companion].map(|part| part.len() as u64);
        let numbers = if companion.is_empty() { &lengths[..2] } else { &lengths[..] };
        for number in [*step, *log].iter().chain(numbers) {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        [weights, optimizer, companion].into_iter().for_each(|part| bytes.extend_from_slice(part));
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
        let format = MAGIC.iter().position(|magic| content.starts_with(magic)).ok_or("another format")?;
        let (numbers, payload) = content[MAGIC[format].len()..]
            .split_at_checked((4 + format) * NUMBER)
            .ok_or("an end within the numbers")?;
        let number = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
        let numbers: Vec<u64> = numbers.chunks_exact(NUMBER).map(number).collect();
        let (step, log, lengths) = (numbers[0], numbers[1], &numbers[2..]);
        let sum = lengths.iter().try_fold(0u64, |sum, &length| sum.checked_add(length));
        if sum != Some(payload.len() as u64) {
            let expected = lengths.iter().map(u64::to_string).collect::<Vec<_>>().join(" + ");
            return Err(format!("{} bytes of weights and momenta, not {expected}", payload.len()));
        }
        let (weights, rest) = payload.split_at(lengths[0] as usize);
        let (optimizer, companion) = rest.split_at(lengths[1] as usize);
        Ok(Self { step, log, weights: weights.into(), optimizer: optimizer.into(), companion: companion.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint() -> Checkpoint {
        Checkpoint { step: 7, log: 300, weights: (0..200).collect(), optimizer: vec![9; 33], companion: Vec::new() }
    }

    fn with_companion() -> Checkpoint {
        Checkpoint { companion: b"{}".into(), ..checkpoint() }
    }

    #[test]
    fn a_checkpoint_comes_back() {
        for checkpoint in [checkpoint(), with_companion()] {
            assert_eq!(Checkpoint::from_bytes(&checkpoint.to_bytes()), Ok(checkpoint));
        }
    }

    #[test]
    fn without_a_companion_the_file_is_of_the_first_format() {
        assert!(checkpoint().to_bytes().starts_with(b"supernet checkpoint 1\n\x07"));
        assert!(with_companion().to_bytes().starts_with(b"supernet checkpoint 2\n\x07"));
    }

    #[test]
    fn every_damaged_byte_and_every_cut_is_noticed() {
        for bytes in [checkpoint().to_bytes(), with_companion().to_bytes()] {
            for i in 0..bytes.len() {
                let mut damaged = bytes.clone();
                damaged[i] ^= 0x10;
                assert!(Checkpoint::from_bytes(&damaged).is_err(), "byte {i}");
                assert!(Checkpoint::from_bytes(&bytes[..i]).is_err(), "cut at {i}");
            }
        }
    }

    #[test]
    fn lengths_that_do_not_add_up_are_refused_even_with_a_right_checksum() {
        let mut bytes = checkpoint().to_bytes();
        let place = MAGIC[0].len() + 16;
        bytes[place..place + 8].copy_from_slice(&u64::MAX.to_le_bytes());
        let end = bytes.len() - CHECKSUM;
        let checksum = crc32fast::hash(&bytes[..end]).to_le_bytes();
        bytes[end..].copy_from_slice(&checksum);
        assert!(Checkpoint::from_bytes(&bytes).unwrap_err().starts_with("233 bytes of weights and momenta"));
    }
}
