//! A yardstick for what a strategy takes: seconds of a machine that does other work too are no
//! measure.

use super::processor_time::now;
use std::{collections::HashMap, hint::black_box, time::Duration};

/// How many times as long something took as a fixed piece of work like that of strategies does on
/// this machine now, half a million short lists of numbers that are made, summed and looked up.
pub fn yards(took: Duration) -> f64 {
    const LISTS: u64 = 500_000;
    let began = now();
    let mut known: HashMap<Vec<u64>, f64> = HashMap::new();
    for list in 0..LISTS {
        let key: Vec<u64> = (0..8).map(|i| (list * 31 + i * 7) % 61).collect();
        let values: Vec<f64> = (0..64).map(|i| (list + i) as f64 * 0.37).collect();
        let sum: f64 = values.iter().zip(values.iter().skip(1)).map(|(a, b)| a * b).sum();
        *known.entry(key).or_insert(0.0) += black_box(sum).exp();
    }
    black_box(known.values().sum::<f64>());
    took.as_secs_f64() / (now() - began).as_secs_f64()
}
