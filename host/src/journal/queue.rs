//! Events on their way to the thread that writes them. Whoever leaves some wakes it only where it has
//! nothing to do, or somebody waits.

use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

use crate::model::Events;

/// How long events wait for others to share a commit with.
const LINGER: Duration = Duration::from_millis(5);
/// Events that are written as soon as there are so many.
const ENOUGH: usize = 1 << 14;
/// Events, and bytes of what they carry, that may wait to be written; then the runs wait for the disk.
const MOST: usize = 1 << 17;
const MOST_BYTES: usize = 256 << 20;

#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    /// There is something to do.
    filled: Condvar,
    /// Something was done.
    written: Condvar,
}

#[derive(Debug, Default)]
struct State {
    batches: Vec<Events>,
    /// Events in them, and bytes of what they carry.
    events: usize,
    bytes: usize,
    /// How many there ever were, and how many of them are written.
    pushed: u64,
    written: u64,
    /// Somebody waits until they are written.
    urgent: bool,
    /// No more will come.
    closed: bool,
    /// The thread has ended.
    abandoned: bool,
}

impl Queue {
    /// Leaves events, and waits until all are written where they are `urgent`. False if nobody will.
    pub(super) fn push(&self, events: &Events, urgent: bool) -> bool {
        let full = |state: &mut State| {
            let much = state.events >= MOST || state.bytes >= MOST_BYTES;
            much && !state.abandoned
        };
        let state = self.written.wait_while(self.lock(), full);
        let mut state = state.expect("never held across a panic");
        if state.events == 0 || urgent {
            self.filled.notify_one();
        }
        state.batches.push(events.clone());
        state.events += events.len();
        state.pushed += events.len() as u64;
        state.bytes += events.iter().map(|event| event.kind.bytes()).sum::<usize>();
        if urgent {
            state.urgent = true;
            let until = state.pushed;
            let unwritten = |state: &mut State| state.written < until && !state.abandoned;
            let waited = self.written.wait_while(state, unwritten);
            state = waited.expect("never held across a panic");
        }
        !state.abandoned
    }

    /// Puts the next events to write in one go in the place of those in `batches`, and tells their number:
    /// none when nothing came for so long, or nothing will.
    pub(super) fn take(&self, patience: Duration, batches: &mut Vec<Events>) -> usize {
        batches.clear();
        let idle = |state: &mut State| state.events == 0 && !state.closed;
        let waited = self.filled.wait_timeout_while(self.lock(), patience, idle);
        let (state, _) = waited.expect("never held across a panic");
        if state.events == 0 {
            return 0;
        }
        let few = |state: &mut State| !state.urgent && !state.closed && state.events < ENOUGH;
        let waited = self.filled.wait_timeout_while(state, LINGER, few);
        let (mut state, _) = waited.expect("never held across a panic");
        state.urgent = false;
        state.bytes = 0;
        std::mem::swap(&mut state.batches, batches);
        std::mem::take(&mut state.events)
    }

    pub(super) fn done(&self, events: usize) {
        self.lock().written += events as u64;
        self.written.notify_all();
    }

    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_one();
    }

    pub(super) fn is_over(&self) -> bool {
        let state = self.lock();
        state.closed && state.events == 0
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("never held across a panic")
    }
}

/// Held by the thread: nobody waits for one that has ended.
pub(super) struct Attendance<'a>(pub(super) &'a Queue);

impl Drop for Attendance<'_> {
    fn drop(&mut self) {
        self.0.lock().abandoned = true;
        self.0.written.notify_all();
    }
}
