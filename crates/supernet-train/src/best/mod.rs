//! The best network of a run: its description, its card, its weights as files, and how it is read
//! back.

mod best_file;
mod best_net;
mod best_network;
mod card;
mod description;
mod error;

pub use best_file::BestFile;
pub use best_net::BestNet;
pub use best_network::{Best, load_best, load_best_of, read_record};
pub use card::{BestRecord, Card};
pub use description::NetworkDescription;
pub use error::BestError;
