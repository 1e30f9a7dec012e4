//! Amounts as people write them: durations such as `"1.5h"`, sizes such as `"64MiB"`.

/// What is measured, and in which units.
struct Measure {
    name: &'static str,
    /// How often each unit has the smallest one in it.
    units: &'static [(&'static str, f64)],
    smallest: &'static str,
    hint: &'static str,
}

const DURATION: Measure = Measure {
    name: "duration",
    units: &[("ms", 1.0), ("s", 1e3), ("m", 60e3), ("h", 3600e3)],
    smallest: "milliseconds",
    hint: "write a number and `ms`, `s`, `m` or `h`, such as \"1.5s\"",
};

const SIZE: Measure = Measure {
    name: "size",
    units: &[
        ("B", 1.0),
        ("KB", 1e3),
        ("MB", 1e6),
        ("GB", 1e9),
        ("KiB", 1024.0),
        ("MiB", 1_048_576.0),
        ("GiB", 1_073_741_824.0),
    ],
    smallest: "bytes",
    hint: "write a number and `B`, `KiB`, `MiB`, `GiB`, `KB`, `MB` or `GB`, such as \"64MiB\"",
};

/// The duration in milliseconds, or what is wrong with it.
pub(crate) fn milliseconds(text: &str) -> Result<u64, String> {
    DURATION.parse(text)
}

/// The size in bytes, or what is wrong with it.
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
    SIZE.parse(text)
}

impl Measure {
    fn parse(&self, text: &str) -> Result<u64, String> {
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.');
        let (number, unit) = text.split_at(digits.unwrap_or(text.len()));
        let number: f64 = number.parse().map_err(|_| self.expected(text))?;
        let mut units = self.units.iter();
        let scale = units.find(|(name, _)| *name == unit.trim_start());
        let (_, scale) = scale.ok_or_else(|| self.expected(text))?;
        let exact = number * scale;
        let whole = exact.round();
        if (exact - whole).abs() > 1e-6 {
            let smallest = self.smallest;
            return Err(format!("`{text}` is not a whole number of {smallest}"));
        }
        if whole > 2_f64.powi(53) {
            return Err(format!("`{text}` is too much"));
        }
        Ok(whole as u64)
    }

    fn expected(&self, text: &str) -> String {
        let Self { name, hint, .. } = self;
        format!("`{text}` is not a {name}: {hint}")
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, milliseconds};

    #[test]
    fn a_duration_is_a_number_and_a_unit() {
        assert_eq!(milliseconds("500ms"), Ok(500));
        assert_eq!(milliseconds("10s"), Ok(10_000));
        assert_eq!(milliseconds("5m"), Ok(300_000));
        assert_eq!(milliseconds("1h"), Ok(3_600_000));
        assert_eq!(milliseconds("1.5s"), Ok(1500));
        assert_eq!(milliseconds("0.001s"), Ok(1));
        assert_eq!(milliseconds("2 s"), Ok(2000));
    }

    #[test]
    fn a_size_counts_in_thousands_or_in_1024s() {
        assert_eq!(bytes("0B"), Ok(0));
        assert_eq!(bytes("10KB"), Ok(10_000));
        assert_eq!(bytes("10KiB"), Ok(10_240));
        assert_eq!(bytes("3 MB"), Ok(3_000_000));
        assert_eq!(bytes("64MiB"), Ok(64 << 20));
        assert_eq!(bytes("2GB"), Ok(2_000_000_000));
        assert_eq!(bytes("1.5GiB"), Ok(3 << 29));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "10", "s", "-1s", "1.2.3s", "1d", "1us", "1s2", "s1"] {
            let message = milliseconds(text).expect_err(text);
            assert!(message.contains("is not a duration"), "{message}");
        }
        for text in ["", "10", "B", "-1B", "1.2.3KB", "1mib", "1TB", "1s", "1B2"] {
            let message = bytes(text).expect_err(text);
            assert!(message.contains("is not a size"), "{message}");
        }
        for text in ["0.5ms", "99999999999999999999h"] {
            assert!(milliseconds(text).is_err(), "{text}");
        }
        for text in ["0.1KiB", "99999999999999999999GB"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }
}
