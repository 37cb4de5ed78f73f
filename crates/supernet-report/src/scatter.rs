//! Points with error bars, and under them the histogram of a larger population on the same axis.

use crate::{
    FigureError,
    figure::{Area, BARS, COLOURS, FONT, Figure, GREY, MARGIN, WIDTH, fill, finite, label_style, outline, range},
};
use plotters::{prelude::*, style::text_anchor::HPos};

/// What the figure shows. Accuracies are from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct ScatterFigure {
    /// Headline.
    pub title: String,
    /// Lines below: n, seeds, budget, data, device. Long ones are wrapped.
    pub caption: Vec<String>,
    /// What the horizontal axis shows.
    pub x: String,
    /// What the vertical axis shows.
    pub y: String,
    /// Points.
    pub series: Vec<Series>,
    /// Horizontal values of the population; empty for no histogram.
    pub population: Vec<f64>,
    /// Values as they are, not in per cent, on the horizontal axis.
    pub plain_x: bool,
}

/// Points of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its name in the legend.
    pub name: String,
    /// Its points.
    pub points: Vec<Point>,
}

impl Series {
    /// Points that stand for a network each: the legend says how many there are.
    pub fn of_networks(name: &str, points: Vec<Point>) -> Self {
        Self { name: format!("{name} (n = {})", points.len()), points }
    }
}

/// A point and half the length of its error bars, 0 for none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Horizontal place.
    pub x: f64,
    /// Vertical place.
    pub y: f64,
    /// Horizontal error.
    pub dx: f64,
    /// Vertical error.
    pub dy: f64,
}

const HEIGHT: u32 = 900;
/// Of the panels, without a histogram below.
const ALONE: u32 = 700;

impl ScatterFigure {
    /// The figure as SVG text.
    ///
    /// # Errors
    /// A series without a point of finite numbers.
    pub fn svg(&self) -> Result<String, FigureError> {
        self.to_svg()
    }

    /// The figure as a PNG file's bytes.
    ///
    /// # Errors
    /// As [`ScatterFigure::svg`], or no room for a scratch file.
    pub fn png(&self) -> Result<Vec<u8>, FigureError> {
        self.to_png()
    }

    /// A horizontal value as it is drawn.
    fn across(&self, x: f64) -> f64 {
        if self.plain_x { x } else { 100.0 * x }
    }

    fn x_range(&self) -> (f64, f64) {
        let points = self.series.iter().flat_map(|series| &series.points);
        let ends = points.flat_map(|p| [p.x - p.dx, p.x + p.dx]).chain(self.population.iter().copied());
        let ends: Vec<f64> = ends.filter(|x| x.is_finite()).map(|x| self.across(x)).collect();
        range(ends.iter(), if self.plain_x { 1e-3 } else { 1.0 })
    }

    fn points<B: DrawingBackend>(
        &self,
        area: &Area<B>,
        (low, high): (f64, f64),
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let all = self.series.iter().flat_map(|series| &series.points);
        let ends: Vec<f64> = finite(&all.flat_map(|p| [p.y - p.dy, p.y + p.dy]).collect::<Vec<_>>());
        let (bottom, top) = range(ends.iter(), 0.5);
        let mut chart = ChartBuilder::on(area)
            .margin_top(34)
            .x_label_area_size(if self.population.is_empty() { 58 } else { 30 })
            .y_label_area_size(80)
            .build_cartesian_2d(low..high, bottom..top)?;
        let mut mesh = chart.configure_mesh();
        if self.population.is_empty() {
            mesh.x_desc(self.x.clone());
        }
        mesh.light_line_style(TRANSPARENT)
            .bold_line_style(BLACK.mix(0.1))
            .y_desc(self.y.clone())
            .x_label_formatter(&|value| label(*value, high - low))
            .y_label_formatter(&|value| format!("{value:.1}"))
            .label_style((FONT, 18))
            .axis_desc_style((FONT, 19))
            .draw()?;
        for (i, series) in self.series.iter().enumerate() {
            let bars = COLOURS[i % COLOURS.len()].mix(0.45).stroke_width(1);
            for p in &series.points {
                let (x, y) = (self.across(p.x), 100.0 * p.y);
                let (dx, dy) = (self.across(p.dx), 100.0 * p.dy);
                chart.draw_series([
                    PathElement::new([(x - dx, y), (x + dx, y)], bars),
                    PathElement::new([(x, y - dy), (x, y + dy)], bars),
                ])?;
            }
            chart.draw_series(
                series
                    .points
                    .iter()
                    .map(|p| EmptyElement::at((self.across(p.x), 100.0 * p.y)) + Polygon::new(outline(i), fill(i))),
            )?;
        }
        self.legend(area)
    }

    /// One row above the points.
    fn legend<B: DrawingBackend>(&self, area: &Area<B>) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let mut x = 92;
        for (i, series) in self.series.iter().enumerate() {
            let style = label_style(HPos::Left, i);
            let width = area.estimate_text_size(&series.name, &style)?.0 as i32;
            area.draw(&(EmptyElement::at((x, 14)) + Polygon::new(outline(i), fill(i))))?;
            area.draw(&Text::new(series.name.as_str(), (x + 16, 14), style))?;
            x += width * 115 / 100 + 48;
        }
        Ok(())
    }

    fn histogram<B: DrawingBackend>(
        &self,
        area: &Area<B>,
        (low, high): (f64, f64),
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        const BINS: usize = 60;
        let width = (high - low) / BINS as f64;
        let mut counts = [0u32; BINS];
        for x in self.population.iter().filter(|x| x.is_finite()).map(|&x| self.across(x)) {
            counts[(((x - low) / width) as usize).min(BINS - 1)] += 1;
        }
        let top = f64::from(counts.iter().copied().max().unwrap_or(1).max(1)) * 1.1;
        let mut chart = ChartBuilder::on(area)
            .margin_top(10)
            .x_label_area_size(58)
            .y_label_area_size(80)
            .build_cartesian_2d(low..high, 0.0..top)?;
        let whole = |value: &f64| if value.fract() == 0.0 { format!("{value:.0}") } else { String::new() };
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(BLACK.mix(0.1))
            .y_labels(5)
            .x_desc(self.x.clone())
            .y_desc("candidates")
            .x_label_formatter(&|value| label(*value, high - low))
            .y_label_formatter(&whole)
            .label_style((FONT, 18))
            .axis_desc_style((FONT, 19))
            .draw()?;
        chart.draw_series(counts.iter().enumerate().filter(|(_, count)| **count > 0).map(|(i, &count)| {
            let from = low + width * i as f64;
            Rectangle::new([(from, 0.0), (from + width, f64::from(count))], BARS.filled())
        }))?;
        let said = format!("all {} candidates", self.population.len());
        let style = (FONT, 18).into_font().color(&GREY);
        area.draw(&Text::new(said, (92, 12), style))
    }
}

/// As many decimals as an axis of that width needs.
fn label(value: f64, width: f64) -> String {
    let decimals = if width > 8.0 {
        0
    } else if width > 0.8 {
        1
    } else {
        3
    };
    format!("{value:.decimals$}")
}

impl Figure for ScatterFigure {
    fn size(&self) -> (u32, u32) {
        (WIDTH, if self.population.is_empty() { ALONE } else { HEIGHT })
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn caption(&self) -> &[String] {
        &self.caption
    }

    fn check(&self) -> Result<(), FigureError> {
        let is_finite = |p: &Point| [p.x, p.y, p.dx, p.dy].iter().all(|value| value.is_finite());
        let empty = |place: &str| Err(FigureError::Empty { place: place.into() });
        match self.series.iter().find(|series| series.points.is_empty() || !series.points.iter().all(is_finite)) {
            Some(series) => empty(&format!("series `{}`", series.name)),
            None if self.series.is_empty() => empty("series"),
            None => Ok(()),
        }
    }

    fn panels<B: DrawingBackend>(&self, area: &Area<B>) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let range = self.x_range();
        if self.population.is_empty() {
            return self.points(area, range);
        }
        let height = area.dim_in_pixel().1 as i32;
        let (above, below) = area.split_vertically(height * 66 / 100 - MARGIN / 2);
        self.points(&above, range)?;
        self.histogram(&below, range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure() -> ScatterFigure {
        let point = |i: i32| Point { x: 0.3 + 0.01 * f64::from(i), y: 0.6 + 0.002 * f64::from(i), dx: 0.01, dy: 0.005 };
        ScatterFigure {
            title: "One-shot and stand-alone accuracy".into(),
            caption: vec!["n = 30, three seeds".into()],
            x: "one-shot accuracy (%)".into(),
            y: "stand-alone accuracy (%)".into(),
            series: vec![
                Series::of_networks("natural", (0..30).map(point).collect()),
                Series::of_networks("stratified", (10..20).map(point).collect()),
            ],
            population: (0..200).map(|i| 0.3 + 0.0015 * f64::from(i)).collect(),
            plain_x: false,
        }
    }

    #[test]
    fn the_svg_says_everything_and_points_that_are_no_numbers_are_refused() {
        let svg = figure().svg().unwrap();
        for text in
            ["natural (n = 30)", "stratified (n = 10)", "all 200 candidates", "one-shot accuracy (%)", "n = 30, three"]
        {
            assert!(svg.contains(text), "{text}");
        }
        let mut broken = figure();
        broken.series[1].points[0].y = f64::NAN;
        assert!(broken.svg().unwrap_err().to_string().contains("series `stratified (n = 10)`"));
        broken.series.clear();
        assert!(broken.svg().is_err());
    }

    #[test]
    fn a_single_point_without_population_is_drawn() {
        let mut one = figure();
        one.population.clear();
        one.series.truncate(1);
        one.series[0].points = vec![Point { x: 0.5, y: 0.5, dx: 0.0, dy: 0.0 }];
        one.svg().unwrap();
        assert_eq!(&one.png().unwrap()[..4], b"\x89PNG");
    }
}
