//! One row for each of several things: a value with its interval, on one axis.

use crate::{
    FigureError,
    figure::{Area, COLOURS, FONT, Figure, WIDTH, range},
};
use plotters::{
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};
use supernet_search::Estimate;

/// What the figure shows.
#[derive(Clone, Debug, PartialEq)]
pub struct IntervalFigure {
    /// Headline.
    pub title: String,
    /// Lines below: n, seeds, budget, data, device. Long ones are wrapped.
    pub caption: Vec<String>,
    /// What the axis shows.
    pub x: String,
    /// Name, value with interval, and the values that it is the mean of, from top to bottom.
    pub rows: Vec<(String, Estimate, Vec<f64>)>,
    /// A line to compare with.
    pub line: Option<f64>,
}

/// Pixels of a row.
const ROW: u32 = 36;
/// Pixels of headline, axis and caption.
const AROUND: u32 = 290;

impl IntervalFigure {
    /// The figure as SVG text.
    ///
    /// # Errors
    /// No row, or one that is no number.
    pub fn svg(&self) -> Result<String, FigureError> {
        self.to_svg()
    }

    /// The figure as a PNG file's bytes.
    ///
    /// # Errors
    /// As [`IntervalFigure::svg`], or no room for a scratch file.
    pub fn png(&self) -> Result<Vec<u8>, FigureError> {
        self.to_png()
    }
}

impl Figure for IntervalFigure {
    fn size(&self) -> (u32, u32) {
        (WIDTH, AROUND + ROW * self.rows.len() as u32)
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn caption(&self) -> &[String] {
        &self.caption
    }

    fn check(&self) -> Result<(), FigureError> {
        let is_finite = |e: &Estimate| [e.value, e.low, e.high].iter().all(|value| value.is_finite());
        match self.rows.iter().find(|(_, estimate, _)| !is_finite(estimate)) {
            Some((name, ..)) => Err(FigureError::Empty { place: format!("row `{name}`") }),
            None if self.rows.is_empty() => Err(FigureError::Empty { place: "rows".into() }),
            None => Ok(()),
        }
    }

    fn panels<B: DrawingBackend>(&self, area: &Area<B>) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let style = (FONT, 18).into_font().color(&BLACK).pos(Pos::new(HPos::Right, VPos::Center));
        let widths = self.rows.iter().map(|(name, ..)| area.estimate_text_size(name, &style).map(|size| size.0));
        // Room for a reader's own, wider font.
        let names = widths.collect::<Result<Vec<u32>, _>>()?.into_iter().max().unwrap_or(0) * 115 / 100 + 16;
        let ends = self.rows.iter().flat_map(|(_, e, each)| [e.low, e.high].into_iter().chain(each.iter().copied()));
        let ends: Vec<f64> = ends.chain(self.line).filter(|end| end.is_finite()).collect();
        let (low, high) = range(ends.iter(), 0.02);
        let count = self.rows.len() as f64;
        let mut chart = ChartBuilder::on(area)
            .x_label_area_size(62)
            .y_label_area_size(names)
            .margin_right(16)
            .build_cartesian_2d(low..high, 0.0..count)?;
        chart
            .configure_mesh()
            .disable_y_mesh()
            .disable_y_axis()
            .light_line_style(TRANSPARENT)
            .bold_line_style(BLACK.mix(0.1))
            .x_desc(self.x.clone())
            .x_label_formatter(&|value| tick(*value, high - low))
            .label_style((FONT, 18))
            .axis_desc_style((FONT, 19))
            .draw()?;
        if let Some(line) = self.line {
            chart.draw_series([PathElement::new([(line, 0.0), (line, count)], BLACK.mix(0.5).stroke_width(2))])?;
        }
        for (i, (name, estimate, each)) in self.rows.iter().enumerate() {
            let y = count - i as f64 - 0.5;
            let ends = [(estimate.low, y), (estimate.high, y)];
            chart.draw_series([PathElement::new(ends, COLOURS[0].stroke_width(3))])?;
            chart.draw_series([
                EmptyElement::at((estimate.value, y)) + Rectangle::new([(-6, -6), (6, 6)], COLOURS[0].filled())
            ])?;
            // Below the interval, so that neither hides the other.
            let disc = |&x: &f64| EmptyElement::at((x, y)) + Circle::new((0, 11), 4, COLOURS[1].filled());
            chart.draw_series(each.iter().map(disc))?;
            chart.draw_series([EmptyElement::at((low, y)) + Text::new(name.clone(), (-10, 0), style.clone())])?;
        }
        Ok(())
    }
}

/// A tick's label, with as many decimals as an axis of that width needs; what rounding left of 0 is
/// 0.
fn tick(value: f64, width: f64) -> String {
    let value = if value.abs() < 1e-9 * width { 0.0 } else { value };
    let decimals = if width > 1.0 { 1 } else { 2 };
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_have_the_decimals_they_need_and_zero_has_no_sign() {
        assert_eq!([tick(-1e-17, 1.5), tick(-0.25, 1.5), tick(0.25, 0.5)], ["0.0", "-0.2", "0.25"]);
    }

    #[test]
    fn every_row_has_its_name_and_an_empty_figure_is_refused() {
        let row = |name: &str, value: f64| {
            (name.to_owned(), Estimate { value, low: value - 0.1, high: value + 0.2 }, vec![value])
        };
        let mut figure = IntervalFigure {
            title: "Differences".into(),
            caption: vec!["n = 30".into()],
            x: "difference of Kendall's tau".into(),
            rows: vec![row("plain L2 on all weights", -0.05), row("loss", 0.1)],
            line: Some(0.0),
        };
        let svg = figure.svg().unwrap();
        assert!(["plain L2 on all weights", "loss", "n = 30"].iter().all(|text| svg.contains(text)));
        assert_eq!(&figure.png().unwrap()[..4], b"\x89PNG");
        figure.rows[0].1.low = f64::NAN;
        assert!(figure.svg().unwrap_err().to_string().contains("row `plain L2 on all weights`"));
    }
}
