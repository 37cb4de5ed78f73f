//! Numbers of things in words.

/// Returns `count` with the noun that goes with it: `one` of one thing, else its plural, with `es`
/// behind an s and `s` behind other letters.
///
/// ```
/// # use supernet_space::counted;
/// assert_eq!([counted(1, "epoch"), counted(2, "epoch")], ["1 epoch", "2 epochs"]);
/// assert_eq!([counted(0, "class"), counted(1, "class")], ["0 classes", "1 class"]);
/// ```
pub fn counted(count: impl TryInto<u128>, one: &str) -> String {
    let count = count.try_into().unwrap_or(u128::MAX);
    let plural = match (count, one.ends_with('s')) {
        (1, _) => "",
        (_, true) => "es",
        (_, false) => "s",
    };
    format!("{count} {one}{plural}")
}
