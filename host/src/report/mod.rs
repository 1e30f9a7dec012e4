//! Shows events: one file per audience.

mod json;
mod names;
mod terminal;

use anyhow::Result;

use crate::model::Event;
pub use json::JsonReporter;
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
}
