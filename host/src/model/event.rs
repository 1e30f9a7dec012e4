//! What happened, in the past tense: one family of events for the record, the display and replay.

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{EndedRun, Failure, Observed, Outcome, RunId, RunnerKind, State, Usage, Value};

/// Something that happened to a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    #[serde(with = "super::nanoseconds")]
    pub at: Timestamp,
    /// The flow run or task run that it happened to.
    pub run: RunId,
    pub kind: EventKind,
}

/// What happened at once, in order; whoever is told of it keeps it without a copy.
pub type Events = Arc<Vec<Event>>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventKind {
    FlowRunCreated {
        name: Arc<str>,
        flow: Arc<str>,
        /// The run that started it, if it is a subflow run.
        parent: Option<RunId>,
        runner: RunnerKind,
        /// Worker threads of its runner.
        workers: usize,
        #[serde(default, skip_serializing_if = "no_tags")]
        tags: Arc<[String]>,
        arguments: Vec<Argument>,
        /// It was created before, by a process that has ended since.
        #[serde(default, skip_serializing_if = "is_false")]
        resumed: bool,
        /// The run that stood in its place when the flow run went another way.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<RunId>,
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
        #[serde(default, skip_serializing_if = "is_false")]
        resumed: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<RunId>,
    },
    /// All that it waits for has ended; it starts as soon as a slot is free.
    TaskRunSubmitted,
    /// It could start, but for something that has to be free: memory, or CPU time.
    TaskRunDelayed {
        reason: String,
    },
    /// The first attempt is number 1.
    AttemptStarted {
        number: u32,
    },
    /// Another attempt follows.
    AttemptFailed {
        failure: Failure,
        retry_at: Timestamp,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usage: Option<Box<Usage>>,
    },
    /// A flow was told something that its code could not know.
    FlowRunObserved {
        /// How many entries came before these; what had been there since is forgotten.
        from: usize,
        observed: Vec<Observed>,
    },
    /// It crashed or timed out, and its code is asked whether another attempt is worth it.
    RetryConditionAsked {
        attempt: Box<EndedRun>,
    },
    /// Another attempt follows if the outcome is `true`.
    RetryConditionDecided {
        outcome: Outcome,
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
        #[serde(with = "super::bytes")]
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
        /// It has the result of another run, and did not execute.
        #[serde(default, skip_serializing_if = "is_false")]
        cached: bool,
        /// Of the last attempt, if there was one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usage: Option<Box<Usage>>,
    },
    /// Its process ends while all of its runs wait; another one will go on with it.
    FlowRunSuspended {
        /// When something is due by time alone.
        until: Option<Timestamp>,
    },
    /// It waits for somebody's answer.
    FlowRunPaused {
        /// For people; may be empty.
        prompt: String,
        /// JSON Schema that the answer has to fit; empty if any will do.
        schema: Arc<str>,
        /// When it goes on without an answer.
        until: Option<Timestamp>,
    },
    /// Somebody answered, and it goes on.
    FlowRunAnswered {
        /// JSON text that fits the schema.
        input: Arc<str>,
    },
    /// Nobody answered in time, and it goes on.
    FlowRunUnanswered,
    /// An answer that does not fit, or that nobody waits for.
    AnswerRefused {
        reason: String,
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
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usage: Option<Box<Usage>>,
    },
}

impl EventKind {
    /// The state that the run is in from then on, where the event changes it.
    pub fn state(&self) -> Option<State> {
        match self {
            Self::AttemptStarted { .. } => Some(State::Running),
            Self::AttemptFailed { .. } => Some(State::AwaitingRetry),
            Self::FlowRunPaused { .. } => Some(State::Paused),
            Self::FlowRunSuspended { .. } => Some(State::Suspended),
            Self::FlowRunAnswered { .. } | Self::FlowRunUnanswered => Some(State::Running),
            Self::CancellationStarted => Some(State::Cancelling),
            Self::TaskRunFinished { cached: true, .. } => Some(State::Cached),
            end => end.outcome().map(State::from),
        }
    }

    /// How the run ended, if this is its end.
    pub fn outcome(&self) -> Option<&Outcome> {
        match self {
            Self::TaskRunFinished { outcome, .. } | Self::FlowRunFinished { outcome, .. } => {
                Some(outcome)
            }
            _ => None,
        }
    }

    /// About how many bytes of what guests give it carries.
    pub fn bytes(&self) -> usize {
        let text = match self {
            Self::Logged { message, .. } => message.len(),
            Self::Printed { bytes, .. } => bytes.len(),
            end => match end.outcome() {
                Some(Outcome::Failed(failure)) => failure.message.len(),
                _ => 0,
            },
        };
        text + self.values().map(Value::len).sum::<usize>()
    }

    /// What the attempt used whose end this is.
    pub fn usage(&self) -> Option<&Usage> {
        match self {
            Self::AttemptFailed { usage, .. }
            | Self::TaskRunFinished { usage, .. }
            | Self::FlowRunFinished { usage, .. } => usage.as_deref(),
            _ => None,
        }
    }

    /// Whether nothing more comes of the instance that executed until then.
    pub fn ends_instance(&self) -> bool {
        matches!(
            self,
            Self::AttemptFailed { .. }
                | Self::FlowRunReturned { .. }
                | Self::TaskRunFinished { .. }
                | Self::FlowRunFinished { .. }
                | Self::RetryConditionAsked { .. }
                | Self::RetryConditionDecided { .. }
                | Self::HookFinished { .. }
        )
    }

    /// The values that the event carries.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        let (arguments, value) = match self {
            Self::FlowRunCreated { arguments, .. } | Self::TaskRunCreated { arguments, .. } => {
                (&arguments[..], None)
            }
            Self::TaskRunFinished {
                outcome: Outcome::Completed(value),
                ..
            }
            | Self::FlowRunFinished {
                outcome: Outcome::Completed(value),
                ..
            }
            | Self::HookFinished {
                outcome: Outcome::Completed(value),
                ..
            }
            | Self::ArtifactCreated { data: value, .. } => (&[][..], Some(value)),
            _ => (&[][..], None),
        };
        let arguments = arguments.iter().filter_map(|it| match &it.input {
            Input::Value(value) => Some(value),
            _ => None,
        });
        arguments.chain(value)
    }

    /// The same, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        let (arguments, value) = match self {
            Self::FlowRunCreated { arguments, .. } | Self::TaskRunCreated { arguments, .. } => {
                (&mut arguments[..], None)
            }
            Self::TaskRunFinished {
                outcome: Outcome::Completed(value),
                ..
            }
            | Self::FlowRunFinished {
                outcome: Outcome::Completed(value),
                ..
            }
            | Self::HookFinished {
                outcome: Outcome::Completed(value),
                ..
            }
            | Self::ArtifactCreated { data: value, .. } => (&mut [][..], Some(value)),
            _ => (&mut [][..], None),
        };
        let arguments = arguments.iter_mut().filter_map(|it| match &mut it.input {
            Input::Value(value) => Some(value),
            _ => None,
        });
        arguments.chain(value)
    }
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

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
fn is_false(flag: &bool) -> bool {
    !flag
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
