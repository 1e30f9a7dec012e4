//! All that the scheduler is ever told.

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;

use crate::model::{
    Argument, ArtifactKind, CacheKey, CacheUse, Failure, Hooks, Level, Observed, Outcome, Retries,
    RunId, RunnerKind, State, Stream, Usage, Value,
};

#[derive(Debug)]
pub enum Input {
    Submitted(Box<NewRun>),
    /// An attempt is over; its instance is gone.
    AttemptEnded {
        run: RunId,
        outcome: Outcome,
        usage: Usage,
    },
    /// A task run with a [`CacheUse`] was submitted: the answer to it, before anything else.
    CacheAnswered {
        run: RunId,
        /// None where no key can be made; the run then executes for itself.
        key: Option<CacheKey>,
        /// The result that was kept under the key.
        found: Option<Value>,
    },
    /// An attempt has completed, with a result that runs of the same key may have.
    ResultOffered {
        run: RunId,
        result: Value,
        usage: Usage,
    },
    /// A task run waits for other runs: its slot is free meanwhile.
    Waiting {
        run: RunId,
    },
    /// What it waited for has ended: it wants a slot again.
    WaitEnded {
        run: RunId,
    },
    Logged {
        run: RunId,
        level: Level,
        message: String,
    },
    Printed {
        run: RunId,
        stream: Stream,
        bytes: Bytes,
    },
    /// A flow was told something; as in [`crate::model::EventKind::FlowRunObserved`].
    Observed {
        run: RunId,
        from: usize,
        observed: Vec<Observed>,
    },
    ArtifactCreated {
        run: RunId,
        kind: ArtifactKind,
        key: String,
        description: String,
        data: Value,
    },
    /// A hook has returned that was called for the run.
    HookEnded {
        run: RunId,
        hook: Arc<str>,
        outcome: Outcome,
    },
    /// A flow run waits for an answer, for so many milliseconds.
    Paused {
        run: RunId,
        prompt: String,
        schema: Arc<str>,
        timeout_ms: Option<u64>,
    },
    /// The answer fits.
    Answered {
        run: RunId,
        input: Arc<str>,
    },
    /// It does not.
    AnswerRefused {
        run: RunId,
        reason: String,
    },
    /// The code said whether another attempt is worth it.
    RetryConditionDecided {
        run: RunId,
        outcome: Outcome,
    },
    /// A flow does nothing until then.
    Asleep {
        run: RunId,
        until: Timestamp,
    },
    Awake {
        run: RunId,
    },
    CancelRequested {
        run: RunId,
        /// What the state says, e.g. `interrupted`.
        reason: String,
    },
    /// Time has passed: something may be due.
    Tick,
}

/// A flow run or a task run.
#[derive(Debug)]
pub struct NewRun {
    pub run: RunId,
    pub name: Arc<str>,
    /// The flow or task run that submits it; none for a root flow run.
    pub parent: Option<RunId>,
    pub what: NewRunOf,
    pub policy: Arc<Policy>,
    pub arguments: Vec<Argument>,
    /// Runs that must have ended before it starts.
    pub upstreams: Vec<Upstream>,
    /// Why the submit cannot work: the run ends at once.
    pub refusal: Option<Failure>,
    pub past: Past,
}

/// What the runs of a flow or task have in common, where their submits say nothing else.
#[derive(Debug, Default)]
pub struct Policy {
    /// The name of the flow or task.
    pub title: Arc<str>,
    pub tags: Arc<[String]>,
    pub retries: Retries,
    pub hooks: Hooks,
}

/// What became of the run in a process that has ended since.
#[derive(Debug, Default)]
pub enum Past {
    #[default]
    None,
    /// It was submitted, and perhaps begun.
    Unfinished {
        attempts: u32,
        retries: u32,
        /// When the next attempt may start.
        due: Option<Timestamp>,
    },
    /// Nothing is left to do.
    Ended(State),
    /// Another run stood in its place.
    Replaced(RunId),
}

#[derive(Debug)]
pub enum NewRunOf {
    Flow {
        runner: RunnerKind,
        workers: usize,
        /// How long an attempt and its runs may take, in milliseconds.
        timeout_ms: Option<u64>,
    },
    Task {
        /// Runs of higher priority start first.
        priority: i32,
        /// Without one it always executes, and keeps its result to itself.
        cache: Option<CacheUse>,
    },
}

/// A run that another one waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upstream {
    pub run: RunId,
    /// Whether the other one starts even if this one does not complete.
    pub allow_failure: bool,
}
