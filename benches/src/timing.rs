//! Times of a step, draw by draw, as the PyTorch peer takes them.

use std::time::Instant;

/// Seconds of each draw.
#[derive(Clone, Debug)]
pub struct Times(pub Vec<f64>);

/// The seconds that `step` takes for each of `draws`, after a warm-up with the first two. `step`
/// waits for the device.
pub fn timed<T>(draws: &[T], mut step: impl FnMut(&T)) -> Times {
    draws.iter().take(2).for_each(&mut step);
    let time = |draw| {
        let begun = Instant::now();
        step(draw);
        begun.elapsed().as_secs_f64()
    };
    Times(draws.iter().map(time).collect())
}

impl Times {
    /// The median; the mean of the middle two where their number is even.
    ///
    /// # Panics
    /// If there is none.
    pub fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len();
        (sorted[(n - 1) / 2] + sorted[n / 2]) / 2.0
    }

    /// The least.
    pub fn best(&self) -> f64 {
        self.0.iter().copied().fold(f64::INFINITY, f64::min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_is_between_the_middle_two() {
        assert_eq!(Times(vec![4.0, 1.0, 2.0]).median(), 2.0);
        assert_eq!(Times(vec![4.0, 1.0, 2.0, 3.0]).median(), 2.5);
        assert_eq!(Times(vec![4.0, 1.0, 2.0]).best(), 1.0);
    }

    #[test]
    fn two_draws_are_run_before_the_clock() {
        let mut ran = Vec::new();
        let times = timed(&[1, 2, 3], |&draw| ran.push(draw));
        assert_eq!(ran, [1, 2, 1, 2, 3]);
        assert_eq!(times.0.len(), 3);
    }
}
