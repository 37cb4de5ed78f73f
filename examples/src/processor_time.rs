//! What a program has computed so far.

/// The processor time of this process in seconds, all its threads together; none where `/proc` is
/// not there.
pub fn processor_time() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is the program's name in brackets, which may hold blanks; times are the
    // 14th and the 15th, in hundredths of a second.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |place: usize| fields.get(place - 3)?.parse::<f64>().ok();
    Some((ticks(14)? + ticks(15)?) / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_while_something_is_computed() {
        let Some(before) = processor_time() else { return };
        let mut sum = 0_u64;
        while processor_time() < Some(before + 0.03) {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        assert!(sum > 0);
    }
}
