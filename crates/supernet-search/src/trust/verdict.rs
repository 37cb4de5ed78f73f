//! Whether a ranking is to be trusted: one word, the number behind it, and what to do.

use super::{
    check::{Check, FITTED},
    follows::Follows,
    plateau::Plateau,
    repeats::Repeats,
};
use crate::{Estimate, calibration::OutOfFold};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is known of a ranking.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// What the scores follow.
    pub follows: Vec<Follows>,
    /// How well they repeat.
    pub repeats: Vec<Repeats>,
    /// How far training was from its plateau.
    pub plateau: Option<Plateau>,
    /// What networks trained from scratch say.
    pub check: Option<Check>,
    /// How the scores rank them once they are calibrated by them, out of fold.
    pub calibration: Option<OutOfFold>,
}

/// How a ranking stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// It ranks networks trained from scratch better than counting does, beyond chance.
    Trusted,
    /// Nothing speaks against it, and no network was trained from scratch to see.
    Unchecked,
    /// It may be better than counting; what is known cannot tell.
    Unclear,
    /// It does not beat counting, or what is known speaks against it.
    NotTrusted,
}

/// What to do about a ranking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// Train some networks from scratch and hold the ranking against them.
    Check,
    /// More networks in the check.
    CheckMore,
    /// Train the supernet longer.
    TrainLonger,
    /// Draw paths in another way: at a constant rate, or options without weights rarely.
    AnotherSampler,
    /// Drop paths at a constant rate.
    ConstantRate,
    /// Draw options without weights rarely.
    #[serde(alias = "rare_identity")]
    RareWeightless,
    /// Score on more validation images, rank by loss, average several supernets.
    LessNoise,
    /// Fit the scores to the networks that are known.
    Calibrate,
}

/// Whether a ranking is to be trusted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// In a word.
    pub trust: Trust,
    /// What the number below is.
    pub number_of: String,
    /// The number that decided, with its interval; none where there was nothing to compute it from.
    pub number: Option<Estimate>,
    /// Why, a sentence each.
    pub reasons: Vec<String>,
    /// What to do, in this order.
    pub advice: Vec<Advice>,
    /// What it was judged by.
    pub evidence: Evidence,
}

/// Scores of two halves that agree less than this are mostly noise.
const NOISE: f64 = 0.3;

/// Those that agree less than this have much noise in them.
const MUCH_NOISE: f64 = 0.6;

/// A loss that fell by more than this share of its fall in the last quarter has not settled.
const LATE: f64 = 0.15;

/// Judges a ranking: by networks trained from scratch where there are some; else by what costs
/// nothing, of which the best that can be said is that nothing speaks against it.
pub fn verdict(evidence: Evidence) -> Verdict {
    let judged = match &evidence.check {
        Some(check) => checked(check),
        None => unchecked(&evidence),
    };
    let mut advice = judged.advice;
    let late = evidence.plateau.filter(|plateau| plateau.late_fall > LATE);
    let mut reasons = judged.reasons;
    if let Some(OutOfFold { rows, kendall: Some(with), counts_alone: Some(without), .. }) = evidence.calibration {
        reasons.push(format!(
            "calibrated by these {rows} networks it ranks at {with} out of fold, counts alone at {without}"
        ));
    }
    if let Some(plateau) = late {
        reasons.push(format!(
            "{:.0} % of the fall of the training loss was in the last quarter of the steps",
            100.0 * plateau.late_fall.min(1.0)
        ));
        if judged.trust != Trust::Trusted && !advice.contains(&Advice::TrainLonger) {
            advice.push(Advice::TrainLonger);
        }
    }
    Verdict { trust: judged.trust, number_of: judged.number_of, number: judged.number, reasons, advice, evidence }
}

impl Verdict {
    /// Returns the same with advice that can be followed alone: where paths can be dropped at a
    /// constant rate, where options without weights can be drawn rarely, where enough networks are
    /// checked to calibrate by.
    #[must_use]
    pub fn where_possible(mut self, constant_rate: bool, rare_weightless: bool, calibrated: bool) -> Self {
        let follow = |advice: Advice| match (advice, constant_rate, rare_weightless) {
            (Advice::AnotherSampler, true, false) => Some(Advice::ConstantRate),
            (Advice::AnotherSampler, false, true) => Some(Advice::RareWeightless),
            (Advice::AnotherSampler, false, false) => None,
            (Advice::Calibrate, ..) if !calibrated => Some(Advice::CheckMore),
            _ => Some(advice),
        };
        let mut advice: Vec<Advice> = Vec::new();
        for one in self.advice.into_iter().filter_map(follow) {
            if !advice.contains(&one) {
                advice.push(one);
            }
        }
        self.advice = advice;
        self
    }
}

/// A verdict without what it was judged by.
struct Judged {
    trust: Trust,
    number_of: String,
    number: Option<Estimate>,
    reasons: Vec<String>,
    advice: Vec<Advice>,
}

fn checked(check: &Check) -> Judged {
    let number_of = format!("Kendall's tau with {} networks trained from scratch", check.networks);
    let remedies = vec![Advice::TrainLonger, Advice::AnotherSampler, Advice::LessNoise, Advice::Calibrate];
    let Some(score) = check.score else {
        let reasons = vec![format!(
            "{} networks do not order its scores: too many scores or accuracies are equal",
            check.networks
        )];
        return Judged { trust: Trust::NotTrusted, number_of, number: None, reasons, advice: remedies };
    };
    let best = check.best_counting();
    let beside = best.map(|best| format!("{} rank them at {}", best.count, best.kendall));
    let behind = best.and_then(|best| best.behind);
    let (trust, reason, advice) = if score.low <= 0.0 {
        (Trust::NotTrusted, "its ranking cannot be told from chance".to_owned(), remedies)
    } else if behind.is_some_and(|behind| behind.value <= 0.0) {
        (Trust::NotTrusted, "it does not beat counting".to_owned(), remedies)
    } else if behind.is_none_or(|behind| behind.low > 0.0) {
        (Trust::Trusted, "it beats counting".to_owned(), Vec::new())
    } else {
        let reason = "it ranks above counting, by less than so few networks can tell from chance".to_owned();
        (Trust::Unclear, reason, vec![Advice::CheckMore, Advice::Calibrate])
    };
    Judged { trust, number_of, number: Some(score), reasons: [reason].into_iter().chain(beside).collect(), advice }
}

fn unchecked(evidence: &Evidence) -> Judged {
    let least = evidence.repeats.iter().min_by(|a, b| a.kendall.value.total_cmp(&b.kendall.value));
    let (number_of, number) = match least {
        Some(repeats) => (format!("Kendall's tau between {}", repeats.of), Some(repeats.kendall)),
        None => ("Kendall's tau between two scorings".into(), None),
    };
    let mut judged =
        Judged { trust: Trust::Unchecked, number_of, number, reasons: Vec::new(), advice: vec![Advice::Check] };
    if least.is_none() {
        judged.reasons.push("whether its scores repeat is not known: nothing was scored twice".into());
    }
    let mut against = |trust: Trust, reason: String, advice: Advice| {
        if judged.trust != Trust::NotTrusted {
            judged.trust = trust;
        }
        judged.reasons.push(reason);
        if !judged.advice.contains(&advice) {
            judged.advice.push(advice);
        }
    };
    if let Some(reason) = prefers_few_weights(&evidence.follows) {
        against(Trust::NotTrusted, reason, Advice::TrainLonger);
        against(Trust::NotTrusted, "supernets that were trained too briefly do that".into(), Advice::AnotherSampler);
    }
    for repeats in &evidence.repeats {
        if repeats.kendall.value < MUCH_NOISE {
            let trust = if repeats.kendall.value < NOISE { Trust::NotTrusted } else { Trust::Unclear };
            against(trust, format!("{} rank alike at {} only", repeats.of, repeats.kendall), Advice::LessNoise);
        }
        if let Some(beyond) = repeats.beyond_counts.filter(|beyond| beyond.low <= 0.0) {
            let reason = format!("what {} have in common beyond counting is {beyond}, no more than chance", repeats.of);
            against(Trust::NotTrusted, reason, Advice::LessNoise);
        }
    }
    judged
}

/// Whether scores fall with parameters, or rise with operations that have no weights.
fn prefers_few_weights(follows: &[Follows]) -> Option<String> {
    let of = |count: &str| follows.iter().find(|follows| follows.count == count).map(|follows| follows.kendall);
    let parameters = of("parameters").filter(|kendall| kendall.high < 0.0);
    let weightless = of("operations without weights").filter(|kendall| kendall.low > 0.0);
    match (parameters, weightless) {
        (Some(tau), _) => Some(format!("its scores fall with the number of parameters: Kendall's tau {tau}")),
        (None, Some(tau)) if !of("parameters").is_some_and(|parameters| parameters.low > 0.0) => {
            Some(format!("its scores rise with the number of operations without weights: Kendall's tau {tau}"))
        }
        _ => None,
    }
}

impl Trust {
    /// Whether it is to be marked.
    pub fn is_bad(self) -> bool {
        self == Self::NotTrusted
    }
}

impl fmt::Display for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Trusted => "this ranking is better than counting",
            Self::Unchecked => "nothing speaks against this ranking; it was not checked",
            Self::Unclear => "it is not clear whether this ranking is worth anything",
            Self::NotTrusted => "DO NOT TRUST THIS RANKING",
        })
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Check => "check it: --check 20 trains twenty of its networks from scratch",
            Self::CheckMore => "check it on more networks: 60 tell differences half as large",
            Self::TrainLonger => "train the supernet longer",
            Self::AnotherSampler => {
                "draw paths in another way: a constant rate of path dropout, or operations without weights rarely"
            }
            Self::ConstantRate => {
                "draw paths in another way: a constant rate of path dropout (--paths constant, a run of its own)"
            }
            Self::RareWeightless => {
                "draw paths in another way: options without weights rarely (--paths rare, a run of its own)"
            }
            Self::LessNoise => {
                "rank by loss (--rank-by loss), on more validation images, by the mean of several supernets \
                 (--averaged 3)"
            }
            Self::Calibrate => {
                "pick by scores that the checked networks calibrate (--check 20 --calibrate, a run of its own)"
            }
        })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.trust)?;
        if let Some(number) = self.number {
            write!(f, ": {} {number}", self.number_of)?;
        }
        writeln!(f)?;
        self.reasons.iter().try_for_each(|reason| writeln!(f, "  - {reason}"))?;
        if let Some(Check { score: Some(score), counting, .. }) = &self.evidence.check {
            writeln!(f, "  {:<34} {score}", "one-shot score")?;
            counting.iter().try_for_each(|one| writeln!(f, "  {:<34} {}", one.count, one.kendall))?;
            // Predictions from the other networks fall where one's own value rises.
            if counting.iter().any(|one| one.count == FITTED && one.kendall.value < 0.0) {
                writeln!(f, "  (a fit below 0 predicts nothing of networks that are left out of it)")?;
            }
        }
        self.advice.iter().try_for_each(|advice| writeln!(f, "  what to do: {advice}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Bootstrap,
        trust::{Counted, Counting, follows, repeats},
    };
    use rand::RngExt;
    use supernet_space::{Architecture, Cost, NasBench201, NasBench201Shape, draws};

    const BOOTSTRAP: Bootstrap = Bootstrap { seed: 1, resamples: 300 };

    /// 100 cells of NAS-Bench-201, what can be counted of them, and noise for each.
    fn cells() -> (Counted, [Vec<f64>; 2]) {
        let bench = NasBench201::new();
        let some: Vec<Architecture> = (0..100).map(|i| bench.space().sample(&mut draws(1, "verdict", i))).collect();
        let cost = |a: &Architecture| bench.cost(&NasBench201Shape::default(), a).unwrap();
        let rows: Vec<(&Architecture, Cost)> = some.iter().map(|a| (a, cost(a))).collect();
        let noise = |stream| (0..100).map(|i| draws(2, stream, i).random::<f64>()).collect::<Vec<f64>>();
        (Counted::of(bench.space(), &rows), [noise("one half"), noise("the other")])
    }

    fn halves_of(scores: [Vec<f64>; 2], counted: &Counted) -> Evidence {
        let mean: Vec<f64> = scores[0].iter().zip(&scores[1]).map(|(a, b)| a + b).collect();
        let halves = repeats("two halves of the validation images", [&scores[0], &scores[1]], counted, BOOTSTRAP);
        Evidence {
            follows: follows(&mean, counted, BOOTSTRAP),
            repeats: halves.unwrap().into_iter().collect(),
            ..Evidence::default()
        }
    }

    #[test]
    fn scores_that_rise_with_operations_without_weights_are_not_trusted() {
        let (counted, noise) = cells();
        let weightless = counted.column("operations without weights").unwrap();
        let scores = noise.map(|noise| noise.iter().zip(weightless).map(|(noise, count)| count + noise).collect());
        let verdict = verdict(halves_of(scores, &counted));
        assert_eq!(verdict.trust, Trust::NotTrusted);
        assert!(verdict.reasons[0].starts_with("its scores fall with the number of parameters"), "{verdict}");
        assert!(verdict.advice.contains(&Advice::TrainLonger) && verdict.to_string().starts_with("DO NOT TRUST"));
    }

    #[test]
    fn halves_that_rank_differently_are_noise() {
        let (counted, noise) = cells();
        let verdict = verdict(halves_of(noise, &counted));
        assert_eq!(verdict.trust, Trust::NotTrusted);
        assert!(verdict.reasons.iter().any(|reason| reason.contains("rank alike at")), "{verdict}");
        assert!(verdict.number.unwrap().value.abs() < 0.25 && verdict.advice.contains(&Advice::LessNoise));
    }

    #[test]
    fn scores_that_count_parameters_and_add_nothing_are_not_trusted() {
        let (counted, noise) = cells();
        let parameters = standard(counted.column("multiply-accumulates").unwrap());
        let scores =
            noise.map(|noise| noise.iter().zip(&parameters).map(|(noise, count)| count + 0.1 * noise).collect());
        let verdict = verdict(halves_of(scores, &counted));
        assert!(verdict.reasons.iter().any(|reason| reason.contains("beyond counting")), "{verdict}");
        assert_eq!(verdict.trust, Trust::NotTrusted);
    }

    #[test]
    fn scores_that_repeat_beyond_counting_are_unchecked_and_a_check_is_what_to_do() {
        let (counted, noise) = cells();
        let parameters = standard(counted.column("parameters").unwrap());
        let value = |i: usize| draws(4, "quality", i as u64).random::<f64>();
        let score = |noise: Vec<f64>| (0..100).map(|i| parameters[i] + 4.0 * value(i) + 0.2 * noise[i]).collect();
        let verdict = verdict(halves_of(noise.map(score), &counted));
        assert_eq!((verdict.trust, &verdict.advice[..]), (Trust::Unchecked, &[Advice::Check][..]), "{verdict}");
        let json = serde_json::to_string(&verdict).unwrap();
        let read: Verdict = serde_json::from_str(&json).unwrap();
        // Numbers may come back from JSON one place off their last.
        assert_eq!((read.trust, &read.advice, read.to_string()), (verdict.trust, &verdict.advice, verdict.to_string()));
        assert!(json.contains("\"trust\":\"unchecked\""));
    }

    fn standard(values: &[f64]) -> Vec<f64> {
        crate::trust::standardised(values)
    }

    #[test]
    fn advice_is_given_where_it_can_be_followed() {
        let advice = vec![Advice::TrainLonger, Advice::AnotherSampler, Advice::Calibrate];
        let given = |constant_rate, rare_weightless, calibrated| {
            let verdict = Verdict { advice: advice.clone(), ..verdict(Evidence::default()) };
            verdict.where_possible(constant_rate, rare_weightless, calibrated).advice
        };
        assert_eq!(given(true, true, true), advice);
        assert_eq!(given(true, false, true), [Advice::TrainLonger, Advice::ConstantRate, Advice::Calibrate]);
        assert_eq!(given(false, true, false), [Advice::TrainLonger, Advice::RareWeightless, Advice::CheckMore]);
        assert_eq!(given(false, false, false), [Advice::TrainLonger, Advice::CheckMore]);
    }

    #[test]
    fn fitted_counts_below_zero_are_explained() {
        let estimate = |value| Estimate { value, low: -1.0, high: 1.0 };
        let one = |count: &str, value| Counting { count: count.into(), kendall: estimate(value), behind: None };
        let counting = vec![one("depth", -0.5), one(FITTED, -0.4)];
        let check = Some(Check { networks: 12, score: Some(estimate(0.2)), counting });
        let text = verdict(Evidence { check, ..Evidence::default() }).to_string();
        let table = format!("{FITTED:<34} {}\n  (a fit below 0 predicts nothing", estimate(-0.4));
        assert!(text.contains(&table), "{text}");
    }

    #[test]
    fn a_loss_that_still_falls_is_a_reason_to_train_longer() {
        let plateau = Some(Plateau { loss: 1.5, late_fall: 0.3 });
        let verdict = verdict(Evidence { plateau, ..Evidence::default() });
        assert_eq!((verdict.trust, verdict.number), (Trust::Unchecked, None));
        assert_eq!(verdict.advice, [Advice::Check, Advice::TrainLonger]);
        assert!(verdict.to_string().contains("30 % of the fall of the training loss was in the last quarter"));
    }

    #[test]
    fn a_check_decides_whatever_else_is_known() {
        let (counted, noise) = cells();
        let quality: Vec<f64> = noise[0].clone();
        let judged = |scores: &[f64]| {
            let check = crate::trust::check(scores, &counted, &quality, BOOTSTRAP).unwrap();
            verdict(Evidence { check: Some(check), ..Evidence::default() })
        };
        let good: Vec<f64> = quality.iter().zip(&noise[1]).map(|(value, noise)| value + 0.3 * noise).collect();
        assert_eq!(judged(&good).trust, Trust::Trusted);
        let bad = judged(&noise[1]);
        assert!(bad.trust.is_bad() && bad.reasons[0].contains("cannot be told from chance"), "{bad}");
        let lines: Vec<String> = bad.to_string().lines().map(String::from).collect();
        let shown = |what: &str| lines.iter().any(|line| line.trim_start().starts_with(what) && line.ends_with(']'));
        assert!(["one-shot score", "parameters", "depth", FITTED].into_iter().all(shown), "{bad}");
        let flat = judged(&[1.0; 100]);
        assert_eq!((flat.trust, flat.number), (Trust::NotTrusted, None));
        let parameters = counted.column("parameters").unwrap().to_vec();
        let follower = crate::trust::check(&parameters, &counted, &parameters, BOOTSTRAP).unwrap();
        let follower = verdict(Evidence { check: Some(follower), ..Evidence::default() });
        assert!(follower.trust.is_bad() && follower.reasons[0].contains("does not beat counting"), "{follower}");
    }
}
