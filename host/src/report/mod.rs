//! Shows events: one file per audience.

mod json;
mod masked;
mod masks;
mod names;
mod progress;
mod screen;
mod terminal;

use anyhow::Result;
use jiff::Timestamp;

use crate::model::Event;
pub use json::JsonReporter;
pub use masked::MaskedReporter;
pub use masks::SHORTEST_SECRET;
pub use screen::Terminals;
pub use terminal::TerminalReporter;

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

impl<R: Reporter + ?Sized> Reporter for Box<R> {
    fn show(&mut self, event: &Event) -> Result<()> {
        (**self).show(event)
    }

    fn flush(&mut self) -> Result<()> {
        (**self).flush()
    }

    fn tick(&mut self, now: Timestamp) -> Result<()> {
        (**self).tick(now)
    }
}
