//! What a companion came to prefer, over the steps of a training.

use crate::{
    TrainError,
    store::{SEARCHES, cell, csv_row, read_rows},
};
use serde::{Deserialize, Serialize};
use std::path::Path;
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

/// The table of it in the directory of a run.
pub(crate) const COURSE: &str = "companion.csv";

/// A line of `companion.csv`: what a companion took an option with, after some steps.
#[derive(Clone, Debug, PartialEq)]
pub struct CoursePoint {
    /// Steps done.
    pub step: u64,
    /// The choice's name.
    pub choice: String,
    /// The option's name.
    pub option: String,
    /// How probable it was to be taken, 0 to 1.
    pub probability: f64,
}

/// Reads what the companion came to prefer in the run in `folder`, or in the run whose supernet a
/// further search in `folder` is with; nothing where there was no companion.
///
/// # Errors
/// A `companion.csv` that cannot be read, or is none.
pub fn read_course(folder: &Path) -> Result<Vec<CoursePoint>, TrainError> {
    let of_run = folder.parent().filter(|parent| parent.ends_with(SEARCHES)).and_then(Path::parent);
    let path = of_run.unwrap_or(folder).join(COURSE);
    read_rows(&path, HEADER, |row| {
        let probability = cell(row, 3).filter(|probability| (0.0..=1.0).contains(probability))?;
        Some(CoursePoint { step: cell(row, 0)?, choice: cell(row, 1)?, option: cell(row, 2)?, probability })
    })
}

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

    #[test]
    fn a_table_is_read_back_by_the_run_and_by_further_searches_with_its_supernet() {
        let run = tempfile::tempdir().unwrap();
        assert_eq!(read_course(run.path()).unwrap(), []);
        let text = "step,choice,option,probability\n7,layer,skip,0.333333\n7,layer,conv,0.666667\n";
        std::fs::write(run.path().join(COURSE), text).unwrap();
        let read = read_course(run.path()).unwrap();
        let skip = CoursePoint { step: 7, choice: "layer".into(), option: "skip".into(), probability: 0.333333 };
        assert_eq!((read.len(), &read[0]), (2, &skip));
        assert_eq!(read_course(&run.path().join(SEARCHES).join("other")).unwrap(), read);
        std::fs::write(run.path().join(COURSE), text.replace("0.3", "1.3")).unwrap();
        assert!(read_course(run.path()).unwrap_err().to_string().contains("found `7,layer,skip,1.333333`"));
    }
}
