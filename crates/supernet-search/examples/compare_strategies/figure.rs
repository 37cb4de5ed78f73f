//! The figure: a panel for each strategy, random search in all of them.

use crate::curves::{Curve, Quartiles};
use plotters::{
    coord::Shift,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};
use std::{error::Error, path::Path, sync::Once};

pub struct Figure<'a> {
    /// Random search first.
    pub curves: &'a [Curve],
    pub seeds: u64,
    pub queries: usize,
}

const SIZE: (u32, u32) = (1260, 1180);
const COLUMNS: usize = 3;
const MARGIN: i32 = 24;
const FONT: &str = "supernet-roboto";
/// Okabe and Ito's blue and black, told apart by dashes as well.
const BLUE: RGBColor = RGBColor(0, 114, 178);
const GREY: RGBColor = RGBColor(90, 90, 90);
/// No regret at all has no place on a logarithmic axis.
const LEAST: f64 = 0.01;
const MOST: f64 = 10.0;

type Drawn = Result<(), Box<dyn Error>>;

impl Figure<'_> {
    pub fn svg(&self) -> Result<String, Box<dyn Error>> {
        let mut text = String::new();
        self.draw(SVGBackend::with_string(&mut text, SIZE).into_drawing_area())?;
        // The embedded font is used for measuring; whoever shows the file has some sans-serif.
        Ok(text.replace(FONT, "Roboto, Arial, sans-serif"))
    }

    pub fn png(&self, path: &Path) -> Drawn {
        self.draw(BitMapBackend::new(path, SIZE).into_drawing_area())
    }

    fn caption(&self) -> Vec<String> {
        vec![
            format!(
                "Lines: median over {} seeds (1 to {}); bands: 25 to 75 %. Data: NAS-Bench-Macro, CIFAR-10, 3,969 networks trained three times each.",
                self.seeds, self.seeds
            ),
            "A search sees the accuracy of a network's first training. Drawn is how far the mean of three of the network that it holds for its best is".into(),
            format!(
                "below the best of all (93.13 %), no less than {LEAST} points. Successive halving and hyperband pay 1 or 3 trainings a score and see the"
            ),
            "mean of as many. A search that runs out of new proposals keeps what it found.".into(),
        ]
    }

    fn draw<B: DrawingBackend>(&self, area: DrawingArea<B, Shift>) -> Drawn
    where
        B::ErrorType: 'static,
    {
        register_font();
        area.fill(&WHITE)?;
        let text = |size: i32, colour: RGBColor| (FONT, size).into_font().color(&colour);
        let title = "Search strategies on NAS-Bench-Macro: regret against trainings looked up";
        area.draw(&Text::new(title, (MARGIN, MARGIN), text(30, BLACK)))?;
        let caption = self.caption();
        let below = 24 * caption.len() as i32 + MARGIN;
        for (i, line) in caption.iter().enumerate() {
            let at = (MARGIN, SIZE.1 as i32 - below + 24 * i as i32 + 6);
            area.draw(&Text::new(line.clone(), at, text(19, GREY)))?;
        }
        let Some((random, others)) = self.curves.split_first() else { return Err("no curve to draw".into()) };
        let panels = area.margin(68, below, MARGIN, MARGIN).split_evenly((others.len().div_ceil(COLUMNS), COLUMNS));
        for (i, (panel, curve)) in panels.iter().zip(others).enumerate() {
            self.panel(panel, random, curve, i)?;
        }
        area.present()?;
        Ok(())
    }

    fn panel<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        random: &Curve,
        curve: &Curve,
        place: usize,
    ) -> Drawn
    where
        B::ErrorType: 'static,
    {
        let mut chart = ChartBuilder::on(area)
            .caption(curve.strategy, (FONT, 22))
            .margin_right(14)
            .margin_bottom(10)
            .x_label_area_size(46)
            .y_label_area_size(62)
            .build_cartesian_2d((10f64..self.queries as f64).log_scale(), (0.9 * LEAST..MOST).log_scale())?;
        let y_name = if place.is_multiple_of(COLUMNS) { "regret (points)" } else { "" };
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(BLACK.mix(0.1))
            .x_desc("trainings looked up")
            .y_desc(y_name)
            .x_labels(4)
            .y_labels(6)
            .x_label_formatter(&|value| format!("{value:.0}"))
            .y_label_formatter(&|value| format!("{value}"))
            .label_style((FONT, 17))
            .axis_desc_style((FONT, 18))
            .draw()?;
        let points = |curve: &Curve, value: fn(&Quartiles) -> f64| -> Vec<(f64, f64)> {
            let at = (10..).zip(&curve.points[9..]);
            let mut points: Vec<(f64, f64)> =
                at.map(|(query, quartiles)| (f64::from(query), value(quartiles).clamp(LEAST, MOST))).collect();
            let all = points.clone();
            let bends = |i: usize| i == 0 || i + 1 == all.len() || all[i - 1].1 != all[i].1 || all[i].1 != all[i + 1].1;
            let mut place = 0..;
            points.retain(|_| place.next().is_some_and(bends));
            points
        };
        for (curve, colour, strength) in [(random, BLACK, 0.10), (curve, BLUE, 0.22)] {
            let mut band = points(curve, |quartiles| quartiles.high);
            band.extend(points(curve, |quartiles| quartiles.low).into_iter().rev());
            chart.draw_series([Polygon::new(band, colour.mix(strength).filled())])?;
        }
        let median = |curve| points(curve, |quartiles| quartiles.median);
        chart.draw_series(DashedLineSeries::new(median(random), 8, 5, BLACK.stroke_width(2)))?;
        chart.draw_series(LineSeries::new(median(curve), BLUE.stroke_width(3)))?;
        self.legend(&chart.plotting_area().strip_coord_spec(), curve)
    }

    /// In the panel's upper right, where no curve goes.
    fn legend<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>, curve: &Curve) -> Drawn
    where
        B::ErrorType: 'static,
    {
        let left = area.dim_in_pixel().0 as i32 - 200;
        let name = curve.strategy.split(" (").next().unwrap_or(curve.strategy);
        let style = |colour: &RGBColor| (FONT, 17).into_font().color(colour).pos(Pos::new(HPos::Left, VPos::Center));
        for (row, (label, colour)) in [(name, BLUE), ("random search", BLACK)].into_iter().enumerate() {
            let y = 16 + 22 * row as i32;
            let dashes: &[(i32, i32)] = if row == 0 { &[(0, 30)] } else { &[(0, 8), (13, 21), (26, 30)] };
            for &(from, to) in dashes {
                area.draw(&PathElement::new([(left + from, y), (left + to, y)], colour.stroke_width(3)))?;
            }
            area.draw(&Text::new(label, (left + 38, y), style(&colour)))?;
        }
        Ok(())
    }
}

fn register_font() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let bytes = include_bytes!("../../../supernet-report/fonts/Roboto-Regular.ttf");
        plotters::style::register_font(FONT, FontStyle::Normal, bytes).ok().expect("the embedded font is a font");
    });
}
