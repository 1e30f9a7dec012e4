//! Shows events: one file per audience.

mod chart;
mod duration;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod json;
mod line;
mod masked;
mod masks;
mod names;
mod printable;
mod progress;
mod question;
mod screen;
mod stats;
mod terminal;
mod trace;
mod tree;

use anyhow::Result;
use jiff::Timestamp;

use crate::model::Event;
pub use chart::Chart;
pub use duration::duration;
pub use json::{JsonReporter, ended_as_json};
pub use masked::Masker;
pub use masks::{Masks, SHORTEST_SECRET};
pub use printable::{harmless, one_line};
pub use question::run_word;
pub use screen::Terminals;
pub use terminal::TerminalReporter;
pub use trace::{chrome_trace, otlp};
pub use tree::Tree;

/// Is told every event, in order.
pub trait Reporter {
    /// # Errors
    ///
    /// If the output cannot be written.
    fn show(&mut self, event: &Event) -> Result<()>;

    /// Nothing more happens for the moment: what was kept back is to be seen now.
    ///
    /// # Errors
    ///
    /// If the output cannot be written.
    fn flush(&mut self) -> Result<()>;

    /// Time passes: a live display moves on.
    ///
    /// # Errors
    ///
    /// If the output cannot be written.
    fn tick(&mut self, _now: Timestamp) -> Result<()> {
        Ok(())
    }
}
