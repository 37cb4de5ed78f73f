//! Whether what was learnt prefers options without weights nearly everywhere.

use super::Course;
use crate::training::RareWeightless;
use supernet_space::SearchSpace;

/// Says so where a companion has collapsed to options without weights (identity, none, pools), the
/// known failure of searches that learn architectures together with weights: while weights are
/// young, what has none is ahead (Liang et al., "DARTS+", 2019; Zela et al., ICLR 2020). `None`
/// where it has not, or where no choice is between options with and without weights.
///
/// It has if more than two thirds of these choices most likely take an option without weights.
pub(crate) fn collapse(space: &SearchSpace, course: &Course) -> Option<String> {
    let last = course.last()?;
    let mut taken = Vec::new();
    for (choice, probabilities) in space.choices().iter().zip(&last) {
        let Some([without, _]) = RareWeightless::of(choice) else { continue };
        let first = (1..probabilities.len()).fold(0, |a, b| if probabilities[b] > probabilities[a] { b } else { a });
        taken.push(without.contains(&first));
    }
    let (collapsed, all) = (taken.iter().filter(|&&taken| taken).count(), taken.len());
    (all > 1 && 3 * collapsed > 2 * all).then(|| {
        format!(
            "the companion prefers an option without weights in {collapsed} of {all} choices: this is the known collapse \
             of such searches rather than a finding; let the weights begin earlier (companion.updates.start, \
             --companion-start), or compare with candidates drawn uniformly (--search NAME --strategy random)"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_space::NasBenchMacro;

    #[test]
    fn identities_nearly_everywhere_are_a_collapse_and_some_are_not() {
        let bench = NasBenchMacro::new();
        let space = bench.space();
        let identity = |choice: usize| space.choices()[choice].options().iter().position(|o| o == "identity").unwrap();
        let says = |collapsed: usize| {
            let of = |choice: usize| {
                let mut probabilities = vec![0.2; space.choices()[choice].options().len()];
                let preferred = if choice < collapsed { identity(choice) } else { (identity(choice) + 1) % 3 };
                probabilities[preferred] = 0.6;
                probabilities
            };
            let mut course = Course::default();
            course.add(1, &(0..space.choices().len()).map(of).collect::<Vec<_>>());
            collapse(space, &course)
        };
        assert!(says(7).unwrap().contains("in 7 of 8 choices"));
        assert_eq!(says(5), None);
        assert_eq!(collapse(space, &Course::default()), None);
    }
}
