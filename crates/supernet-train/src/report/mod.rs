//! What an experiment leaves for people: figures as SVG and PNG, and one page that needs nothing else.

mod cell;
mod intervals;
mod page;
mod scatter;

pub use cell::cell_svg;
pub use intervals::IntervalFigure;
pub use page::{Cell, Page};
pub use scatter::{Point, ScatterFigure, Series};
