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

/// The memory that is left to this process, in bytes: what the machine has available, or the less
/// that its control groups allow.
pub(crate) fn available() -> Option<u64> {
    let machine = kilobytes(&fs::read_to_string("/proc/meminfo").ok()?, "MemAvailable:")?;
    let groups = control_groups(&fs::read_to_string("/proc/self/cgroup").unwrap_or_default());
    let number = |path: &Path| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    let left = |group: &Group| Some(number(&group.limit)?.saturating_sub(number(&group.used)?));
    Some(groups.iter().filter_map(left).fold(machine, u64::min))
}

/// The files of a control group that hold its limit and what it has used, in bytes.
#[derive(Debug, PartialEq)]
struct Group {
    limit: PathBuf,
    used: PathBuf,
}

/// The control groups of a process and those around them, from its `/proc/PID/cgroup`: those of
/// version 2, and of version 1 those for memory.
fn control_groups(text: &str) -> Vec<Group> {
    let of = |root: &str, group: &str, [limit, used]: [&str; 2]| -> Vec<Group> {
        let root = Path::new(root);
        let folder = root.join(group.trim_start_matches('/'));
        let folders = folder.ancestors().take_while(|folder| folder.starts_with(root));
        folders.map(|folder| Group { limit: folder.join(limit), used: folder.join(used) }).collect()
    };
    let groups = |line: &str| {
        let mut parts = line.splitn(3, ':');
        let (number, controllers, group) = (parts.next()?, parts.next()?, parts.next()?);
        if controllers.split(',').any(|controller| controller == "memory") {
            let files = ["memory.limit_in_bytes", "memory.usage_in_bytes"];
            return Some(of("/sys/fs/cgroup/memory", group, files));
        }
        let is_second = number == "0" && controllers.is_empty();
        is_second.then(|| of("/sys/fs/cgroup", group, ["memory.max", "memory.current"]))
    };
    text.lines().filter_map(groups).flatten().collect()
}

/// Runs `work`; returns its result and by how many bytes this process grew at most meanwhile,
/// `None` where the system does not tell.
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
    fn control_groups_of_both_versions_are_found_with_those_around_them() {
        let limits = |text| control_groups(text).into_iter().map(|group| group.limit).collect::<Vec<_>>();
        let paths = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
        let second = ["/sys/fs/cgroup/a/b/memory.max", "/sys/fs/cgroup/a/memory.max", "/sys/fs/cgroup/memory.max"];
        assert_eq!(limits("0::/a/b\n"), paths(&second));
        let first = "/sys/fs/cgroup/memory/job_7/memory.limit_in_bytes";
        let around = "/sys/fs/cgroup/memory/memory.limit_in_bytes";
        assert_eq!(limits("5:cpu,cpuacct:/job_7\n4:memory:/job_7\n"), paths(&[first, around]));
        assert!(limits("").is_empty());
    }

    #[test]
    fn lines_are_read_in_kilobytes() {
        assert_eq!(kilobytes("VmPeak:\t 9 kB\nVmHWM:\t  12 kB\n", "VmHWM:"), Some(12 << 10));
        assert_eq!(kilobytes("VmHWM: many", "VmHWM:"), None);
    }
}
