//! The page of a search.

use crate::{Cell, Page, SearchFigure};
use supernet_search::{
    Estimate, RankBy, Score, Scored,
    trust::{Evidence, Verdict},
};
use supernet_space::{PathMask, counted};
use supernet_train::Retrained;

/// Candidates that the page lists.
const LISTED: usize = 100;

/// What the page lists.
#[derive(Clone, Copy)]
pub(crate) struct Found<'a> {
    pub(crate) candidates: &'a [Scored],
    pub(crate) shortlist: &'a [(PathMask, Score)],
    pub(crate) verdict: Option<&'a Verdict>,
    pub(crate) retrained: &'a [Retrained],
    /// Drawings of the picked as SVG elements, each with its caption.
    pub(crate) pictures: &'a [(String, String)],
    /// A drawing of the best network as an SVG file.
    pub(crate) drawing: Option<&'a str>,
    /// What the best candidates are the best by.
    pub(crate) rank_by: RankBy,
}

/// Returns the page of a search: its figure, every network trained from scratch, drawings of the
/// best, the short-list after its fine-tune, the best candidates.
pub(crate) fn search_page(figure: &SearchFigure, found: &Found, table: &str, svg: &str) -> Page {
    let Found { candidates, shortlist, verdict, retrained, pictures, drawing, rank_by } = *found;
    let mut page = Page::new(&figure.title);
    verdict.iter().for_each(|verdict| judged(&mut page, verdict));
    for line in &figure.caption {
        page.paragraph(line);
    }
    if let Some(line) = table.lines().find(|line| line.starts_with("picked")).filter(|line| line.contains('−')) {
        page.paragraph(line);
    }
    page.figure(svg, "one-shot accuracies of the candidates, test accuracies of the networks trained from scratch");
    verdict.iter().for_each(|verdict| evidence(&mut page, &verdict.evidence));
    page.headline("Networks trained from scratch").table(&HEAD, &retrained.iter().map(network).collect::<Vec<_>>());
    if !pictures.is_empty() {
        page.headline("The picked cells").pictures(pictures);
    }
    if let Some(drawing) = drawing {
        page.headline("The best network").folded("Its operations, from the input down", drawing);
    }
    if !shortlist.is_empty() {
        page.headline(&format!("The short-list: {}, fine-tuned", counted(shortlist.len(), "candidate")));
        page.table(&["architecture", "fine-tuned (%)", "loss"], &shortlist.iter().map(tuned).collect::<Vec<_>>());
    }
    let mut ranked: Vec<&Scored> = candidates.iter().collect();
    ranked.retain(|scored| scored.score.is_number());
    ranked.sort_by(|a, b| rank_by.better_first(&a.score, &b.score));
    page.headline(&format!("The best {} of {}", ranked.len().min(LISTED), counted(ranked.len(), "candidate")));
    let rows: Vec<Vec<Cell>> = ranked.iter().take(LISTED).map(|scored| candidate(scored)).collect();
    page.table(&["architecture", "one-shot (%)", "one-shot loss", "parameters (k)", "MACs (M)"], &rows);
    page
}

/// Whether the ranking is to be trusted, why, and what to do; what is not to be trusted is marked.
fn judged(page: &mut Page, verdict: &Verdict) {
    let number = verdict.number.map_or_else(String::new, |number| format!(": {} {number}", verdict.number_of));
    let said = format!("{}{number}", verdict.trust);
    if verdict.trust.is_bad() {
        page.warning(&said);
    } else {
        page.paragraph(&said);
    }
    let advice = verdict.advice.iter().map(|advice| format!("What to do: {advice}"));
    verdict.reasons.iter().cloned().chain(advice).for_each(|line| {
        page.paragraph(&line);
    });
}

/// What the ranking was judged by.
fn evidence(page: &mut Page, evidence: &Evidence) {
    let row = |what: String, of: &str, tau: &Estimate| {
        vec![Cell::text(what), Cell::text(of), Cell::number(tau.to_string(), tau.value)]
    };
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    if let Some(check) = &evidence.check {
        let truth = format!("{} networks trained from scratch", check.networks);
        rows.extend(check.score.iter().map(|tau| row("one-shot score".into(), &truth, tau)));
        rows.extend(check.counting.iter().map(|one| row(one.count.clone(), &truth, &one.kendall)));
    }
    for repeats in &evidence.repeats {
        rows.push(row("one-shot score".into(), &repeats.of, &repeats.kendall));
        rows.extend(
            repeats.beyond_counts.iter().map(|tau| row("one-shot score beyond counts".into(), &repeats.of, tau)),
        );
    }
    rows.extend(evidence.follows.iter().map(|one| row("one-shot score".into(), &one.count, &one.kendall)));
    page.headline("What the ranking agrees with").table(&["ranking", "with", "Kendall's tau"], &rows);
}

const HEAD: [&str; 7] =
    ["group", "architecture", "one-shot (%)", "test (%)", "test loss", "parameters (k)", "MACs (M)"];

fn scaled(value: f64, scale: f64, digits: usize) -> Cell {
    Cell::number(format!("{:.digits$}", value * scale), value)
}

fn network(network: &Retrained) -> Vec<Cell> {
    vec![
        Cell::text(network.group.name()),
        Cell::code(&network.mask),
        scaled(network.one_shot.accuracy, 100.0, 1),
        scaled(network.test.accuracy, 100.0, 2),
        scaled(network.test.loss, 1.0, 3),
        scaled(network.cost.parameters as f64, 1e-3, 1),
        scaled(network.cost.macs as f64, 1e-6, 2),
    ]
}

fn tuned((mask, score): &(PathMask, Score)) -> Vec<Cell> {
    vec![Cell::code(mask), scaled(score.accuracy, 100.0, 1), scaled(score.loss, 1.0, 3)]
}

fn candidate(scored: &Scored) -> Vec<Cell> {
    vec![
        Cell::code(&scored.architecture),
        scaled(scored.score.accuracy, 100.0, 1),
        scaled(scored.score.loss, 1.0, 3),
        scaled(scored.cost.parameters as f64, 1e-3, 1),
        scaled(scored.cost.macs as f64, 1e-6, 2),
    ]
}
