//! Is a ranking to be trusted? What can be known of scores without training anything, and what a
//! few networks trained from scratch add.

mod check;
mod counted;
mod follows;
mod plateau;
mod proxy;
mod repeats;
mod stratified_check;
mod structure;
mod verdict;

pub use check::{Check, Counting, FITTED, check};
pub use counted::Counted;
pub(crate) use counted::standardised;
pub use follows::{Follows, follows};
pub use plateau::{Plateau, plateau};
pub use proxy::Proxy;
pub use repeats::{Repeats, repeats};
pub use stratified_check::to_check;
pub use structure::{Count, Structure, is_weightless};
pub use verdict::{Advice, Evidence, Trust, Verdict, verdict};
