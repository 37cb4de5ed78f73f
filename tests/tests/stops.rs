//! A day-long run in small: two hundred stops leave memory, open files and directory as they were.

use supernet_tests::stops::stop_and_go;

#[test]
fn two_hundred_stops_leave_memory_open_files_and_directory_flat() {
    let folder = tempfile::tempdir().unwrap();
    let held = stop_and_go(folder.path(), 200);
    let (early, late) = (held[40], held[199]);
    assert_eq!((early.open_files, early.files), (late.open_files, late.files));
    assert!(late.resident_mib < early.resident_mib + 8.0, "{early:?}, later {late:?}");
    // Burn writes momenta in hash order, with padding that depends on it: some hundreds of bytes. A
    // line left by each stop would be ten thousand.
    assert!(late.bytes < early.bytes + 2_000, "{early:?}, later {late:?}");
}
