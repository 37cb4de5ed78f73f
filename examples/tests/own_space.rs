//! The programs that search spaces of their own end with a network that equals the masked supernet, and the book shows the first as it is.

use std::{path::PathBuf, process::Command};

fn output(name: &str) -> String {
    let test = std::env::current_exe().expect("a path");
    let folder: PathBuf = test.parent().and_then(|deps| deps.parent()).expect("target/profile/deps").join("examples");
    let output = Command::new(folder.join(name)).arg("0.002").output().expect("an example");
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// The number at the end of a line of the output.
fn off_by(text: &str) -> f64 {
    let (_, after) = text.split_once("off by ").unwrap_or_else(|| panic!("{text}"));
    after.trim().trim_end_matches(')').parse().unwrap_or_else(|error| panic!("{after}: {error}"))
}

#[test]
fn the_winner_of_a_space_of_ones_own_equals_the_masked_supernet() {
    for name in ["own_space", "sequences"] {
        let text = output(name);
        assert!(text.contains("picked") && text.contains("all on"), "{text}");
        // f32: PAPER, E1.
        assert!(off_by(&text) <= 1e-4, "{text}");
    }
}

#[test]
fn the_book_shows_the_example_as_it_is() {
    let (book, example) = (include_str!("../../docs/own-space.md"), include_str!("../own_space.rs"));
    assert!(
        book.contains(&format!("```rust,no_run\n{example}```\n")),
        "docs/own-space.md and examples/own_space.rs differ"
    );
    assert!(example.lines().count() <= 60, "{} lines", example.lines().count());
}
