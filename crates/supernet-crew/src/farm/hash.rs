//! Hashes of bytes: they find damage.

use sha2::{Digest, Sha256};
use std::fmt::Write;

/// SHA-256 of some pieces of bytes behind each other, in hexadecimal. Pieces that are cut
/// elsewhere have another.
pub(super) fn hash_of<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for piece in pieces {
        hash.update((piece.len() as u64).to_le_bytes());
        hash.update(piece);
    }
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("text takes all");
        text
    })
}

/// [`hash_of`] one piece.
pub(super) fn hash(bytes: &[u8]) -> String {
    hash_of([bytes])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_count_and_so_do_their_ends() {
        assert_eq!(hash(b"abc").len(), 64);
        assert_ne!(hash_of([&b"ab"[..], b"c"]), hash_of([&b"a"[..], b"bc"]));
        assert_ne!(hash(b"abc"), hash(b"abd"));
    }
}
