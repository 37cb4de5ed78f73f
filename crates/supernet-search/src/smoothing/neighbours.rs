//! A kernel over the choices in which architectures differ.

use supernet_space::{PathMask, SearchSpace};

/// Architectures as the sets that they take, ready to be compared.
pub(super) struct Neighbours {
    choices: usize,
    /// Sets of each architecture, one after another.
    sets: Vec<u64>,
    /// weight^d for d from 0 to the number of choices.
    powers: Vec<f64>,
}

impl Neighbours {
    pub(super) fn new(space: &SearchSpace, masks: &[&PathMask], weight: f64) -> Self {
        let choices = space.choices().len();
        // What is not active is no difference.
        let sets_of = |mask: &PathMask| {
            let active = space.active(mask).into_iter().enumerate();
            active.map(|(choice, active)| if active { mask.bits(choice) } else { 0 }).collect::<Vec<u64>>()
        };
        let sets = masks.iter().flat_map(|mask| sets_of(mask)).collect();
        Self { choices, sets, powers: (0..=choices).map(|d| weight.powi(d as i32)).collect() }
    }

    /// For each i: Σ_j weight^d(i, j) · v_j / Σ_j weight^d(i, j), d(i, j) the choices in which two
    /// architectures take different sets. Time n² · choices.
    pub(super) fn means(&self, values: &[f64]) -> Vec<f64> {
        (0..values.len()).map(|i| self.mean(i, values)).collect()
    }

    fn mean(&self, i: usize, values: &[f64]) -> f64 {
        let here = self.of(i);
        let (mut sum, mut weights) = (0.0, 0.0);
        for (j, value) in values.iter().enumerate() {
            let differ = here.iter().zip(self.of(j)).filter(|(a, b)| a != b).count();
            sum += self.powers[differ] * value;
            weights += self.powers[differ];
        }
        sum / weights
    }

    fn of(&self, i: usize) -> &[u64] {
        &self.sets[i * self.choices..(i + 1) * self.choices]
    }
}
