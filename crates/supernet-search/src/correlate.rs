//! How well scores agree with a table of trained architectures.

use crate::{
    Bootstrap, Estimate, Evaluator, Ranking, Scored, SearchError, Table, best_place_among, kendall, precision_at,
    ranking::pick, spearman,
};
use serde::{Deserialize, Serialize};
use std::{collections::HashSet, fmt};
use supernet_space::{Architecture, Cost};

/// What [`correlate`] looks at.
#[derive(Clone, Debug, PartialEq)]
pub struct CorrelateSettings {
    /// Architectures that are left out, because their lines were used for choosing.
    pub held_out: Vec<Architecture>,
    /// Shares of the ranking whose precision is taken.
    pub shares: Vec<f64>,
    /// Numbers of best among which the truly best is looked for.
    pub among: Vec<usize>,
    /// How intervals are made.
    pub bootstrap: Bootstrap,
}

impl Default for CorrelateSettings {
    /// Nothing held out; the best 1, 5 and 10 %; the best 1, 5, 10, 50 and 100; 200 resamples.
    fn default() -> Self {
        Self {
            held_out: Vec::new(),
            shares: vec![0.01, 0.05, 0.1],
            among: vec![1, 5, 10, 50, 100],
            bootstrap: Bootstrap { seed: 1, resamples: 200 },
        }
    }
}

/// How well rankings agree with a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableCorrelation {
    /// The table's name.
    pub table: String,
    /// Architectures that were compared.
    pub compared: usize,
    /// Scored architectures that were left out.
    pub held_out: usize,
    /// Lists of scores that the statistics are means of.
    pub lists: usize,
    /// Each ranking among all that were compared.
    pub all: Vec<TableAgreement>,
    /// Each ranking among the truly better half: those whose accuracy is at least the median.
    pub top_half: Vec<TableAgreement>,
}

/// How well one ranking agrees with a table. `None` where a ranking is constant or a score is no
/// number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableAgreement {
    /// What ranks.
    pub ranking: String,
    /// Kendall's tau-b with the accuracies.
    pub kendall: Option<Estimate>,
    /// Spearman's rho with the accuracies.
    pub spearman: Option<Estimate>,
    /// Of the best of it, how many are among as many truly best.
    pub precision: Vec<PrecisionAt>,
    /// What the best of it are worth.
    pub best: Vec<BestAmong>,
}

/// Precision at the top.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrecisionAt {
    /// The share that is looked at.
    pub share: f64,
    /// Architectures in it.
    pub k: usize,
    /// The share of them that is among the k truly best.
    pub precision: Option<Estimate>,
}

/// The truly best of the k best by a ranking.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BestAmong {
    /// k.
    pub k: usize,
    /// Its true place; 1 is the best.
    pub place: Option<Estimate>,
}

/// Holds scores against what `table` reports of the same architectures: how well accuracy, loss,
/// parameter count and multiply-accumulates rank them, each with bootstrap intervals. `lists` are
/// several scorings of the same architectures in the same order, as by supernets of several seeds;
/// the statistics are means over them. The loss is left out where there is none.
///
/// # Errors
/// No list or lists of different architectures, an architecture that the table lacks, fewer than
/// two architectures that are not held out.
pub fn correlate(
    table: &Table,
    lists: &[Vec<Scored>],
    settings: &CorrelateSettings,
) -> Result<TableCorrelation, SearchError> {
    let first = lists.first().ok_or_else(|| SearchError::NoScores { table: table.file().into() })?;
    for (list, scored) in lists.iter().enumerate() {
        let same = |(a, b): (&Scored, &Scored)| a.architecture == b.architecture;
        if scored.len() != first.len() || !scored.iter().zip(first).all(same) {
            return Err(SearchError::OtherScores { table: table.file().into(), list });
        }
    }
    let architectures: Vec<Architecture> = first.iter().map(|scored| scored.architecture.clone()).collect();
    let mut rankings = score_rankings(lists);
    rankings.extend(cost_rankings(table, &architectures)?);
    correlate_rankings(table, &architectures, &rankings, settings)
}

/// [`correlate`] for any rankings of `architectures`.
///
/// # Errors
/// A ranking of another number of architectures, an architecture that the table lacks, fewer than
/// two that are not held out.
pub fn correlate_rankings(
    table: &Table,
    architectures: &[Architecture],
    rankings: &[Ranking],
    settings: &CorrelateSettings,
) -> Result<TableCorrelation, SearchError> {
    let place = || table.file().to_owned();
    let expected = architectures.len();
    for ranking in rankings {
        if let Some(list) = ranking.lists.iter().find(|list| list.len() != expected) {
            let (table, ranking, found) = (place(), ranking.name.clone(), list.len());
            return Err(SearchError::RankingLength { table, ranking, found, expected });
        }
    }
    let truth = architectures.iter().map(|one| table.reported(one)).collect::<Result<Vec<f64>, _>>()?;
    let held_out: HashSet<&Architecture> = settings.held_out.iter().collect();
    let kept: Vec<usize> = (0..expected).filter(|&i| !held_out.contains(&architectures[i])).collect();
    if kept.len() < 2 {
        return Err(SearchError::FewCompared { table: place(), found: kept.len(), held_out: expected - kept.len() });
    }
    let compared = Compared { truth: &truth, settings };
    let of = |places: &[usize], name: &str| {
        rankings.iter().map(|ranking| compared.agreement(ranking, places, name)).collect()
    };
    Ok(TableCorrelation {
        table: place(),
        compared: kept.len(),
        held_out: expected - kept.len(),
        lists: rankings.iter().map(|ranking| ranking.lists.len()).max().unwrap_or(0),
        all: of(&kept, "table"),
        top_half: of(&better_half(&truth, &kept), "table/top half"),
    })
}

/// [`correlate`] of what an evaluator says of every architecture of `table`.
///
/// # Errors
/// Whatever the evaluator reports, and as [`correlate`].
pub fn correlate_evaluator<E: Evaluator>(
    table: &Table,
    evaluator: &mut E,
    settings: &CorrelateSettings,
) -> Result<TableCorrelation, E::Error>
where
    E::Error: From<SearchError>,
{
    let architectures: Vec<Architecture> = table.rows().iter().map(|row| row.architecture.clone()).collect();
    Ok(correlate(table, &[evaluator.evaluate(&architectures)?], settings)?)
}

/// The rankings by accuracy and, where all have one, by loss.
pub fn score_rankings(lists: &[Vec<Scored>]) -> Vec<Ranking> {
    let by = |name: &str, value: fn(&Scored) -> f64| Ranking {
        name: name.into(),
        lists: lists.iter().map(|scored| scored.iter().map(value).collect()).collect(),
    };
    let mut rankings = vec![by("accuracy", |scored| scored.score.accuracy)];
    if lists.iter().flatten().all(|scored| !scored.score.loss.is_nan()) {
        rankings.push(by("loss", |scored| -scored.score.loss));
    }
    rankings
}

/// The rankings by parameter count and by multiply-accumulates, as the table has them.
///
/// # Errors
/// An architecture that the table lacks.
pub fn cost_rankings(table: &Table, architectures: &[Architecture]) -> Result<Vec<Ranking>, SearchError> {
    let costs = architectures.iter().map(|one| table.row(one).map(|row| row.cost)).collect::<Result<Vec<_>, _>>()?;
    let by = |name: &str, count: fn(&Cost) -> u64| Ranking {
        name: name.into(),
        lists: vec![costs.iter().map(|cost| count(cost) as f64).collect()],
    };
    Ok(vec![by("parameters", |cost| cost.parameters), by("multiply-accumulates", |cost| cost.macs)])
}

/// Those of `places` whose value is at least the median.
fn better_half(values: &[f64], places: &[usize]) -> Vec<usize> {
    let mut sorted = pick(values, places);
    sorted.sort_by(f64::total_cmp);
    let median = sorted[sorted.len() / 2];
    places.iter().copied().filter(|&place| values[place] >= median).collect()
}

/// A statistic of (scores, accuracies).
type Statistic<'a> = dyn Fn(&[f64], &[f64]) -> Option<f64> + 'a;

struct Compared<'a> {
    truth: &'a [f64],
    settings: &'a CorrelateSettings,
}

impl Compared<'_> {
    fn agreement(&self, ranking: &Ranking, places: &[usize], name: &str) -> TableAgreement {
        let CorrelateSettings { shares, among, bootstrap, .. } = self.settings;
        let n = places.len();
        let estimate = |statistic: &Statistic| {
            ranking.estimate(*bootstrap, name, &vec![0; n], |list, drawn| {
                let drawn: Vec<usize> = drawn.iter().map(|&i| places[i]).collect();
                statistic(&pick(list, &drawn), &pick(self.truth, &drawn))
            })
        };
        let precision = |&share: &f64| {
            let k = ((n as f64 * share).round() as usize).clamp(1, n);
            PrecisionAt { share, k, precision: estimate(&|list, truth| precision_at(list, truth, k)) }
        };
        let best = |&k: &usize| BestAmong {
            k,
            place: estimate(&|list, truth| best_place_among(list, truth, k).map(|place| place as f64)),
        };
        TableAgreement {
            ranking: ranking.name.clone(),
            kendall: estimate(&kendall),
            spearman: estimate(&spearman),
            precision: shares.iter().map(precision).collect(),
            best: among.iter().filter(|&&k| k <= n).map(best).collect(),
        }
    }
}

impl TableCorrelation {
    /// The agreement of the ranking of this name among all.
    pub fn ranking(&self, name: &str) -> Option<&TableAgreement> {
        self.all.iter().find(|agreement| agreement.ranking == name)
    }
}

impl fmt::Display for TableCorrelation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, compared, held_out, lists, .. } = self;
        writeln!(
            f,
            "{table}: {compared} architectures ({held_out} held out), means over {lists} scorings, 95 % intervals"
        )?;
        for (title, agreements) in [("all", &self.all), ("the truly better half", &self.top_half)] {
            writeln!(f, "\n{title}")?;
            write!(f, "{:<22} {:<20} {:<20}", "ranked by", "Kendall", "Spearman")?;
            for at in agreements.first().iter().flat_map(|first| &first.precision) {
                write!(f, " {:<20}", format!("precision {} %", at.share * 100.0))?;
            }
            for at in agreements.first().iter().flat_map(|first| &first.best) {
                write!(f, " {:<22}", format!("best of {}", at.k))?;
            }
            writeln!(f)?;
            for agreement in agreements {
                write!(f, "{:<22}", agreement.ranking)?;
                let fine = [agreement.kendall, agreement.spearman].into_iter();
                for value in fine.chain(agreement.precision.iter().map(|at| at.precision)) {
                    write!(f, " {:<20}", shown(value, 3))?;
                }
                for at in &agreement.best {
                    write!(f, " {:<22}", shown(at.place, 0))?;
                }
                writeln!(f)?;
            }
        }
        Ok(())
    }
}

fn shown(value: Option<Estimate>, digits: usize) -> String {
    value.map_or("-".into(), |Estimate { value, low, high }| {
        format!("{value:.digits$} [{low:.digits$}, {high:.digits$}]")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Score;
    use supernet_space::NasBenchMacro;

    /// Networks of the last two layers' options, accuracies 10 to 90 per cent.
    fn table() -> Table {
        let rows: String =
            (0..9).map(|i| format!("000000{}{},{a},{a},{a},{a}\n", i / 3, i % 3, a = 10 + 10 * i)).collect();
        let csv = format!("arch,acc1,acc2,acc3,mean_acc\n{rows}");
        Table::nas_bench_macro("macro.csv", csv.as_bytes(), &["acc1"]).unwrap()
    }

    fn scored(table: &Table, score: impl Fn(usize) -> f64) -> Vec<Scored> {
        let one = |(i, row): (usize, &crate::TableRow)| Scored {
            architecture: row.architecture.clone(),
            score: Score { accuracy: score(i), loss: 1.0 - score(i), images: 100 },
            cost: Cost::default(),
        };
        table.rows().iter().enumerate().map(one).collect()
    }

    fn value(estimate: Option<Estimate>) -> f64 {
        estimate.unwrap().value
    }

    #[test]
    fn scores_that_are_right_agree_fully_and_means_are_taken_over_lists() {
        let table = table();
        let right = scored(&table, |i| i as f64 / 9.0);
        let wrong = scored(&table, |i| -(i as f64));
        let settings = CorrelateSettings { among: vec![1, 3, 100], ..Default::default() };
        let found = correlate(&table, std::slice::from_ref(&right), &settings).unwrap();
        let accuracy = found.ranking("accuracy").unwrap();
        assert_eq!(accuracy.kendall.unwrap(), Estimate { value: 1.0, low: 1.0, high: 1.0 });
        assert_eq!(value(found.ranking("loss").unwrap().spearman), 1.0);
        assert!(accuracy.precision.iter().all(|at| at.k == 1 && value(at.precision) == 1.0));
        assert_eq!(accuracy.best.iter().map(|at| (at.k, value(at.place))).collect::<Vec<_>>(), [(1, 1.0), (3, 1.0)]);
        let both = correlate(&table, &[right, wrong], &settings).unwrap();
        let accuracy = both.ranking("accuracy").unwrap();
        assert_eq!((both.lists, value(accuracy.kendall), value(accuracy.best[0].place)), (2, 0.0, 5.0));
        // The last two layers have equal shapes, so three pairs of the 36 tie and three more are in
        // the wrong order: 30 − 3 of √(33·36).
        let expected = 27.0 / f64::sqrt(33.0 * 36.0);
        assert!((value(both.ranking("parameters").unwrap().kendall) - expected).abs() < 1e-12);
    }

    #[test]
    fn what_is_held_out_counts_nowhere_and_the_better_half_is_ranked_alone() {
        let table = table();
        // Right among the better five of nine, wrong among the others.
        let scores = scored(&table, |i| if i < 4 { -(i as f64) - 10.0 } else { i as f64 });
        let all = correlate(&table, std::slice::from_ref(&scores), &CorrelateSettings::default()).unwrap();
        assert!(value(all.ranking("accuracy").unwrap().kendall) < 1.0);
        assert_eq!(value(all.top_half[0].kendall), 1.0);
        let held_out = table.rows()[..4].iter().map(|row| row.architecture.clone()).collect();
        let settings = CorrelateSettings { held_out, ..Default::default() };
        let rest = correlate(&table, &[scores], &settings).unwrap();
        assert_eq!((rest.compared, rest.held_out), (5, 4));
        assert_eq!(value(rest.ranking("accuracy").unwrap().kendall), 1.0);
        assert!(rest.to_string().contains("5 architectures (4 held out)"));
    }

    #[test]
    fn a_table_is_an_evaluator_like_any_other_and_has_no_loss() {
        let table = table();
        let found = correlate_evaluator(&table, &mut table.clone(), &CorrelateSettings::default()).unwrap();
        assert_eq!(value(found.ranking("accuracy").unwrap().kendall), 1.0);
        assert!(found.ranking("loss").is_none());
        let json = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<TableCorrelation>(&json).unwrap().to_string(), found.to_string());
    }

    #[test]
    fn lists_that_do_not_fit_are_refused() {
        let table = table();
        let scores = scored(&table, |i| i as f64);
        let settings = CorrelateSettings::default();
        let message = |lists: &[Vec<Scored>], settings: &CorrelateSettings| {
            correlate(&table, lists, settings).unwrap_err().to_string()
        };
        assert_eq!(message(&[], &settings), "macro.csv: found no list of scores, expected at least one");
        assert_eq!(
            message(&[scores.clone(), scores[1..].to_vec()], &settings),
            "macro.csv: found other architectures in list 1 of scores, expected those of list 0 in the same order"
        );
        let held_out = scores.iter().map(|scored| scored.architecture.clone()).collect();
        assert_eq!(
            message(std::slice::from_ref(&scores), &CorrelateSettings { held_out, ..settings.clone() }),
            "macro.csv: found 0 scored architectures that are not held out (9 are), expected at least 2"
        );
        let other = Scored { architecture: NasBenchMacro::new().parse("22222222").unwrap(), ..scores[0].clone() };
        assert!(
            message(&[vec![other.clone(), scores[0].clone()]], &settings).contains("found no line of architecture")
        );
    }
}
