//! Memory of this process and of the machine, where the system tells: Linux.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The most memory that this process has had, in bytes.
pub(crate) fn peak() -> Option<u64> {
    kilobytes(&fs::read_to_string("/proc/self/status").ok()?, "VmHWM:")
}

/// The memory that this process has, in bytes.
fn resident() -> Option<u64> {
    kilobytes(&fs::read_to_string("/proc/self/status").ok()?, "VmRSS:")
}

/// The memory that is left to this process, in bytes: what the machine has available, or the less that its control groups allow.
pub(crate) fn available() -> Option<u64> {
    let machine = kilobytes(&fs::read_to_string("/proc/meminfo").ok()?, "MemAvailable:")?;
    let number = |path: &Path| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    let left =
        |group: &Path| Some(number(&group.join("memory.max"))?.saturating_sub(number(&group.join("memory.current"))?));
    Some(control_groups().iter().filter_map(|group| left(group)).fold(machine, u64::min))
}

/// The folders of this process's control group and of those around it.
fn control_groups() -> Vec<PathBuf> {
    let text = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let Some(group) = text.lines().find_map(|line| line.strip_prefix("0::/")) else { return Vec::new() };
    let root = Path::new("/sys/fs/cgroup");
    root.join(group).ancestors().take_while(|folder| folder.starts_with(root)).map(Into::into).collect()
}

/// Runs `work`; returns its result and by how many bytes this process grew at most meanwhile, `None` where the system does not tell.
pub(crate) fn grown<R>(work: impl FnOnce() -> R) -> (R, Option<u64>) {
    // The highest mark falls to what there is now.
    let before = fs::write("/proc/self/clear_refs", "5").ok().and_then(|()| resident());
    let result = work();
    (result, before.zip(peak()).map(|(before, peak)| peak.saturating_sub(before)))
}

/// The value of a line such as `VmHWM:    1234 kB`, in bytes.
fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_piece_of_memory_that_is_touched_is_seen_to_grow() {
        const PIECE: usize = 64 << 20;
        let (sum, grown) =
            grown(|| std::hint::black_box(vec![1u8; PIECE]).iter().map(|&byte| usize::from(byte)).sum::<usize>());
        assert_eq!(sum, PIECE);
        // A system that does not let the mark be reset tells nothing.
        assert!(grown.is_none_or(|grown| grown >= (PIECE / 2) as u64), "{grown:?}");
        assert!(available().unwrap() > 0 && peak().unwrap() >= PIECE as u64);
    }

    #[test]
    fn lines_are_read_in_kilobytes() {
        assert_eq!(kilobytes("VmPeak:\t 9 kB\nVmHWM:\t  12 kB\n", "VmHWM:"), Some(12 << 10));
        assert_eq!(kilobytes("VmHWM: many", "VmHWM:"), None);
    }
}
