//! The command line, for the card of what it finds.

/// The command that runs this example as it was run, but for where its results go (`--out`): anywhere it finds the same.
pub fn command(example: &str) -> String {
    without_out(example, std::env::args().skip(1))
}

fn without_out(example: &str, mut arguments: impl Iterator<Item = String>) -> String {
    let mut command = format!("cargo run --release --example {example} --");
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--out" => drop(arguments.next()),
            other if other.starts_with("--out=") => {}
            plain if plain.chars().all(|c| c.is_ascii_alphanumeric() || "-_=:./".contains(c)) => {
                command += &format!(" {plain}");
            }
            other => command += &format!(" '{}'", other.replace('\'', r"'\''")),
        }
    }
    command.trim_end_matches(" --").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_what_a_shell_reads_without_where_results_go() {
        let command = |arguments: &[&str]| without_out("cifar10", arguments.iter().map(|&argument| argument.into()));
        assert_eq!(command(&[]), "cargo run --release --example cifar10");
        assert_eq!(
            command(&["--seed", "2", "--out", "my runs", "--data", "it's here", "--out=x"]),
            r"cargo run --release --example cifar10 -- --seed 2 --data 'it'\''s here'"
        );
    }
}
