//! Where the channels of the layers between tensors of chosen widths stand.

use super::anatomy::{Anatomy, Wide, WideKind};

/// Parameters that hold the channels of a width side by side along an axis, a slice each.
pub(super) struct Run<'a> {
    pub(super) names: Vec<&'a str>,
    pub(super) axis: usize,
}

/// What a normalisation holds of each channel.
const OF_A_CHANNEL: [&str; 4] = ["scale", "shift", "stored_mean", "stored_variance"];

impl Wide {
    /// What the channels that it writes begin with: the rows of its weights, and what its
    /// normalisations hold.
    pub(super) fn written<'a>(&self, of: &'a Anatomy) -> Vec<Run<'a>> {
        let weights: Vec<Run<'a>> = match self.kind {
            WideKind::Conv => {
                let of_input = |i: usize| self.run(of, 0, |j| format!("weights.{j}.{i}"));
                (0..).map(of_input).take_while(|run| !run.names.is_empty()).collect()
            }
            WideKind::Depthwise => vec![self.run(of, 0, |j| format!("weights.{j}"))],
            WideKind::Linear => Vec::new(),
        };
        let norms = OF_A_CHANNEL.iter().map(|field| self.norms(of, field));
        weights.into_iter().chain(norms.filter(|run| !run.names.is_empty())).collect()
    }

    /// How the channels that it reads are heard: the columns of its weights.
    pub(super) fn heard<'a>(&self, of: &'a Anatomy) -> Vec<Run<'a>> {
        match self.kind {
            WideKind::Conv => {
                let of_output = |j: usize| self.run(of, 1, |i| format!("weights.{j}.{i}"));
                (0..).map(of_output).take_while(|run| !run.names.is_empty()).collect()
            }
            WideKind::Depthwise => Vec::new(),
            WideKind::Linear => vec![self.run(of, 0, |i| format!("weights.{i}"))],
        }
    }

    /// A field of its normalisations; empty where they have none.
    pub(super) fn norms<'a>(&self, of: &'a Anatomy, field: &str) -> Run<'a> {
        self.run(of, 0, |j| format!("norms.{j}.norm.{field}"))
    }

    fn run<'a>(&self, of: &'a Anatomy, axis: usize, rest: impl Fn(usize) -> String) -> Run<'a> {
        let names = (0..).map_while(|slice| of.at(&self.path, &rest(slice))).map(|one| one.name.as_str());
        Run { names: names.collect(), axis }
    }
}
