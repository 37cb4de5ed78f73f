//! Threads that stay awake between operations.

use burn::tensor::Device;
use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
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
        let mut idle = 0;
        while !done.load(Ordering::Acquire) {
            if rayon::yield_now() == Some(rayon::Yield::Executed) {
                idle = 0;
            } else if idle < PATIENCE {
                idle += 1;
                std::hint::spin_loop();
            } else {
                // Others may need the processor more.
                std::thread::yield_now();
            }
        }
    });
    result.into_inner().expect("set once").expect("f returned")
}
