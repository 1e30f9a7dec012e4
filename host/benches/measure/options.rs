//! The options of a benchmark: `cargo bench --bench NAME -- --quick`.

use clap::Parser;

#[derive(Parser)]
#[group(skip)]
pub(crate) struct Options {
    /// How often each case is measured [default: what gives steady medians]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    rounds: Option<u32>,
    /// Try it: one round, sizes of a tenth
    #[arg(long)]
    quick: bool,
    /// What cargo says to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

impl Options {
    pub(crate) fn read() -> Self {
        Self::parse()
    }

    /// As many as are given, or `default`.
    pub(crate) fn rounds(&self, default: u32) -> u32 {
        match self.quick {
            true => self.rounds.unwrap_or(1),
            false => self.rounds.unwrap_or(default),
        }
    }

    pub(crate) fn size(&self, size: u32) -> u32 {
        match self.quick {
            true => size.div_ceil(10),
            false => size,
        }
    }
}
