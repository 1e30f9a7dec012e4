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
    /// Set after the last state.
    outcome: OnceLock<Outcome>,
    stopped: AtomicBool,
    resumed: AtomicBool,
    /// One of these three, other than before.
    changed: Notify,
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
            stopped: AtomicBool::new(false),
            resumed: AtomicBool::new(false),
            changed: Notify::new(),
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
        self.0.outcome.get()
    }

    pub fn state(&self) -> State {
        State::ALL[usize::from(self.0.state.load(Ordering::Relaxed))]
    }

    /// Waits until the run has ended.
    pub async fn ended(&self) -> &Outcome {
        self.until(|| self.outcome()).await
    }

    /// Keeps so much of the host's memory for as long as somebody holds the future.
    pub fn hold(&self, share: Share) {
        // A run has one result.
        let _ = self.0.held.set(share);
    }

    /// Waits until the run has a slot again after it waited for others.
    pub async fn resumed(&self) {
        let resumed = || self.0.resumed.swap(false, Ordering::SeqCst).then_some(());
        self.until(resumed).await;
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.0.stopped.load(Ordering::SeqCst)
    }

    /// Waits until the attempt has to end.
    pub(super) async fn stopped(&self) {
        self.until(|| self.is_stopped().then_some(())).await;
    }

    async fn until<T>(&self, is_there: impl Fn() -> Option<T>) -> T {
        loop {
            let mut changed = std::pin::pin!(self.0.changed.notified());
            changed.as_mut().enable();
            if let Some(value) = is_there() {
                return value;
            }
            changed.await;
        }
    }

    pub(super) fn set_state(&self, state: State) {
        self.0.state.store(state as u8, Ordering::Relaxed);
    }

    pub(super) fn stop(&self) {
        self.0.stopped.store(true, Ordering::SeqCst);
        self.0.changed.notify_waiters();
    }

    pub(super) fn resume(&self) {
        self.0.resumed.store(true, Ordering::SeqCst);
        self.0.changed.notify_waiters();
    }

    /// Whoever waits for it learns of it from [`TaskFuture::announce`].
    pub(super) fn end(&self, state: State, outcome: Outcome) {
        self.set_state(state);
        // The scheduler ends a run once.
        let _ = self.0.outcome.set(outcome);
    }

    /// Wakes whoever waits for the end.
    pub(super) fn announce(&self) {
        self.0.changed.notify_waiters();
    }
}
