//! Scores as what a surrogate is fitted to.

/// Turns accuracies into targets on which errors of a surrogate cost alike.
///
/// An accuracy becomes its logit, which spreads out what lies near 1. Networks that are broken
/// would stretch that scale and ruin what a model learns of the others, so targets end below at
/// median − 2.5 · 1.4826 · MAD of all, about 2.5 deviations below the middle. Scores that are not
/// all within 0 and 1 stay as they are, but for that end. A score that is no number is worth as
/// much as the worst that is one, and where at least half of all are the worst, less.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Targets {
    are_shares: bool,
    /// Where targets end below.
    least: f64,
    /// What is no number is worth.
    failed: f64,
}

impl Targets {
    /// The rule that some scores make; `None` if none of them is a number.
    pub(crate) fn of(scores: &[f64]) -> Option<Self> {
        let finite: Vec<f64> = scores.iter().copied().filter(|score| score.is_finite()).collect();
        let are_shares = finite.iter().all(|score| (0.0..=1.0).contains(score));
        let open = Self { are_shares, least: f64::NEG_INFINITY, failed: f64::NEG_INFINITY };
        let values: Vec<f64> = finite.iter().map(|&score| open.target(score)).collect();
        let middle = median(values.clone())?;
        let deviations = values.iter().map(|value| (value - middle).abs()).collect();
        let end = middle - 2.5 * 1.4826 * median(deviations)?;
        let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
        // Where most scores are equal there is no deviation to go by.
        let least = if end < middle { end.max(lowest) } else { lowest };
        Some(Self { are_shares, least, failed: if least < middle { least } else { least - 1.0 } })
    }

    /// The target of a score.
    pub(crate) fn target(&self, score: f64) -> f64 {
        /// The logit of 0 and of 1 is none.
        const EDGE: f64 = 1e-4;
        let value = if self.are_shares {
            let share = score.clamp(EDGE, 1.0 - EDGE);
            (share / (1.0 - share)).ln()
        } else {
            score
        };
        // Infinite scores are no better than none.
        if value.is_finite() { value.max(self.least) } else { self.failed }
    }
}

/// Returns scores as targets for a [`crate::Surrogate`], as [`crate::Guided`] has them: logits of
/// accuracies (other scores as they are), whose lower end is cut off at 2.5 deviations below the
/// median, deviations by the median absolute one. A score that is no number is worth that end; all
/// are 0 if none is one.
pub fn surrogate_targets(scores: &[f64]) -> Vec<f64> {
    let rule = Targets::of(scores);
    scores.iter().map(|&score| rule.map_or(0.0, |rule| rule.target(score))).collect()
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    let (low, high) = (*values.get(n.saturating_sub(1) / 2)?, *values.get(n / 2)?);
    Some(0.5 * (low + high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_kept_and_a_broken_network_does_not_stretch_the_scale() {
        let scores = [0.01, 0.70, 0.71, 0.72, 0.73, 0.74, f64::NAN];
        let rule = Targets::of(&scores).unwrap();
        let targets: Vec<f64> = scores.iter().map(|&score| rule.target(score)).collect();
        assert!(targets[1..6].windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(targets[0], targets[6]);
        // The plain logit of 0.01 is 5.5 below that of 0.7.
        assert!(targets[0] < targets[1] && targets[1] - targets[0] < 0.5, "{targets:?}");
        assert!((targets[3] - (0.72f64 / 0.28).ln()).abs() < 1e-12);
    }

    #[test]
    fn scores_that_are_no_shares_stay_as_they_are() {
        let rule = Targets::of(&[-3.0, -2.0, -1.0, 0.5]).unwrap();
        assert_eq!((rule.target(-2.0), rule.target(0.5)), (-2.0, 0.5));
        assert_eq!(rule.target(f64::INFINITY), rule.failed);
    }

    #[test]
    fn nothing_comes_of_nothing_and_equal_scores_have_a_target() {
        assert_eq!(Targets::of(&[]), None);
        assert_eq!(Targets::of(&[f64::NAN]), None);
        let rule = Targets::of(&[0.5, 0.5, 0.5, 0.2]).unwrap();
        assert!(rule.target(0.2) < rule.target(0.5));
        assert_eq!(rule.target(0.0), rule.target(0.2));
        let rule = Targets::of(&[0.5, 0.5, f64::NAN]).unwrap();
        assert!(rule.target(f64::NAN) < rule.target(0.5));
    }
}
