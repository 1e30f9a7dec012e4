//! All that the scheduler is ever told.

use std::sync::Arc;

use bytes::Bytes;

use crate::model::{Argument, Level, Outcome, RunId, RunnerKind, Stream};

#[derive(Debug)]
pub enum Input {
    FlowRunSubmitted(NewFlowRun),
    TaskRunSubmitted(NewTaskRun),
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
    CancelRequested {
        run: RunId,
        /// What the state says, e.g. `interrupted`.
        reason: String,
    },
    /// Time has passed: retries may be due.
    Tick,
}

#[derive(Debug)]
pub struct NewFlowRun {
    pub run: RunId,
    pub name: Arc<str>,
    pub flow: Arc<str>,
    pub parent: Option<RunId>,
    pub runner: RunnerKind,
    pub arguments: Vec<Argument>,
    /// Runs that must have completed before it starts.
    pub upstreams: Vec<RunId>,
}

#[derive(Debug)]
pub struct NewTaskRun {
    pub run: RunId,
    pub name: Arc<str>,
    pub task: Arc<str>,
    /// The flow or task run that submits it.
    pub parent: RunId,
    pub arguments: Vec<Argument>,
    /// Runs that must have completed before it starts.
    pub upstreams: Vec<RunId>,
    pub retries: u32,
    /// The pause before each retry, in milliseconds.
    pub retry_delay_ms: u64,
}
