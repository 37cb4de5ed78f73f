//! The tables of a farm.

use super::{error::FarmError, link::Link};

/// The version of the tables.
pub(super) const VERSION: i32 = 2;

/// Makes the tables, where there are none. Everything stands in a schema of its own, so that the
/// database may hold other things.
///
/// | table | a row is |
/// |---|---|
/// | `run` | a run, with what tells it from others and the files that a worker needs to join it |
/// | `job` | a job of a run by its key: who holds it until when, under which epoch; its result |
/// | `blob`, `part` | bytes of any length, in parts of 1 MiB |
/// | `worker` | somebody who works or has worked |
///
/// A job is open while it has no result and has not failed. Its epoch grows with every claim: what
/// is said under an older one is refused. `lost` counts workers in a row that held it and were gone
/// without a word, and without having got any further.
const TABLES: &str = "
CREATE SCHEMA IF NOT EXISTS supernet_farm;
CREATE TABLE IF NOT EXISTS supernet_farm.version (version int NOT NULL);
CREATE TABLE IF NOT EXISTS supernet_farm.run (
    id text PRIMARY KEY, name text NOT NULL, state text NOT NULL, opened bigint NOT NULL DEFAULT 1, error text,
    version text NOT NULL, processor text NOT NULL, supernet text NOT NULL, task text NOT NULL,
    threads bigint NOT NULL, folder text NOT NULL, files bigint, stage text NOT NULL DEFAULT '',
    made timestamptz NOT NULL DEFAULT clock_timestamp(), seen timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE IF NOT EXISTS supernet_farm.blob (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run text NOT NULL REFERENCES supernet_farm.run ON DELETE CASCADE, name text NOT NULL);
CREATE INDEX IF NOT EXISTS blob_name ON supernet_farm.blob (run, name);
CREATE TABLE IF NOT EXISTS supernet_farm.part (
    blob bigint NOT NULL REFERENCES supernet_farm.blob ON DELETE CASCADE, part int NOT NULL, bytes bytea NOT NULL,
    PRIMARY KEY (blob, part));
ALTER TABLE supernet_farm.part ALTER bytes SET STORAGE EXTERNAL;
CREATE TABLE IF NOT EXISTS supernet_farm.job (
    run text NOT NULL REFERENCES supernet_farm.run ON DELETE CASCADE, key text NOT NULL, round text NOT NULL,
    stage text NOT NULL, cost float8 NOT NULL, by_first bool NOT NULL,
    epoch bigint NOT NULL DEFAULT 0, worker text, lease_until timestamptz NOT NULL DEFAULT '-infinity',
    tries int NOT NULL DEFAULT 0, error text, failed bool NOT NULL DEFAULT false,
    held bool NOT NULL DEFAULT false, lost int NOT NULL DEFAULT 0,
    state bigint, state_hash text, result bytea, blob bigint, hash text, done_at timestamptz,
    PRIMARY KEY (run, key)) WITH (fillfactor = 60);
CREATE INDEX IF NOT EXISTS job_open ON supernet_farm.job (run, round, cost DESC) WHERE result IS NULL AND NOT failed;
CREATE INDEX IF NOT EXISTS job_round ON supernet_farm.job (run, round);
CREATE TABLE IF NOT EXISTS supernet_farm.worker (
    name text PRIMARY KEY, host text NOT NULL, version text NOT NULL, processor text NOT NULL, run text,
    made timestamptz NOT NULL DEFAULT clock_timestamp(), seen timestamptz NOT NULL DEFAULT clock_timestamp(),
    done bigint NOT NULL DEFAULT 0, refused bigint NOT NULL DEFAULT 0, note text);
";

/// Checks the tables, and makes them where there are none. Several processes may at once.
///
/// # Errors
/// Tables of another version; a user who may not make any.
pub(super) fn check(link: &mut Link) -> Result<(), FarmError> {
    let found = link.call(|client| {
        let there = client.query_opt("SELECT to_regclass('supernet_farm.version') IS NOT NULL", &[])?;
        if there.is_some_and(|row| row.get(0))
            && let Some(row) = client.query_opt("SELECT version FROM supernet_farm.version LIMIT 1", &[])?
        {
            return Ok(row.get(0));
        }
        let mut transaction = client.transaction()?;
        // Any number, as long as all processes name the same.
        transaction.execute("SELECT pg_advisory_xact_lock(7071985322)", &[])?;
        transaction.batch_execute(TABLES)?;
        transaction.execute(
            "INSERT INTO supernet_farm.version SELECT $1 WHERE NOT EXISTS (SELECT 1 FROM supernet_farm.version)",
            &[&VERSION],
        )?;
        let version = transaction.query_one("SELECT version FROM supernet_farm.version LIMIT 1", &[])?.get(0);
        transaction.commit()?;
        Ok(version)
    })?;
    match found {
        VERSION => Ok(()),
        found => Err(FarmError::Schema { place: link.place().into(), found, expected: VERSION }),
    }
}
