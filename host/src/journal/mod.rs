//! The run database: every event of every run, written by one thread, read by whoever asks.
//!
//! SQLite in WAL mode, so that several processes share one file: each writes the runs that it
//! executes, and all read. What is recorded is the events that were shown, in the same order.

mod contents;
mod database;
mod encoding;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod listing;
mod owner;
mod queue;
mod reader;
mod recorder;
mod requests;
mod results;
mod usage;

pub use database::Journal;
pub use encoding::Encoder;
pub use listing::{Filter, RecordedRun};
pub use owner::Owner;
pub use reader::Bookmark;
pub use recorder::{Durability, Recorder, Recording};
pub use requests::Request;
pub use results::KeptResults;
