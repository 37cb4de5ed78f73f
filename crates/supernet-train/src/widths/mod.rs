//! Widths that training finds: channels that a penalty has made useless are dropped, and what is
//! left is made wider (MorphNet).

mod alive;
mod channel_costs;
mod morph_net;
mod width_search;
mod within;

pub use morph_net::{MorphNet, MorphNetSettings, Shrunk};
pub use width_search::{WidthResult, WidthSettings, width_search};
pub use within::{Resource, widths_within};
