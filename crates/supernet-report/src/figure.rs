//! What all figures share: a headline, panels and a caption, as SVG and PNG.

use crate::FigureError;
use plotters::{
    coord::Shift,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};
use std::sync::Once;

pub(crate) const WIDTH: u32 = 1200;
pub(crate) const HEIGHT: u32 = 620;
pub(crate) const MARGIN: i32 = 24;
pub(crate) const FONT: &str = "supernet-roboto";
/// Okabe and Ito's colours that all readers can tell apart, one per group.
pub(crate) const COLOURS: [RGBColor; 4] =
    [RGBColor(0, 114, 178), RGBColor(213, 94, 0), RGBColor(0, 158, 115), RGBColor(204, 121, 167)];
pub(crate) const GREY: RGBColor = RGBColor(90, 90, 90);
pub(crate) const BARS: RGBColor = RGBColor(190, 200, 208);

pub(crate) type Area<'a, B> = DrawingArea<B, Shift>;

/// A headline, panels, and a caption below: n, seeds, budget, data, device.
pub(crate) trait Figure {
    /// Width and height in pixels.
    fn size(&self) -> (u32, u32);
    /// Headline.
    fn title(&self) -> &str;
    /// Lines below; long ones are wrapped.
    fn caption(&self) -> &[String];
    /// Whether there is something to show.
    fn check(&self) -> Result<(), FigureError>;
    /// Draws what stands between headline and caption.
    fn panels<B: DrawingBackend>(&self, area: &Area<B>) -> Result<(), DrawingAreaErrorKind<B::ErrorType>>;

    /// The figure as SVG text.
    fn to_svg(&self) -> Result<String, FigureError> {
        let mut text = String::new();
        self.draw(SVGBackend::with_string(&mut text, self.size()).into_drawing_area())?;
        // The embedded font is used for measuring; whoever shows the file has some sans-serif.
        Ok(text.replace(FONT, "Roboto, Arial, sans-serif"))
    }

    /// The figure as a PNG file's bytes.
    fn to_png(&self) -> Result<Vec<u8>, FigureError> {
        let file = tempfile::Builder::new().suffix(".png").tempfile().map_err(FigureError::drawing)?;
        self.draw(BitMapBackend::new(file.path(), self.size()).into_drawing_area())?;
        std::fs::read(file.path()).map_err(FigureError::drawing)
    }

    /// Headline, panels, caption.
    fn draw<B: DrawingBackend>(&self, area: Area<B>) -> Result<(), FigureError> {
        self.check()?;
        register_font();
        area.fill(&WHITE).map_err(FigureError::drawing)?;
        let (width, height) = (self.size().0 as i32, self.size().1 as i32);
        let text = |size: i32, colour: RGBColor| (FONT, size).into_font().color(&colour);
        let title = Text::new(self.title().to_owned(), (MARGIN, MARGIN), text(30, BLACK));
        area.draw(&title).map_err(FigureError::drawing)?;
        // Room for a reader's own, wider font: only the bitmap is sure to have the embedded one.
        let lines = wrapped(self.caption(), (width - 2 * MARGIN) * 86 / 100);
        let caption = 24 * lines.len() as i32 + MARGIN + 12;
        for (i, line) in lines.iter().enumerate() {
            let at = (MARGIN, height - caption + 24 * i as i32 + 18);
            area.draw(&Text::new(line.clone(), at, text(18, GREY))).map_err(FigureError::drawing)?;
        }
        self.panels(&area.margin(70, caption, MARGIN, MARGIN)).map_err(FigureError::drawing)?;
        area.present().map_err(FigureError::drawing)
    }
}

/// A group's marker in pixels around its place: a disc, a triangle, a square, a diamond.
pub(crate) fn outline(group: usize) -> Vec<(i32, i32)> {
    let corners = |count: usize, radius: f64, turn: f64| {
        let angle = move |i: usize| turn + std::f64::consts::TAU * i as f64 / count as f64;
        let point = move |angle: f64| ((radius * angle.sin()).round() as i32, (-radius * angle.cos()).round() as i32);
        (0..count).map(|i| point(angle(i))).collect()
    };
    match group % 4 {
        0 => corners(20, 6.0, 0.0),
        1 => corners(3, 9.0, 0.0),
        2 => corners(4, 7.5, std::f64::consts::FRAC_PI_4),
        _ => corners(4, 8.5, 0.0),
    }
}

pub(crate) fn fill(group: usize) -> ShapeStyle {
    COLOURS[group % COLOURS.len()].mix(0.85).filled()
}

pub(crate) fn label_style(horizontal: HPos, group: usize) -> TextStyle<'static> {
    let colour = COLOURS[group % COLOURS.len()];
    (FONT, 18).into_font().color(&colour).pos(Pos::new(horizontal, VPos::Center))
}

/// In per cent, without what is no number.
pub(crate) fn finite(values: &[f64]) -> Vec<f64> {
    values.iter().filter(|value| value.is_finite()).map(|value| value * 100.0).collect()
}

/// A range around the values, at least `least` to each side of a single one.
pub(crate) fn range<'a>(values: impl Iterator<Item = &'a f64>, least: f64) -> (f64, f64) {
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)));
    let room = ((high - low) * 0.08).max(least);
    (low - room, high + room)
}

/// Lines no wider than `width` pixels.
pub(crate) fn wrapped(lines: &[String], width: i32) -> Vec<String> {
    register_font();
    let font = (FONT, 18).into_font();
    let fits = |line: &str| font.box_size(line).is_ok_and(|(w, _)| (w as i32) <= width);
    let mut wrapped: Vec<String> = Vec::new();
    for line in lines {
        let mut rest = String::new();
        for word in line.split_whitespace() {
            let longer = if rest.is_empty() { word.into() } else { format!("{rest} {word}") };
            if !rest.is_empty() && !fits(&longer) {
                wrapped.push(std::mem::replace(&mut rest, word.into()));
            } else {
                rest = longer;
            }
        }
        wrapped.push(rest);
    }
    wrapped
}

pub(crate) fn register_font() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let bytes = include_bytes!("../fonts/Roboto-Regular.ttf");
        plotters::style::register_font(FONT, FontStyle::Normal, bytes).ok().expect("the embedded font is a font");
    });
}
