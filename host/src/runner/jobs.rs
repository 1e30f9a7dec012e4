//! Jobs that wait for a worker of their lane.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use super::Job;

/// Jobs that keep the workers of a lane busy while the loop is on its way.
const ENOUGH: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Jobs {
    state: Mutex<State>,
    /// How many there are, and how many workers have something to do, for whoever does not have the lock.
    waiting: AtomicUsize,
    busy: AtomicUsize,
    used: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    jobs: VecDeque<Arc<Job>>,
    workers: usize,
    /// Those that have nothing to do, by their numbers.
    idle: Vec<(usize, Waker)>,
    /// No more will come.
    closed: bool,
}

impl State {
    fn busy(&self) -> usize {
        self.workers - self.idle.len()
    }
}

impl Jobs {
    /// Another worker will take jobs.
    pub(super) fn join(&self) {
        let mut state = self.lock();
        state.workers += 1;
        self.busy.store(state.busy(), Ordering::Relaxed);
    }

    /// Adds a job; [`Jobs::wake`] follows when all are there that come together.
    pub(super) fn push(&self, job: Arc<Job>) {
        let mut state = self.lock();
        state.jobs.push_back(job);
        self.waiting.store(state.jobs.len(), Ordering::Relaxed);
        self.used.store(true, Ordering::Relaxed);
    }

    /// Wakes as many workers as there are jobs, but for so many that take one anyway.
    pub(super) fn wake(&self, taken: usize) {
        if self.waiting.load(Ordering::Relaxed) <= taken {
            return;
        }
        let mut state = self.lock();
        let surplus = state.jobs.len().saturating_sub(taken);
        let left = state.idle.len().saturating_sub(surplus);
        let woken = state.idle.split_off(left);
        self.busy.store(state.busy(), Ordering::Relaxed);
        drop(state);
        woken.into_iter().for_each(|(_, waker)| waker.wake());
    }

    /// The next job for the worker of this number, which is woken for one; none when no more will come.
    pub(super) fn poll_next(&self, worker: usize, context: &Context<'_>) -> Poll<Option<Arc<Job>>> {
        let mut state = self.lock();
        state.idle.retain(|(number, _)| *number != worker);
        let next = match state.jobs.pop_front() {
            Some(job) => Poll::Ready(Some(job)),
            None if state.closed => Poll::Ready(None),
            None => {
                state.idle.push((worker, context.waker().clone()));
                Poll::Pending
            }
        };
        self.waiting.store(state.jobs.len(), Ordering::Relaxed);
        self.busy.store(state.busy(), Ordering::Relaxed);
        next
    }

    /// Whether the workers can do without the loop for a while.
    pub(super) fn are_enough(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) >= ENOUGH
    }

    pub(super) fn has_jobs(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    /// How many workers have something to do.
    pub(super) fn busy(&self) -> usize {
        self.busy.load(Ordering::Relaxed)
    }

    /// Whether there ever was a job.
    pub(super) fn is_used(&self) -> bool {
        self.used.load(Ordering::Relaxed)
    }

    /// The workers end when they have done what is there.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        let idle = std::mem::take(&mut state.idle);
        drop(state);
        idle.into_iter().for_each(|(_, waker)| waker.wake());
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("never held across a panic")
    }
}
