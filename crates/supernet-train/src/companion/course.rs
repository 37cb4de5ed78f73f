//! What a companion came to prefer, over the steps of a training.

use crate::store::csv_row;
use serde::{Deserialize, Serialize};
use supernet_space::SearchSpace;

/// The probability of every option after some steps of a training.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// Steps done, with millionths for each option of each choice: whole numbers come back from a
    /// checkpoint as they were.
    points: Vec<(u64, Vec<Vec<u32>>)>,
}

/// The first line of `companion.csv`: after `step` steps a mask took `option` of `choice` with
/// `probability`.
const HEADER: &str = "step,choice,option,probability";

impl Course {
    /// Points that are kept of a training, about.
    pub(crate) const POINTS: u64 = 50;

    /// Adds what holds after `done` steps.
    pub(crate) fn add(&mut self, done: u64, probabilities: &[Vec<f64>]) {
        let millionths = |probability: &f64| (probability * 1e6).round() as u32;
        let of_choice = |choice: &Vec<f64>| choice.iter().map(millionths).collect();
        self.points.push((done, probabilities.iter().map(of_choice).collect()));
    }

    /// Returns the steps that are kept.
    pub fn steps(&self) -> impl Iterator<Item = u64> {
        self.points.iter().map(|(step, _)| *step)
    }

    /// Returns the last probability of each option of each choice; `None` where nothing was learnt.
    pub fn last(&self) -> Option<Vec<Vec<f64>>> {
        let (_, last) = self.points.last()?;
        Some(last.iter().map(|choice| choice.iter().map(|&value| f64::from(value) / 1e6).collect()).collect())
    }

    /// Returns a table of it with the columns `step`, `choice`, `option`, `probability`.
    pub fn csv(&self, space: &SearchSpace) -> String {
        let mut text = format!("{HEADER}\n");
        for (step, choices) in &self.points {
            for (choice, values) in space.choices().iter().zip(choices) {
                for (option, &value) in choice.options().iter().zip(values) {
                    let probability = format!("{:.6}", f64::from(value) / 1e6);
                    text += &csv_row([step.to_string(), choice.name().into(), option.clone(), probability]);
                }
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_space::Choice;

    #[test]
    fn a_course_comes_back_as_it_was_and_is_a_table() {
        let space = SearchSpace::new("s", [Choice::one_of("layer", ["skip", "conv"]).unwrap()]).unwrap();
        let mut course = Course::default();
        assert_eq!(course.last(), None);
        course.add(7, &[vec![1.0 / 3.0, 2.0 / 3.0]]);
        assert_eq!(
            course.csv(&space),
            "step,choice,option,probability\n7,layer,skip,0.333333\n7,layer,conv,0.666667\n"
        );
        assert_eq!(serde_json::from_str::<Course>(&serde_json::to_string(&course).unwrap()).unwrap(), course);
        assert_eq!(course.last(), Some(vec![vec![0.333333, 0.666667]]));
    }
}
