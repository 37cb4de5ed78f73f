//! What an experiment leaves for people: figures as SVG and PNG, and one page that needs nothing else.

mod cell;
mod intervals;
mod page;
mod scatter;
mod search_page;

pub use cell::cell_svg;
pub(crate) use cell::cells_file;
pub use intervals::IntervalFigure;
pub use page::{Cell, Page};
pub(crate) use search_page::search_page;

pub use scatter::{Point, ScatterFigure, Series};
