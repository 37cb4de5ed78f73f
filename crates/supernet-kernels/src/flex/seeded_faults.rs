//! Faults that the sanitizers must find, each in a process of its own, which it ends: a sanitizer
//! that knew nothing of recycled memory would let everything through.

use super::recycled::filled;
use std::process::Command;

/// Numbers of a result that is recycled and does not fill its block.
const LEN: usize = 40_000;

fn zeros() -> burn_std::Bytes {
    // SAFETY: all are written.
    unsafe { filled(LEN, |to| to.write_bytes(0, LEN)) }
}

/// Runs the fault called `name` and returns what its process wrote.
///
/// # Panics
/// If the process ends well.
fn found(name: &str) -> String {
    let fault = format!("flex::seeded_faults::{name}");
    let mut program = Command::new(std::env::current_exe().expect("the tests' program"));
    let output = program.args(["--exact", &fault, "--ignored", "--nocapture"]).output().expect("it starts");
    let written = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{name} goes through: {written}");
    written
}

#[cfg(supernet_asan)]
mod of_addresses {
    use super::*;

    #[test]
    fn an_overrun_and_a_read_of_what_was_given_back_are_found() {
        for fault in ["a_write_beyond_the_end", "a_read_of_what_was_given_back"] {
            let written = found(&format!("of_addresses::{fault}"));
            assert!(written.contains("AddressSanitizer: use-after-poison"), "{fault}: {written}");
        }
    }

    #[test]
    #[ignore = "a fault"]
    fn a_write_beyond_the_end() {
        // SAFETY: none; all numbers are written, and one behind them.
        let bytes = unsafe {
            filled(LEN, |to| {
                to.write_bytes(0, LEN);
                to.add(LEN).write_volatile(1.0);
            })
        };
        drop(bytes);
    }

    #[test]
    #[ignore = "a fault"]
    fn a_read_of_what_was_given_back() {
        let bytes = zeros();
        let start = bytes.as_ptr();
        drop(bytes);
        // SAFETY: none; the block waits to be used again.
        assert_eq!(unsafe { start.read_volatile() }, 0);
    }
}

#[cfg(supernet_tsan)]
mod of_threads {
    use super::*;
    use std::{
        sync::atomic::{AtomicBool, Ordering},
        thread,
    };

    #[test]
    fn a_write_to_what_another_thread_has_taken_is_found() {
        let written = found("of_threads::a_write_to_what_was_given_back");
        assert!(written.contains("ThreadSanitizer: data race"), "{written}");
    }

    #[test]
    #[ignore = "a fault"]
    fn a_write_to_what_was_given_back() {
        // They order nothing but the two threads' turns.
        let (given, taken) = (AtomicBool::new(false), AtomicBool::new(false));
        let wait = |flag: &AtomicBool| {
            while !flag.load(Ordering::Relaxed) {
                thread::yield_now();
            }
        };
        thread::scope(|scope| {
            scope.spawn(|| {
                let bytes = zeros();
                let start = bytes.as_ptr().cast_mut();
                drop(bytes);
                given.store(true, Ordering::Relaxed);
                wait(&taken);
                // SAFETY: none; the block is the other thread's.
                unsafe { start.write_volatile(1) };
            });
            scope.spawn(|| {
                wait(&given);
                let bytes = zeros();
                taken.store(true, Ordering::Relaxed);
                drop(bytes);
            });
        });
    }
}
