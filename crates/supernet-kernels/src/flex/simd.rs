//! Vectors of `f32` whose width is chosen when the program runs.
//!
//! A kernel is written once over `Vector` with `simd_fn!`, which compiles it for AVX-512 and AVX2
//! with FMA (x86-64), for NEON (AArch64), and for the baseline of the target, and calls the widest
//! that the machine has.

use std::sync::atomic::{AtomicU8, Ordering};

mod vector;
pub(crate) use vector::Vector;

mod portable;
pub(crate) use portable::Portable;

#[cfg(target_arch = "aarch64")]
pub(crate) use arm::Neon;

#[cfg(target_arch = "aarch64")]
mod arm;

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Avx2, Avx512};

#[cfg(target_arch = "x86_64")]
mod x86;

/// Instruction sets with kernels of their own, narrowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// The baseline of the target.
    Portable = 1,
    /// NEON (AArch64).
    Neon = 2,
    /// AVX2 and FMA (x86-64).
    Avx2 = 3,
    /// AVX-512 F, VL, BW and DQ (x86-64).
    Avx512 = 4,
}

static LEVEL: AtomicU8 = AtomicU8::new(0);

/// The widest instruction set that the machine has, unless `limit` says less.
#[inline]
pub(crate) fn level() -> Level {
    match LEVEL.load(Ordering::Relaxed) {
        1 => Level::Portable,
        2 => Level::Neon,
        3 => Level::Avx2,
        4 => Level::Avx512,
        _ => limit(Level::Avx512),
    }
}

/// Uses no instruction set wider than `level`, in the whole process: for tests and measurements.
/// Returns what is used.
pub fn limit(level: Level) -> Level {
    let found = available().filter(|&found| found <= level).max().unwrap_or(Level::Portable);
    LEVEL.store(found as u8, Ordering::Relaxed);
    found
}

/// What the machine has besides the baseline.
#[cfg(target_arch = "x86_64")]
fn available() -> impl Iterator<Item = Level> {
    let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    let avx512 = avx2
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq");
    avx2.then_some(Level::Avx2).into_iter().chain(avx512.then_some(Level::Avx512))
}

/// What the machine has besides the baseline.
#[cfg(target_arch = "aarch64")]
fn available() -> impl Iterator<Item = Level> {
    std::arch::is_aarch64_feature_detected!("neon").then_some(Level::Neon).into_iter()
}

/// What the machine has besides the baseline.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn available() -> impl Iterator<Item = Level> {
    std::iter::empty()
}

/// Defines a function over a [`Vector`] type `V`, and the call that chooses `V` by the machine.
macro_rules! simd_fn {
    (
        $(#[$meta:meta])*
        $vis:vis unsafe fn $name:ident<V $(, const $C:ident: $CT:ty)*>($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)?
        $body:block
    ) => {
        $(#[$meta])*
        #[allow(clippy::too_many_arguments, reason = "some kernels take many")]
        $vis unsafe fn $name<$(const $C: $CT),*>($($arg: $ty),*) $(-> $ret)? {
            #[inline(always)]
            #[allow(clippy::too_many_arguments, reason = "some kernels take many")]
            unsafe fn body<V: $crate::flex::simd::Vector, $(const $C: $CT),*>($($arg: $ty),*) $(-> $ret)? {
                // SAFETY: the caller's, as the name's documentation says.
                unsafe { $body }
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
            #[allow(clippy::too_many_arguments, reason = "some kernels take many")]
            unsafe fn avx512<$(const $C: $CT),*>($($arg: $ty),*) $(-> $ret)? {
                // SAFETY: as above; this function is compiled for the instructions of the type.
                unsafe { body::<$crate::flex::simd::Avx512, $($C),*>($($arg),*) }
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            #[allow(clippy::too_many_arguments, reason = "some kernels take many")]
            unsafe fn avx2<$(const $C: $CT),*>($($arg: $ty),*) $(-> $ret)? {
                // SAFETY: as above; this function is compiled for the instructions of the type.
                unsafe { body::<$crate::flex::simd::Avx2, $($C),*>($($arg),*) }
            }

            #[cfg(target_arch = "aarch64")]
            #[target_feature(enable = "neon")]
            #[allow(clippy::too_many_arguments, reason = "some kernels take many")]
            unsafe fn neon<$(const $C: $CT),*>($($arg: $ty),*) $(-> $ret)? {
                // SAFETY: as above; this function is compiled for the instructions of the type.
                unsafe { body::<$crate::flex::simd::Neon, $($C),*>($($arg),*) }
            }

            // SAFETY: the machine has the instructions, as `level` found out; the rest is the
            // caller's.
            unsafe {
                match $crate::flex::simd::level() {
                    #[cfg(target_arch = "x86_64")]
                    $crate::flex::simd::Level::Avx512 => avx512::<$($C),*>($($arg),*),
                    #[cfg(target_arch = "x86_64")]
                    $crate::flex::simd::Level::Avx2 => avx2::<$($C),*>($($arg),*),
                    #[cfg(target_arch = "aarch64")]
                    $crate::flex::simd::Level::Neon => neon::<$($C),*>($($arg),*),
                    _ => body::<$crate::flex::simd::Portable, $($C),*>($($arg),*),
                }
            }
        }
    };
}
pub(crate) use simd_fn;
