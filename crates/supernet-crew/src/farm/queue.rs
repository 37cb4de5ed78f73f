//! The jobs of a run: published, claimed, held, handed in. All times are the server's.

use super::{error::FarmError, held::Claim, link::Link};
use postgres::{Row, types::ToSql};
use std::time::Duration;
use supernet_train::crew::CrewJob;

/// Jobs of a statement.
const AT_ONCE: usize = 5_000;

/// So many new jobs change what the database knows of them.
const MANY: u64 = 200;

/// Publishes the jobs of a round; those that are there stay, and are of this round from now on.
///
/// # Errors
/// As [`Link::call`].
pub(super) fn publish(
    link: &mut Link,
    run: &str,
    (round, stage): (&str, &str),
    jobs: &[CrewJob],
) -> Result<(), FarmError> {
    let insert = "
        INSERT INTO supernet_farm.job (run, key, round, stage, cost, by_first)
        SELECT $1, key, $2, $3, cost, by_first FROM unnest($4::text[], $5::float8[], $6::bool[]) AS new (key, cost, by_first)
        ON CONFLICT (run, key) DO UPDATE SET round = excluded.round
        WHERE job.round <> excluded.round AND job.result IS NULL AND NOT job.failed";
    let mut new = 0;
    for some in jobs.chunks(AT_ONCE) {
        let keys: Vec<&str> = some.iter().map(|job| job.key.as_str()).collect();
        let costs: Vec<f64> = some.iter().map(|job| job.cost).collect();
        let by_first: Vec<bool> = some.iter().map(|job| job.by_first).collect();
        new += link.call(|client| client.execute(insert, &[&run, &round, &stage, &keys, &costs, &by_first]))?;
    }
    if new >= MANY {
        // With statistics of before, a claim may sort all jobs. Who may not renew them is told so by
        // a warning alone.
        link.call(|client| client.batch_execute("ANALYZE supernet_farm.job"))?;
    }
    let stage_of_run = "UPDATE supernet_farm.run SET stage = $2 WHERE id = $1 AND stage <> $2";
    link.call(|client| client.execute(stage_of_run, &[&run, &stage])).map(drop)
}

/// Who claims, and what.
pub(super) struct Claiming<'a> {
    pub(super) run: &'a str,
    pub(super) worker: &'a str,
    /// Whether this is the main process.
    pub(super) is_first: bool,
    pub(super) lease: Duration,
    /// How long others are given to try a job that failed here.
    pub(super) pause: Duration,
    /// How many workers a job may lose before it is given up.
    pub(super) losses: u32,
    /// Keys that are not claimed: they are at work here.
    pub(super) but: &'a [String],
    /// Keys of the jobs that failed here.
    pub(super) failed: &'a [String],
}

/// Which jobs are claimed.
pub(super) enum Of<'a> {
    /// Those of a round.
    Round(&'a str),
    /// Those of these keys.
    Keys(&'a [String]),
}

/// Claims up to `count` open jobs that nobody holds, the dearest first. Jobs whose workers are gone
/// without a word, one after another, are given up instead: they may be what ends them.
///
/// # Errors
/// As [`Link::call`].
pub(super) fn claim(link: &mut Link, claiming: &Claiming, of: &Of, count: usize) -> Result<Vec<Claim>, FarmError> {
    let Claiming { run, worker, is_first, lease, pause, losses, but, failed } = *claiming;
    let (lease, pause, losses, count) = (lease.as_secs_f64(), pause.as_secs_f64(), losses as i32, count as i64);
    let which = match of {
        Of::Round(_) => "round = $10",
        Of::Keys(_) => "key = ANY ($10)",
    };
    // By place, so that no plan looks at all jobs; a row that has moved meanwhile is left for next
    // time. A job whose worker is gone is claimed alone, so that no other is gone with it again.
    let statement = format!(
        "WITH next AS MATERIALIZED (
             SELECT ctid, cost, lost + held::int AS gone FROM supernet_farm.job
             WHERE run = $1 AND {which} AND result IS NULL AND NOT failed AND ($3 OR NOT by_first)
                 AND lease_until < clock_timestamp() AND key <> ALL ($6)
                 AND (key <> ALL ($7) OR lease_until + $5 * interval '1 second' < clock_timestamp())
             ORDER BY cost DESC LIMIT $8 FOR UPDATE SKIP LOCKED),
         ranked AS (
             SELECT ctid, gone, row_number() OVER dearest AS place, first_value(gone) OVER dearest AS first
             FROM next WINDOW dearest AS (ORDER BY cost DESC)),
         chosen AS (SELECT ctid, gone FROM ranked WHERE CASE WHEN first > 0 THEN place = 1 ELSE gone = 0 END)
         UPDATE supernet_farm.job SET epoch = epoch + 1, held = true, lost = gone, failed = gone >= $9,
             worker = CASE WHEN gone >= $9 THEN worker ELSE $2 END,
             tries = CASE WHEN gone >= $9 THEN gone ELSE tries END,
             error = CASE WHEN gone >= $9 THEN '{GONE}' ELSE error END,
             lease_until = clock_timestamp() + $4 * interval '1 second'
         FROM chosen WHERE job.ctid = chosen.ctid
         RETURNING job.key, job.epoch, job.cost, job.failed"
    );
    let of: &(dyn ToSql + Sync) = match of {
        Of::Round(round) => round,
        Of::Keys(keys) => keys,
    };
    let values = [&run as &(dyn ToSql + Sync), &worker, &is_first, &lease, &pause, &but, &failed, &count, &losses, of];
    let rows = link.call(|client| client.query(&statement, &values))?;
    let claimed = rows.iter().filter(|row| !row.get::<_, bool>(3));
    let mut claims: Vec<(f64, Claim)> =
        claimed.map(|row| (row.get(2), Claim { key: row.get(0), epoch: row.get(1) })).collect();
    claims.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    Ok(claims.into_iter().map(|(_, claim)| claim).collect())
}

/// Why a job is given up whose workers are gone.
const GONE: &str = "its worker was gone without a word: killed, out of memory, or cut off";

/// How many jobs of a round are open.
///
/// # Errors
/// As [`Link::call`].
pub(super) fn open(link: &mut Link, run: &str, round: &str) -> Result<i64, FarmError> {
    let query =
        "SELECT count(*) FROM supernet_farm.job WHERE run = $1 AND round = $2 AND result IS NULL AND NOT failed";
    Ok(link.call(|client| client.query_one(query, &[&run, &round]))?.get(0))
}

/// Those of `keys` that are open, whatever round they are of.
///
/// # Errors
/// As [`Link::call`].
pub(super) fn open_of(link: &mut Link, run: &str, keys: &[String]) -> Result<Vec<String>, FarmError> {
    let query = "SELECT key FROM supernet_farm.job WHERE run = $1 AND key = ANY ($2) AND result IS NULL AND NOT failed";
    let mut open = Vec::new();
    for keys in keys.chunks(AT_ONCE) {
        open.extend(link.call(|client| client.query(query, &[&run, &keys]))?.iter().map(|row| row.get::<_, String>(0)));
    }
    Ok(open)
}

/// Says that `claims` are at work, and returns the keys of those that are held still. A claim whose
/// lease has run out is held as long as nobody else has claimed the job.
///
/// # Errors
/// As [`Link::call`].
pub(super) fn beat(link: &mut Link, run: &str, claims: &[Claim], lease: Duration) -> Result<Vec<String>, FarmError> {
    let update = "
        UPDATE supernet_farm.job SET lease_until = clock_timestamp() + $2 * interval '1 second'
        FROM unnest($3::text[], $4::bigint[]) AS held (key, epoch)
        WHERE job.run = $1 AND job.key = ANY ($3) AND job.key = held.key AND job.epoch = held.epoch
            AND result IS NULL AND NOT failed
        RETURNING job.key";
    let keys: Vec<&str> = claims.iter().map(|claim| claim.key.as_str()).collect();
    let epochs: Vec<i64> = claims.iter().map(|claim| claim.epoch).collect();
    let rows = link.call(|client| client.query(update, &[&run, &lease.as_secs_f64(), &keys, &epochs]))?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// The result of a job: its bytes, or where they are stored, and their hash.
pub(super) struct Handed<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) blob: Option<i64>,
    pub(super) hash: &'a str,
}

/// Hands in a result, and returns whether it is the job's: one that comes under an older epoch, or
/// to a job that is done, is not.
///
/// # Errors
/// As [`Link::call`].
pub(super) fn done(link: &mut Link, run: &str, claim: &Claim, handed: &Handed) -> Result<bool, FarmError> {
    let update = "
        UPDATE supernet_farm.job SET result = $4, blob = $5, hash = $6, done_at = clock_timestamp(), error = NULL
        WHERE run = $1 AND key = $2 AND epoch = $3 AND result IS NULL AND NOT failed";
    // Where the answer was lost on the way, the result is there already.
    let mine = "SELECT 1 FROM supernet_farm.job WHERE run = $1 AND key = $2 AND epoch = $3 AND result IS NOT NULL";
    let Claim { key, epoch } = claim;
    let Handed { bytes, blob, hash } = *handed;
    link.call(|client| {
        let taken = client.execute(update, &[&run, key, epoch, &bytes, &blob, &hash])?;
        Ok(taken > 0 || client.query_opt(mine, &[&run, key, epoch])?.is_some())
    })
}

/// Says that a job has failed; after `tries` times it is given up.
///
/// # Errors
/// As [`Link::call`].
pub(super) fn fail(link: &mut Link, run: &str, claim: &Claim, error: &str, tries: u32) -> Result<(), FarmError> {
    // A zero byte is no text of PostgreSQL's.
    let error = error.replace('\0', "");
    let update = "
        UPDATE supernet_farm.job SET tries = tries + 1, failed = tries + 1 >= $5, error = $4, epoch = epoch + 1,
            held = false, lease_until = clock_timestamp(), done_at = clock_timestamp()
        WHERE run = $1 AND key = $2 AND epoch = $3 AND result IS NULL AND NOT failed";
    link.call(|client| client.execute(update, &[&run, &claim.key, &claim.epoch, &error, &(tries as i32)])).map(drop)
}

/// Gives back what is held, so that others need not wait.
///
/// # Errors
/// As [`Link::call`].
pub(super) fn release(link: &mut Link, run: &str, claims: &[Claim]) -> Result<(), FarmError> {
    if claims.is_empty() {
        return Ok(());
    }
    let update = "
        UPDATE supernet_farm.job SET lease_until = clock_timestamp(), worker = NULL, held = false,
            epoch = job.epoch + 1
        FROM unnest($2::text[], $3::bigint[]) AS held (key, epoch)
        WHERE job.run = $1 AND job.key = ANY ($2) AND job.key = held.key AND job.epoch = held.epoch
            AND result IS NULL AND NOT failed";
    let keys: Vec<&str> = claims.iter().map(|claim| claim.key.as_str()).collect();
    let epochs: Vec<i64> = claims.iter().map(|claim| claim.epoch).collect();
    link.call(|client| client.execute(update, &[&run, &keys, &epochs])).map(drop)
}

/// What is known of a job that is no longer open.
pub(super) struct Known {
    pub(super) key: String,
    /// Its bytes, or where they are stored, and their hash; `None` of one that failed.
    pub(super) result: Option<(Vec<u8>, Option<i64>, String)>,
    /// Why it failed last.
    pub(super) error: Option<String>,
    pub(super) tries: i32,
}

/// Reads those of `keys` that are done or have failed.
///
/// # Errors
/// As [`Link::call`].
pub(super) fn read(link: &mut Link, run: &str, keys: &[String]) -> Result<Vec<Known>, FarmError> {
    /// Results that are read at once: small ones alone stand in the row.
    const RESULTS: usize = 256;
    let query = "
        SELECT key, result, blob, hash, error, tries FROM supernet_farm.job
        WHERE run = $1 AND key = ANY ($2) AND (result IS NOT NULL OR failed)";
    let known = |row: &Row| Known {
        key: row.get(0),
        result: row.get::<_, Option<Vec<u8>>>(1).map(|bytes| (bytes, row.get(2), row.get(3))),
        error: row.get(4),
        tries: row.get(5),
    };
    let mut all = Vec::new();
    for keys in keys.chunks(RESULTS) {
        all.extend(link.call(|client| client.query(query, &[&run, &keys]))?.iter().map(known));
    }
    Ok(all)
}

/// Notes where the state of a job is stored that is being done, which has got further by that;
/// returns whether the claim is held still.
///
/// # Errors
/// As [`Link::call`].
pub(super) fn set_state(
    link: &mut Link,
    run: &str,
    claim: &Claim,
    (blob, hash): (i64, &str),
) -> Result<bool, FarmError> {
    let update = "
        UPDATE supernet_farm.job SET state = $4, state_hash = $5, lost = 0
        WHERE run = $1 AND key = $2 AND epoch = $3 AND result IS NULL AND NOT failed";
    let set = link.call(|client| client.execute(update, &[&run, &claim.key, &claim.epoch, &blob, &hash]))?;
    Ok(set > 0)
}

/// Where the state of a job is stored, and its hash.
///
/// # Errors
/// As [`Link::call`].
pub(super) fn state(link: &mut Link, run: &str, key: &str) -> Result<Option<(i64, String)>, FarmError> {
    let query = "SELECT state, state_hash FROM supernet_farm.job WHERE run = $1 AND key = $2 AND state IS NOT NULL";
    let row = link.call(|client| client.query_opt(query, &[&run, &key]))?;
    Ok(row.map(|row| (row.get(0), row.get(1))))
}
