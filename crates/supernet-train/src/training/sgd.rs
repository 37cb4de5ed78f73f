//! Settings of stochastic gradient descent.

use crate::{Moment, TrainError};
use serde::{Deserialize, Serialize};
use supernet_nn::{MaskedL2, Weighting};
use supernet_space::Schedule;

/// Stochastic gradient descent with Nesterov momentum (dampening 0), a learning rate along a
/// schedule, L2 and a bound on the global gradient norm.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sgd {
    /// Learning rate η, at its highest. Default 0.1; above 0.
    pub learning_rate: f64,
    /// How the learning rate moves. Default: [`Schedule::Cosine`], η/2 · (1 + cos(π t/T)) at step t
    /// of T, so that no step is without effect. Any but [`Schedule::Ramp`], whose first step is
    /// without effect: [`Schedule::Rise`] has a first step above 0.
    #[serde(default = "cosine", skip_serializing_if = "is_cosine")]
    pub schedule: Schedule,
    /// Momentum μ. Default 0.9; 0 to 1, without 1.
    pub momentum: f64,
    /// L2 λ (default 0.0005; at least 0) and the bound on the global gradient norm (default 5, of
    /// supernets and networks from scratch alike; above 0, infinity for none).
    pub l2: MaskedL2,
    /// How λ moves. Default: [`Schedule::Constant`].
    #[serde(default = "constant", skip_serializing_if = "is_constant")]
    pub l2_schedule: Schedule,
}

fn cosine() -> Schedule {
    Schedule::Cosine
}

fn is_cosine(schedule: &Schedule) -> bool {
    *schedule == Schedule::Cosine
}

fn constant() -> Schedule {
    Schedule::Constant
}

fn is_constant(schedule: &Schedule) -> bool {
    *schedule == Schedule::Constant
}

impl Default for Sgd {
    /// The default of every field.
    fn default() -> Self {
        let (schedule, l2_schedule) = (cosine(), constant());
        Self { learning_rate: 0.1, schedule, momentum: 0.9, l2: MaskedL2::default(), l2_schedule }
    }
}

impl Sgd {
    /// The learning rate at a moment.
    pub(crate) fn rate_at(&self, Moment { step, steps }: Moment) -> f64 {
        self.schedule.at(self.learning_rate, step, steps)
    }

    /// The L2 at a moment.
    pub(crate) fn l2_at(&self, Moment { step, steps }: Moment) -> MaskedL2 {
        MaskedL2 { decay: self.l2_schedule.at(self.l2.decay, step, steps), ..self.l2 }
    }

    /// # Errors
    /// The first number that is out of range, at `place`.
    pub(crate) fn check(&self, place: &'static str) -> Result<(), TrainError> {
        let Self {
            learning_rate,
            momentum,
            l2: MaskedL2 { decay, clip, weighting: Weighting::Share | Weighting::Any },
            schedule,
            l2_schedule,
        } = *self;
        if schedule == Schedule::Ramp || !schedule.is_in_range() {
            let expected = "a schedule but ramp, whose first step is without effect, with numbers in range";
            return Err(TrainError::config(place, format!("schedule {schedule}"), expected));
        }
        if !l2_schedule.is_in_range() {
            return Err(TrainError::config(place, format!("l2_schedule {l2_schedule}"), "numbers in range"));
        }
        let fits = learning_rate.is_finite()
            && learning_rate > 0.0
            && (0.0..1.0).contains(&momentum)
            && decay.is_finite()
            && decay >= 0.0
            && clip > 0.0;
        if fits {
            return Ok(());
        }
        let found = format!("learning_rate {learning_rate}, momentum {momentum}, decay {decay}, clip {clip}");
        Err(TrainError::config(place, found, "learning_rate > 0, 0 <= momentum < 1, decay >= 0, clip > 0"))
    }
}
