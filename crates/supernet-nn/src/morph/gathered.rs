//! Channels that begin as other channels of the same layer.

use super::values::set;
use burn::tensor::TensorData;
use std::collections::HashMap;

/// Sets the channels along axis `axis` of the parameters `names`, which stand side by side, each to
/// what channel `source` of it was among all of them, divided by the number `share` of that.
pub(super) fn gather(
    values: &mut HashMap<String, TensorData>,
    names: &[&str],
    axis: usize,
    source: impl Fn(usize) -> usize,
    share: impl Fn(usize) -> f64,
) {
    let parts: Vec<(Vec<f64>, usize, usize)> = names
        .iter()
        .map(|&name| {
            let shape = values[name].shape().as_slice();
            let inner = shape[axis + 1..].iter().product();
            (values[name].iter::<f64>().collect(), shape[axis], inner)
        })
        .collect();
    // Of each channel the part, and its place there.
    let places: Vec<(usize, usize)> = (0..parts.len()).flat_map(|i| (0..parts[i].1).map(move |at| (i, at))).collect();
    let mut first = 0;
    for (name, (before, channels, inner)) in names.iter().zip(&parts) {
        let outer = before.len() / channels / inner;
        let mut after = Vec::with_capacity(before.len());
        for (row, channel) in (0..outer).flat_map(|row| (first..first + channels).map(move |channel| (row, channel))) {
            let from = source(channel);
            let (part, place) = places[from];
            let (numbers, of, _) = &parts[part];
            let start = (row * of + place) * inner;
            after.extend(numbers[start..start + inner].iter().map(|number| number / share(from)));
        }
        set(values, name, |_| after);
        first += channels;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_cross_from_one_parameter_to_another_along_either_axis() {
        let of = |numbers: &[f64], shape: [usize; 2]| TensorData::new(numbers.to_vec(), shape);
        let mut values = HashMap::from([
            ("a".to_owned(), of(&[1.0, 2.0, 3.0, 4.0], [2, 2])),
            ("b".to_owned(), of(&[5.0, 6.0], [2, 1])),
            ("c".to_owned(), of(&[7.0, 8.0], [1, 2])),
        ]);
        let numbers = |values: &HashMap<String, TensorData>, name: &str| values[name].iter::<f64>().collect::<Vec<_>>();
        let order = [2, 0, 1];
        gather(&mut values, &["a", "b"], 1, |channel| order[channel], |_| 1.0);
        assert_eq!((numbers(&values, "a"), numbers(&values, "b")), (vec![5.0, 1.0, 6.0, 3.0], vec![2.0, 4.0]));
        gather(&mut values, &["a", "c"], 0, |channel| order[channel], |from| if from == 2 { 2.0 } else { 1.0 });
        assert_eq!((numbers(&values, "a"), numbers(&values, "c")), (vec![3.5, 4.0, 5.0, 1.0], vec![6.0, 3.0]));
    }
}
