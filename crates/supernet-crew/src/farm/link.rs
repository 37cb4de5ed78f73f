//! A connection that is made again when it is lost.

use super::{
    error::FarmError,
    tls::{Address, tls},
};
use postgres::{
    Client, Config, NoTls,
    config::{Host, SslMode},
    error::SqlState,
};
use std::{
    thread::sleep,
    time::{Duration, Instant},
};
use tokio_postgres_rustls::MakeRustlsConnect;

/// A connection to the database that is made again when it is lost: the server was restarted, the
/// network cut. Whatever is called may so be called twice, and has to bear that.
pub(super) struct Link {
    config: Config,
    /// How it is hidden from others, unless the address says that it is not.
    tls: Option<MakeRustlsConnect>,
    place: String,
    patience: Duration,
    client: Option<Client>,
}

/// The first pause before a connection is tried again; the next are longer.
const PAUSE: Duration = Duration::from_millis(100);

/// The longest pause.
const LONGEST: Duration = Duration::from_secs(5);

impl Link {
    /// A link to the database at `url`, which is tried for `patience` when it is lost. Nothing is
    /// connected yet.
    ///
    /// # Errors
    /// A text that says no database.
    pub(super) fn new(url: &str, patience: Duration) -> Result<Self, FarmError> {
        let wrong = |found: String| FarmError::Address { found };
        let Address { url, root } = Address::read(url);
        let mut config: Config = url.parse().map_err(|error: postgres::Error| wrong(in_words(&error)))?;
        if config.get_hosts().is_empty() {
            return Err(wrong("no host".into()));
        }
        let hidden = config.get_ssl_mode() != SslMode::Disable;
        let tls = hidden.then(|| tls(root.as_deref())).transpose().map_err(wrong)?;
        config.application_name("supernet");
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(10));
        }
        // A network that swallows everything is noticed, too.
        config.keepalives(true).keepalives_idle(Duration::from_secs(15)).keepalives_interval(Duration::from_secs(5));
        config.keepalives_retries(3);
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(Duration::from_secs(30));
        }
        let place = place(&config);
        Ok(Self { config, tls, place, patience, client: None })
    }

    /// Another link to the same database.
    pub(super) fn another(&self) -> Self {
        let (config, tls, place) = (self.config.clone(), self.tls.clone(), self.place.clone());
        Self { config, tls, place, patience: self.patience, client: None }
    }

    /// Sets for how long it is tried when it is lost.
    pub(super) fn set_patience(&mut self, patience: Duration) {
        self.patience = patience;
    }

    /// Host, port and database.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// Calls `work` with the connection; again with another one where it is lost on the way.
    ///
    /// # Errors
    /// A database that cannot be reached for too long, or that refuses.
    pub(super) fn call<T>(
        &mut self,
        mut work: impl FnMut(&mut Client) -> Result<T, postgres::Error>,
    ) -> Result<T, FarmError> {
        let (began, mut pause) = (Instant::now(), PAUSE);
        loop {
            let error = match self.connected().and_then(&mut work) {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            let (place, found) = (|| self.place.clone(), || in_words(&error));
            if found().contains("certificate") {
                return Err(FarmError::Certificate { place: place(), found: found() });
            }
            if !is_passing(&error) {
                return Err(FarmError::Database { place: place(), found: found() });
            }
            if self.client.as_ref().is_none_or(Client::is_closed) || error.code().is_none() {
                self.client = None;
            }
            if began.elapsed() + pause > self.patience {
                let seconds = began.elapsed().as_secs();
                return Err(FarmError::Unreachable { place: self.place.clone(), seconds, found: in_words(&error) });
            }
            sleep(pause);
            pause = (pause * 2).min(LONGEST);
        }
    }

    fn connected(&mut self) -> Result<&mut Client, postgres::Error> {
        let lost = self.client.take_if(|client| client.is_closed());
        drop(lost);
        match &mut self.client {
            Some(client) => Ok(client),
            none => Ok(none.insert(match &self.tls {
                Some(tls) => self.config.connect(tls.clone())?,
                None => self.config.connect(NoTls)?,
            })),
        }
    }
}

/// Host, port and database of a configuration: no password.
fn place(config: &Config) -> String {
    let hosts = config.get_hosts().iter().map(|host| match host {
        Host::Tcp(name) => name.clone(),
        Host::Unix(path) => path.display().to_string(),
    });
    let ports = config.get_ports();
    let hosts: Vec<String> = hosts
        .enumerate()
        .map(|(i, host)| format!("{host}:{}", ports.get(i).or(ports.first()).copied().unwrap_or(5432)))
        .collect();
    format!("postgres://{}/{}", hosts.join(","), config.get_dbname().unwrap_or_default())
}

/// An error with what is behind it.
fn in_words(error: &postgres::Error) -> String {
    let mut words = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if !words.contains(&error.to_string()) {
            words = format!("{words}: {error}");
        }
        source = error.source();
    }
    words
}

/// Whether an error may be gone when the same is tried again: a server that is starting or
/// stopping, a connection that is lost, transactions in each other's way.
fn is_passing(error: &postgres::Error) -> bool {
    const PASSING: [SqlState; 8] = [
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::TOO_MANY_CONNECTIONS,
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::CONNECTION_FAILURE,
        SqlState::CONNECTION_EXCEPTION,
    ];
    match error.code() {
        Some(code) => PASSING.contains(code),
        // What is said by no server: a connection that cannot be made, or is lost.
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(url: &str) -> String {
        Link::new(url, Duration::ZERO).err().expect("no database").to_string()
    }

    #[test]
    fn what_is_no_database_is_refused_and_a_password_never_shown() {
        assert!(error("farm").starts_with("farm: found "), "{}", error("farm"));
        let url = "postgres://u:secret@localhost/db?sslmode=require&sslrootcert=/no/such/file";
        assert!(error(url).starts_with("farm: found sslrootcert=/no/such/file ("), "{}", error(url));
        let link = Link::new("postgres://u:secret@localhost:7/db", Duration::ZERO).unwrap();
        assert_eq!(link.place(), "postgres://localhost:7/db");
    }

    #[test]
    fn a_database_that_is_not_there_is_named() {
        let mut link = Link::new("postgres://u:secret@127.0.0.1:9/db", Duration::ZERO).unwrap();
        let error = link.call(|client| client.execute("SELECT 1", &[])).unwrap_err().to_string();
        assert!(error.starts_with("postgres://127.0.0.1:9/db: found no connection for 0 s"), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }
}
