//! Columns of what can be counted of architectures: costs and structure.

use super::{
    proxy::Proxy,
    structure::{Count, Structure},
};
use supernet_space::{Architecture, Cost, SearchSpace};

/// What can be counted of some architectures without running them: a named column each, constant
/// ones left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Counted {
    names: Vec<&'static str>,
    columns: Vec<Vec<f64>>,
}

impl Counted {
    /// Counts parameters, multiply-accumulates and the structure of architectures of `space`.
    ///
    /// # Panics
    /// If an architecture is one of another space.
    pub fn of(space: &SearchSpace, rows: &[(&Architecture, Cost)]) -> Self {
        let structure = Structure::of(space);
        let names =
            ["parameters", "multiply-accumulates"].into_iter().chain(structure.kinds().into_iter().map(Count::name));
        let lines: Vec<Vec<f64>> = rows
            .iter()
            .map(|(architecture, cost)| {
                let costs = [cost.parameters as f64, cost.macs as f64];
                costs.into_iter().chain(structure.counts(architecture)).collect()
            })
            .collect();
        let columns = names.enumerate().map(|(j, name)| (name, lines.iter().map(|line| line[j]).collect::<Vec<f64>>()));
        let varied = columns.filter(|(_, column)| column.windows(2).any(|two| two[0] != two[1]));
        let (names, columns) = varied.unzip();
        Self { names, columns }
    }

    /// Adds what proxies say of the same architectures, a row for each in the order of
    /// [`Proxy::ALL`]. What is no finite number counts as the least that is: a network that is cut
    /// off has no derivatives.
    ///
    /// # Panics
    /// If there is not a row for each architecture.
    #[must_use]
    pub fn with_proxies(mut self, rows: &[[f64; Proxy::ALL.len()]]) -> Self {
        for (j, proxy) in Proxy::ALL.into_iter().enumerate() {
            let finite = rows.iter().map(|row| row[j]).filter(|value| value.is_finite());
            let least = finite.fold(f64::INFINITY, f64::min);
            let column: Vec<f64> = rows.iter().map(|row| if row[j].is_finite() { row[j] } else { least }).collect();
            assert!(self.columns.iter().all(|known| known.len() == column.len()), "a row for each architecture");
            if column.windows(2).any(|two| two[0] != two[1]) {
                self.names.push(proxy.name());
                self.columns.push(column);
            }
        }
        self
    }

    /// Returns the columns with their names.
    pub fn columns(&self) -> impl Iterator<Item = (&'static str, &[f64])> {
        self.names.iter().copied().zip(self.columns.iter().map(Vec::as_slice))
    }

    /// Returns the column of a name.
    pub fn column(&self, name: &str) -> Option<&[f64]> {
        self.columns().find(|(known, _)| *known == name).map(|(_, column)| column)
    }

    /// Returns a row for each architecture, as a model reads it: every column at mean 0 and
    /// standard deviation 1, costs by their logarithms.
    pub fn features(&self) -> Vec<Vec<f64>> {
        let scaled = |(name, column): (&str, &[f64])| {
            let log = name == "parameters" || name == "multiply-accumulates";
            standardised(
                &column.iter().map(|value| if log { value.max(1.0).ln() } else { *value }).collect::<Vec<f64>>(),
            )
        };
        let columns: Vec<Vec<f64>> = self.columns().map(scaled).collect();
        let rows = self.columns.first().map_or(0, Vec::len);
        (0..rows).map(|i| columns.iter().map(|column| column[i]).collect()).collect()
    }
}

/// Returns values at mean 0 and standard deviation 1; zeros where all are equal.
pub(crate) fn standardised(values: &[f64]) -> Vec<f64> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let deviation = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n).sqrt();
    let scale = if deviation > 1e-12 * mean.abs().max(f64::MIN_POSITIVE) { 1.0 / deviation } else { 0.0 };
    values.iter().map(|value| (value - mean) * scale).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_space::{NasBench201, NasBench201Shape, draws};

    #[test]
    fn proxies_are_columns_too_and_what_is_no_number_counts_least() {
        let bench = NasBench201::new();
        let some: Vec<Architecture> = (0..3).map(|i| bench.space().sample(&mut draws(1, "counted", i))).collect();
        let rows: Vec<(&Architecture, Cost)> = some.iter().map(|a| (a, Cost::default())).collect();
        let values = [[-3.0, f64::NEG_INFINITY, 1.0, 7.0], [f64::NAN, 2.0, 2.0, 7.0], [-1.0, 1.0, 0.5, 7.0]];
        let counted = Counted::of(bench.space(), &rows).with_proxies(&values);
        assert_eq!(counted.column("jacob_cov").unwrap(), [-3.0, -3.0, -1.0]);
        assert_eq!(counted.column("synflow").unwrap(), [1.0, 2.0, 1.0]);
        assert_eq!(counted.column("grad_norm").unwrap(), [1.0, 2.0, 0.5]);
        assert_eq!(counted.column("snip"), None, "it does not vary");
        assert!(counted.features().iter().flatten().all(|value| value.is_finite()));
    }

    #[test]
    fn columns_that_do_not_vary_are_left_out_and_features_are_standardised() {
        let bench = NasBench201::new();
        let some: Vec<Architecture> = (0..40).map(|i| bench.space().sample(&mut draws(1, "counted", i))).collect();
        let cost = |a: &Architecture| bench.cost(&NasBench201Shape::default(), a).unwrap();
        let rows: Vec<(&Architecture, Cost)> = some.iter().map(|a| (a, cost(a))).collect();
        let counted = Counted::of(bench.space(), &rows);
        let names: Vec<&str> = counted.columns().map(|(name, _)| name).collect();
        assert_eq!(
            names,
            ["parameters", "multiply-accumulates", "operations with weights", "operations without weights", "depth"]
        );
        let features = counted.features();
        for j in 0..names.len() {
            let column: Vec<f64> = features.iter().map(|row| row[j]).collect();
            assert!(column.iter().sum::<f64>().abs() < 1e-9);
            assert!((column.iter().map(|value| value * value).sum::<f64>() / 40.0 - 1.0).abs() < 1e-9);
        }
        let one = Counted::of(bench.space(), &rows[..1]);
        assert_eq!((one.columns().count(), one.column("parameters")), (0, None));
    }
}
