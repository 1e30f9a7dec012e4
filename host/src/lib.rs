//! The host of wflow: inputs come in, a pure scheduler turns them into events, events are recorded,
//! then shown, then acted on.
//!
//! | floor | room | what lives there |
//! |---|---|---|
//! | 5 | [`commands`] | one file per command; the only place that wires rooms together |
//! | 4 | [`wasm`] | engine, component cache, sandbox, host imports, outcome of a trap |
//! | 3 | [`runner`] | the one loop, the mailbox, `trait Executor`, worker threads |
//! | 2 | [`scheduler`] | pure decisions: `Input` to `Event`s |
//! | 2 | [`journal`] | the run database: one writer thread, readers, migrations |
//! | 2 | [`build`] | components from source: one file per language, tools, what is kept |
//! | 2 | [`report`] | one file per audience: terminal, NDJSON |
//! | 1 | [`model`] | words: ids, values, definitions, outcomes, events |
//!
//! Rooms import downward only; rooms on one floor never see each other. Start reading at
//! [`scheduler::Scheduler::handle`].

pub mod build;
pub mod commands;
#[cfg(fuzzing)]
pub mod fuzzing;
pub mod journal;
pub mod model;
pub mod report;
pub mod runner;
pub mod scheduler;
#[cfg(test)]
mod scratch;
pub mod wasm;
