//! Steps in parts of whole ghost batches: because that is asked for, or because a device has no
//! memory for more.

use rand::Rng;
use std::{
    collections::HashMap,
    fs,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
};
use supernet::{
    burn::tensor::TensorData,
    nn::NamedWeights,
    prelude::*,
    space::SearchSpace,
    train::{Hooks, Keeper, Moment, PathSampler, Saving},
};
use supernet_tests::tiny::{Stopping, search_of, stripes_split, tiny};

fn split() -> Split {
    stripes_split([64, 24, 32])
}

/// Asserts that weights differ in rounding alone.
fn assert_near(found: &HashMap<String, TensorData>, expected: &HashMap<String, TensorData>) {
    for (name, expected) in expected {
        let (found, expected) = (found[name].try_to_vec::<f32>().unwrap(), expected.try_to_vec::<f32>().unwrap());
        let apart = found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart < 1e-4, "{name}: {apart}");
    }
}

#[test]
fn a_step_in_parts_differs_in_rounding_alone_and_leaves_what_is_off_as_it_was() {
    let split = split();
    let weights = |micro_batches| {
        let mut config = tiny(1);
        config.supernet.micro_batches = micro_batches;
        let network = search_of(&config, &split).unwrap().train(&mut Silent).unwrap();
        NamedWeights::of(&network).0
    };
    let whole = weights(1);
    for parts in [2, 4] {
        assert_near(&weights(parts), &whole);
    }
    let mut config = tiny(1);
    config.supernet.micro_batches = 3;
    assert_eq!(
        config.check().unwrap_err().to_string(),
        "supernet.micro_batches: found 3, expected a divisor of 4 ghost batches"
    );
}

/// Path dropout on a device that runs out of memory. It is asked for scales once for each part of a
/// step.
struct Cramped<'a> {
    inner: &'a dyn PathSampler,
    /// How often the fourth step is refused.
    refused: AtomicUsize,
    reason: &'static str,
    /// Parts that were computed.
    parts: AtomicUsize,
}

impl PathSampler for Cramped<'_> {
    fn draw(&self, space: &SearchSpace, at: Moment, ghost: usize, rng: &mut dyn Rng) -> PathMask {
        self.inner.draw(space, at, ghost, rng)
    }

    fn survivor_scales(&self, space: &SearchSpace, at: Moment) -> Option<Vec<f64>> {
        if at.step == 3 && self.refused.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_ok() {
            panic!("{}", self.reason);
        }
        self.parts.fetch_add(1, SeqCst);
        self.inner.survivor_scales(space, at)
    }
}

/// What CubeCL says.
const NO_MEMORY: &str = "out of device memory allocating 4096 bytes";

/// A training in `folder` whose fourth step is refused so often, stopped at the `stop`th step; and
/// the parts that were computed.
fn train(
    folder: &Path,
    refused: usize,
    reason: &'static str,
    stop: usize,
) -> (Result<KnownNetwork, TrainError>, usize) {
    let (split, config) = (split(), tiny(1));
    let (search, sampler) = (search_of(&config, &split).unwrap(), config.paths.sampler());
    let cramped = Cramped { inner: &*sampler, refused: refused.into(), reason, parts: 0.into() };
    let mut keeper = Keeper::new(folder.join("supernet"), Saving::default(), None);
    let hooks = Hooks { keeper: Some(&mut keeper), ..Hooks::default() };
    let progress = &mut Stopping::after(stop);
    let trained = search.train_with(&cramped, hooks, progress);
    (trained, cramped.parts.into_inner())
}

#[test]
fn a_step_for_which_there_is_no_memory_is_computed_in_parts_and_so_are_those_of_a_training_that_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    // Steps 0 to 2 whole; step 3 is refused whole and in two parts, and done in four, as step 4 is.
    let (stopped, parts) = train(folder.path(), 2, NO_MEMORY, 5);
    assert!(matches!(stopped, Err(TrainError::Stopped { step: 5, .. })));
    assert_eq!(parts, 3 + 4 + 4);
    assert_eq!(fs::read_to_string(folder.path().join("supernet.micro_batches")).unwrap(), "4\n");
    let (trained, parts) = train(folder.path(), 0, NO_MEMORY, usize::MAX);
    assert_eq!(parts, 4, "the sixth step, in four parts without another failure");

    let split = split();
    let undisturbed = search_of(&tiny(1), &split).unwrap().train(&mut Silent).unwrap();
    assert_near(&NamedWeights::of(&trained.unwrap()).0, &NamedWeights::of(&undisturbed).0);
}

#[test]
fn a_single_ghost_batch_without_memory_and_a_failure_of_another_kind_end_the_training() {
    for (refused, reason) in [(3, NO_MEMORY), (1, "an illegal memory access was encountered (700)")] {
        let folder = tempfile::tempdir().unwrap();
        let (failed, parts) = train(folder.path(), refused, reason, usize::MAX);
        let message = failed.err().unwrap().to_string();
        assert!(message.starts_with("supernet training: the device failed") && message.contains(reason), "{message}");
        assert_eq!(parts, 3);
    }
}

#[test]
fn a_noted_number_of_parts_that_does_not_fit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |text: &str| {
        fs::write(folder.path().join("supernet.micro_batches"), text).unwrap();
        train(folder.path(), 0, NO_MEMORY, usize::MAX).0.err().unwrap().to_string()
    };
    assert_eq!(refused("3\n"), "micro_batches: found 3, expected a divisor of 4 ghost batches");
    let message = refused("many");
    assert!(message.ends_with("supernet.micro_batches: found `many`, expected a number of parts"), "{message}");
}
