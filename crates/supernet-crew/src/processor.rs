//! Which processors compute the same bits.

/// Returns the class of this machine's processor: machines of the same class compute the same bits.
/// Architecture, and the widest vectors that kernels use: with other widths sums are added in
/// another order.
pub fn processor_class() -> String {
    format!("{} {}", std::env::consts::ARCH, vectors())
}

/// The instructions that the kernels' dispatch asks for.
#[cfg(target_arch = "x86_64")]
fn vectors() -> &'static str {
    if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl") {
        "avx512"
    } else if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        "avx2"
    } else {
        "sse"
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn vectors() -> &'static str {
    "vectors of 128 bits"
}
