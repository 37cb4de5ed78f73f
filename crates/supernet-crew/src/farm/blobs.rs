//! Bytes of any length, in parts of 1 MiB.

use super::{error::FarmError, link::Link};

/// Bytes of a part.
const PART: usize = 1 << 20;

/// Stores `bytes` of a run under a name and returns their number. Nothing refers to them yet: who
/// stops here leaves bytes that go with the run.
///
/// # Errors
/// As [`Link::call`]; a run that is not there.
pub(super) fn store(link: &mut Link, run: &str, name: &str, bytes: &[u8]) -> Result<i64, FarmError> {
    let blob: i64 = link.call(|client| {
        let insert = "INSERT INTO supernet_farm.blob (run, name) VALUES ($1, $2) RETURNING id";
        Ok(client.query_one(insert, &[&run, &name])?.get(0))
    })?;
    for (part, bytes) in bytes.chunks(PART).enumerate() {
        let part = part as i32;
        let insert = "INSERT INTO supernet_farm.part VALUES ($1, $2, $3) ON CONFLICT (blob, part) DO NOTHING";
        link.call(|client| client.execute(insert, &[&blob, &part, &bytes]))?;
    }
    Ok(blob)
}

/// Returns the bytes of a number; empty where there are none.
///
/// # Errors
/// As [`Link::call`].
pub(super) fn load(link: &mut Link, blob: i64) -> Result<Vec<u8>, FarmError> {
    let mut all = Vec::new();
    for part in 0.. {
        let query = "SELECT bytes FROM supernet_farm.part WHERE blob = $1 AND part = $2";
        let found = link.call(|client| client.query_opt(query, &[&blob, &part]))?;
        let Some(row) = found else { break };
        all.extend_from_slice(row.get(0));
    }
    Ok(all)
}

/// Removes the bytes of a run that are stored under a name, but for those of the number `but`.
///
/// # Errors
/// As [`Link::call`].
pub(super) fn remove(link: &mut Link, run: &str, name: &str, but: Option<i64>) -> Result<(), FarmError> {
    let delete = "DELETE FROM supernet_farm.blob WHERE run = $1 AND name = $2 AND id IS DISTINCT FROM $3";
    link.call(|client| client.execute(delete, &[&run, &name, &but])).map(drop)
}

/// Removes the bytes of a number.
///
/// # Errors
/// As [`Link::call`].
pub(super) fn discard(link: &mut Link, blob: i64) -> Result<(), FarmError> {
    link.call(|client| client.execute("DELETE FROM supernet_farm.blob WHERE id = $1", &[&blob])).map(drop)
}
