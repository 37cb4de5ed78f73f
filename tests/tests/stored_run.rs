//! Runs whose files earlier versions wrote are read by this one.

use std::{fs, path::Path};
use supernet::{train::FinishedRun, write_finished};

/// The directory of a run of format 1, without the weights, which a report does not read.
fn first_format() -> tempfile::TempDir {
    let stored = Path::new(env!("CARGO_MANIFEST_DIR")).join("stored/format-1");
    let copy = tempfile::tempdir().unwrap();
    fs::create_dir(copy.path().join("best")).unwrap();
    for name in
        ["config.json", "candidates.csv", "networks.csv", "shortlist.csv", "table.txt", "best/architecture.json"]
    {
        fs::copy(stored.join(name), copy.path().join(name)).unwrap();
    }
    fs::write(copy.path().join("best/weights.safetensors"), "not read").unwrap();
    copy
}

#[test]
fn a_finished_run_of_format_1_is_read_and_its_report_written_again() {
    let directory = first_format();
    let read = |name: &str| fs::read_to_string(directory.path().join(name)).unwrap();
    let (networks, table) = (read("networks.csv"), read("table.txt"));
    let run = FinishedRun::open(directory.path()).unwrap();
    assert_eq!((run.candidates().len(), run.shortlist().len(), run.config().seed), (6, 5, 1));
    let record: serde_json::Value = serde_json::from_str(&read("best/architecture.json")).unwrap();
    assert_eq!(record["architecture"], serde_json::to_value(run.best()).unwrap());
    write_finished(&run).unwrap();
    assert_eq!(read("networks.csv"), networks);
    // This version says a line more.
    let more = "picked − largest: -2.00 points, standard error 4.22, with 3 % fewer parameters\n";
    assert_eq!(read("table.txt"), table + more);
    assert!(read("report.html").contains("One-shot search on "));
}

#[test]
fn a_configuration_of_a_later_version_is_refused_by_the_field_that_is_not_known() {
    let directory = first_format();
    let path = directory.path().join("config.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("\"seed\": 1", "\"seed\": 1, \"dreams\": 3", 1)).unwrap();
    let error = FinishedRun::open(directory.path()).unwrap_err().to_string();
    assert!(error.contains("config.json: found unknown field `dreams`"), "{error}");
}
