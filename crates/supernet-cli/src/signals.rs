//! Ctrl-C, SIGTERM and SIGHUP.

/// Calls `stop` on Ctrl-C and where the system offers them on SIGTERM and SIGHUP; the first call
/// counts. What the process was started to ignore it goes on to ignore: SIGHUP under `nohup`,
/// Ctrl-C in the background of a script.
pub fn on_stop(stop: impl FnMut() + Send + 'static) {
    let ignored = ignored();
    ctrlc::set_handler(stop).ok();
    ignore(&ignored);
}

#[cfg(unix)]
use nix::sys::signal::{SigHandler, Signal, signal};

/// The signals that are ignored.
#[cfg(unix)]
fn ignored() -> Vec<Signal> {
    let is_ignored = |of: &Signal| {
        // SAFETY: to ignore a signal runs no code, and what was there is put back.
        let before = unsafe { signal(*of, SigHandler::SigIgn) };
        match before {
            Ok(SigHandler::SigIgn) => true,
            Ok(before) => {
                // SAFETY: the handler was in place a moment ago.
                unsafe { signal(*of, before) }.ok();
                false
            }
            Err(_) => false,
        }
    };
    [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP].into_iter().filter(is_ignored).collect()
}

#[cfg(unix)]
fn ignore(signals: &[Signal]) {
    for of in signals {
        // SAFETY: to ignore a signal runs no code.
        unsafe { signal(*of, SigHandler::SigIgn) }.ok();
    }
}

#[cfg(not(unix))]
fn ignored() {}

#[cfg(not(unix))]
fn ignore(_: &()) {}
