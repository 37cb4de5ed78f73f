//! Memory of this process, as Linux counts it; nothing elsewhere.

/// Resident size, in KiB.
pub fn resident_kib() -> Option<u64> {
    status("VmRSS:")
}

/// The largest resident size so far, in KiB.
pub fn peak_kib() -> Option<u64> {
    status("VmHWM:")
}

fn status(field: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix(field))?.split_whitespace().next()?.parse().ok()
}
