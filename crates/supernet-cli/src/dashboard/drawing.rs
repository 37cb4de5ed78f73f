//! Draws what the dashboard knows: charts and panels where there is room, else lines.

use super::{
    curve::Curve,
    state::{State, thousands},
};
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    style::{Color, Style, Stylize},
    symbols::Marker,
    text::Line,
    widgets::{Axis, Block, Chart, Dataset, Gauge, GraphType, Paragraph, Wrap},
};
use std::time::Duration;
use supernet::{
    space::counted,
    train::{Jobs, Standing, clock, stage::SCORING},
};

/// Below this many columns or rows there are no charts.
const ROOM: (u16, u16) = (60, 18);

/// Draws `state` after `gone` of its stage; `stopping` if the user has asked to stop.
pub fn draw(frame: &mut Frame, state: &State, gone: Duration, stopping: bool) {
    let area = frame.area();
    let [head, body, foot] =
        Layout::vertical([Constraint::Length(3), Constraint::Min(0), Constraint::Length(1)]).areas(area);
    draw_head(frame, head, state, gone);
    if area.width < ROOM.0 || area.height < ROOM.1 {
        draw_lines(frame, body, state);
    } else {
        draw_panels(frame, body, state);
    }
    let keys = if stopping {
        Line::from(" stopping after this step; Ctrl-C stops at once").yellow()
    } else {
        Line::from(" q or Ctrl-C: save and stop").dim()
    };
    frame.render_widget(keys, foot);
}

/// Stage, steps, time.
fn draw_head(frame: &mut Frame, area: Rect, state: &State, gone: Duration) {
    let [title, gauge, time] = Layout::vertical([Constraint::Length(1); 3]).areas(area);
    let State { stage, done, total, .. } = state;
    let steps = format!("{} of {} ", thousands(*done), thousands(*total));
    frame.render_widget(Line::from(format!(" {stage}")).bold(), title);
    frame.render_widget(Line::from(steps).right_aligned(), title);
    // Rounded down: a stage that is not done does not say so.
    let label = format!("{} %", (100.0 * state.share()) as u64);
    let style = Style::new().fg(Color::Blue).bg(Color::DarkGray);
    frame.render_widget(Gauge::default().gauge_style(style).ratio(state.share()).label(label), gauge);
    let mut line = format!(" {} gone", clock(gone));
    if let Some(left) = state.left(gone) {
        line += &format!(", {} left", clock(left));
    }
    frame.render_widget(Line::from(line), time);
    if let Some(rate) = state.rate(gone) {
        frame.render_widget(Line::from(format!("{rate:.1}/s ")).right_aligned(), time);
    }
}

/// All that is known, a line each, the most telling first.
fn draw_lines(frame: &mut Frame, area: Rect, state: &State) {
    let mut lines: Vec<String> = curves(state).into_iter().map(|(title, _)| title).collect();
    lines.extend(numbers(state));
    lines.extend(sample_line(state, "sample"));
    lines.extend(state.best().map(|best| format!("best so far: {}", standing_line(best))));
    let text = lines.into_iter().map(|line| Line::from(format!(" {line}"))).collect::<Vec<_>>();
    frame.render_widget(Paragraph::new(text), area);
}

/// Charts, numbers, the best candidate: those of which something is known.
fn draw_panels(frame: &mut Frame, area: Rect, state: &State) {
    let charts = curves(state);
    let mut rows = Vec::new();
    if !charts.is_empty() {
        rows.push(Constraint::Fill(1));
    }
    rows.push(Constraint::Fill(1));
    if state.best().is_some() {
        rows.push(Constraint::Length(4));
    }
    let areas = Layout::vertical(rows).split(area);
    let mut areas = areas.iter().copied();
    if !charts.is_empty() {
        let row = areas.next().unwrap_or_default();
        let columns = Layout::horizontal(vec![Constraint::Fill(1); charts.len()]).split(row);
        let several = state.jobs.is_some_and(|jobs| jobs.count > 1);
        // Where networks are trained side by side, a line from one to the other has no meaning.
        let graph = if several { GraphType::Scatter } else { GraphType::Line };
        for ((title, curve), area) in charts.into_iter().zip(columns.iter()) {
            draw_chart(frame, *area, title, &[(curve, Color::Yellow)], graph);
        }
    }
    let row = areas.next().unwrap_or_default();
    // A training from scratch that goes on where it was stopped has seen no sample.
    let share = if state.sample.is_empty() { 0 } else { 2 };
    let [sample, right] = Layout::horizontal([Constraint::Fill(share), Constraint::Fill(1)]).areas(row);
    draw_sample(frame, sample, state);
    let text: Vec<Line> = numbers(state).into_iter().map(Line::from).collect();
    frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }).block(panel("now")), right);
    if let (Some(area), Some(best)) = (areas.next(), state.best()) {
        let text = vec![Line::from(standing_line(best)), Line::from(best.best.to_string())];
        let block = panel("best so far, by one-shot score");
        frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }).block(block), area);
    }
}

/// A frame with a title.
fn panel(title: impl Into<String>) -> Block<'static> {
    Block::bordered().border_style(Style::new().dim()).title(Line::from(format!(" {} ", title.into())).not_dim())
}

/// Loss and accuracy of training batches with their newest values, those that have one.
fn curves(state: &State) -> Vec<(String, &Curve)> {
    let State { loss, accuracy, .. } = state;
    let loss_title = loss.last().map(|value| format!("loss {value:.3}"));
    let accuracy_title = accuracy.last().map(|value| format!("accuracy {value:.1} %"));
    let titled = [(loss_title, loss), (accuracy_title, accuracy)];
    titled.into_iter().filter_map(|(title, curve)| Some((title?, curve))).collect()
}

/// Colours of the candidates of the sample.
const COLOURS: [Color; 6] =
    [Color::Cyan, Color::Magenta, Color::Green, Color::Yellow, Color::LightBlue, Color::LightRed];

fn draw_sample(frame: &mut Frame, area: Rect, state: &State) {
    let curves: Vec<(&Curve, Color)> = state.sample.iter().zip(COLOURS.into_iter().cycle()).collect();
    let Some(title) = sample_line(state, &format!("one-shot of {} candidates", state.sample.len())) else { return };
    draw_chart(frame, area, title, &curves, GraphType::Line);
}

/// The sample's newest scores, behind what they are called.
fn sample_line(state: &State, name: &str) -> Option<String> {
    state.sample_now().map(|(mean, best)| format!("{name}: mean {mean:.1}, best {best:.1} %"))
}

/// Curves over the same steps, from their lowest value to their highest.
fn draw_chart(frame: &mut Frame, area: Rect, title: String, curves: &[(&Curve, Color)], graph: GraphType) {
    let points = || curves.iter().flat_map(|(curve, _)| curve.points());
    let range = |of: fn(&(f64, f64)) -> f64| {
        points().map(of).fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], x| [low.min(x), high.max(x)])
    };
    let (steps, values) = (range(|point| point.0), range(|point| point.1));
    let block = panel(title);
    if steps[0] > steps[1] {
        return frame.render_widget(block, area);
    }
    let dataset = |(curve, colour): &(&'_ Curve, Color)| {
        let graph = if curve.points().len() == 1 { GraphType::Scatter } else { graph };
        Dataset::default().marker(Marker::Braille).graph_type(graph).style(Style::new().fg(*colour))
    };
    let datasets = curves.iter().map(|curve| dataset(curve).data(curve.0.points())).collect();
    let label = |value: f64| if value.abs() < 10.0 { format!("{value:.2}") } else { format!("{value:.0}") };
    let y = Axis::default().bounds(wide(values)).labels(values.map(label)).style(Style::new().dim());
    let x = Axis::default().bounds(wide(steps)).style(Style::new().dim());
    frame.render_widget(Chart::new(datasets).block(block).x_axis(x).y_axis(y), area);
}

/// A range with something in it.
fn wide([low, high]: [f64; 2]) -> [f64; 2] {
    if high > low { [low, high] } else { [low - 0.5, high + 0.5] }
}

/// What is a number and no curve, a line each.
fn numbers(state: &State) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(state.learning_rate.map(|rate| format!("learning rate {rate:.4}")));
    lines.extend(state.drop_rate.map(|rate| format!("drop rate {:.1} %", 100.0 * rate)));
    lines.extend(state.jobs.filter(|jobs| jobs.count > 1).map(|jobs| jobs_line(jobs, state.stage == SCORING)));
    lines.extend(state.jobs.filter(|jobs| jobs.members > 0).map(|jobs| members_line(jobs.members)));
    if let Some(Standing { candidates, score, .. }) = &state.scoring {
        lines.push(format!("{} candidates", thousands(*candidates as u64)));
        lines.push(format!("on {} images so far", thousands(score.images as u64)));
    }
    lines
}

fn jobs_line(Jobs { count, finished, under_way, .. }: Jobs, scoring: bool) -> String {
    if scoring {
        format!("{finished} of {count} parts done")
    } else {
        format!("networks: {finished} of {count} done, {under_way} under way")
    }
}

/// Who shares them.
fn members_line(members: usize) -> String {
    format!("shared by {}", counted(members, "process"))
}

fn standing_line(standing: &Standing) -> String {
    let Standing { candidates, score, cost, .. } = standing;
    let mut line = format!("{:.1} % on {} images", 100.0 * score.accuracy, thousands(score.images as u64));
    if let Some(cost) = cost {
        line += &format!(", {:.1} k parameters", cost.parameters as f64 / 1e3);
    }
    line + &format!(", best of {}", thousands(*candidates as u64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::{Terminal, backend::TestBackend};
    use supernet::{
        search::Score,
        space::{CellSpace, Cost, draws},
    };

    /// What is on a screen of some size, 75 seconds into a stage.
    fn screen(state: &State, (width, height): (u16, u16), stopping: bool) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| draw(frame, state, Duration::from_secs(75), stopping)).unwrap();
        let buffer = terminal.backend().buffer();
        let row = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned() + "\n";
        (0..height).map(row).collect()
    }

    /// 1,200 of 2,000 steps of a supernet's training.
    fn training() -> State {
        let mut state = State::default();
        state.begin("supernet training", 2_000);
        let score = |accuracy| Score { accuracy, loss: 1.0, images: 500 };
        for done in (20..=1_200u64).step_by(20) {
            state.done = done;
            let x = done as f64 / 1_200.0;
            state.observe(2.3 - 1.5 * x, 10.0 + 60.0 * x);
            if done % 100 == 0 {
                state.sample(done, &(0..8).map(|i| score(0.1 + 0.05 * f64::from(i) * x)).collect::<Vec<_>>());
            }
        }
        (state.learning_rate, state.drop_rate) = (Some(0.0345), Some(0.123));
        state
    }

    /// The best of 500 candidates.
    fn standing(cost: Option<Cost>) -> Standing {
        let cells = CellSpace::new(3, 2).unwrap();
        let best = cells.space().sample(&mut draws(1, "test", 0)).mask().clone();
        Standing { candidates: 500, best, score: Score { accuracy: 0.625, loss: 1.0, images: 300 }, cost }
    }

    const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 10)];

    fn assert_shown(state: &State, texts: &[&str]) {
        for size in SIZES {
            let screen = screen(state, size, false);
            for text in texts {
                assert!(screen.contains(text), "no `{text}` at {size:?}:\n{screen}");
            }
        }
    }

    #[test]
    fn a_training_is_shown_at_any_size() {
        let texts = [
            "supernet training",
            "1,200 of 2,000",
            "60 %",
            "1 min 15 s gone, 50 s left",
            "16.0/s",
            "loss 0.800",
            "accuracy 70.0 %",
            "learning rate 0.0345",
            "drop rate 12.3 %",
            "mean 27.5, best 45.0 %",
            "save and stop",
        ];
        assert_shown(&training(), &texts);
    }

    #[test]
    fn a_scoring_shows_the_best_so_far() {
        let mut state = training();
        state.begin("scoring", 5_000);
        state.done = 1_500;
        state.standing(&standing(None));
        assert_shown(&state, &["scoring", "1,500 of 5,000", "500 candidates", "on 300 images so far", "62.5 %"]);
        assert!(screen(&state, (80, 24), false).contains(&standing(None).best.to_string()), "the architecture");
        state.standing(&standing(Some(Cost { parameters: 45_678, macs: 9 })));
        assert!(screen(&state, (80, 24), false).contains("45.7 k parameters"));
    }

    #[test]
    fn networks_under_way_are_counted_and_a_stop_is_confirmed() {
        let mut state = training();
        state.standing(&standing(Some(Cost { parameters: 45_678, macs: 9 })));
        state.begin("stand-alone training", 700);
        state.jobs = Some(Jobs { count: 7, finished: 2, under_way: 2, members: 3 });
        assert_shown(&state, &["stand-alone training", "2 of 7 done", "shared by 3 processes"]);
        for size in SIZES {
            assert!(screen(&state, size, true).contains("stopping after this step"));
        }
    }

    #[test]
    fn no_screen_is_too_small() {
        let mut state = training();
        state.standing(&standing(Some(Cost { parameters: 45_678, macs: 9 })));
        for (width, height) in [(1, 1), (2, 3), (10, 4), (60, 18), (61, 5), (200, 19), (300, 100)] {
            screen(&state, (width, height), false);
            screen(&State::default(), (width, height), false);
        }
    }

    #[test]
    fn a_screen_of_80_by_24() {
        let mut state = training();
        state.standing(&standing(Some(Cost { parameters: 45_678, macs: 9 })));
        let screen = screen(&state, (80, 24), false);
        assert_eq!(screen, include_str!("80x24.txt"), "\n{screen}");
    }
}
