//! The words that every other room speaks: ids, values, definitions, outcomes and events. No clock, no IO.

mod definition;
mod event;
mod id;
mod outcome;
mod value;

pub use definition::{Definition, FlowOptions, Manifest, Parameter, RunnerKind, TaskOptions};
pub use event::{Argument, Event, EventKind, Input, Level, Stream};
pub use id::RunId;
pub use outcome::{Failure, FailureKind, Outcome};
pub use value::Value;
