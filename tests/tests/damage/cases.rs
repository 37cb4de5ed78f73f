//! How many cases a test of damaged files tries.

use proptest::{prelude::*, test_runner::FileFailurePersistence};

/// `PROPTEST_CASES` if it is set, else `usual`.
pub fn cases(usual: u32) -> ProptestConfig {
    let asked = ProptestConfig::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { asked.cases } else { usual };
    ProptestConfig { cases, failure_persistence: Some(Box::new(FileFailurePersistence::Off)), ..asked }
}
