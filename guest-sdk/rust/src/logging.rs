//! Lines for the run's log.

pub use crate::bindings::wflow::plugin::runner::Level;

/// Writes a line to the run's log.
pub fn log(level: Level, message: impl AsRef<str>) {
    crate::bindings::wflow::plugin::runner::log(level, message.as_ref());
}
