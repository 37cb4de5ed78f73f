//! What the example programs do with bad input: one line that names what was found and what was expected, exit code 1, no backtrace.

use std::{path::PathBuf, process::Command};

/// An example's program, which `cargo test` builds before it runs tests.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a path");
    let folder = test.parent().and_then(|deps| deps.parent()).expect("target/profile/deps");
    folder.join("examples").join(name)
}

fn refused(name: &str, arguments: &[&str]) -> String {
    let output = Command::new(program(name)).args(arguments).env("RUST_BACKTRACE", "1").output().expect("an example");
    let text = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.starts_with("error: ") && text.trim_end().lines().count() == 1, "{text}");
    text
}

#[test]
fn an_unknown_device_is_refused_with_those_that_this_build_offers() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run").display().to_string();
    let text = refused("quickstart", &["--device", "tpu:0", "--out", &out]);
    assert!(text.starts_with("error: device `tpu:0`: expected one of `flex`"), "{text}");
    assert!(!folder.path().join("run").exists());
}

#[test]
fn a_budget_of_nothing_is_refused() {
    let text = refused("quickstart", &["--budget", "0"]);
    assert_eq!(text, "error: budget: found 0, expected a number above 0, at most 1000000\n");
}

#[test]
fn a_folder_without_cifar10_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing").display().to_string();
    let text = refused("cifar10", &["--data", &missing]);
    assert!(text.contains(&missing), "{text}");
}

#[test]
fn a_short_cifar10_file_is_refused_by_name_with_its_length() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("data_batch_1.bin"), vec![0; 3_000]).unwrap();
    std::fs::write(folder.path().join("test_batch.bin"), vec![0; 3_073]).unwrap();
    let text = refused("cifar10", &["--data", &folder.path().display().to_string()]);
    assert!(text.contains("data_batch_1.bin") && text.contains("3000") && text.contains("3073"), "{text}");
}

#[test]
fn a_sample_too_small_for_a_correlation_is_refused() {
    let text = refused("correlation", &["--natural", "2", "--twice", "2"]);
    assert_eq!(text, "error: natural: found 2, expected at least 3\n");
}

#[test]
fn a_missing_table_of_networks_trained_before_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let text = refused("ablations", &["--budget", "0.001", "--truth", &path("missing.csv"), "--out", &path("run")]);
    assert!(text.contains("missing.csv"), "{text}");
}

#[test]
fn a_drop_rate_of_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run").display().to_string();
    let text = refused("dropout_study", &["--budget", "0.001", "--constant", "1", "--out", &out]);
    assert_eq!(text, "error: path dropout: found r = 1, expected 0 < r < 1\n");
    assert!(!folder.path().join("run").exists());
}
