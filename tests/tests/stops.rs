//! A day-long run in small: two hundred stops leave memory, open files and directory as they were.

use supernet_tests::stops::stop_and_go;

#[test]
fn two_hundred_stops_leave_memory_open_files_and_directory_flat() {
    let folder = tempfile::tempdir().unwrap();
    let held = stop_and_go(folder.path(), 200);
    let (early, late) = (held[40], held[199]);
    assert_eq!((early.open_files, early.files), (late.open_files, late.files));
    assert!(late.resident_mib < early.resident_mib + 8.0, "{early:?}, later {late:?}");
    // A step number of one more digit.
    assert!(late.bytes < early.bytes + 100, "{early:?}, later {late:?}");
}
