//! The class of a processor: what the bits of results depend on.

/// Returns the class of this machine's processor: architecture, system, and the instruction sets
/// that kernels choose between. Machines of one class compute the same bits; of two classes they
/// may round otherwise.
pub fn processor_class() -> String {
    let system = format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS);
    std::iter::once(system.as_str()).chain(sets()).collect::<Vec<_>>().join(" ")
}

/// The instruction sets that there are.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
fn sets() -> Vec<&'static str> {
    macro_rules! present {
        ($($set:tt)*) => {
            [$(($set, std::arch::is_x86_feature_detected!($set))),*]
        };
    }
    let sets = present![
        "sse4.1" "sse4.2" "avx" "avx2" "fma" "f16c" "avx512f" "avx512bw" "avx512cd" "avx512dq" "avx512vl"
        "avx512bf16" "avx512fp16"
    ];
    sets.into_iter().filter(|(_, is_there)| *is_there).map(|(set, _)| set).collect()
}

/// The instruction sets that there are.
#[cfg(target_arch = "aarch64")]
fn sets() -> Vec<&'static str> {
    macro_rules! present {
        ($($set:tt)*) => {
            [$(($set, std::arch::is_aarch64_feature_detected!($set))),*]
        };
    }
    let sets = present!["neon" "fp16" "fhm" "bf16" "sve" "sve2"];
    sets.into_iter().filter(|(_, is_there)| *is_there).map(|(set, _)| set).collect()
}

/// The instruction sets that there are: none is chosen when the program runs.
#[cfg(not(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64")))]
fn sets() -> Vec<&'static str> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_names_the_architecture_and_is_always_the_same() {
        assert!(processor_class().starts_with(std::env::consts::ARCH));
        assert_eq!(processor_class(), processor_class());
    }
}
