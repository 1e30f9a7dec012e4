//! Results that were kept: runs that end with one instead of executing, and those that wait for one.

use super::Scheduler;
use super::run::{Kind, Phase, Run};
use crate::model::{ByRun, CacheKey, Outcome, RunId, State, Usage, Value};

impl Scheduler {
    /// The run waits for nothing else: it has a result now, or its turn comes.
    pub(super) fn take_answer(&mut self, id: RunId, key: Option<CacheKey>, found: Option<Value>) {
        let run = self.run(id);
        if !run.is_pending() {
            return;
        }
        if let Some(result) = found {
            return self.end_cached(id, result);
        }
        if let Kind::Task {
            cache, key: own, ..
        } = &mut run.kind
        {
            *own = key.map(Box::new);
            let refresh = cache.is_some_and(|cache| cache.refresh);
            if let Some(key) = key.filter(|_| !refresh) {
                self.hopeful.entry(key).or_default().push(id);
            }
        }
        self.start_or_queue(id);
    }

    /// Runs of the same key that have not started need not do so any more.
    pub(super) fn end_with_offer(&mut self, id: RunId, result: Value, usage: Usage) {
        let key = self.run(id).key();
        self.end_attempt(id, Outcome::Completed(result.clone()), usage);
        if self.run(id).phase != Phase::Ended(State::Completed) {
            return;
        }
        let hopeful = key.and_then(|key| self.hopeful.remove(&key));
        for id in hopeful.into_iter().flatten() {
            if matches!(self.phase(id), Some(Phase::Ready | Phase::Retrying)) {
                self.end_cached(id, result.clone());
            }
        }
    }

    fn end_cached(&mut self, id: RunId, result: Value) {
        self.end_as(id, State::Cached, Outcome::Completed(result));
    }
}

/// The key that is the run's alone while it executes. Whoever has one waits for the runs that it
/// submits, so these wait for nobody: two that wait for each other would wait for ever.
pub(super) fn key_to_take(runs: &ByRun<Box<Run>>, run: &Run) -> Option<CacheKey> {
    let key = run.exclusive_key()?;
    let mut ancestor = run.parent.map(|id| &runs[&id]);
    while let Some(run) = ancestor {
        if run.has_started() && run.exclusive_key().is_some() {
            return None;
        }
        ancestor = run.parent.map(|id| &runs[&id]);
    }
    Some(key)
}
