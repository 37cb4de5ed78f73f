//! What a farm refuses, and what stops it.

use supernet_train::TrainError;
use thiserror::Error;

/// Every error names the place, what was found there and what was expected, or what to do.
#[derive(Debug, Error)]
pub enum FarmError {
    /// The text says no database.
    #[error("farm: found {found}, expected postgres://USER:PASSWORD@HOST:PORT/DATABASE")]
    Address {
        /// What is wrong with it; the text may hold a password.
        found: String,
    },
    /// The database cannot be reached, or was not for too long.
    #[error(
        "{place}: found no connection for {seconds} s ({found}), expected a PostgreSQL server; \
         check address and server, then call again: what is done stays done"
    )]
    Unreachable {
        /// Host, port and database.
        place: String,
        /// For how long it was tried.
        seconds: u64,
        /// The last failure.
        found: String,
    },
    /// The database refuses a statement.
    #[error("{place}: found {found}, expected a database whose user may create a schema and write to it")]
    Database {
        /// Host, port and database.
        place: String,
        /// What it says.
        found: String,
    },
    /// The server's certificate is none to trust.
    #[error(
        "{place}: found {found}, expected a certificate of an authority that the system knows; name another with \
         sslrootcert=FILE in the address, or go without TLS with sslmode=disable"
    )]
    Certificate {
        /// Host, port and database.
        place: String,
        /// What is wrong with it.
        found: String,
    },
    /// The tables are those of another version.
    #[error(
        "{place}: found tables of version {found}, expected {expected}; use the same version of supernet everywhere, \
         or another database"
    )]
    Schema {
        /// Host, port and database.
        place: String,
        /// The version of the tables.
        found: i32,
        /// The version that this program writes.
        expected: i32,
    },
    /// This worker cannot work on a run: it would not compute the same.
    #[error("run {run}: {what}: found {found} here, expected {expected} as the run has; {advice}")]
    Refused {
        /// The run.
        run: String,
        /// In what this worker differs.
        what: &'static str,
        /// What it is here.
        found: String,
        /// What it is where the run is.
        expected: String,
        /// What to do.
        advice: &'static str,
    },
    /// Bytes are not what was stored.
    #[error("{place}: found {found}, expected {expected}; a database that loses or changes bytes cannot be used")]
    Damaged {
        /// What of which run.
        place: String,
        /// What there is.
        found: String,
        /// What was stored.
        expected: String,
    },
    /// The run has ended, or was removed, while this worker was at work on it.
    #[error("run {run}: found it {state}, expected it open")]
    Over {
        /// The run.
        run: String,
        /// Its state.
        state: String,
    },
    /// A file of the run cannot be read or written.
    #[error(transparent)]
    Files(TrainError),
}

impl From<FarmError> for TrainError {
    fn from(error: FarmError) -> Self {
        let (place, found, expected) = match error {
            FarmError::Files(error) => return error,
            FarmError::Address { found } => {
                ("farm".into(), found, "postgres://USER:PASSWORD@HOST:PORT/DATABASE".into())
            }
            FarmError::Unreachable { place, seconds, found } => (
                place,
                format!("no connection for {seconds} s ({found})"),
                "a PostgreSQL server; check address and server, then call again: what is done stays done".into(),
            ),
            FarmError::Database { place, found } => {
                (place, found, "a database whose user may create a schema and write to it".into())
            }
            FarmError::Certificate { place, found } => (
                place,
                found,
                "a certificate of an authority that the system knows; name another with sslrootcert=FILE in the \
                 address, or go without TLS with sslmode=disable"
                    .into(),
            ),
            FarmError::Schema { place, found, expected } => (
                place,
                format!("tables of version {found}"),
                format!("{expected}; use the same version of supernet everywhere, or another database"),
            ),
            FarmError::Refused { run, what, found, expected, advice } => {
                (format!("run {run}: {what}"), format!("{found} here"), format!("{expected} as the run has; {advice}"))
            }
            FarmError::Damaged { place, found, expected } => {
                (place, found, format!("{expected}; a database that loses or changes bytes cannot be used"))
            }
            FarmError::Over { run, state } => (format!("run {run}"), format!("it {state}"), "it open".into()),
        };
        Self::Crew { place, found, expected }
    }
}
