//! Connections that nobody else reads or answers.

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, pem::PemObject},
};
use std::{path::Path, sync::Arc};
use tokio_postgres_rustls::MakeRustlsConnect;

/// An address without what is said in it of certificates.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// The rest.
    pub(super) url: String,
    /// The file of the authority that the server's certificate comes from (`sslrootcert`).
    pub(super) root: Option<String>,
}

impl Address {
    /// Reads a `postgres://` address. A server's certificate is always checked, so that `verify-ca`
    /// and `verify-full` are `require`.
    pub(super) fn read(url: &str) -> Self {
        let Some((url, query)) = url.split_once('?') else { return Self { url: url.into(), root: None } };
        let mut root = None;
        let mut kept = Vec::new();
        for part in query.split('&') {
            match part.split_once('=') {
                Some(("sslrootcert", file)) => root = Some(file.replace("%2F", "/").replace("%2f", "/")),
                Some(("sslmode", "verify-ca" | "verify-full")) => kept.push("sslmode=require"),
                _ => kept.push(part),
            }
        }
        let url = if kept.is_empty() { url.into() } else { format!("{url}?{}", kept.join("&")) };
        Self { url, root }
    }
}

/// TLS to servers whose certificates come from the authority in a file, or from those that the
/// system knows.
///
/// # Errors
/// A file that holds no certificate, in words.
pub(super) fn tls(root: Option<&str>) -> Result<MakeRustlsConnect, String> {
    let mut roots = RootCertStore::empty();
    match root {
        Some(file) => {
            let wrong = |error: &dyn std::fmt::Display| format!("sslrootcert={file} ({error})");
            let all = CertificateDer::pem_file_iter(Path::new(file)).map_err(|error| wrong(&error))?;
            for one in all {
                roots.add(one.map_err(|error| wrong(&error))?).map_err(|error| wrong(&error))?;
            }
            if roots.is_empty() {
                return Err(wrong(&"no certificate"));
            }
        }
        // A system without any trusts no server.
        None => drop(roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs)),
    }
    let versions =
        ClientConfig::builder_with_provider(Arc::new(default_provider())).with_safe_default_protocol_versions();
    let config = versions.map_err(|error| error.to_string())?.with_root_certificates(roots).with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_taken_out_of_an_address_and_always_checked() {
        let read = |url: &str| {
            let Address { url, root } = Address::read(url);
            (url, root)
        };
        assert_eq!(read("postgres://u@h/d"), ("postgres://u@h/d".into(), None));
        let url = "postgres://u@h/d?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem&connect_timeout=3";
        let expected = "postgres://u@h/d?sslmode=require&connect_timeout=3";
        assert_eq!(read(url), (expected.into(), Some("/etc/ca.pem".into())));
        assert_eq!(read("postgres://u@h/d?sslrootcert=ca.pem"), ("postgres://u@h/d".into(), Some("ca.pem".into())));
        let error = tls(Some("/no/such/file")).err().expect("no file");
        assert!(error.starts_with("sslrootcert=/no/such/file ("), "{error}");
    }
}
