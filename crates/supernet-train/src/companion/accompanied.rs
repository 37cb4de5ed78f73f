//! A companion on its way through a training.

use super::{Companion, Course, Updates};
use crate::{
    Moment, PathSampler, TrainError,
    crew::{Workers, broadcast},
};
use serde::{Deserialize, Serialize};

/// Lets a companion learn from a network as it is after a step, with the examples of the update of
/// this number.
pub type Learn<'a, N> = dyn Fn(&mut dyn Companion, &N, (u64, Moment)) -> Result<(), TrainError> + 'a;

/// A companion on its way through a training of networks `N`: when it learns, and what it came to
/// prefer.
pub struct Accompanied<'a, N> {
    companion: Box<dyn Companion>,
    updates: Updates,
    learn: Box<Learn<'a, N>>,
    course: Course,
}

/// What is kept of it.
#[derive(Serialize, Deserialize)]
struct State {
    companion: String,
    course: Course,
}

impl<'a, N> Accompanied<'a, N> {
    /// Makes it of a companion, which `learn` lets learn when `updates` say so.
    pub fn new(companion: Box<dyn Companion>, updates: Updates, learn: Box<Learn<'a, N>>) -> Self {
        Self { companion, updates, learn, course: Course::default() }
    }

    /// Who draws the masks of a step; `None` where the companion has not begun.
    pub(crate) fn sampler(&self, at: Moment) -> Option<&dyn PathSampler> {
        self.updates.has_begun(at).then(|| self.companion.sampler())
    }

    /// Lets the companion learn after a step if it is time: at the first of the workers, whose
    /// companion all take over.
    pub(crate) fn learn(&mut self, network: &N, at: Moment, workers: &dyn Workers) -> Result<(), TrainError> {
        let Some(number) = self.updates.number(at) else { return Ok(()) };
        if workers.rank() == 0 {
            (self.learn)(&mut *self.companion, network, (number, at))?;
        }
        if workers.size() > 1 {
            let own = if workers.rank() == 0 { self.companion.state().into_bytes() } else { Vec::new() };
            let state = String::from_utf8_lossy(&broadcast(workers, own)?).into_owned();
            self.companion.restore(&state).map_err(|found| TrainError::Crew {
                place: "companion".into(),
                found,
                expected: "the state of the first worker's".into(),
            })?;
        }
        let count = self.updates.count(at.steps);
        if (number + 1).is_multiple_of((count / Course::POINTS).max(1)) || number + 1 == count {
            self.course.add(at.step + 1, &self.companion.probabilities(at));
        }
        Ok(())
    }

    /// What has to be kept of it.
    pub(crate) fn state(&self) -> Vec<u8> {
        let state = State { companion: self.companion.state(), course: self.course.clone() };
        serde_json::to_vec(&state).expect("plain data")
    }

    /// Takes over what was kept.
    ///
    /// # Errors
    /// What was found instead.
    pub(crate) fn restore(&mut self, state: &[u8]) -> Result<(), String> {
        let State { companion, course } = serde_json::from_slice(state).map_err(|error| error.to_string())?;
        self.companion.restore(&companion)?;
        self.course = course;
        Ok(())
    }

    /// The companion, and what it came to prefer over the steps.
    pub(crate) fn into_learnt(self) -> (Box<dyn Companion>, Course) {
        (self.companion, self.course)
    }

    /// What it came to prefer over the steps.
    pub(crate) fn course(&self) -> &Course {
        &self.course
    }
}
