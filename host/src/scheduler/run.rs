//! What the scheduler remembers of one run.

use std::sync::Arc;

use crate::model::{Outcome, RunId};

#[derive(Debug)]
pub(super) struct Run {
    pub(super) name: Arc<str>,
    /// The run that submitted it; none for a root flow run.
    pub(super) parent: Option<RunId>,
    /// The flow run that it belongs to; none for a root flow run.
    pub(super) flow_run: Option<RunId>,
    pub(super) kind: Kind,
    pub(super) phase: Phase,
    /// Upstream runs that have not ended.
    pub(super) awaited: usize,
    /// Runs that wait for this one.
    pub(super) dependents: Vec<RunId>,
    /// Runs that this one submitted.
    pub(super) children: Vec<RunId>,
    /// Why it is to be cancelled.
    pub(super) cancelled: Option<String>,
}

#[derive(Debug)]
pub(super) enum Kind {
    Flow {
        runs: usize,
        ended: usize,
        completed: usize,
    },
    Task {
        attempts: u32,
        retries_left: u32,
        retry_delay_ms: u64,
    },
}

#[derive(Debug, PartialEq)]
pub(super) enum Phase {
    /// Waits for its upstream runs.
    Pending,
    /// Waits for a slot.
    Ready,
    Running,
    /// Its instance waits for other runs, without a slot.
    Yielded,
    /// Its instance waits for a slot.
    Resuming,
    /// Waits for the time of its next attempt.
    Retrying,
    /// A flow whose function has ended and whose runs have not.
    Returned(Outcome),
    Ended {
        completed: bool,
    },
}

impl Run {
    pub(super) fn is_flow(&self) -> bool {
        matches!(self.kind, Kind::Flow { .. })
    }

    pub(super) fn has_ended(&self) -> bool {
        matches!(self.phase, Phase::Ended { .. })
    }
}
