//! The host of wflow: inputs come in, a pure scheduler turns them into events, events are recorded,
//! then shown, then acted on.
//!
//! | floor | room | what lives there |
//! |---|---|---|
//! | 2 | [`scheduler`] | pure decisions: `Input` to `Event`s |
//! | 1 | [`model`] | words: ids, values, definitions, outcomes, events |
//!
//! Rooms import downward only; rooms on one floor never see each other. Start reading at
//! [`scheduler::Scheduler::handle`].

pub mod model;
pub mod scheduler;
