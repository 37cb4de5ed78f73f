//! Several named pieces of bytes as one.

/// Puts named bytes behind each other: length of the name, name, length of the bytes, bytes; lengths
/// are 8 bytes, little-endian.
pub fn pack(pieces: impl IntoIterator<Item = (String, Vec<u8>)>) -> Vec<u8> {
    let mut packed = Vec::new();
    for (name, bytes) in pieces {
        for part in [name.as_bytes(), &bytes] {
            packed.extend((part.len() as u64).to_le_bytes());
            packed.extend(part);
        }
    }
    packed
}

/// Returns the pieces of [`pack`]; `None` of bytes that are none.
pub fn unpack(mut packed: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    let mut pieces = Vec::new();
    while !packed.is_empty() {
        let mut part = || {
            let (length, rest) = packed.split_first_chunk::<8>()?;
            let (part, rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
            packed = rest;
            Some(part)
        };
        let name = String::from_utf8(part()?.to_vec()).ok()?;
        pieces.push((name, part()?.to_vec()));
    }
    Some(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_back_and_cut_ones_are_none() {
        let pieces = [("a".to_owned(), vec![1, 2, 3]), (String::new(), vec![]), ("bc".to_owned(), vec![0; 300])];
        let packed = pack(pieces.clone());
        assert_eq!(unpack(&packed), Some(pieces.to_vec()));
        assert_eq!(unpack(&[]), Some(Vec::new()));
        let whole = [0, 20, 36];
        for length in 0..packed.len() {
            assert_eq!(unpack(&packed[..length]).is_some(), whole.contains(&length), "{length}");
        }
        assert_eq!(unpack(&u64::MAX.to_le_bytes()), None);
    }
}
