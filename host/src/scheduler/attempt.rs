//! Attempts: started when it is their turn, interrupted while they wait, followed by others.

use std::time::Duration;

use jiff::Timestamp;

use super::cached::key_to_take;
use super::queue::{Next, Turn};
use super::run::{Flow, Kind, Phase};
use super::{Scheduler, Timer};
use crate::model::{EventKind, Failure, FailureKind, Outcome, RunId, Usage};

impl Scheduler {
    /// Flow runs start at once, task runs when it is their turn.
    pub(super) fn start_or_queue(&mut self, id: RunId) {
        let run = self.run(id);
        if let Phase::Pending { due: Some(due) } = run.phase {
            self.set_phase(id, Phase::Retrying);
            return self.set_timer(due, id, Timer::Retry);
        }
        match run.kind {
            Kind::Flow(_) => self.start_attempt(id),
            Kind::Task { priority, .. } => {
                self.set_phase(id, Phase::Ready);
                self.queue.push(id, priority);
            }
        }
    }

    pub(super) fn fill_slots(&mut self) {
        while let Some(next) = self.next_turn() {
            match next {
                Next::Delay(id, reason) => return self.delay(id, reason),
                Next::Start(id) => self.start_attempt(id),
                Next::Resume(id) => {
                    self.set_phase(id, Phase::Running);
                    self.emit(id, EventKind::TaskRunResumed);
                }
            }
        }
    }

    fn next_turn(&mut self) -> Option<Next> {
        let (now, runs, admission) = (self.now, &self.runs, &mut self.admission);
        let turn = |id| {
            let Some(run) = runs.get(&id) else {
                return Turn::Gone;
            };
            match (&run.phase, &run.kind) {
                (Phase::Ready, Kind::Task { gates, .. }) => {
                    Turn::Start(gates, key_to_take(runs, run))
                }
                (Phase::Resuming, _) => Turn::Resume,
                _ => Turn::Gone,
            }
        };
        let is_idle = self.queue.is_idle();
        let delay = |id| admission.delay(now, &runs[&id].policy.title, is_idle);
        self.queue.next(now, turn, delay)
    }

    /// Told once: the reason may last.
    fn delay(&mut self, id: RunId, reason: String) {
        if !std::mem::replace(&mut self.run(id).delayed, true) {
            self.emit(id, EventKind::TaskRunDelayed { reason });
        }
    }

    /// When a run that is delayed can start, by time alone.
    pub(super) fn delayed_until(&self) -> Option<Timestamp> {
        let opens = self.admission.opens_at();
        opens.filter(|_| self.queue.is_waited_for())
    }

    fn start_attempt(&mut self, id: RunId) {
        self.set_phase(id, Phase::Running);
        let now = self.now;
        let Self {
            admission, runs, ..
        } = self;
        let run = runs.get_mut(&id).expect("it was submitted");
        run.attempts += 1;
        let number = run.attempts;
        match &mut run.kind {
            Kind::Task { reserved, .. } => *reserved = admission.reserve(&run.policy.title),
            Kind::Flow(flow) => {
                let timeout_ms = flow.timeout_ms;
                let deadline = timeout_ms.map(|ms| after(now, ms));
                **flow = Flow {
                    timeout_ms,
                    deadline,
                    ..Flow::default()
                };
                if let Some(deadline) = deadline {
                    self.set_timer(deadline, id, Timer::Deadline);
                }
            }
        }
        self.emit(id, EventKind::AttemptStarted { number });
    }

    pub(super) fn yield_slot(&mut self, id: RunId) {
        if self.run(id).holds_slot() {
            self.set_phase(id, Phase::Yielded);
            self.queue.free_slot();
            self.emit(id, EventKind::TaskRunYielded);
        }
    }

    pub(super) fn want_slot(&mut self, id: RunId) {
        if self.run(id).phase == Phase::Yielded {
            self.set_phase(id, Phase::Resuming);
            self.queue.push_resuming(id);
        }
    }

    pub(super) fn end_attempt(&mut self, id: RunId, outcome: Outcome, usage: Usage) {
        if matches!(
            self.phase(id),
            None | Some(Phase::Ended(_) | Phase::Returned(_))
        ) {
            return;
        }
        let run = self.runs.get_mut(&id).expect("it has not ended");
        run.usage = Some(Box::new(usage));
        let cancelled = run.cancelled.clone();
        let task = (!run.is_flow()).then_some(&run.policy.title);
        self.admission.learn(self.now, task, &usage);
        let outcome = match cancelled {
            Some(reason) => Outcome::failed(FailureKind::Cancelled, reason),
            None => outcome,
        };
        if self.run(id).is_flow() {
            return self.return_flow(id, outcome);
        }
        self.abandon_children(id, &outcome);
        self.release(id);
        self.retry_or_end(id, outcome);
    }

    /// Gives back what the attempt of a task run holds.
    fn release(&mut self, id: RunId) {
        let run = &self.runs[&id];
        if run.holds_slot() {
            self.queue.free_slot();
        }
        if let Kind::Task {
            gates, reserved, ..
        } = &run.kind
        {
            self.queue.leave(gates);
            self.admission.release(*reserved);
        }
        if let Some(key) = run.exclusive_key() {
            self.queue.leave_key(key, id);
        }
    }

    pub(super) fn retry_or_end(&mut self, id: RunId, outcome: Outcome) {
        match outcome {
            Outcome::Failed(failure) if failure.retryable && self.has_retries_left(id) => {
                match self.wants_to_be_asked(id, failure.kind) {
                    true => self.ask_whether_to_retry(id, failure),
                    false => self.retry(id, failure),
                }
            }
            outcome => self.end(id, outcome),
        }
    }

    fn has_retries_left(&mut self, id: RunId) -> bool {
        let run = self.run(id);
        run.cancelled.is_none() && run.retried < run.policy.retries.count
    }

    pub(super) fn retry(&mut self, id: RunId, failure: Failure) {
        let run = self.run(id);
        let retry = run.retried;
        run.retried += 1;
        let delay = run.policy.retries.delay_ms(retry, random(id, retry));
        let usage = run.usage.take();
        let retry_at = after(self.now, delay);
        self.set_phase(id, Phase::Retrying);
        self.set_timer(retry_at, id, Timer::Retry);
        let failed = EventKind::AttemptFailed {
            failure,
            retry_at,
            usage,
        };
        self.emit(id, failed);
    }

    /// A flow run ends when its function and all its runs have.
    fn return_flow(&mut self, id: RunId, outcome: Outcome) {
        let run = self.run(id);
        if let Kind::Flow(flow) = &run.kind
            && flow.runs > flow.ended
        {
            let unfinished = flow.runs - flow.ended;
            self.emit(id, EventKind::FlowRunReturned { unfinished });
        }
        self.abandon_children(id, &outcome);
        self.set_phase(id, Phase::Returned(outcome.into()));
        self.finish_flow(id);
    }

    pub(super) fn finish_flow(&mut self, id: RunId) {
        let run = self.run(id);
        let (Phase::Returned(outcome), Kind::Flow(flow)) = (&run.phase, &run.kind) else {
            return;
        };
        if flow.runs == flow.ended {
            let outcome = match &run.cancelled {
                Some(reason) => Outcome::failed(FailureKind::Cancelled, &**reason),
                None => Outcome::clone(outcome),
            };
            self.retry_or_end(id, outcome);
        }
    }

    /// A flow run whose function has returned may still wait for its runs; a function that has not
    /// is ended where it runs.
    pub(super) fn time_out(&mut self, id: RunId, at: Timestamp) {
        let run = self.run(id);
        let Kind::Flow(flow) = &run.kind else {
            return;
        };
        if let (Some(ms), true) = (flow.timeout_ms, flow.deadline == Some(at))
            && matches!(run.phase, Phase::Returned(_))
        {
            let outcome = Outcome::Failed(Failure::timed_out(Duration::from_millis(ms)));
            self.abandon_children(id, &outcome);
            self.set_phase(id, Phase::Returned(outcome.into()));
            self.finish_flow(id);
        }
    }

    /// Nobody is left to take the results of the runs that a stopped attempt submitted.
    fn abandon_children(&mut self, id: RunId, outcome: &Outcome) {
        let Outcome::Failed(failure) = outcome else {
            return;
        };
        let run = self.run(id);
        let reason = match failure.kind {
            FailureKind::Cancelled => failure.message.clone(),
            FailureKind::TimedOut => format!("'{}' timed out", run.name),
            FailureKind::Crashed => format!("'{}' crashed", run.name),
            _ => return,
        };
        self.cancel_children(id, &reason);
    }
}

pub(super) fn after(now: Timestamp, ms: u64) -> Timestamp {
    now.saturating_add(Duration::from_millis(ms))
        .unwrap_or(Timestamp::MAX)
}

/// Between 0 and 1, the same for the same retry: a replay waits as long.
fn random(id: RunId, retry: u32) -> f64 {
    let (high, low) = id.0.as_u64_pair();
    let mut bits = high ^ low.rotate_left(32) ^ u64::from(retry);
    // The finaliser of SplitMix64.
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (bits ^ (bits >> 31)) as f64 / u64::MAX as f64
}
