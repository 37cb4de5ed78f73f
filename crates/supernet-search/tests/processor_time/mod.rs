//! A clock for what a strategy takes.

use std::time::{Duration, SystemTime};

/// The processor time of this thread where the system tells it, so that other work on the machine
/// does not count; else the time of day.
pub fn now() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    match text.split(' ').next().and_then(|nanoseconds| nanoseconds.parse().ok()) {
        Some(nanoseconds) => Duration::from_nanos(nanoseconds),
        None => SystemTime::UNIX_EPOCH.elapsed().unwrap(),
    }
}
