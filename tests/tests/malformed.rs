//! Texts and tables that are damaged in a thousand ways each: an error or a value, never a panic,
//! never much more memory than the file is long.

mod damage;

use damage::{damaged, damaged_at};
use std::{fs, path::Path};
use supernet::{
    experiments::{ResultFile, Truth},
    prelude::*,
    train::{read_events, store::read_scores},
};
use supernet_tests::largest_piece::Noting;

#[global_allocator]
static ALLOCATOR: Noting = Noting;

/// Reads a thousand damaged versions of a file called `name`.
fn a_thousand_files(name: &str, file: &[u8], mut read: impl FnMut(&Path)) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, file).unwrap();
    damaged_at(1_000, &path, || read(&path));
}

#[test]
fn configurations() {
    let json = serde_json::to_vec_pretty(&SearchConfig::quick()).unwrap();
    damaged(1_000, &json, |bytes| {
        if let Ok(config) = serde_json::from_slice::<SearchConfig>(bytes) {
            config.check().ok();
        }
    });
}

#[test]
fn architectures() {
    let cells = CellSpace::new(8, 4).unwrap();
    let text = cells.space().sample(&mut draws(1, "test", 0)).to_string();
    damaged(1_000, text.as_bytes(), |bytes| {
        let text = String::from_utf8_lossy(bytes);
        cells.space().parse_architecture(&text).ok();
        text.parse::<PathMask>().ok();
    });
}

#[test]
fn events() {
    let lines = concat!(
        r#"{"unix_seconds":1.5,"event":"begin","stage":"training","steps":3}"#,
        "\n",
        r#"{"unix_seconds":2,"event":"step","stage":"training","step":1,"loss":0.5,"accuracy":1,"learning_rate":0.1}"#,
        "\n",
        r#"{"unix_seconds":3,"event":"end","stage":"training"}"#,
        "\n",
    );
    a_thousand_files("events.jsonl", lines.as_bytes(), |path| drop(read_events(path)));
}

#[test]
fn tables_of_trained_networks_scores_and_results() {
    let header = "architecture,settings,seed,test_accuracy,test_loss,test_images,parameters,macs,seconds\n";
    let truth = format!("{header}1:0,00ff,1,0.5,1.25,3000,70000,2500000,12.5\n3:1,00ff,2,0.75,1,3000,7,9,1\n");
    a_thousand_files("truth.csv", truth.as_bytes(), |path| drop(Truth::open(path)));
    let scores = b"architecture,accuracy,loss,images\n1:0,0.5,1.25,3000\n3:1,0.75,NaN,7\n";
    a_thousand_files("check.csv", scores, |path| drop(read_scores(path)));
    let result = br#"{"schema": 1, "experiment": "one", "result": [1, 2, 3]}"#;
    a_thousand_files("result.json", result, |path| drop(ResultFile::<Vec<f64>>::read(path, "one")));
}
