//! Durations for people.

use std::time::Duration;

/// Returns a duration in hours, minutes and seconds, as `2 min 05 s`.
pub fn clock(duration: Duration) -> String {
    let seconds = duration.as_secs_f64().round() as u64;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_hours_minutes_and_seconds() {
        assert_eq!(clock(Duration::from_millis(59_400)), "59 s");
        assert_eq!(clock(Duration::from_secs(125)), "2 min 05 s");
        assert_eq!(clock(Duration::from_secs(7_380)), "2 h 03 min");
    }
}
