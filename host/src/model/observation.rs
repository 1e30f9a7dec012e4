//! What a flow learns from outside its own code: enough to run it again to where it stood.

use serde::{Deserialize, Serialize};

use super::State;

/// One answer that the host gave to a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observation {
    /// The time, in nanoseconds since 1970.
    Time(u64),
    /// How a run ended: the run's own events tell.
    Result,
    /// Which of the runs that it waited for had ended, by their indices.
    Ended(Vec<u32>),
    /// The answer to a question, as JSON text; none if nobody answered in time.
    Answer(Option<String>),
    /// Which of several things that it waited for were ready, by their indices.
    Ready(Vec<u32>),
    /// Where a run stood.
    State(State),
}

/// The same answer, so many times in a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    pub what: Observation,
    pub times: u32,
}
