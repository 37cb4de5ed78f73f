//! Rank statistics against values that SciPy printed: `reference/rank.py` and
//! `reference/rank_weighted.py`.

use serde_json::Value;
use supernet::search::{kendall, partial, pearson, spearman, weighted_kendall};

/// The cases of a reference file; there are `count`.
fn cases(file: &str, count: usize) -> Vec<Value> {
    let file: Value = serde_json::from_str(file).unwrap();
    let cases = file["cases"].as_array().unwrap().clone();
    assert_eq!(cases.len(), count);
    cases
}

fn numbers(case: &Value, name: &str) -> Vec<f64> {
    case[name].as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn assert_close(ours: Option<f64>, case: &Value, name: &str) {
    let (ours, theirs) = (ours.unwrap(), case[name].as_f64().unwrap());
    let n = numbers(case, "x").len();
    assert!((ours - theirs).abs() < 1e-12, "{name}: {ours} and {theirs} for n = {n}");
}

#[test]
fn rank_statistics_are_scipys_to_1e_12_with_ties_and_without() {
    for case in cases(include_str!("../../reference/rank.json"), 8) {
        let [x, y] = ["x", "y"].map(|name| numbers(&case, name));
        assert_close(kendall(&x, &y), &case, "kendall");
        assert_close(spearman(&x, &y), &case, "spearman");
    }
}

#[test]
fn weighted_and_partial_correlations_are_scipys_to_1e_12() {
    for case in cases(include_str!("../../reference/rank_weighted.json"), 6) {
        let [x, y, z, weights] = ["x", "y", "z", "weights"].map(|name| numbers(&case, name));
        assert_close(weighted_kendall(&x, &y, &weights), &case, "weighted_kendall");
        let partial = |coefficient: fn(&[f64], &[f64]) -> Option<f64>| {
            partial(coefficient(&x, &y)?, coefficient(&x, &z)?, coefficient(&y, &z)?)
        };
        assert_close(partial(pearson), &case, "partial_pearson");
        assert_close(partial(spearman), &case, "partial_spearman");
        assert_close(partial(kendall), &case, "partial_kendall");
    }
}
