//! The widest network of given proportions.

use crate::TrainError;
use serde::{Deserialize, Serialize};
use supernet_nn::{Definition, Layer, NnError};
use supernet_space::{Cost, PathMask, SearchSpace};

/// What a network takes of a machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// Multiply-accumulates for one image.
    #[default]
    Macs,
    /// Parameters.
    Parameters,
}

impl Resource {
    /// Returns how much of it a cost is.
    pub fn of(self, cost: &Cost) -> u64 {
        match self {
            Self::Macs => cost.macs,
            Self::Parameters => cost.parameters,
        }
    }
}

/// The choice of a width: its place, and its options as numbers, channels or factors.
#[derive(Clone, Debug)]
pub(super) struct Widths {
    pub(super) choice: usize,
    pub(super) options: Vec<f64>,
}

impl Widths {
    /// The choice `name` of a space.
    ///
    /// # Errors
    /// Options that are no numbers.
    pub(super) fn of(space: &SearchSpace, name: &str) -> Result<Self, TrainError> {
        let refuse = |found: String| TrainError::config("width", found, "a choice whose options are numbers in order");
        let choice = space.position(name).ok_or_else(|| refuse(format!("no choice `{name}`")))?;
        let names = space.choices()[choice].options();
        let options: Option<Vec<f64>> = names.iter().map(|option| option.parse().ok()).collect();
        let options = options.filter(|options| options.windows(2).all(|pair| pair[0] < pair[1]));
        options.map(|options| Self { choice, options }).ok_or_else(|| refuse(format!("`{name}` of {names:?}")))
    }

    /// The place of the widest that a mask has on.
    pub(super) fn widest(&self, mask: &PathMask) -> usize {
        mask.bits(self.choice).checked_ilog2().unwrap_or_default() as usize
    }

    /// The place of the option nearest to a number.
    fn nearest(&self, value: f64) -> usize {
        let apart = |&place: &usize| (self.options[place] - value).abs();
        (0..self.options.len()).min_by(|a, b| apart(a).total_cmp(&apart(b))).unwrap_or_default()
    }
}

/// Returns the architecture of `from` with the widths `values`, by the names of their choices, times
/// the largest number with which it takes at most `most` of a resource (Gordon et al., CVPR 2018,
/// 4: the uniform expansion). Each width takes the option nearest to its product; then single widths
/// are raised, those first that rounding has cut most, as long as one fits. `None` where not even
/// the least widths fit.
///
/// # Errors
/// A choice of another name or whose options are no numbers, a mask of another space.
pub fn widths_within<M: Layer<D, 2>, const D: usize>(
    definition: &Definition<M, D>,
    from: &PathMask,
    values: &[(String, f64)],
    (resource, most): (Resource, u64),
) -> Result<Option<PathMask>, TrainError> {
    let widths: Vec<(Widths, f64)> = values
        .iter()
        .map(|(name, value)| Ok((Widths::of(definition.space(), name)?, *value)))
        .collect::<Result<_, TrainError>>()?;
    let fits = |mask: &PathMask| Ok::<_, NnError>(resource.of(&definition.cost(mask)?) <= most);
    let scaled = |times: f64| {
        widths
            .iter()
            .fold(from.clone(), |mask, (width, value)| mask.with(width.choice, 1 << width.nearest(times * value)))
    };
    if !fits(&scaled(0.0))? {
        return Ok(None);
    }
    let (mut least, mut times) = (0.0, 1.0);
    while times < MOST && fits(&scaled(times))? {
        (least, times) = (times, 2.0 * times);
    }
    for _ in 0..HALVINGS {
        let middle = (least + times) / 2.0;
        if fits(&scaled(middle))? { least = middle } else { times = middle }
    }
    let mut mask = scaled(least);
    loop {
        let mut wider = Vec::new();
        for (width, value) in &widths {
            let place = width.widest(&mask);
            if place + 1 < width.options.len() {
                let raised = mask.with(width.choice, 1 << (place + 1));
                wider.extend(fits(&raised)?.then_some((least * value / width.options[place], raised)));
            }
        }
        match wider.into_iter().max_by(|a, b| a.0.total_cmp(&b.0)) {
            Some((_, raised)) => mask = raised,
            None => return Ok(Some(mask)),
        }
    }
}

/// A factor beyond which every width is its widest.
const MOST: f64 = 1e6;
/// Halvings of the range of the factor.
const HALVINGS: usize = 60;
