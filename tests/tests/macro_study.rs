//! The study of a space whose truth is known, at the least size: what is stored is not done again,
//! and what guided choices is left out.

use std::{collections::HashSet, fmt::Write};
use supernet::{
    experiments::{GUIDE_ROWS, MacroResult, MacroSettings, ResultFile, guide_rows, macro_study},
    nn::NormKind,
    prelude::*,
    search::Bootstrap,
    space::NasBenchMacro,
    train::{PathSampling, Sgd, SupernetTraining},
};
use supernet_tests::device;

/// The whole space with accuracies that grow with depth and a little with the number of larger
/// options.
fn table() -> Table {
    let bench = NasBenchMacro::new();
    let mut csv = String::from("arch,acc1,mean_acc\n");
    for architecture in bench.space().architectures(6_561).unwrap() {
        let options = bench.options(&architecture).unwrap();
        let accuracy: f64 = options.iter().map(|&option| [0.0, 5.0, 6.0][option]).sum();
        writeln!(csv, "{},{accuracy},{}", bench.text(&architecture).unwrap(), accuracy + 10.0).unwrap();
    }
    Table::nas_bench_macro("synthetic", csv.as_bytes(), &["acc1"]).unwrap()
}

fn settings() -> MacroSettings {
    MacroSettings {
        stem: 2,
        head: 4,
        norm: NormKind::Ghost,
        paths: PathSampling::UniformArchitecture,
        supernet: SupernetTraining {
            steps: 3,
            batch: 8,
            ghost_batch: 4,
            sgd: Sgd::default(),
            augmentation: Augmentation { pad: 0, flip: true, cutout: 0 },
            ..SearchConfig::quick().supernet
        },
        score_batch: 10,
        seeds: vec![1, 2],
        bootstrap: Bootstrap { seed: 1, resamples: 4 },
        at_once: 0,
    }
}

#[test]
fn the_study_ranks_every_network_leaves_out_what_guided_it_and_goes_on_from_what_is_stored() {
    let (table, settings, device) = (table(), settings(), device());
    let images = fashion_mnist().unwrap().average_2x2().unwrap().pad(1).unwrap();
    let split = stratified(&images, &[60, 10, 10], &mut draws(1, "split", 0)).unwrap();
    let images = (&split, &device, "test");
    let folder = tempfile::tempdir().unwrap();
    let result = macro_study(&settings, images, &table, folder.path(), &mut Silent).unwrap();

    let bench = NasBenchMacro::new();
    let network = |place: usize| bench.space().canonical(&table.rows()[place].architecture);
    let guides: HashSet<Architecture> = guide_rows(&table).into_iter().map(network).collect();
    let rows = (0..table.rows().len()).filter(|&place| guides.contains(&network(place))).count();
    assert!(rows > GUIDE_ROWS, "rows of the same networks are left out too");
    assert_eq!((result.held_out, result.correlation.held_out, result.correlation.compared), (rows, rows, 6_561 - rows));
    // The accuracies are sums over layers, so the linear fit finds them, but for ties.
    let fit = result.correlation.ranking("linear fit, 50 rows").unwrap();
    assert!(fit.kendall.unwrap().value > 0.95, "{fit:?}");
    assert_eq!(result.each.iter().map(|one| one.seed).collect::<Vec<_>>(), [1, 2]);
    let csv = std::fs::read_to_string(folder.path().join("networks.csv")).unwrap();
    assert_eq!(csv.lines().count(), 1 + 3_969);

    let stored = ResultFile::<MacroResult>::read(&folder.path().join("result.json"), "nas_bench_macro").unwrap();
    assert_eq!(stored.result.to_string(), result.to_string());
    let again = macro_study(&settings, images, &table, folder.path(), &mut Silent).unwrap();
    // The very seconds of the first run: nothing was trained again.
    assert_eq!(again.to_string(), result.to_string());
    let message = |settings: MacroSettings| {
        let elsewhere = tempfile::tempdir().unwrap();
        macro_study(&settings, images, &table, elsewhere.path(), &mut Silent).unwrap_err().to_string()
    };
    let runs = MacroSettings { score_batch: 0, ..settings.clone() };
    assert_eq!(message(runs), "score_batch: found 0, expected at least 1");
    let twice = MacroSettings { seeds: vec![1, 1], ..settings.clone() };
    assert_eq!(message(twice), "seeds: found [1, 1], expected at least one, each once");
    let other = MacroSettings { stem: 3, ..settings };
    let refused = macro_study(&other, images, &table, folder.path(), &mut Silent).unwrap_err().to_string();
    assert!(refused.contains("settings.stem"), "{refused}");
}

#[test]
fn the_guide_rows_are_fixed() {
    let rows = guide_rows(&table());
    assert_eq!((rows.len(), rows.iter().collect::<HashSet<_>>().len()), (GUIDE_ROWS, GUIDE_ROWS));
    assert_eq!(rows[..5], [5883, 5214, 1427, 3381, 896]);
}
