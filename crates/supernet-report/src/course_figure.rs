//! What a companion came to prefer over the steps of a training.

use crate::{
    FigureError,
    figure::{Area, COLOURS, FONT, Figure, HEIGHT, WIDTH, label_style},
};
use plotters::{prelude::*, style::text_anchor::HPos};
use std::collections::BTreeMap;
use supernet_train::CoursePoint;

/// Panels that the figure shows.
const PANELS: usize = 4;

/// Characters of an option's name that the figure shows.
const MOST_CHARACTERS: usize = 14;

/// How probable each option was, over the steps: a panel for all choices of the same options, of
/// which the mean is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct CourseFigure {
    caption: Vec<String>,
    panels: Vec<Panel>,
}

/// Choices of the same options.
#[derive(Clone, Debug, PartialEq)]
struct Panel {
    choices: usize,
    steps: Vec<f64>,
    /// Of each option its name and the mean probability at each step, 0 to 1.
    options: Vec<(String, Vec<f64>)>,
}

/// Of each option the probability by step.
type Lines = Vec<BTreeMap<u64, f64>>;

/// Choices of the same options, by the options' names: the lines of each.
type Group<'a> = (Vec<&'a str>, Vec<Lines>);

/// The choices of a course, those of the same options together, the most first.
fn groups(course: &[CoursePoint]) -> Vec<Group<'_>> {
    let mut choices: Vec<(&str, Vec<&str>, Lines)> = Vec::new();
    for CoursePoint { step, choice, option, probability } in course {
        let place = choices.iter().position(|(name, ..)| name == choice).unwrap_or_else(|| {
            choices.push((choice, Vec::new(), Vec::new()));
            choices.len() - 1
        });
        let (_, options, lines) = &mut choices[place];
        let place = options.iter().position(|name| name == option).unwrap_or_else(|| {
            options.push(option);
            lines.push(BTreeMap::new());
            options.len() - 1
        });
        lines[place].insert(*step, *probability);
    }
    let mut groups: Vec<Group> = Vec::new();
    for (_, options, lines) in choices {
        match groups.iter_mut().find(|(known, _)| *known == options) {
            Some((_, members)) => members.push(lines),
            None => groups.push((options, vec![lines])),
        }
    }
    groups.sort_by_key(|(_, members)| std::cmp::Reverse(members.len()));
    groups
}

impl CourseFigure {
    /// Makes the figure of a run's course; choices of the four sets of options that most choices
    /// have are shown.
    pub fn new(course: &[CoursePoint], caption: &[String]) -> Self {
        let groups = groups(course);
        let left_out = groups.len().saturating_sub(PANELS);
        let mut caption = caption.to_vec();
        if left_out > 0 {
            caption.push(format!("Of {} sets of options those of the most choices are shown.", groups.len()));
        }
        Self { caption, panels: groups.into_iter().take(PANELS).map(Panel::new).collect() }
    }

    /// The figure as SVG text.
    ///
    /// # Errors
    /// A course without a step.
    pub fn svg(&self) -> Result<String, FigureError> {
        self.to_svg()
    }

    /// The figure as a PNG file's bytes.
    ///
    /// # Errors
    /// As [`CourseFigure::svg`], or no room for a scratch file.
    pub fn png(&self) -> Result<Vec<u8>, FigureError> {
        self.to_png()
    }
}

impl Panel {
    /// The means of a group.
    fn new((names, members): Group) -> Self {
        let steps: Vec<u64> = members[0].first().into_iter().flat_map(BTreeMap::keys).copied().collect();
        let mean = |option: usize, step: &u64| {
            let of = |lines: &Lines| lines[option].get(step).copied().unwrap_or(f64::NAN);
            members.iter().map(of).sum::<f64>() / members.len() as f64
        };
        let line = |(option, name): (usize, &str)| {
            (name.to_owned(), steps.iter().map(|step| mean(option, step)).collect::<Vec<_>>())
        };
        let options = names.into_iter().enumerate().map(line).collect();
        Self { choices: members.len(), options, steps: steps.iter().map(|&step| step as f64).collect() }
    }

    fn draw<B: DrawingBackend>(&self, area: &Area<B>) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        /// Room for names to the right, in pixels.
        const NAMES: i32 = 190;
        let last = self.steps.last().copied().unwrap_or(1.0).max(1.0);
        let top = self.options.iter().flat_map(|(_, line)| line).copied().fold(0.0, f64::max).max(0.01);
        let above = if self.choices == 1 { "one choice".into() } else { format!("mean of {} choices", self.choices) };
        let mut chart = ChartBuilder::on(area)
            .margin_top(30)
            .margin_right(NAMES)
            .x_label_area_size(54)
            .y_label_area_size(72)
            .build_cartesian_2d(0.0..last, 0.0..(top * 1.05).min(1.0))?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(BLACK.mix(0.1))
            .x_labels(5)
            .y_labels(5)
            .x_desc("steps")
            .y_desc("probability")
            .x_label_formatter(&|value| format!("{value:.0}"))
            .y_label_formatter(&|value| format!("{value:.2}"))
            .label_style((FONT, 16))
            .axis_desc_style((FONT, 17))
            .draw()?;
        for (i, (_, line)) in self.options.iter().enumerate() {
            let style = COLOURS[i % COLOURS.len()].stroke_width(2);
            let points = self.steps.iter().copied().zip(line.iter().copied());
            // Beyond as many options as there are colours, the others are dashed.
            if i < COLOURS.len() {
                chart.draw_series(LineSeries::new(points, style))?;
            } else {
                let (dash, space) = (4 + 6 * (i / COLOURS.len()) as i32, 4);
                chart.draw_series(DashedLineSeries::new(points, dash, space, style))?;
            }
        }
        area.draw(&Text::new(above, (76, 6), (FONT, 17)))?;
        self.names(area, area.dim_in_pixel().0 as i32 - NAMES + 12)
    }

    /// The options with their last probabilities, the likeliest first, in a column at `x`.
    fn names<B: DrawingBackend>(&self, area: &Area<B>, x: i32) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        const ROW: i32 = 20;
        let last = |option: &usize| self.options[*option].1.last().copied().unwrap_or(f64::NAN);
        let mut order: Vec<usize> = (0..self.options.len()).collect();
        order.sort_by(|a, b| last(b).total_cmp(&last(a)));
        let fit = ((area.dim_in_pixel().1 as i32 - 90) / ROW).max(1) as usize;
        for (row, option) in order.into_iter().take(fit).enumerate() {
            let (y, style) = (40 + ROW * row as i32, COLOURS[option % COLOURS.len()].stroke_width(2));
            let dashes = if option < COLOURS.len() { vec![(0, 22)] } else { vec![(0, 9), (13, 22)] };
            for (from, to) in dashes {
                area.draw(&PathElement::new([(x + from, y), (x + to, y)], style))?;
            }
            let name: String = self.options[option].0.chars().take(MOST_CHARACTERS).collect();
            let text = format!("{name} {:.2}", last(&option));
            area.draw(&Text::new(text, (x + 28, y), label_style(HPos::Left, option)))?;
        }
        Ok(())
    }
}

impl Figure for CourseFigure {
    fn size(&self) -> (u32, u32) {
        (WIDTH, if self.panels.len() > 2 { 2 * HEIGHT - 120 } else { HEIGHT })
    }

    fn title(&self) -> &str {
        "What the companion came to prefer"
    }

    fn caption(&self) -> &[String] {
        &self.caption
    }

    fn check(&self) -> Result<(), FigureError> {
        match self.panels.iter().all(|panel| panel.steps.is_empty()) {
            true => Err(FigureError::Empty { place: "course".into() }),
            false => Ok(()),
        }
    }

    fn panels<B: DrawingBackend>(&self, area: &Area<B>) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
        let columns = self.panels.len().min(2);
        let areas = area.split_evenly((self.panels.len().div_ceil(columns), columns));
        self.panels.iter().zip(&areas).try_for_each(|(panel, area)| panel.draw(area))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(choices: &[(&str, &[&str])]) -> Vec<CoursePoint> {
        let mut course = Vec::new();
        for step in [10, 20, 30] {
            for (choice, options) in choices {
                for (i, option) in options.iter().enumerate() {
                    let probability = if i == 0 { step as f64 / 100.0 } else { 0.5 };
                    course.push(CoursePoint { step, choice: (*choice).into(), option: (*option).into(), probability });
                }
            }
        }
        course
    }

    #[test]
    fn choices_of_the_same_options_share_a_panel_with_their_means() {
        let mut points = course(&[("a", &["skip", "conv"]), ("b", &["skip", "conv"]), ("c", &["1", "2", "3"])]);
        points[0].probability = 0.3;
        let figure = CourseFigure::new(&points, &["seed 1".into()]);
        assert_eq!(figure.panels.iter().map(|panel| panel.choices).collect::<Vec<_>>(), [2, 1]);
        let skip = &figure.panels[0].options[0];
        assert!(skip.0 == "skip" && (skip.1[0] - 0.2).abs() < 1e-12 && (skip.1[2] - 0.3).abs() < 1e-12);
        let svg = figure.svg().unwrap();
        for text in ["mean of 2 choices", "one choice", "skip 0.30", "conv 0.50", "seed 1", "probability"] {
            assert!(svg.contains(text), "{text}");
        }
        assert_eq!(&figure.png().unwrap()[..4], b"\x89PNG");
        assert!(CourseFigure::new(&[], &[]).svg().is_err());
    }

    #[test]
    fn four_panels_are_shown_and_the_caption_says_so() {
        let names: Vec<String> = (0..6).map(|i| format!("o{i}")).collect();
        let of = |count: usize| names[..count].iter().map(String::as_str).collect::<Vec<_>>();
        let options: Vec<Vec<&str>> = (2..=6).map(of).collect();
        let choices: Vec<(&str, &[&str])> = names.iter().zip(&options).map(|(n, o)| (n.as_str(), &o[..])).collect();
        let figure = CourseFigure::new(&course(&choices), &[]);
        assert_eq!((figure.panels.len(), figure.caption.len()), (4, 1));
        assert!(figure.svg().unwrap().contains("Of 5 sets of options"));
    }
}
