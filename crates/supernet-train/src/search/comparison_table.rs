//! The table from which one reads whether the search was worth it.

use super::retrained::{Group, Retrained};
use crate::Columns;
use std::fmt::{self, Write};
use supernet_search::Spread;

/// One line per group: one-shot accuracy, parameters, multiply-accumulates and test accuracy as
/// mean ± standard deviation; then what the search gained over random choice.
pub struct ComparisonTable<'a>(pub &'a [Retrained]);

impl ComparisonTable<'_> {
    fn spread(&self, group: Group, value: impl Fn(&Retrained) -> f64) -> Option<Spread> {
        let values: Vec<f64> = self.0.iter().filter(|r| r.group == group).map(value).collect();
        Spread::of(&values)
    }

    /// Mean test accuracy of the picked minus that of the random, in points, with its standard
    /// error; `None` if a group is empty.
    pub fn gain(&self) -> Option<(f64, f64)> {
        let picked = self.spread(Group::Picked, |r| r.test.accuracy)?;
        let random = self.spread(Group::Random, |r| r.test.accuracy)?;
        let error = picked.standard_error().hypot(random.standard_error());
        Some((100.0 * (picked.mean - random.mean), 100.0 * error))
    }
}

impl fmt::Display for ComparisonTable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cell = |spread: Spread, scale: f64, digits: usize| {
            let mut text = format!("{:.digits$}", spread.mean * scale);
            if spread.n > 1 {
                write!(text, " ± {:.digits$}", spread.deviation * scale).expect("a string");
            }
            text
        };
        let columns = Columns([8, 3, 19, 19, 17, 18]);
        writeln!(
            f,
            "{}",
            columns.line(&[&"group", &"n", &"one-shot acc. (%)", &"parameters (k)", &"MACs (M)", &"test accuracy (%)"])
        )?;
        for group in Group::ALL {
            let Some(test) = self.spread(group, |r| r.test.accuracy) else { continue };
            let of = |value: &dyn Fn(&Retrained) -> f64, scale, digits| {
                self.spread(group, value).map_or_else(String::new, |spread| cell(spread, scale, digits))
            };
            let line = columns.line(&[
                &group.name(),
                &test.n,
                &of(&|r| r.one_shot.accuracy, 100.0, 1),
                &of(&|r| r.cost.parameters as f64, 1e-3, 1),
                &of(&|r| r.cost.macs as f64, 1e-6, 2),
                &cell(test, 100.0, 2),
            ]);
            writeln!(f, "{line}")?;
        }
        if let Some((gain, error)) = self.gain() {
            let verdict = match gain / error {
                ratio if ratio >= 2.0 => "the search was worth it",
                ratio if ratio <= -2.0 => "random choice was better",
                _ => "no clear difference at this budget",
            };
            writeln!(f, "picked − random: {gain:+.2} points, standard error {error:.2}: {verdict}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_search::Score;
    use supernet_space::{CellSpace, Cost};

    fn retrained(group: Group, test: f64) -> Retrained {
        let mask = CellSpace::new(3, 1).unwrap().space().all_on();
        let score = |accuracy| Score { accuracy, loss: 1.0, images: 10 };
        let cost = Cost { parameters: 12_345, macs: 1_500_000 };
        Retrained { group, mask, one_shot: score(0.5), cost, test: score(test) }
    }

    #[test]
    fn the_gain_is_the_difference_of_means_with_its_standard_error() {
        let rows = [(Group::Picked, 0.9), (Group::Picked, 0.92), (Group::Random, 0.8), (Group::Random, 0.84)];
        let rows = rows.map(|(group, test)| retrained(group, test));
        let (gain, error) = ComparisonTable(&rows).gain().unwrap();
        // Standard errors of 1 and 2 points.
        assert!((gain - 9.0).abs() < 1e-9 && (error - 5.0f64.sqrt()).abs() < 1e-9);
        let text = ComparisonTable(&rows).to_string();
        assert!(text.contains("picked − random: +9.00 points, standard error 2.24: the search was worth it"));
        assert!(text.lines().all(|line| line.chars().count() <= 100));
    }
}
