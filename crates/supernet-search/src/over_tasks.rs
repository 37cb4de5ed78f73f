//! One score from several tasks: the least ratio to a reference.

use crate::{
    Evaluator, Score, Scored, SearchError,
    known::{at_least, in_range},
};
use supernet_space::Architecture;

const NAME: &str = "tasks";

/// Scores architectures on several tasks, as Jozefowicz, Zaremba and Sutskever (ICML 2015) score
/// recurrent cells: on each task the best accuracy under any of its settings, divided by that of a
/// reference (theirs is the GRU); the score is the *least* of these ratios, so a network that is
/// bad at one task is bad. A mean would let a task make up for another; and with one setting for
/// all, whichever network it suits would be favoured.
///
/// What is no number under some settings counts under the others; a task without any number makes
/// the score none. Cost is that of the first task's first setting, images are summed over tasks and
/// settings, a loss there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct OverTasks<E> {
    tasks: Vec<Task<E>>,
}

/// One task of [`OverTasks`].
#[derive(Clone, Debug, PartialEq)]
pub struct Task<E> {
    /// The task under each of the settings that are tried, at least one.
    pub settings: Vec<E>,
    /// The accuracy of the reference, above 0.
    pub reference: f64,
}

impl<E: Evaluator> OverTasks<E> {
    /// Returns the score over `tasks`.
    ///
    /// # Errors
    /// No task; one without settings; a reference that is not above 0.
    pub fn new(tasks: Vec<Task<E>>) -> Result<Self, SearchError> {
        at_least(NAME, "tasks", tasks.len(), 1, "at least 1")?;
        for Task { settings, reference } in &tasks {
            at_least(NAME, "settings of a task", settings.len(), 1, "at least 1")?;
            in_range(NAME, "reference", *reference, *reference > 0.0 && reference.is_finite(), "an accuracy above 0")?;
        }
        Ok(Self { tasks })
    }
}

impl<E: Evaluator> Evaluator for OverTasks<E> {
    type Error = E::Error;

    fn evaluate(&mut self, architectures: &[Architecture]) -> Result<Vec<Scored>, E::Error> {
        let mut of_tasks = Vec::with_capacity(self.tasks.len());
        for Task { settings, reference } in &mut self.tasks {
            let under = settings.iter_mut().map(|one| one.evaluate(architectures)).collect::<Result<Vec<_>, _>>()?;
            of_tasks.push((under, *reference));
        }
        let of_one = |place: usize| {
            let ratio = |(under, reference): &(Vec<Vec<Scored>>, f64)| {
                // The greater of a number and of what is none is the number.
                under.iter().map(|scored| scored[place].score.accuracy).fold(f64::NAN, f64::max) / reference
            };
            let worse = |a: f64, b: f64| if a.is_nan() || b.is_nan() { f64::NAN } else { a.min(b) };
            let least = of_tasks.iter().map(ratio).reduce(worse).expect("at least one task");
            let images = of_tasks.iter().flat_map(|(under, _)| under).map(|scored| scored[place].score.images).sum();
            let first = &of_tasks[0].0[0][place];
            Scored { score: Score { accuracy: least, loss: f64::NAN, images }, ..first.clone() }
        };
        Ok((0..architectures.len()).map(of_one).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Filtered, PerBudget, PoolEvolution, search_budgeted,
        testing::{chain, scored},
    };

    /// The accuracy of each of a chain's options on one task under one setting.
    #[derive(Clone, Debug)]
    struct ByOption([f64; 3]);

    impl Evaluator for ByOption {
        type Error = SearchError;

        fn evaluate(&mut self, architectures: &[Architecture]) -> Result<Vec<Scored>, SearchError> {
            let accuracy = |one: &Architecture| self.0[one.bits(0).trailing_zeros() as usize];
            Ok(architectures.iter().map(|one| scored(one, accuracy(one))).collect())
        }
    }

    fn accuracies(tasks: Vec<Task<ByOption>>) -> Vec<f64> {
        let all = chain(1).architectures(3).unwrap();
        let mut told = OverTasks::new(tasks).unwrap().evaluate(&all).unwrap();
        told.sort_by_key(|scored| scored.architecture.bits(0));
        told.iter().map(|scored| scored.score.accuracy).collect()
    }

    #[test]
    fn the_score_is_the_least_ratio_and_not_the_mean() {
        // By the mean the first would win, which fails the second task.
        let task = |values, reference| Task { settings: vec![ByOption(values)], reference };
        let found = accuracies(vec![task([1.0, 0.8, 0.7], 0.8), task([0.1, 0.4, 0.45], 0.5)]);
        assert_eq!(found, [0.1 / 0.5, 0.4 / 0.5, 0.7 / 0.8]);
    }

    #[test]
    fn each_network_has_its_best_setting_and_a_failure_under_one_is_none() {
        let settings = vec![ByOption([0.9, 0.2, f64::NAN]), ByOption([0.1, 0.8, f64::NAN])];
        let found = accuracies(vec![Task { settings, reference: 1.0 }]);
        assert_eq!(found[..2], [0.9, 0.8]);
        assert!(found[2].is_nan());
        let diverges = vec![ByOption([f64::NAN, 0.5, 0.5]), ByOption([0.6, f64::NAN, 0.4])];
        assert_eq!(accuracies(vec![Task { settings: diverges, reference: 1.0 }]), [0.6, 0.5, 0.5]);
    }

    #[test]
    fn cells_that_pass_the_first_task_are_scored_on_all() {
        let task = |values| Task { settings: vec![ByOption(values)], reference: 1.0 };
        let (first, second) = (task([1.0, 0.95, 0.2]), task([0.5, 0.9, 1.0]));
        let mut evaluator = PerBudget(|budget, list: &[Architecture]| {
            let tasks = if budget == 1 { vec![first.clone()] } else { vec![first.clone(), second.clone()] };
            OverTasks::new(tasks)?.evaluate(list)
        });
        let space = chain(3);
        let pool = PoolEvolution::new(space.clone(), 1, "pool");
        let mut filtered = Filtered::new(pool, (1, 2), 0.9).unwrap();
        let limits = crate::BudgetLimits { spend: 60, ask: 2, patience: 500 };
        let outcome = search_budgeted(&space, &mut filtered, &mut evaluator, limits).unwrap();
        assert_eq!(outcome.at_the_greatest_budget().ranked()[0].score.accuracy, 0.9);
        let last = outcome.scored.iter().filter(|(proposal, _)| proposal.budget == 2);
        assert!(last.clone().count() > 0 && last.clone().all(|(_, scored)| !scored.architecture.is_on(0, 2)));
    }

    #[test]
    fn no_task_no_setting_and_no_reference_are_refused() {
        let refuse = |tasks| OverTasks::<ByOption>::new(tasks).unwrap_err().to_string();
        assert_eq!(refuse(Vec::new()), "tasks, tasks: found 0, expected at least 1");
        assert_eq!(
            refuse(vec![Task { settings: Vec::new(), reference: 1.0 }]),
            "tasks, settings of a task: found 0, expected at least 1"
        );
        let one = Task { settings: vec![ByOption([0.0; 3])], reference: 0.0 };
        assert_eq!(refuse(vec![one]), "tasks, reference: found 0, expected an accuracy above 0");
    }
}
