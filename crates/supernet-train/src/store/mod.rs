//! Files that survive: written whole or line by line, checkpoints, logs, and the stages of a run
//! that leave them.

mod checkpoint;
mod event_log;
mod files;
mod keeper;
mod rows;
mod sameness;
mod score_file;
mod score_log;
mod searches;
mod stages;
mod weights;

pub use event_log::{Event, EventLine, EventLog, read_events};
pub use files::{Lock, append_line, lock, whole_lines, write_whole};
pub use keeper::{Keeper, Saving, checkpoints};
pub use rows::{cell, csv_row, parse_rows, read_rows};
pub use sameness::agree;
pub use score_file::{read_scores, scores_csv};
pub use weights::{load_weights, save_weights};

pub(crate) use files::{SEARCHES, remove};
pub(crate) use sameness::{Sameness, read_config, same_networks, through_text, write_config};
pub(crate) use score_file::{SCORES, score_line};
pub(crate) use score_log::{candidates_csv, read_candidates};
pub(crate) use searches::{make_room, search_folder};
pub(crate) use stages::{Stages, supernet_file};
pub(crate) use weights::weights;
