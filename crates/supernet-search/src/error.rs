//! What can be wrong with a strategy's settings or with a table.

use supernet_space::SpaceError;
use thiserror::Error;

/// Every error of this crate names the place, the value found and the value expected.
#[derive(Clone, PartialEq, Error)]
pub enum SearchError {
    /// A setting of a strategy is out of range.
    #[error("{strategy}, {setting}: found {found}, expected {expected}")]
    Setting {
        /// Name of the strategy.
        strategy: &'static str,
        /// Name of the setting.
        setting: &'static str,
        /// The value given.
        found: String,
        /// What it may be.
        expected: &'static str,
    },
    /// A stored state has a list of the wrong length.
    #[error("state of {strategy}, {list}: found {found} entries, expected {expected}")]
    State {
        /// Name of the strategy.
        strategy: &'static str,
        /// Name of the list.
        list: &'static str,
        /// Entries there are.
        found: usize,
        /// Entries that there must be.
        expected: usize,
    },
    /// A table lacks a column.
    #[error("{file}, line 1: found columns {found}, expected one named `{column}`")]
    Column {
        /// The table's name.
        file: String,
        /// The column wanted.
        column: String,
        /// The columns there are.
        found: String,
    },
    /// A line of a table cannot be read as cells.
    #[error("{file}, line {line}: found {reason}, expected comma-separated cells, as many as the header has")]
    Line {
        /// The table's name.
        file: String,
        /// Line from 1.
        line: u64,
        /// What the reader says.
        reason: String,
    },
    /// A cell of a table holds no value of its column.
    #[error("{file}, line {line}, column `{column}`: found `{found}`, expected {expected}")]
    Cell {
        /// The table's name.
        file: String,
        /// Line from 1.
        line: u64,
        /// The column's name.
        column: String,
        /// The cell's text.
        found: String,
        /// What it may be.
        expected: &'static str,
    },
    /// A cell of a table holds no architecture of the space.
    #[error("{file}, line {line}, column `{column}`: {source}")]
    Architecture {
        /// The table's name.
        file: String,
        /// Line from 1.
        line: u64,
        /// The column's name.
        column: String,
        /// Why it is none.
        source: Box<SpaceError>,
    },
    /// Two lines of a table hold one architecture.
    #[error(
        "{file}, line {line}, column `{column}`: found `{found}`, which line {first} has, expected each architecture once"
    )]
    Twice {
        /// The table's name.
        file: String,
        /// Line from 1.
        line: u64,
        /// The column's name.
        column: String,
        /// The cell's text.
        found: String,
        /// The line that has it already.
        first: u64,
    },
    /// A table has a header and nothing else.
    #[error("{file}: found no line below the header, expected at least one architecture")]
    NoRows {
        /// The table's name.
        file: String,
    },
    /// A table lacks the architecture that is asked for.
    #[error("{file}: found no line of architecture `{architecture}` among {rows}, expected one")]
    Missing {
        /// The table's name.
        file: String,
        /// The architecture's mask text.
        architecture: String,
        /// Lines there are.
        rows: usize,
    },
    /// A table does not hold its whole space.
    #[error("{file}: found {rows} architectures, expected all {expected} of space `{space}`")]
    Incomplete {
        /// The table's name.
        file: String,
        /// Lines there are.
        rows: usize,
        /// Name of the space.
        space: String,
        /// Architectures of the space.
        expected: String,
    },
    /// Nothing is held against a table.
    #[error("{table}: found no list of scores, expected at least one")]
    NoScores {
        /// The table's name.
        table: String,
    },
    /// Lists of scores that are averaged score different architectures.
    #[error("{table}: found other architectures in list {list} of scores, expected those of list 0 in the same order")]
    OtherScores {
        /// The table's name.
        table: String,
        /// Place of the list.
        list: usize,
    },
    /// A ranking is of another number of architectures than there are.
    #[error("{table}, ranking `{ranking}`: found {found} scores, expected one for each of {expected} architectures")]
    RankingLength {
        /// The table's name.
        table: String,
        /// What ranks.
        ranking: String,
        /// Scores there are.
        found: usize,
        /// Architectures.
        expected: usize,
    },
    /// Too few architectures are left to rank.
    #[error("{table}: found {found} scored architectures that are not held out ({held_out} are), expected at least 2")]
    FewCompared {
        /// The table's name.
        table: String,
        /// Those left.
        found: usize,
        /// Those held out.
        held_out: usize,
    },
    /// A budget that the evaluator does not have.
    #[error("{place}: found a budget of {found}, expected {expected}")]
    Budget {
        /// The evaluator or the table's name.
        place: String,
        /// The budget asked for.
        found: u64,
        /// What there is.
        expected: String,
    },
    /// A surrogate cannot be fitted to what it is given.
    #[error("surrogate {surrogate}: found {found}, expected {expected}")]
    Fit {
        /// Name of the surrogate.
        surrogate: &'static str,
        /// What is wrong.
        found: String,
        /// What it may be.
        expected: &'static str,
    },
    /// An architecture or a space that is none.
    #[error(transparent)]
    Space(#[from] SpaceError),
}

supernet_space::debug_as_displayed!(SearchError);
