//! How long something took, for people.

use jiff::SignedDuration;

/// Three digits or so: `120 µs`, `12 ms`, `7.52 s`, `3 min 20 s`, `2 h 5 min`.
pub fn duration(took: SignedDuration) -> String {
    let (micros, millis) = (took.as_micros().max(0), took.as_millis().max(0));
    let (seconds, minutes, hours) = (millis / 1000, millis / 60_000, millis / 3_600_000);
    match millis {
        0 if micros > 0 => format!("{micros} µs"),
        0..1000 => format!("{millis} ms"),
        1000..60_000 => format!("{:.2} s", millis as f64 / 1000.0),
        60_000..3_600_000 => format!("{minutes} min {} s", seconds % 60),
        _ => format!("{hours} h {} min", minutes % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_short() {
        for (millis, text) in [
            (12, "12 ms"),
            (7_524, "7.52 s"),
            (200_000, "3 min 20 s"),
            (7_500_000, "2 h 5 min"),
        ] {
            assert_eq!(duration(SignedDuration::from_millis(millis)), text);
        }
    }
}
