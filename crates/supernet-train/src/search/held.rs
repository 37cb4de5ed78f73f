//! Whether memory can hold the networks of a known space, told by their numbers before any is made.

use super::{NetworkSettings, Number};
use crate::{SearchConfig, TrainError, memory};
use burn::tensor::Device;
use supernet_data::ImageShape;
use supernet_nn::on_processor;

/// Numbers that networks grow with, each with values of small networks: as many as tell the growth,
/// which is a square in the filters and a line in the others. Cells are thirds of a network.
const GROWTH: [(Number, &[usize]); 3] =
    [(Number::Filters, &[8, 16, 24]), (Number::Cells, &[3, 6]), (Number::Head, &[32, 64])];

/// How many times as large as published a number is that is looked at. Smaller ones need no look,
/// which takes a moment.
const LARGE: usize = 4;

/// Bytes that training takes for a parameter, at least: its weight, gradient and momentum.
const EACH: f64 = 12.0;

/// What is held where the system does not tell what is left, in bytes: a tebibyte.
const UNKNOWN: u64 = 1 << 40;

/// Checks that weights, gradients and momenta of both networks of `config` fit in memory, for
/// images of `shape` and `classes` classes.
///
/// # Errors
/// The number that is too large, with what would fit.
pub(super) fn check_held(
    config: &SearchConfig,
    shape: ImageShape,
    classes: usize,
    device: &Device,
) -> Result<(), TrainError> {
    let available = memory::available().filter(|_| on_processor(device)).unwrap_or(UNKNOWN);
    let supernet = config.network;
    let mut alone = supernet;
    alone.set_filters(config.stand_alone.filters);
    for (settings, filters) in [(supernet, "network.filters (--filters)"), (alone, "stand_alone.filters (--filters)")] {
        check_network(&settings, filters, (shape, classes, device), available)?;
    }
    Ok(())
}

fn check_network(
    settings: &NetworkSettings,
    filters: &'static str,
    on: (ImageShape, usize, &Device),
    available: u64,
) -> Result<(), TrainError> {
    let Some((number, found)) = largest(settings) else { return Ok(()) };
    // What cannot be made in small is refused with its own error by who makes it.
    let Some(growth) = Growth::of(settings, on) else { return Ok(()) };
    let bytes = |value: usize| {
        let mut settings = *settings;
        settings.number_mut(number).into_iter().for_each(|place| *place = value);
        EACH * growth.parameters(&settings)
    };
    let holds = |value: usize| bytes(value) <= available as f64;
    if holds(found) {
        return Ok(());
    }
    let field = match number {
        Number::Cells => "network.cells (--cells)",
        Number::Head => "network.head (--head)",
        _ => filters,
    };
    let [needed, left] = [bytes(found), available as f64].map(|bytes| bytes / f64::from(1 << 20));
    let takes = format!("weights, gradients and momenta take {needed:.0} MiB at least, of {left:.0} MiB that are left");
    let expected = match most(found, holds) {
        0 => format!("a smaller network in its other numbers, too: {takes}"),
        most => format!("at most {most}: {takes}"),
    };
    Err(TrainError::config(field, found, expected))
}

/// The number that is the most times as large as published, if any is large.
fn largest(settings: &NetworkSettings) -> Option<(Number, usize)> {
    let published = NetworkSettings::of_space(settings.name(), false)?;
    let times = |(number, _): &(Number, _)| {
        let (found, usual) = (settings.number(*number)?, published.number(*number)?);
        (found / LARGE > usual).then_some((found / usual, *number, found))
    };
    let (_, number, found) = GROWTH.iter().filter_map(times).max_by_key(|&(times, ..)| times)?;
    Some((number, found))
}

/// The greatest value below `found` that holds, 0 if none does.
fn most(found: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut least, mut beyond) = (0, found);
    while beyond - least > 1 {
        let middle = least + (beyond - least) / 2;
        if holds(middle) { least = middle } else { beyond = middle }
    }
    least
}

/// How many parameters networks have, to about a hundredth, from some small ones.
struct Growth(Vec<([usize; GROWTH.len()], f64)>);

impl Growth {
    /// None of networks that cannot be made in small.
    fn of(settings: &NetworkSettings, (shape, classes, device): (ImageShape, usize, &Device)) -> Option<Self> {
        let side = settings.least_side();
        let mut small = vec![([0; GROWTH.len()], *settings)];
        for (i, (number, values)) in GROWTH.iter().enumerate() {
            if settings.number(*number).is_some() {
                let with = |(at, settings): &([usize; GROWTH.len()], NetworkSettings), value: usize| {
                    let (mut at, mut settings) = (*at, *settings);
                    at[i] = value;
                    *settings.number_mut(*number)? = value;
                    Some((at, settings))
                };
                let grown = small.iter().flat_map(|one| values.iter().map(|&value| with(one, value)));
                small = grown.collect::<Option<_>>()?;
            }
        }
        let count = |(at, settings): ([usize; GROWTH.len()], NetworkSettings)| {
            let shape = ImageShape::new(shape.channels, side, side);
            let networks = settings.networks(settings.filters()?, shape, classes, device).ok()?;
            let cost = networks.stand_alone.cost(&networks.space().all_on()).ok()?;
            Some((at, cost.parameters as f64))
        };
        small.into_iter().map(count).collect::<Option<_>>().map(Self)
    }

    /// Parameters of the network that `settings` name.
    fn parameters(&self, settings: &NetworkSettings) -> f64 {
        let share = |at: &[usize; GROWTH.len()]| -> f64 {
            let of = |(&(number, values), &value): (&(Number, &[usize]), &usize)| {
                settings.number(number).map_or(1.0, |wanted| lagrange(values, value, wanted as f64))
            };
            GROWTH.iter().zip(at).map(of).product()
        };
        self.0.iter().map(|(at, count)| share(at) * count).sum()
    }
}

/// The polynomial that is 1 at `one` and 0 at the others of `values`, at `x`.
fn lagrange(values: &[usize], one: usize, x: f64) -> f64 {
    let others = values.iter().filter(|&&other| other != one).map(|&other| other as f64);
    others.map(|other| (x - other) / (one as f64 - other)).product()
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGES: (ImageShape, usize) = (ImageShape::new(1, 32, 32), 10);

    /// A space with some numbers.
    fn settings(space: &str, numbers: &[(Number, usize)]) -> NetworkSettings {
        let mut settings = NetworkSettings::of_space(space, true).unwrap();
        for &(number, value) in numbers {
            *settings.number_mut(number).unwrap() = value;
        }
        settings
    }

    #[test]
    fn what_small_networks_tell_is_what_larger_ones_have() {
        let numbers: [(&str, &[(Number, usize)]); 4] = [
            ("paper", &[(Number::Filters, 10), (Number::Cells, 9)]),
            ("nas-bench-201", &[(Number::Filters, 24), (Number::Cells, 4)]),
            ("nas-net", &[(Number::Filters, 12), (Number::Cells, 2)]),
            ("nas-bench-macro", &[(Number::Filters, 64), (Number::Head, 100)]),
        ];
        for (space, numbers) in numbers {
            let settings = settings(space, numbers);
            let told = Growth::of(&settings, (IMAGES.0, IMAGES.1, &Device::flex())).unwrap().parameters(&settings);
            let networks = settings.networks(settings.filters().unwrap(), IMAGES.0, IMAGES.1, &Device::flex()).unwrap();
            let parameters = networks.stand_alone.cost(&networks.space().all_on()).unwrap().parameters as f64;
            // The paper's first cells read the stems, which makes 3 cells no line with 6 and 9.
            let tolerance = if space == "paper" { 1e-2 } else { 1e-6 };
            assert!((told / parameters - 1.0).abs() < tolerance, "{space}: {told} for {parameters}");
        }
    }

    #[test]
    fn the_number_that_is_too_large_is_named_with_the_largest_that_fits() {
        let refused = |settings: &NetworkSettings| {
            let on = (IMAGES.0, IMAGES.1, &Device::flex());
            check_network(settings, "network.filters (--filters)", on, 1 << 30).unwrap_err().to_string()
        };
        let error = refused(&settings("paper", &[(Number::Filters, 20_000)]));
        let fits: usize = error
            .strip_prefix("network.filters (--filters): found 20000, expected at most ")
            .and_then(|rest| rest.split_once(": weights, gradients and momenta take ")?.0.parse().ok())
            .unwrap_or_else(|| panic!("{error}"));
        let holds = |filters| {
            let on = (IMAGES.0, IMAGES.1, &Device::flex());
            check_network(&settings("paper", &[(Number::Filters, filters)]), "", on, 1 << 30).is_ok()
        };
        assert!(holds(fits) && !holds(fits + 1), "{error}");

        let cells = refused(&settings("darts", &[(Number::Cells, usize::MAX)]));
        assert!(
            cells.starts_with(&format!("network.cells (--cells): found {}, expected at most ", usize::MAX)),
            "{cells}"
        );
        let head = refused(&settings("mobile", &[(Number::Head, 9_999_999_999)]));
        assert!(head.starts_with("network.head (--head): found 9999999999, expected at most "), "{head}");
        let both = refused(&settings("paper", &[(Number::Filters, 1 << 40), (Number::Cells, 1 << 40)]));
        assert!(both.contains("a smaller network in its other numbers, too: weights"), "{both}");
        for space in ["nas-bench-201", "genetic-stages", "enas-macro", "enas-rnn"] {
            let error = refused(&settings(space, &[(Number::Filters, 1 << 40)]));
            assert!(error.contains("expected at most "), "{space}: {error}");
        }
    }

    #[test]
    fn numbers_as_published_are_held_and_nothing_is_made_for_them() {
        for (space, _) in NetworkSettings::spaces() {
            assert_eq!(largest(&NetworkSettings::of_space(space, false).unwrap()), None, "{space}");
        }
    }
}
