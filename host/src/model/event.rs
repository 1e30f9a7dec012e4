//! What happened, in the past tense: one family of events for the record, the display and replay.

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{EndedRun, Failure, Outcome, RunId, RunnerKind, Value};

/// Something that happened to a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub at: Timestamp,
    /// The flow run or task run that it happened to.
    pub run: RunId,
    #[serde(flatten)]
    pub kind: EventKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event")]
pub enum EventKind {
    FlowRunCreated {
        name: Arc<str>,
        flow: Arc<str>,
        /// The run that started it, if it is a subflow run.
        parent: Option<RunId>,
        runner: RunnerKind,
        #[serde(default, skip_serializing_if = "no_tags")]
        tags: Arc<[String]>,
        arguments: Vec<Argument>,
    },
    TaskRunCreated {
        name: Arc<str>,
        task: Arc<str>,
        /// The flow run that it belongs to.
        flow_run: RunId,
        /// The flow or task run that submitted it.
        parent: Option<RunId>,
        #[serde(default, skip_serializing_if = "no_tags")]
        tags: Arc<[String]>,
        arguments: Vec<Argument>,
    },
    /// All that it waits for has ended; it starts as soon as a slot is free.
    TaskRunSubmitted,
    /// The first attempt is number 1.
    AttemptStarted {
        number: u32,
    },
    /// Another attempt follows.
    AttemptFailed {
        failure: Failure,
        retry_at: Timestamp,
    },
    /// It waits for other runs and holds no slot meanwhile.
    TaskRunYielded,
    TaskRunResumed,
    Logged {
        level: Level,
        message: String,
    },
    Printed {
        stream: Stream,
        bytes: Bytes,
    },
    ArtifactCreated {
        kind: ArtifactKind,
        /// A later one of the same key stands in its place.
        key: String,
        description: String,
        data: Value,
    },
    /// The run has ended, and a hook is called for it.
    HookStarted {
        hook: Arc<str>,
        ended: Box<EndedRun>,
    },
    HookFinished {
        hook: Arc<str>,
        outcome: Outcome,
    },
    /// Its attempt is to be ended at once.
    CancellationStarted,
    TaskRunFinished {
        outcome: Outcome,
    },
    /// The flow's function has ended; runs that it submitted are still awaited.
    FlowRunReturned {
        unfinished: usize,
    },
    FlowRunFinished {
        outcome: Outcome,
        /// Runs of this flow run.
        runs: usize,
        /// Those of them that completed.
        completed: usize,
    },
}

/// One named argument of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Argument {
    /// The parameter's name.
    pub name: Arc<str>,
    pub input: Input,
}

/// Where an argument comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    Value(Value),
    /// The result of another run, handed over by the host.
    ResultOf(RunId),
    /// The results of other runs, as a list.
    ResultsOf(Vec<RunId>),
    /// How another run ended, whatever that was.
    OutcomeOf(RunId),
}

fn no_tags(tags: &Arc<[String]>) -> bool {
    tags.is_empty()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Debug,
    Info,
    Warning,
    Error,
}

/// What an artifact's data is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArtifactKind {
    Markdown,
    Table,
    Link,
    Progress,
    Image,
}

impl ArtifactKind {
    /// Whether this can be the data of such an artifact.
    pub fn fits(self, data: &Value) -> bool {
        let json = match data {
            Value::Bytes(_) => return self == Self::Image,
            Value::Json(text) => serde_json::from_str::<Json>(text).unwrap_or_default(),
        };
        match self {
            Self::Markdown | Self::Link | Self::Image => json.is_string(),
            Self::Table => json
                .as_array()
                .is_some_and(|rows| rows.iter().all(Json::is_object)),
            Self::Progress => json
                .as_f64()
                .is_some_and(|done| (0.0..=100.0).contains(&done)),
        }
    }
}

/// Where a guest prints to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    Stdout,
    Stderr,
}
