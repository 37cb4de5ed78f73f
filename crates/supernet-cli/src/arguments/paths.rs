//! How paths are drawn, as `--paths` names it.

use supernet::{
    space::{PathDropout, Schedule, SpaceError},
    train::PathSampling,
};

/// How paths are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Paths {
    /// Path dropout along a schedule, of the rate that is given or that there is.
    Dropped(Schedule, Option<PathDropout>),
    /// In another way.
    Drawn(PathSampling),
}

impl Paths {
    /// Reads NAME or NAME:NUMBER; behind the number of `dropout` there may be a schedule.
    pub fn parse(text: &str) -> Result<Self, String> {
        let split = |text| str::split_once(text, ':').map_or((text, None), |(first, rest)| (first, Some(rest)));
        let (name, rest) = split(text);
        let (number, schedule) = match rest.filter(|_| name == "dropout").map(split) {
            Some((number, schedule)) => (Some(number), schedule),
            None => (rest, None),
        };
        let wrong = || {
            format!(
                "found `{text}`, expected dropout[:R[:SCHEDULE]], constant[:R], uniform, networks, rare[:P], fair, weighted[:N] or \
                 all-on, with R and P between 0 and 1 and N of at least 2"
            )
        };
        let said = |error: SpaceError| error.to_string();
        let share = || number.map(|number| number.parse::<f64>().map_err(|_| wrong())).transpose();
        let rate = || share()?.map(|r| PathDropout::new(r).map_err(|_| wrong())).transpose();
        let drawn = |paths: PathSampling| if number.is_none() { Ok(Self::Drawn(paths)) } else { Err(wrong()) };
        match name {
            "dropout" => {
                let schedule = schedule.map_or(Ok(Schedule::Ramp), |schedule| schedule.parse().map_err(said))?;
                Ok(Self::Dropped(schedule, rate()?))
            }
            "constant" => Ok(Self::Dropped(Schedule::Constant, rate()?)),
            "uniform" => drawn(PathSampling::UniformArchitecture),
            "networks" => drawn(PathSampling::UniformNetwork),
            "rare" => Ok(Self::Drawn(PathSampling::RareWeightless(share()?.unwrap_or(0.1)))),
            "fair" => drawn(PathSampling::FairOptions),
            "weighted" => {
                let drawn = number.map_or(Ok(3), |number| number.parse().map_err(|_| wrong()))?;
                Ok(Self::Drawn(PathSampling::MostWeighted(drawn)))
            }
            "all-on" => drawn(PathSampling::AllOn),
            _ => Err(wrong()),
        }
    }

    /// Returns it for a search that draws paths as `there`, whose rate stays if none is given; at
    /// first .1.
    pub fn instead_of(self, there: PathSampling) -> PathSampling {
        match (self, there) {
            (Self::Drawn(paths), _) => paths,
            (Self::Dropped(schedule, None), PathSampling::Dropout(there)) => {
                PathSampling::Dropout(there.with_schedule(schedule))
            }
            (Self::Dropped(schedule, rate), _) => {
                let dropout = rate.unwrap_or_else(|| PathDropout::new(0.1).expect("between 0 and 1"));
                PathSampling::Dropout(dropout.with_schedule(schedule))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_read_and_others_are_refused() {
        let uniform = PathSampling::UniformArchitecture;
        let of = |text: &str| Paths::parse(text).unwrap().instead_of(uniform);
        let dropout = |r| PathDropout::new(r).unwrap();
        assert_eq!(of("dropout"), PathSampling::Dropout(dropout(0.1)));
        assert_eq!(of("constant:0.3"), PathSampling::Dropout(dropout(0.3).with_schedule(Schedule::Constant)));
        let falling = Schedule::Restarts { first: 0.5, growth: 1.0, least: 0.0 };
        assert_eq!(of("dropout:0.3:restarts:0.5:1:0"), PathSampling::Dropout(dropout(0.3).with_schedule(falling)));
        assert!(Paths::parse("dropout:0.3:up").unwrap_err().starts_with("schedule: found `up`, expected ramp, "));
        assert_eq!(of("rare"), PathSampling::RareWeightless(0.1));
        assert_eq!(of("rare:0.25"), PathSampling::RareWeightless(0.25));
        assert_eq!(of("weighted"), PathSampling::MostWeighted(3));
        assert_eq!(of("weighted:2"), PathSampling::MostWeighted(2));
        assert_eq!(of("fair"), PathSampling::FairOptions);
        assert_eq!(of("networks"), PathSampling::UniformNetwork);
        assert_eq!(of("all-on"), PathSampling::AllOn);
        // The rate of the run stays where none is given.
        let there = PathSampling::Dropout(dropout(0.4));
        let constant = Paths::parse("constant").unwrap().instead_of(there);
        assert_eq!(constant, PathSampling::Dropout(dropout(0.4).with_schedule(Schedule::Constant)));
        for text in [
            "",
            "fare",
            "dropout:1",
            "constant:x",
            "constant:0.1:ramp",
            "uniform:2",
            "weighted:-1",
            "rare:",
            "all-on:1",
        ] {
            assert!(Paths::parse(text).unwrap_err().starts_with(&format!("found `{text}`, expected ")), "{text}");
        }
    }
}
