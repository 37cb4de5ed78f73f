//! Rank statistics against SciPy's, and what a table says about how well cheap numbers rank its
//! networks.

use std::{fs, path::Path};
use supernet_search::{Table, kendall, spearman};

#[test]
fn tau_and_rho_are_those_of_scipy() {
    // Written by tests/reference/rank.py of the repository; a packaged crate has it not.
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/reference/rank.json");
    let Ok(text) = fs::read_to_string(&path) else {
        println!("skipped: {} is not here", path.display());
        return;
    };
    let reference: serde_json::Value = serde_json::from_str(&text).unwrap();
    let cases = reference["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 8);
    for case in cases {
        let list =
            |name: &str| -> Vec<f64> { case[name].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect() };
        let (x, y) = (list("x"), list("y"));
        assert!((kendall(&x, &y).unwrap() - case["kendall"].as_f64().unwrap()).abs() < 1e-12);
        assert!((spearman(&x, &y).unwrap() - case["spearman"].as_f64().unwrap()).abs() < 1e-12);
    }
}

#[test]
fn the_published_table_has_the_ceilings_that_its_description_gives() {
    let Some(data) = std::env::var_os("SUPERNET_DATA") else {
        println!("skipped: SUPERNET_DATA names no folder that holds nas-bench/nasbench_macro_cifar10.csv");
        return;
    };
    let path = Path::new(&data).join("nas-bench/nasbench_macro_cifar10.csv");
    let file = fs::File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let table = Table::nas_bench_macro("macro.csv", file, &["acc1", "acc2"]).unwrap();
    let column = |of: &dyn Fn(&supernet_search::TableRow) -> f64| table.rows().iter().map(of).collect::<Vec<f64>>();
    let truth = column(&|row| row.test.unwrap());
    let tau = |values: &[f64]| (100.0 * kendall(values, &truth).unwrap()).round();
    assert_eq!(tau(&column(&|row| row.cost.parameters as f64)), 22.0);
    assert_eq!(tau(&column(&|row| row.cost.macs as f64)), 56.0);
    let layers = column(&|row| (0..8).filter(|&layer| row.architecture.bits(layer) != 1).count() as f64);
    assert_eq!(tau(&layers), 69.0);
    let (one, other) = (column(&|row| row.validation[0]), column(&|row| row.validation[1]));
    assert_eq!((100.0 * kendall(&one, &other).unwrap()).round(), 88.0);
}
