//! The words that every other room speaks: ids, values, definitions, states and events. No clock, no IO.

mod bytes;
mod cache;
mod definition;
mod event;
mod hex;
mod hook;
mod id;
mod limit;
mod limits;
mod needs;
mod observation;
mod options;
mod outcome;
mod record;
mod schema;
mod state;
mod usage;
mod value;

pub use cache::{CacheIsolation, CacheKey, CachePolicy, CacheUse};
pub use definition::{Definition, Manifest, Parameter};
pub use event::{Argument, ArtifactKind, Event, EventKind, Input, Level, Stream};
pub use hex::hex;
pub use hook::{EndedRun, EndedRunOf, Hooks};
pub use id::{ByRun, RunId, RunSet};
pub use limit::{Limit, Most, Scope};
pub use limits::{Cap, Caps, Exceeded, Limits, SetBy, Unit};
pub use needs::{Need, NeedKind};
pub use observation::{Observation, Observed};
pub use options::{OneOrMany, Options, Retries, RunnerKind};
pub use outcome::{Failure, FailureKind, Outcome};
pub use record::{Record, RunRecord};
pub use schema::Schema;
pub use state::{State, StateType};
pub use usage::Usage;
pub use value::{MASK, Value};
