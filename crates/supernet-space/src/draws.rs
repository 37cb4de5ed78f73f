//! Named draws: randomness as a pure function of (seed, stream name, step).

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The generator of stream `stream` at step `step` under `seed`.
///
/// It depends on these three and on nothing that ran before, so a resumed run draws what an
/// undisturbed one would have. Streams of different names and steps are independent: the seed and
/// the name's hash (FNV-1a, 64 bits) make the ChaCha8 key, the step its stream number.
pub fn draws(seed: u64, stream: &str, step: u64) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&fnv1a(stream.as_bytes()).to_le_bytes());
    let mut rng = ChaCha8Rng::from_seed(key);
    rng.set_stream(step);
    rng
}

/// Returns a number that depends on `name` alone and hardly ever equals another's: the first of the
/// stream of this name.
pub fn name_number(name: &str) -> u64 {
    draws(0, name, 0).random()
}

/// Computes the FNV-1a hash of 64 bits of some bytes (Fowler, Noll, Vo; RFC 9923).
pub fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_depends_on_seed_name_and_step_alone() {
        let draw = |seed, name: &str, step| draws(seed, name, step).random::<u64>();
        assert_eq!(draw(1, "paths", 7), draw(1, "paths", 7));
        assert_ne!(draw(1, "paths", 7), draw(2, "paths", 7));
        assert_ne!(draw(1, "paths", 7), draw(1, "crops", 7));
        assert_ne!(draw(1, "paths", 7), draw(1, "paths", 8));
    }

    #[test]
    fn the_values_of_a_stream_are_pinned() {
        // A change here changes every result of every seed.
        let values: Vec<u32> = (0..3).map(|step| draws(42, "paths", step).random()).collect();
        assert_eq!(values, PINNED);
    }

    #[test]
    fn the_hash_is_the_one_of_the_rfc() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }

    const PINNED: [u32; 3] = [1_073_074_397, 3_529_523_145, 3_531_198_415];
}
