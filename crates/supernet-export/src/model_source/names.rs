//! How the module's `load` finds its parameters in the weights file, which keeps the names of the
//! search.

use super::{
    blocks::from_field,
    cells::{Cells, cell_field},
    layout::list,
};
use crate::plan::{CellPlan, Plan};
use supernet_space::{CELL_INPUTS, CellOperation};

/// The table of names: patterns and what replaces them, in order.
pub(super) fn table(plan: &Plan, cells: &Cells) -> String {
    table_of(rules(plan, cells))
}

/// The table of these patterns.
pub(crate) fn table_of(rules: Vec<(String, String)>) -> String {
    let mut text = String::from(
        "/// What the weights file calls the parameters, as patterns, and what they are called here. The patterns\n\
         /// are applied in this order; names that are this module's already stay as they are.\n\
         const NAMES: &[(&str, &str)] = &[\n",
    );
    for (from, to) in rules {
        text += &list(4, "", ["(", ")"], &[format!("r\"{from}\""), format!("\"{to}\"")], ",");
    }
    text + "];\n"
}

pub(super) fn rules(plan: &Plan, cells: &Cells) -> Vec<(String, String)> {
    let mut rules = Vec::new();
    let mut rule = |from: &str, to: &str| rules.push((from.to_owned(), to.to_owned()));
    rule(r"[._]site\.norm\.", ".norm.");
    let (projected, output) = (|| plan.blocks().any(|b| b.projected), || plan.blocks().any(|b| b.normed_sum));
    if projected() || output() {
        rule(r"\.(projected|output)\.norm\.", ".$1.");
    }
    if plan.blocks().flat_map(|block| &block.operations).any(|operation| operation.convolves()) {
        rule(r"\.first\.norm\.", ".norm1.");
        rule(r"\.second\.norm\.", ".norm2.");
    }
    rule(r"\.scale$", ".gamma");
    rule(r"\.shift$", ".beta");
    rule(r"\.stored_mean$", ".running_mean");
    rule(r"\.stored_variance$", ".running_var");
    rule(r"^(stem[12])\.weight$", "$1.conv.weight");
    let mut inputs: Vec<usize> = plan.blocks().flat_map(|block| block.inputs.iter().copied()).collect();
    inputs.sort_unstable();
    inputs.dedup();
    for input in inputs {
        rule(&format!(r"\.inputs\.weights\.{input}$"), &format!(".{}.weight", from_field(input)));
    }
    let mut blocks: Vec<usize> = plan.blocks().map(|block| block.index).collect();
    blocks.sort_unstable();
    blocks.dedup();
    for block in blocks {
        rule(&format!(r"\.blocks\.{block}\."), &format!(".block{}.", block + 1));
    }
    for operation in CellOperation::ALL.into_iter().filter(|&operation| plan.has(operation)) {
        let (index, name) = (operation.index(), operation.name());
        match operation {
            CellOperation::Separable(_) => rule(&format!(r"\.operations\.{index}\.Separable\."), &format!(".{name}.")),
            CellOperation::Factored => rule(&format!(r"\.operations\.{index}\.Factored\."), &format!(".{name}.")),
            CellOperation::Identity | CellOperation::MaxPool | CellOperation::AveragePool => {}
        }
    }
    if (3..=7).any(|side| plan.has(CellOperation::Separable(side))) {
        rule(r"\.(depthwise|pointwise)\.0$", ".${1}1.weight");
        rule(r"\.(depthwise|pointwise)\.1$", ".${1}2.weight");
    }
    if plan.has(CellOperation::Factored) {
        rule(r"\.(horizontal|vertical)$", ".$1.weight");
    }
    if cells.are_equal() {
        gaps(&plan.cells[0], "", "", &mut rule)
    } else {
        (0..plan.cells.len())
            .for_each(|cell| gaps(&plan.cells[cell], &format!("^({})", readers(plan, cell)), "$1", &mut rule))
    }
    rule(r"\.weights\.(\d+)$", ".parts.$1.weight");
    if !cells.are_equal() {
        for cell in 0..plan.cells.len() {
            rule(&format!(r"^cells\.{cell}\."), &format!("{}.", cell_field(cell)));
        }
    }
    rules
}

/// What reads a cell with dead blocks has no part for them: the later parts move up.
fn gaps(cell: &CellPlan, from: &str, to: &str, rule: &mut impl FnMut(&str, &str)) {
    let live: Vec<usize> = (0..CELL_INPUTS).chain(cell.blocks.iter().map(|block| CELL_INPUTS + block.index)).collect();
    for slice in 0..=live[live.len() - 1] {
        let place = match live.iter().position(|&other| other == slice) {
            Some(place) if place == slice => continue,
            Some(place) => format!("parts.{place}.weight"),
            None => format!("unread.{slice}"),
        };
        rule(&format!(r"{from}\.weights\.{slice}$"), &format!("{to}.{place}"));
    }
}

/// The 1x1s that read a cell, as alternatives of a pattern.
fn readers(plan: &Plan, cell: usize) -> String {
    let after = |input: usize| cell + CELL_INPUTS - input;
    let inputs = (0..CELL_INPUTS).rev().filter(|&input| after(input) < plan.cells.len());
    let mut readers: Vec<String> =
        inputs.map(|input| format!(r"cells\.{}\.{}", after(input), ["a", "b"][input])).collect();
    if cell + 1 == plan.cells.len() {
        readers.push("head".into());
    }
    readers.join("|")
}
