//! Files that survive: written whole or line by line, checkpoints, logs, and the stages of a run that leave them.

mod checkpoint;
mod event_log;
mod files;
mod keeper;
mod rows;
mod score_file;
mod score_log;
mod stages;
mod weights;

pub use event_log::{Event, EventLine, EventLog, read_events};
pub use files::{agree, append_line, lock, whole_lines, write_whole};
pub use keeper::{Keeper, Saving};
pub use rows::{cell, csv_row, parse_rows, read_rows};
pub use score_file::{read_scores, scores_csv};
pub use weights::{load_weights, save_weights};

pub(crate) use score_file::{SCORES, score_line};
pub(crate) use score_log::candidates_csv;
pub(crate) use stages::Stages;
pub(crate) use weights::weights;
