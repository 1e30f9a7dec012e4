//! The way back: a handle on a run that may not have ended yet.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

use tokio::sync::Notify;

use super::Share;
use crate::model::{Outcome, RunId, State};

/// Cheap to clone; all clones speak of the same run. Dropping it does not cancel the run.
#[derive(Clone, Debug)]
pub struct TaskFuture(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    id: RunId,
    name: Arc<str>,
    /// An index into [`State::ALL`].
    state: AtomicU8,
    outcome: OnceLock<(State, Outcome)>,
    ended: Notify,
    stopped: AtomicBool,
    stop: Notify,
    resumed: Notify,
    /// The host's memory that the result takes.
    held: OnceLock<Share>,
}

impl TaskFuture {
    pub(crate) fn new(id: RunId, name: Arc<str>) -> Self {
        Self(Arc::new(Shared {
            id,
            name,
            state: AtomicU8::new(State::Pending as u8),
            outcome: OnceLock::new(),
            ended: Notify::new(),
            stopped: AtomicBool::new(false),
            stop: Notify::new(),
            resumed: Notify::new(),
            held: OnceLock::new(),
        }))
    }

    pub fn id(&self) -> RunId {
        self.0.id
    }

    pub fn name(&self) -> &Arc<str> {
        &self.0.name
    }

    /// How the run ended, if it has.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.0.outcome.get().map(|(_, outcome)| outcome)
    }

    pub fn state(&self) -> State {
        match self.0.outcome.get() {
            Some((state, _)) => *state,
            None => State::ALL[usize::from(self.0.state.load(Ordering::Relaxed))],
        }
    }

    /// Waits until the run has ended.
    pub async fn ended(&self) -> &Outcome {
        loop {
            let mut ended = std::pin::pin!(self.0.ended.notified());
            ended.as_mut().enable();
            if let Some(outcome) = self.outcome() {
                return outcome;
            }
            ended.await;
        }
    }

    /// Keeps so much of the host's memory for as long as somebody holds the future.
    pub fn hold(&self, share: Share) {
        // A run has one result.
        let _ = self.0.held.set(share);
    }

    /// Waits until the run has a slot again after it waited for others.
    pub async fn resumed(&self) {
        self.0.resumed.notified().await;
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.0.stopped.load(Ordering::Relaxed)
    }

    /// Waits until the attempt has to end.
    pub(super) async fn stopped(&self) {
        self.0.stop.notified().await;
    }

    pub(super) fn set_state(&self, state: State) {
        self.0.state.store(state as u8, Ordering::Relaxed);
    }

    pub(super) fn stop(&self) {
        self.0.stopped.store(true, Ordering::Relaxed);
        self.0.stop.notify_one();
    }

    pub(super) fn resume(&self) {
        self.0.resumed.notify_one();
    }

    pub(super) fn end(&self, state: State, outcome: Outcome) {
        // The scheduler ends a run once.
        let _ = self.0.outcome.set((state, outcome));
        self.0.ended.notify_waiters();
    }
}
