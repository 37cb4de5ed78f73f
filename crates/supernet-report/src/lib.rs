#![doc = include_str!("../README.md")]

mod course_figure;
mod error;
mod figure;
mod intervals;
mod page;
mod pareto_figure;
mod scatter;
mod search_figure;
mod search_page;
mod search_report;

pub use course_figure::CourseFigure;
pub use error::{FigureError, ReportError};
pub use intervals::IntervalFigure;
pub use page::{Cell, Page};
pub use scatter::{Point, ScatterFigure, Series};
pub use search_figure::{FigureGroup, SearchFigure};
pub use search_report::SearchReport;
