//! Threads that stay awake between operations.

use burn::tensor::Device;
use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use crate::backend::is_flex;

/// Whether a device computes on the processor: `flex` does.
pub fn on_processor(device: &Device) -> bool {
    is_flex(device)
}

/// [`awake`] where `device` computes on the processor, else `f` alone.
pub fn awake_on<R: Send>(device: &Device, f: impl FnOnce() -> R + Send) -> R {
    if is_flex(device) { awake(f) } else { f() }
}

/// Runs `f` on Rayon's pool while the other threads of the pool wait for work without going to
/// sleep.
///
/// An operation on a small batch takes some tens of microseconds, about as long as it takes to wake
/// a thread, so without this the other processors help with large operations only. Run a training
/// step, or an epoch, inside. The waiting threads keep their processors busy, as those of OpenMP
/// do; results do not depend on it.
///
/// ```
/// let sum: u64 = supernet_kernels::awake(|| (0..10).sum());
/// assert_eq!(sum, 45);
/// ```
pub fn awake<R: Send>(f: impl FnOnce() -> R + Send) -> R {
    /// Ends the waiting, also if `f` panics.
    struct Done<'a>(&'a AtomicBool);
    impl Drop for Done<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Release);
        }
    }

    /// Looks for work before the processor is offered to other programs.
    const PATIENCE: u32 = 64;
    /// A thread that finds no work for so long stays awake no longer. It may have begun to wait in
    /// the middle of a piece of `f` that it had taken, so that `f` would wait for it for ever.
    const LONGEST: Duration = Duration::from_millis(5);

    let done = &AtomicBool::new(false);
    let (job, result) = (Mutex::new(Some(f)), Mutex::new(None));
    rayon::broadcast(|context| {
        // Always the same thread: an allocator that keeps freed memory by thread would keep it once
        // for each.
        if context.index() == 0 {
            let _done = Done(done);
            let f = job.lock().expect("taken once").take().expect("taken once");
            let value = f();
            *result.lock().expect("set once") = Some(value);
            return;
        }
        let (mut idle, mut since) = (0, Instant::now());
        while !done.load(Ordering::Acquire) {
            if rayon::yield_now() == Some(rayon::Yield::Executed) {
                (idle, since) = (0, Instant::now());
            } else if idle < PATIENCE {
                idle += 1;
                std::hint::spin_loop();
            } else if since.elapsed() < LONGEST {
                // Others may need the processor more.
                std::thread::yield_now();
            } else {
                return;
            }
        }
    });
    result.into_inner().expect("set once").expect("f returned")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Barrier, mpsc::channel};

    #[test]
    fn a_thread_that_begins_to_wait_inside_of_what_is_waited_for_comes_back() {
        let (ended, end) = channel();
        std::thread::spawn(move || {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
            let (begun, finished) = (Barrier::new(2), AtomicBool::new(false));
            // Thread 1 is inside of a piece of work when thread 0 begins with what waits for it,
            // and comes to its own waiting there.
            let work = |_: rayon::BroadcastContext| {
                begun.wait();
                rayon::yield_now();
                finished.store(true, Ordering::Release);
            };
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    pool.broadcast(|context| {
                        if context.index() == 1 {
                            work(context)
                        }
                    });
                });
                scope.spawn(|| {
                    pool.install(|| {
                        awake(|| {
                            begun.wait();
                            while !finished.load(Ordering::Acquire) {
                                std::thread::yield_now();
                            }
                        });
                    });
                });
            });
            ended.send(()).unwrap();
        });
        assert!(end.recv_timeout(Duration::from_secs(60)).is_ok(), "both wait for ever");
    }
}
