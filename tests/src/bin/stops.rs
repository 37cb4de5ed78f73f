//! `stops COUNT`: stops a tiny run and goes on with it COUNT times, and prints what the process and
//! the directory hold.

use std::process::ExitCode;
use supernet_tests::stops::stop_and_go;

fn main() -> ExitCode {
    let Some(count) = std::env::args().nth(1).and_then(|text| text.parse::<usize>().ok()).filter(|&count| count > 0)
    else {
        eprintln!("usage: stops COUNT");
        return ExitCode::from(2);
    };
    let folder = tempfile::tempdir().expect("a temporary directory");
    let held = stop_and_go(folder.path(), count);
    println!("{:>6} {:>14} {:>11} {:>6} {:>8}", "stops", "resident (MiB)", "open files", "files", "bytes");
    for (i, held) in held.iter().enumerate().filter(|(i, _)| (i + 1) % count.div_ceil(10) == 0 || i + 1 == count) {
        println!(
            "{:>6} {:>14.1} {:>11} {:>6} {:>8}",
            i + 1,
            held.resident_mib,
            held.open_files,
            held.files,
            held.bytes
        );
    }
    ExitCode::SUCCESS
}
