//! Values over steps, in a bounded amount of memory.

/// Values over steps. Where there are many, neighbours are averaged, so that a training of days
/// needs no more memory than one of minutes.
#[derive(Clone, Debug)]
pub struct Curve {
    points: Vec<(f64, f64)>,
    /// Values that a point is the mean of.
    each: u32,
    /// Values that are not in a point yet, summed, and their number.
    sum: (f64, f64),
    summed: u32,
    last: Option<f64>,
}

/// Points that are kept at most: a few for each dot of a wide terminal.
const MOST: usize = 1_024;

impl Default for Curve {
    fn default() -> Self {
        Self { points: Vec::new(), each: 1, sum: (0.0, 0.0), summed: 0, last: None }
    }
}

impl Curve {
    /// Adds a value at step `step`. What is no finite number is not drawn.
    pub fn push(&mut self, step: u64, value: f64) {
        if !value.is_finite() {
            return;
        }
        self.last = Some(value);
        self.sum = (self.sum.0 + step as f64, self.sum.1 + value);
        self.summed += 1;
        if self.summed == self.each {
            let count = f64::from(self.each);
            self.points.push((self.sum.0 / count, self.sum.1 / count));
            (self.sum, self.summed) = ((0.0, 0.0), 0);
        }
        if self.points.len() == MOST {
            let mean = |pair: &[(f64, f64)]| ((pair[0].0 + pair[1].0) / 2.0, (pair[0].1 + pair[1].1) / 2.0);
            self.points = self.points.chunks(2).map(mean).collect();
            self.each *= 2;
        }
    }

    /// What is drawn, in the order of steps.
    pub fn points(&self) -> &[(f64, f64)] {
        &self.points
    }

    /// The newest value.
    pub fn last(&self) -> Option<f64> {
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_curve_keeps_its_shape_in_few_points() {
        let mut curve = Curve::default();
        (0..100_000).for_each(|step| curve.push(step, step as f64));
        assert!((MOST / 2..MOST).contains(&curve.points().len()), "{}", curve.points().len());
        assert!(curve.points().iter().all(|(step, value)| step == value), "a mean of steps has the mean of values");
        assert_eq!(curve.last(), Some(99_999.0));
    }

    #[test]
    fn what_is_no_number_is_not_drawn() {
        let mut curve = Curve::default();
        curve.push(1, 0.5);
        curve.push(2, f64::NAN);
        assert_eq!((curve.points(), curve.last()), (&[(1.0, 0.5)][..], Some(0.5)));
    }
}
