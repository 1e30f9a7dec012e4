//! The words that every other room speaks: ids, values, definitions, states and events. No clock, no IO.

mod definition;
mod event;
mod hook;
mod id;
mod limit;
mod options;
mod outcome;
mod state;
mod value;

pub use definition::{Definition, Manifest, Parameter};
pub use event::{Argument, ArtifactKind, Event, EventKind, Input, Level, Stream};
pub use hook::{EndedRun, EndedRunOf, Hooks};
pub use id::RunId;
pub use limit::{Limit, Most, Scope};
pub use options::{OneOrMany, Options, Retries, RunnerKind};
pub use outcome::{Failure, FailureKind, Outcome};
pub use state::{State, StateType};
pub use value::Value;
