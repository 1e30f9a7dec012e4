//! What the scheduler remembers of one run.

use std::sync::Arc;

use jiff::Timestamp;
use thin_vec::ThinVec;

use super::input::{Policy, Upstream};
use super::queue::Gates;
use crate::model::{CacheIsolation, CacheKey, CacheUse, Failure, Outcome, RunId, State, Usage};

#[derive(Debug)]
pub(super) struct Run {
    pub(super) name: Arc<str>,
    pub(super) policy: Arc<Policy>,
    /// The run that submitted it; none for a root flow run.
    pub(super) parent: Option<RunId>,
    /// The flow run that it belongs to; none for a root flow run.
    pub(super) flow_run: Option<RunId>,
    pub(super) kind: Kind,
    pub(super) phase: Phase,
    pub(super) attempts: u32,
    /// How many attempts failed and were followed by another.
    pub(super) retried: u32,
    /// Upstream runs that have not ended.
    pub(super) awaited: u32,
    /// Runs that wait for this one: as their upstream.
    pub(super) dependents: ThinVec<Upstream>,
    /// Runs that this one submitted.
    pub(super) children: ThinVec<RunId>,
    /// Whether it was told that its start is delayed.
    pub(super) delayed: bool,
    /// Of the attempt that ended last, until that is told.
    pub(super) usage: Option<Box<Usage>>,
    /// Why it is to be cancelled.
    pub(super) cancelled: Option<Box<str>>,
}

/// Flows submit millions: a byte more, and each takes the allocator's next size, 224.
#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Run>() <= 192);

#[derive(Debug)]
pub(super) enum Kind {
    Flow(Box<Flow>),
    Task {
        priority: i32,
        gates: Gates,
        cache: Option<CacheUse>,
        /// Bytes of memory, while its attempt has them.
        reserved: u64,
        /// What its result is kept by, once that is known.
        key: Option<Box<CacheKey>>,
    },
}

/// What is known of a flow run besides.
#[derive(Debug, Default)]
pub(super) struct Flow {
    /// Runs of the current attempt.
    pub(super) runs: usize,
    pub(super) ended: usize,
    pub(super) completed: usize,
    pub(super) timeout_ms: Option<u64>,
    /// When the current attempt has to have ended.
    pub(super) deadline: Option<Timestamp>,
    /// Until when its instance sleeps.
    pub(super) asleep: Option<Timestamp>,
}

#[derive(Debug, PartialEq)]
pub(super) enum Phase {
    /// Waits for its upstream runs.
    Pending {
        /// When an attempt may start, where that is later than now.
        due: Option<Timestamp>,
    },
    /// Waits for a slot.
    Ready,
    Running,
    /// A flow's instance waits for an answer.
    Paused {
        until: Option<Timestamp>,
    },
    /// A root flow run that another process will go on with.
    Suspended,
    /// Its instance waits for other runs, without a slot.
    Yielded,
    /// Its instance waits for a slot.
    Resuming,
    /// Its code is asked whether another attempt is worth it, after this one.
    Asking(Box<Failure>),
    /// Waits for the time of its next attempt.
    Retrying,
    /// A flow whose function has ended and whose runs have not.
    Returned(Box<Outcome>),
    Ended(State),
}

impl Run {
    pub(super) fn is_pending(&self) -> bool {
        matches!(self.phase, Phase::Pending { .. })
    }

    pub(super) fn is_flow(&self) -> bool {
        matches!(self.kind, Kind::Flow(_))
    }

    /// Whether a kept result may stand in for its attempt.
    pub(super) fn asks_the_cache(&self) -> bool {
        matches!(self.kind, Kind::Task { cache: Some(_), .. })
    }

    /// The key by which its result is kept.
    pub(super) fn key(&self) -> Option<CacheKey> {
        match &self.kind {
            Kind::Task { key, .. } => key.as_deref().copied(),
            Kind::Flow(_) => None,
        }
    }

    /// The key of which one run at a time executes.
    pub(super) fn exclusive_key(&self) -> Option<CacheKey> {
        match self.kind {
            Kind::Task {
                cache: Some(cache), ..
            } if cache.isolation == CacheIsolation::Serializable => self.key(),
            _ => None,
        }
    }

    /// Whether nothing of it can matter to others any more, but that it completed.
    pub(super) fn leaves_nothing(&self) -> bool {
        let completed = matches!(self.phase, Phase::Ended(state) if state.is_completed());
        completed && !self.is_flow() && self.children.is_empty()
    }

    /// Until when it does nothing; only flows say so.
    pub(super) fn asleep(&self) -> Option<Timestamp> {
        match &self.kind {
            Kind::Flow(flow) => flow.asleep,
            Kind::Task { .. } => None,
        }
    }

    /// Whether its instance is there.
    pub(super) fn has_started(&self) -> bool {
        matches!(
            self.phase,
            Phase::Running | Phase::Yielded | Phase::Resuming
        )
    }

    pub(super) fn holds_slot(&self) -> bool {
        self.phase == Phase::Running && !self.is_flow()
    }

    pub(super) fn state(&self) -> State {
        match self.phase {
            Phase::Pending { .. } | Phase::Ready if self.attempts == 0 => State::Pending,
            Phase::Pending { .. } | Phase::Ready | Phase::Retrying => State::AwaitingRetry,
            Phase::Paused { .. } if self.cancelled.is_none() => State::Paused,
            Phase::Suspended => State::Suspended,
            Phase::Running
            | Phase::Paused { .. }
            | Phase::Yielded
            | Phase::Resuming
            | Phase::Asking(_)
            | Phase::Returned(_) => match self.cancelled {
                Some(_) => State::Cancelling,
                None => State::Running,
            },
            Phase::Ended(state) => state,
        }
    }
}
