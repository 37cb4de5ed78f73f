//! Whether a ranking is to be trusted, in red where it is not.

use crate::output::say;
use std::io::IsTerminal;
use supernet::search::trust::Verdict;

/// Writes a verdict to standard output; in a terminal that shows colours its first line is red
/// where the ranking is not to be trusted.
pub fn say_verdict(verdict: &Verdict) {
    let text = verdict.to_string();
    let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let red = verdict.trust.is_bad() && std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let (on, off) = if red { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
    say!("{on}{first}{off}\n{rest}");
}
