//! All that the scheduler is ever told.

use std::sync::Arc;

use bytes::Bytes;

use crate::model::{
    Argument, ArtifactKind, Hooks, Level, Outcome, Retries, RunId, RunnerKind, Stream, Value,
};

#[derive(Debug)]
pub enum Input {
    Submitted(Box<NewRun>),
    /// An attempt is over; its instance is gone.
    AttemptEnded {
        run: RunId,
        outcome: Outcome,
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
    pub tags: Arc<[String]>,
    pub arguments: Vec<Argument>,
    /// Runs that must have ended before it starts.
    pub upstreams: Vec<Upstream>,
    /// Why the submit cannot work: the run ends at once.
    pub refusal: Option<String>,
    pub retries: Arc<Retries>,
    pub hooks: Arc<Hooks>,
}

#[derive(Debug)]
pub enum NewRunOf {
    Flow {
        flow: Arc<str>,
        runner: RunnerKind,
        /// How long an attempt and its runs may take, in milliseconds.
        timeout_ms: Option<u64>,
    },
    Task {
        task: Arc<str>,
        /// Runs of higher priority start first.
        priority: i32,
    },
}

/// A run that another one waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upstream {
    pub run: RunId,
    /// Whether the other one starts even if this one does not complete.
    pub allow_failure: bool,
}
