//! The figure of a search: how the candidates scored, and what the networks trained from scratch
//! reached.

use crate::{
    FigureError,
    figure::{Area, BARS, COLOURS, FONT, Figure, HEIGHT, MARGIN, WIDTH, fill, finite, label_style, outline, range},
};
use plotters::{prelude::*, style::text_anchor::HPos};
use supernet_search::Spread;

/// What the figure of a search shows.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchFigure {
    /// Headline.
    pub title: String,
    /// Lines below: n, seed, budget, data, device. Long ones are wrapped.
    pub caption: Vec<String>,
    /// One-shot accuracies of all scored candidates, 0 to 1.
    pub candidates: Vec<f64>,
    /// Networks trained from scratch.
    pub groups: Vec<FigureGroup>,
}

/// Networks trained from scratch for one reason.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureGroup {
    /// Its name.
    pub name: String,
    /// Their one-shot accuracies, 0 to 1.
    pub one_shot: Vec<f64>,
    /// Their test accuracies, 0 to 1.
    pub test: Vec<f64>,
}

impl SearchFigure {
    /// The figure as SVG text.
    ///
    /// # Errors
    /// No candidate, or a group without a finite test accuracy.
    pub fn svg(&self) -> Result<String, FigureError> {
        self.to_svg()
    }

    /// The figure as a PNG file's bytes.
    ///
    /// # Errors
    /// As [`SearchFigure::svg`], or no room for a scratch file.
    pub fn png(&self) -> Result<Vec<u8>, FigureError> {
        self.to_png()
    }
}

impl Figure for SearchFigure {
    fn size(&self) -> (u32, u32) {
        (WIDTH, HEIGHT)
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn caption(&self) -> &[String] {
        &self.caption
    }

    fn check(&self) -> Result<(), FigureError> {
        let empty = |place: &str| Err(FigureError::Empty { place: place.into() });
        if finite(&self.candidates).is_empty() {
            return empty("candidates");
        }
        match self.groups.iter().find(|group| finite(&group.test).is_empty()) {
            Some(group) => empty(&format!("group `{}`", group.name)),
            None if self.groups.is_empty() => empty("groups"),
            None => Ok(()),
        }
    }

    fn panels<B: DrawingBackend>(&self, area: &Area<B>) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let (left, right) = area.split_horizontally((WIDTH as i32 - 2 * MARGIN) * 55 / 100);
        self.histogram(&left.margin(0, 0, 0, 20))?;
        self.strips(&right)
    }
}

impl SearchFigure {
    /// How the candidates scored; below, where each group's networks lie.
    fn histogram<B: DrawingBackend>(&self, area: &Area<B>) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let values = finite(&self.candidates);
        let marked: Vec<f64> = self.groups.iter().flat_map(|group| finite(&group.one_shot)).collect();
        let (low, high) = range(values.iter().chain(&marked), 1.0);
        let bins = 30;
        let width = (high - low) / f64::from(bins);
        let mut counts = vec![0u32; bins as usize];
        for value in &values {
            counts[(((value - low) / width) as usize).min(bins as usize - 1)] += 1;
        }
        let top = f64::from(counts.iter().copied().max().unwrap_or(1)) * 1.1;
        // Room for a row of markers for each group below the axis of counts.
        let row = top * 0.09;
        let bottom = -row * (self.groups.len() as f64 + 0.3);
        let mut chart = ChartBuilder::on(area)
            .caption("One-shot accuracy of the candidates", (FONT, 22))
            .x_label_area_size(58)
            .y_label_area_size(70)
            .build_cartesian_2d(low..high, bottom..top)?;
        let is_count = |value: f64| value >= 0.0 && value.fract() == 0.0;
        let count = |value: &f64| if is_count(*value) { format!("{value:.0}") } else { String::new() };
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(BLACK.mix(0.1))
            .x_desc("accuracy on validation images (%)")
            .y_desc("candidates")
            .y_label_formatter(&count)
            .label_style((FONT, 18))
            .axis_desc_style((FONT, 19))
            .draw()?;
        chart.draw_series(counts.iter().enumerate().filter(|(_, count)| **count > 0).map(|(i, &count)| {
            let from = low + width * i as f64;
            Rectangle::new([(from, 0.0), (from + width, f64::from(count))], BARS.filled())
        }))?;
        chart.draw_series([PathElement::new([(low, 0.0), (high, 0.0)], BLACK.mix(0.4))])?;
        for (i, group) in self.groups.iter().enumerate() {
            let y = -row * (i as f64 + 0.65);
            chart.draw_series(
                finite(&group.one_shot)
                    .into_iter()
                    .map(|x| EmptyElement::at((x, y)) + Polygon::new(outline(i), fill(i))),
            )?;
            chart.draw_series([
                EmptyElement::at((low, y)) + Text::new(group.name.clone(), (-8, 0), label_style(HPos::Right, i))
            ])?;
        }
        Ok(())
    }

    /// The test accuracy of each network, with each group's mean and standard deviation.
    fn strips<B: DrawingBackend>(&self, area: &Area<B>) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let all: Vec<f64> = self.groups.iter().flat_map(|group| finite(&group.test)).collect();
        let spreads: Vec<Spread> = self.groups.iter().filter_map(|group| Spread::of(&finite(&group.test))).collect();
        let ends: Vec<f64> = spreads.iter().flat_map(|s| [s.mean - s.deviation, s.mean + s.deviation]).collect();
        let (low, high) = range(all.iter().chain(&ends), 0.5);
        let names: Vec<String> = self.groups.iter().map(|g| format!("{} (n = {})", g.name, g.test.len())).collect();
        let mut chart = ChartBuilder::on(area)
            .caption("Trained from scratch: test accuracy", (FONT, 22))
            .x_label_area_size(58)
            .y_label_area_size(76)
            .build_cartesian_2d(-0.6..self.groups.len() as f64 - 0.4, low..high)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .disable_x_axis()
            .light_line_style(TRANSPARENT)
            .bold_line_style(BLACK.mix(0.1))
            .y_desc("accuracy on test images (%)")
            .y_label_formatter(&|value| format!("{value:.1}"))
            .label_style((FONT, 18))
            .axis_desc_style((FONT, 19))
            .draw()?;
        for (i, (group, spread)) in self.groups.iter().zip(&spreads).enumerate() {
            let (centre, colour) = (i as f64, COLOURS[i % COLOURS.len()]);
            let (from, to) = (spread.mean - spread.deviation, spread.mean + spread.deviation);
            chart.draw_series([
                PathElement::new([(centre - 0.3, spread.mean), (centre + 0.3, spread.mean)], colour.stroke_width(4)),
                PathElement::new([(centre, from), (centre, to)], colour.stroke_width(2)),
            ])?;
            let values = finite(&group.test);
            let across = |j: usize| centre + 0.36 * ((j as f64 + 0.5) / values.len() as f64 - 0.5);
            chart.draw_series(
                values
                    .iter()
                    .enumerate()
                    .map(|(j, &y)| EmptyElement::at((across(j), y)) + Polygon::new(outline(i), fill(i))),
            )?;
            // Room for a reader's own, wider font.
            let style = TextStyle { font: (FONT, 15).into_font(), ..label_style(HPos::Center, i) };
            let below = (0, 26 + 2);
            chart.draw_series([EmptyElement::at((centre, low)) + Text::new(names[i].clone(), below, style)])?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure() -> SearchFigure {
        let group = |name: &str, one_shot: &[f64], test: &[f64]| FigureGroup {
            name: name.into(),
            one_shot: one_shot.into(),
            test: test.into(),
        };
        SearchFigure {
            title: "One-shot search on stripes".into(),
            caption: vec!["seed 1, 300 candidates, a line that is long enough to be wrapped. ".repeat(4)],
            candidates: (0..300)
                .map(|i| 0.6 + 0.1 * (f64::from(i) * 0.7).sin() * (f64::from(i) * 0.13).cos())
                .collect(),
            groups: vec![
                group("picked", &[0.69, 0.695, 0.70], &[0.853, 0.861, 0.857]),
                group("random", &[0.55, 0.61, 0.66], &[0.841, 0.829, 0.852]),
                group("largest", &[0.60, 0.62, 0.65], &[0.851, 0.848, 0.850]),
                group("all on", &[0.71], &[0.862]),
            ],
        }
    }

    #[test]
    fn the_svg_says_everything_and_is_the_same_each_time() {
        let svg = figure().svg().unwrap();
        assert_eq!(svg, figure().svg().unwrap());
        for text in ["One-shot search on stripes", "picked", "random", "largest", "all on", "seed 1, 300 candidates"] {
            assert!(svg.contains(text), "{text}");
        }
    }

    #[test]
    fn the_png_is_a_png_of_the_right_size() {
        let png = figure().png().unwrap();
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
        let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
        assert_eq!((number(16), number(20)), (WIDTH, HEIGHT));
    }

    #[test]
    fn degenerate_values_are_drawn_and_missing_ones_refused() {
        let mut one = figure();
        one.candidates = vec![0.5];
        one.groups.truncate(1);
        one.groups[0].test = vec![1.0];
        one.groups[0].one_shot = vec![f64::NAN, 0.0];
        one.svg().unwrap();
        one.groups[0].test = vec![f64::NAN];
        assert_eq!(
            one.svg().unwrap_err().to_string(),
            "figure, group `picked`: found no finite value, expected at least one"
        );
        one.candidates.clear();
        assert_eq!(one.png().unwrap_err(), FigureError::Empty { place: "candidates".into() });
    }
}
