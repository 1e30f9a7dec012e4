//! The figures that are committed: instructions a run, by shape.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};

pub(crate) struct Figures(BTreeMap<String, f64>);

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/instructions/figures.txt")
}

impl Figures {
    /// Those in the file.
    pub(crate) fn read() -> Result<Self> {
        let file = file();
        let wrong = || format!("{} is to hold a shape and a number a line", file.display());
        let text = std::fs::read_to_string(&file).with_context(wrong)?;
        let lines = text.lines().map(|line| {
            let (shape, number) = line.split_once(' ')?;
            Some((shape.to_owned(), number.trim().parse().ok()?))
        });
        let figures: Option<_> = lines.collect();
        Ok(Self(figures.with_context(wrong)?))
    }

    pub(crate) fn of(&self, shape: &str) -> Result<f64> {
        let figure = self.0.get(shape).copied();
        figure.with_context(|| format!("{} has no figure of {shape}", file().display()))
    }

    pub(crate) fn write(figures: &[(&str, f64)]) -> Result<()> {
        let line = |(shape, number): &(&str, f64)| format!("{shape} {number:.0}\n");
        let lines: String = figures.iter().map(line).collect();
        std::fs::write(file(), lines).context("the figures cannot be written")
    }
}
