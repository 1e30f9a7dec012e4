//! Lines for the run's log.

use std::fmt::Display;

use crate::bindings::wflow::plugin::runner;
pub use crate::bindings::wflow::plugin::runner::Level;

/// Writes a line to the run's log; [`info!`](crate::info) and its siblings format it.
pub fn log(level: Level, message: impl Display) {
    runner::log(level, &message.to_string());
}

/// Writes a line for the curious to the run's log; takes what [`format!`] takes.
#[macro_export]
macro_rules! debug {
    ($($message:tt)+) => { $crate::log($crate::Level::Debug, ::std::format_args!($($message)+)) };
}

/// Writes a line to the run's log; takes what [`format!`] takes.
#[macro_export]
macro_rules! info {
    ($($message:tt)+) => { $crate::log($crate::Level::Info, ::std::format_args!($($message)+)) };
}

/// Writes a warning to the run's log; takes what [`format!`] takes.
#[macro_export]
macro_rules! warn {
    ($($message:tt)+) => { $crate::log($crate::Level::Warning, ::std::format_args!($($message)+)) };
}

/// Writes an error to the run's log, which does not end the run; takes what [`format!`] takes.
#[macro_export]
macro_rules! error {
    ($($message:tt)+) => { $crate::log($crate::Level::Error, ::std::format_args!($($message)+)) };
}
