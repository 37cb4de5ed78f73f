//! The page of a search.

use super::{Cell, Page, cell_svg};
use crate::{Group, Retrained, SearchResult};
use supernet_search::Scored;

/// Candidates that the page lists.
const LISTED: usize = 100;

/// What a search found, as a page: its figure, every network trained from scratch, the best cell, the best candidates.
pub(crate) fn search_page(title: &str, caption: &[String], result: &SearchResult, table: &str, svg: &str) -> Page {
    let mut page = Page::new(title);
    for line in caption {
        page.paragraph(line);
    }
    if let Some(verdict) = table.lines().find(|line| line.starts_with("picked")).filter(|line| line.contains('−')) {
        page.paragraph(verdict);
    }
    page.figure(svg, "one-shot accuracies of the candidates, test accuracies of the networks trained from scratch");
    page.headline("Networks trained from scratch")
        .table(&HEAD, &result.retrained.iter().map(network).collect::<Vec<_>>());
    page.headline("The picked cells");
    let picked = result.retrained.iter().filter(|network| network.group == Group::Picked);
    let pictures: Vec<(String, String)> = picked
        .map(|network| {
            let said = format!("{:.1} % on test images: {}", 100.0 * network.test.accuracy, network.mask);
            (cell_svg(&result.stand_alone.cells, &network.mask), said)
        })
        .collect();
    page.pictures(&pictures);
    let mut ranked: Vec<&Scored> = result.candidates.iter().collect();
    ranked.sort_by(|a, b| a.score.better_first(&b.score));
    page.headline(&format!("The best {} of {} candidates", ranked.len().min(LISTED), ranked.len()));
    let rows: Vec<Vec<Cell>> = ranked.iter().take(LISTED).map(|scored| candidate(scored)).collect();
    page.table(&["architecture", "one-shot (%)", "one-shot loss", "parameters (k)", "MACs (M)"], &rows);
    page
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

fn candidate(scored: &Scored) -> Vec<Cell> {
    vec![
        Cell::code(&scored.architecture),
        scaled(scored.score.accuracy, 100.0, 1),
        scaled(scored.score.loss, 1.0, 3),
        scaled(scored.cost.parameters as f64, 1e-3, 1),
        scaled(scored.cost.macs as f64, 1e-6, 2),
    ]
}
