//! Durations as people write them, such as `"500ms"` or `"1.5h"`.

const UNITS: [(&str, f64); 4] = [("ms", 1.0), ("s", 1e3), ("m", 60e3), ("h", 3600e3)];

/// The duration in milliseconds, or what is wrong with it.
pub(crate) fn milliseconds(text: &str) -> Result<u64, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (number, unit) = text.split_at(digits.unwrap_or(text.len()));
    let number: f64 = number.parse().map_err(|_| expected(text))?;
    let scale = UNITS.iter().find(|(name, _)| *name == unit.trim_start());
    let (_, scale) = scale.ok_or_else(|| expected(text))?;
    let exact = number * scale;
    let whole = exact.round();
    if (exact - whole).abs() > 1e-6 {
        return Err(format!("`{text}` is not a whole number of milliseconds"));
    }
    if whole > 2_f64.powi(53) {
        return Err(format!("`{text}` is too long"));
    }
    Ok(whole as u64)
}

fn expected(text: &str) -> String {
    format!(
        "`{text}` is not a duration: write a number and `ms`, `s`, `m` or `h`, such as \"1.5s\""
    )
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn a_number_and_a_unit() {
        assert_eq!(milliseconds("500ms"), Ok(500));
        assert_eq!(milliseconds("10s"), Ok(10_000));
        assert_eq!(milliseconds("5m"), Ok(300_000));
        assert_eq!(milliseconds("1h"), Ok(3_600_000));
        assert_eq!(milliseconds("1.5s"), Ok(1500));
        assert_eq!(milliseconds("0.001s"), Ok(1));
        assert_eq!(milliseconds("2 s"), Ok(2000));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "10", "s", "-1s", "1.2.3s", "1d", "1us", "1s2", "s1"] {
            let message = milliseconds(text).expect_err(text);
            assert!(message.contains("is not a duration"), "{message}");
        }
        assert!(milliseconds("0.5ms").is_err());
        assert!(milliseconds("99999999999999999999h").is_err());
    }
}
