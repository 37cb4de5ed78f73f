//! The table from which one reads whether the search was worth it.

use super::retrained::{Group, Retrained};
use crate::Columns;
use std::{
    collections::BTreeSet,
    fmt::{self, Write},
};
use supernet_search::Spread;

/// One line per group: one-shot accuracy, parameters, multiply-accumulates and test accuracy as
/// mean ± standard deviation; then what the search gained over random choice, and what the picked
/// save beside the largest.
pub struct ComparisonTable<'a>(pub &'a [Retrained]);

impl ComparisonTable<'_> {
    fn spread(&self, group: Group, value: impl Fn(&Retrained) -> f64) -> Option<Spread> {
        let values: Vec<f64> = self.0.iter().filter(|r| r.group == group).map(value).collect();
        Spread::of(&values)
    }

    /// Whether the picked and those of another group are the same networks, as of very few
    /// candidates.
    fn are(&self, other: Group) -> bool {
        let of = |group| self.0.iter().filter(move |r| r.group == group).map(|r| &r.mask).collect::<BTreeSet<_>>();
        let picked = of(Group::Picked);
        !picked.is_empty() && picked == of(other)
    }

    /// Mean test accuracy of the picked minus that of the random, in points, with its standard
    /// error; `None` if a group is empty or both are the same networks.
    pub fn gain(&self) -> Option<(f64, f64)> {
        self.gain_over(Group::Random)
    }

    /// The same over another group.
    fn gain_over(&self, other: Group) -> Option<(f64, f64)> {
        if self.are(other) {
            return None;
        }
        let picked = self.spread(Group::Picked, |r| r.test.accuracy)?;
        let others = self.spread(other, |r| r.test.accuracy)?;
        let error = picked.standard_error().hypot(others.standard_error());
        Some((100.0 * (picked.mean - others.mean), 100.0 * error))
    }

    /// How the picked stand beside the largest: as accurate with so many per cent fewer parameters.
    fn beside_largest(&self) -> Option<String> {
        let (gain, error) = self.gain_over(Group::Largest)?;
        let [picked, largest] =
            [Group::Picked, Group::Largest].map(|group| self.spread(group, |r| r.cost.parameters as f64));
        let fewer = 100.0 * (1.0 - picked?.mean / largest?.mean);
        let size = match fewer.round() {
            0.0 => "as many parameters".into(),
            fewer if fewer > 0.0 => format!("{fewer:.0} % fewer parameters"),
            more => format!("{:.0} % more parameters", -more),
        };
        Some(format!("picked − largest: {} points, standard error {error:.2}, with {size}", signed(gain)))
    }
}

/// A number with its sign and two digits; never minus zero.
fn signed(gain: f64) -> String {
    format!("{:+.2}", if gain.abs() < 0.005 { 0.0 } else { gain })
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
            writeln!(f, "picked − random: {} points, standard error {error:.2}: {verdict}", signed(gain))?;
        } else if self.are(Group::Random) {
            writeln!(f, "picked and random are the same networks: more candidates are needed to compare them")?;
        }
        if let Some(line) = self.beside_largest() {
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_search::Score;
    use supernet_space::{CellSpace, Cost, draws};

    fn retrained(group: Group, test: f64) -> Retrained {
        let space = CellSpace::new(3, 1).unwrap().space().clone();
        let seed = if group == Group::Random { 1 } else { 2 };
        let mask = space.sample(&mut draws(seed, "mask", 0)).mask().clone();
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

    #[test]
    fn the_largest_are_beside_with_their_parameters() {
        let of = |group, test, parameters| {
            let one = retrained(group, test);
            Retrained { cost: Cost { parameters, ..one.cost }, ..one }
        };
        let line = |parameters| {
            let largest = Retrained { mask: retrained(Group::Random, 0.0).mask, ..of(Group::Largest, 0.91, 40_000) };
            let rows = [of(Group::Picked, 0.9, parameters), of(Group::Picked, 0.92, parameters), largest];
            ComparisonTable(&rows).to_string().lines().last().unwrap().to_owned()
        };
        for (parameters, size) in
            [(30_000, "25 % fewer parameters"), (44_000, "10 % more parameters"), (40_100, "as many parameters")]
        {
            // One network has no spread.
            assert_eq!(line(parameters), format!("picked − largest: +0.00 points, standard error 1.00, with {size}"));
        }
    }

    #[test]
    fn groups_of_the_same_networks_are_not_compared() {
        let same = |group, test| Retrained { group, ..retrained(Group::Picked, test) };
        let rows = [same(Group::Picked, 0.9), same(Group::Random, 0.9)];
        assert_eq!(ComparisonTable(&rows).gain(), None);
        assert!(ComparisonTable(&rows).to_string().contains("picked and random are the same networks"));
        let alike = [retrained(Group::Picked, 0.9), retrained(Group::Random, 0.900_000_01)];
        assert!(!ComparisonTable(&alike).to_string().contains("-0.00"));
    }
}
