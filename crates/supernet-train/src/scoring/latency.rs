//! How long a network takes to answer, on the device at hand.

use super::tally::read;
use crate::TrainError;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    time::{Duration, Instant},
};
use supernet_nn::{Call, Execution, Layer, MaskedNetwork, Network, Statistics};
use supernet_space::{PathMask, counted};

/// Milliseconds from images to logits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// Images at a time.
    pub images: usize,
    /// The median.
    pub median_ms: f64,
    /// Half of the times lie between these two.
    pub quartiles_ms: [f64; 2],
    /// How often it was timed, after warming up.
    pub runs: usize,
}

impl fmt::Display for Latency {
    /// In words: `64 images: 3.1 ms (median), half of 160 runs took 3 to 3.2 ms`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { images, median_ms, quartiles_ms: [low, high], runs } = self;
        let unit = if *images == 1 { "image" } else { "images" };
        write!(f, "{images} {unit}: {median_ms} ms (median), half of {runs} runs took {low} to {high} ms")
    }
}

/// The range of latencies that a picked network may have, on the device at hand.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatencyLimit {
    /// Images at a time, at least 1.
    pub images: usize,
    /// The shortest median, in milliseconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub least_ms: f64,
    /// The longest median, in milliseconds.
    pub most_ms: f64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(ms: &f64) -> bool {
    *ms == 0.0
}

impl LatencyLimit {
    /// How far a median is from what is allowed, in milliseconds; 0 for one that is.
    pub(crate) fn beyond(&self, ms: f64) -> f64 {
        (self.least_ms - ms).max(ms - self.most_ms).max(0.0)
    }

    /// # Errors
    /// A number out of range.
    pub(crate) fn check(&self) -> Result<(), TrainError> {
        let Self { images, least_ms, most_ms } = *self;
        if images > 0 && most_ms > 0.0 && (0.0..=most_ms).contains(&least_ms) {
            return Ok(());
        }
        let found = format!("{}, at least {least_ms} ms, at most {most_ms} ms", counted(images, "image"));
        Err(TrainError::config(
            "latency",
            found,
            "at least 1 image, and at most a time above 0 ms that is no less than the least",
        ))
    }
}

/// Runs that warm up.
const WARM: usize = 5;

/// Runs that are timed, at least and at most.
const RUNS: [usize; 2] = [20, 500];

/// Timing ends after so long, if there were enough runs.
const LONG: Duration = Duration::from_millis(500);

/// The latency of a calibrated `network` of `mask` for `images` images at a time, with its stored
/// statistics.
///
/// # Errors
/// A mask of another space, or a device that fails.
pub fn latency<M: Layer<D, 2>, const D: usize>(
    network: &Network<M, D>,
    mask: &PathMask,
    images: usize,
    execution: Execution,
    device: &Device,
) -> Result<Latency, TrainError> {
    let mut dims = [images; D];
    dims[1..].copy_from_slice(network.input());
    let input = Tensor::<D>::ones(dims, &device.clone().inner());
    let paths = network.paths(vec![mask.clone()], None)?;
    let call = Call { statistics: Statistics::Stored, execution };
    // Reading the logits waits for the device.
    let run = || read(network.logits(input.clone(), &paths, &call)?, "latency");
    for _ in 0..WARM {
        run()?;
    }
    let (began, mut times) = (Instant::now(), Vec::new());
    while times.len() < RUNS[0] || (times.len() < RUNS[1] && began.elapsed() < LONG) {
        let start = Instant::now();
        run()?;
        times.push(1e3 * start.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    // To a tenth of a microsecond, the resolution of a clock.
    let at = |share: usize| (1e4 * times[(times.len() - 1) * share / 4]).round() / 1e4;
    Ok(Latency { images, median_ms: at(2), quartiles_ms: [at(1), at(3)], runs: times.len() })
}
