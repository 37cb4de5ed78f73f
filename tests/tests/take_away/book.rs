//! The programs of `docs/take-away.md` that run outside of this workspace.

/// The first snippet that begins with `fence`.
pub fn snippet(fence: &str) -> String {
    let page = include_str!("../../../docs/take-away.md");
    let (_, rest) = page.split_once(fence).expect("a snippet");
    rest.split_once("```").expect("its end").0.into()
}
