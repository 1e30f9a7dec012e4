//! Decides what happens next: one input in, events out. Pure: no clock, no IO, no errors.
//!
//! Task runs start in the order in which they become ready, as long as slots are free. A run that
//! waits for other runs gives its slot away, so nested submits cannot deadlock however few slots
//! there are; it goes first when it wants one again. Flow runs hold no slot.

mod input;
mod run;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::model::{Event, EventKind, Failure, FailureKind, Outcome, RunId};
pub use input::{Input, NewFlowRun, NewTaskRun};
use run::{Kind, Phase, Run};

/// The state of all runs of one process, changed by [`Scheduler::handle`] alone.
#[derive(Debug)]
pub struct Scheduler {
    runs: HashMap<RunId, Run>,
    ready: VecDeque<RunId>,
    resuming: VecDeque<RunId>,
    retrying: BinaryHeap<Reverse<(Timestamp, RunId)>>,
    slots: usize,
    unfinished: usize,
    now: Timestamp,
    events: Vec<Event>,
}

impl Scheduler {
    /// `slots` is how many task runs may execute at the same time, at least one.
    pub fn new(slots: usize) -> Self {
        Self {
            runs: HashMap::new(),
            ready: VecDeque::new(),
            resuming: VecDeque::new(),
            retrying: BinaryHeap::new(),
            slots: slots.max(1),
            unfinished: 0,
            now: Timestamp::UNIX_EPOCH,
            events: Vec::new(),
        }
    }

    /// Takes one input and says what happened because of it, in order.
    pub fn handle(&mut self, now: Timestamp, input: Input) -> Vec<Event> {
        self.now = now;
        match input {
            Input::FlowRunSubmitted(new) => self.add_flow_run(new),
            Input::TaskRunSubmitted(new) => self.add_task_run(new),
            Input::AttemptEnded { run, outcome } => self.end_attempt(run, outcome),
            Input::Waiting { run } => self.yield_slot(run),
            Input::WaitEnded { run } => self.want_slot(run),
            Input::Logged {
                run,
                level,
                message,
            } => self.emit(run, EventKind::Logged { level, message }),
            Input::Printed { run, stream, bytes } => {
                self.emit(run, EventKind::Printed { stream, bytes });
            }
            Input::CancelRequested { run, reason } => self.cancel(run, &reason),
            Input::Tick => {}
        }
        self.make_due_retries_ready();
        self.fill_slots();
        std::mem::take(&mut self.events)
    }

    /// When the next retry is due: the latest time for a [`Input::Tick`].
    pub fn next_tick(&self) -> Option<Timestamp> {
        self.retrying.peek().map(|Reverse((at, _))| *at)
    }

    /// Whether every run has ended.
    pub fn is_done(&self) -> bool {
        self.unfinished == 0
    }

    fn emit(&mut self, run: RunId, kind: EventKind) {
        self.events.push(Event {
            at: self.now,
            run,
            kind,
        });
    }

    fn add_flow_run(&mut self, new: NewFlowRun) {
        let flow_run = new.parent.map(|parent| self.flow_run_of(parent));
        let kind = Kind::Flow {
            runs: 0,
            ended: 0,
            completed: 0,
        };
        self.add(new.run, new.name.clone(), new.parent, flow_run, kind);
        let created = EventKind::FlowRunCreated {
            name: new.name,
            flow: new.flow,
            parent: new.parent,
            runner: new.runner,
            arguments: new.arguments,
        };
        self.emit(new.run, created);
        self.await_upstreams(new.run, &new.upstreams);
    }

    fn add_task_run(&mut self, new: NewTaskRun) {
        let flow_run = self.flow_run_of(new.parent);
        let kind = Kind::Task {
            attempts: 0,
            retries_left: new.retries,
            retry_delay_ms: new.retry_delay_ms,
        };
        let parent = Some(new.parent);
        self.add(new.run, new.name.clone(), parent, Some(flow_run), kind);
        let created = EventKind::TaskRunCreated {
            name: new.name,
            task: new.task,
            flow_run,
            parent: new.parent,
            arguments: new.arguments,
        };
        self.emit(new.run, created);
        self.await_upstreams(new.run, &new.upstreams);
    }

    fn add(
        &mut self,
        id: RunId,
        name: Arc<str>,
        parent: Option<RunId>,
        flow_run: Option<RunId>,
        kind: Kind,
    ) {
        let run = Run {
            name,
            parent,
            flow_run,
            kind,
            phase: Phase::Pending,
            awaited: 0,
            dependents: Vec::new(),
            children: Vec::new(),
            cancelled: None,
        };
        self.runs.insert(id, run);
        self.unfinished += 1;
        if let Some(parent) = parent {
            self.run(parent).children.push(id);
        }
        if let Some(Kind::Flow { runs, .. }) = flow_run.map(|id| &mut self.run(id).kind) {
            *runs += 1;
        }
    }

    /// The flow run that runs submitted by `id` belong to.
    fn flow_run_of(&mut self, id: RunId) -> RunId {
        let run = self.run(id);
        match run.flow_run {
            Some(flow_run) if !run.is_flow() => flow_run,
            _ => id,
        }
    }

    fn run(&mut self, id: RunId) -> &mut Run {
        self.runs.get_mut(&id).expect("inputs name submitted runs")
    }

    fn await_upstreams(&mut self, id: RunId, upstreams: &[RunId]) {
        if let Some(reason) = self.cancelled_ancestor(id) {
            let outcome = Outcome::failed(FailureKind::Cancelled, reason);
            return self.end(id, outcome);
        }
        for &upstream in upstreams {
            match self.run(upstream).phase {
                Phase::Ended { completed: true } => {}
                Phase::Ended { completed: false } => return self.fail_upstream(id, upstream),
                _ => {
                    self.run(upstream).dependents.push(id);
                    self.run(id).awaited += 1;
                }
            }
        }
        if self.run(id).awaited == 0 {
            self.make_ready(id);
        }
    }

    /// A submit may be on its way while the run that submits it is cancelled.
    fn cancelled_ancestor(&mut self, id: RunId) -> Option<String> {
        let parent = self.run(id).parent?;
        self.run(parent).cancelled.clone()
    }

    fn fail_upstream(&mut self, id: RunId, upstream: RunId) {
        let message = format!(
            "upstream run '{}' did not complete",
            self.run(upstream).name
        );
        self.end(id, Outcome::failed(FailureKind::UpstreamFailed, message));
    }

    fn make_ready(&mut self, id: RunId) {
        if self.run(id).is_flow() {
            self.run(id).phase = Phase::Running;
            return self.emit(id, EventKind::FlowRunStarted);
        }
        self.run(id).phase = Phase::Ready;
        self.ready.push_back(id);
        self.emit(id, EventKind::TaskRunSubmitted);
    }

    fn fill_slots(&mut self) {
        while self.slots > 0 {
            if let Some(id) = self.resuming.pop_front() {
                if self.run(id).phase != Phase::Resuming {
                    continue;
                }
                self.run(id).phase = Phase::Running;
                self.emit(id, EventKind::TaskRunResumed);
            } else if let Some(id) = self.ready.pop_front() {
                if self.run(id).phase != Phase::Ready {
                    continue;
                }
                self.start_attempt(id);
            } else {
                return;
            }
            self.slots -= 1;
        }
    }

    fn start_attempt(&mut self, id: RunId) {
        let run = self.run(id);
        run.phase = Phase::Running;
        let Kind::Task { attempts, .. } = &mut run.kind else {
            return;
        };
        *attempts += 1;
        let number = *attempts;
        self.emit(id, EventKind::AttemptStarted { number });
    }

    fn yield_slot(&mut self, id: RunId) {
        let run = self.run(id);
        if run.phase == Phase::Running && !run.is_flow() {
            run.phase = Phase::Yielded;
            self.slots += 1;
            self.emit(id, EventKind::TaskRunYielded);
        }
    }

    fn want_slot(&mut self, id: RunId) {
        let run = self.run(id);
        if run.phase == Phase::Yielded {
            run.phase = Phase::Resuming;
            self.resuming.push_back(id);
        }
    }

    fn make_due_retries_ready(&mut self) {
        while let Some(&Reverse((at, id))) = self.retrying.peek() {
            if at > self.now {
                return;
            }
            self.retrying.pop();
            if self.run(id).phase == Phase::Retrying {
                self.run(id).phase = Phase::Ready;
                self.ready.push_back(id);
            }
        }
    }

    fn end_attempt(&mut self, id: RunId, outcome: Outcome) {
        let run = self.run(id);
        if matches!(run.phase, Phase::Ended { .. } | Phase::Returned(_)) {
            return;
        }
        let held_slot = run.phase == Phase::Running && !run.is_flow();
        let outcome = match run.cancelled.clone() {
            Some(reason) => Outcome::failed(FailureKind::Cancelled, reason),
            None => outcome,
        };
        self.slots += usize::from(held_slot);
        if self.run(id).is_flow() {
            return self.return_flow(id, outcome);
        }
        self.abandon_children(id, &outcome);
        match outcome {
            Outcome::Failed(failure) if failure.retryable && self.retry(id, &failure) => {}
            outcome => self.end(id, outcome),
        }
    }

    /// Plans another attempt, if one is left.
    fn retry(&mut self, id: RunId, failure: &Failure) -> bool {
        let now = self.now;
        let run = self.run(id);
        let Kind::Task {
            retries_left,
            retry_delay_ms,
            ..
        } = &mut run.kind
        else {
            return false;
        };
        if *retries_left == 0 {
            return false;
        }
        *retries_left -= 1;
        let delay = Duration::from_millis(*retry_delay_ms);
        let retry_at = now.saturating_add(delay).unwrap_or(Timestamp::MAX);
        run.phase = Phase::Retrying;
        self.retrying.push(Reverse((retry_at, id)));
        let failure = failure.clone();
        self.emit(id, EventKind::AttemptFailed { failure, retry_at });
        true
    }

    /// A flow run ends when its function and all its runs have.
    fn return_flow(&mut self, id: RunId, outcome: Outcome) {
        let run = self.run(id);
        run.phase = Phase::Returned(outcome.clone());
        let Kind::Flow { runs, ended, .. } = run.kind else {
            return;
        };
        if runs > ended {
            let unfinished = runs - ended;
            self.emit(id, EventKind::FlowRunReturned { unfinished });
        }
        self.abandon_children(id, &outcome);
        self.finish_flow(id);
    }

    /// Nobody is left to take the results of the runs that a stopped attempt submitted.
    fn abandon_children(&mut self, id: RunId, outcome: &Outcome) {
        let Outcome::Failed(failure) = outcome else {
            return;
        };
        let run = self.run(id);
        let reason = match (failure.kind, run.is_flow()) {
            (FailureKind::Cancelled, _) => failure.message.clone(),
            (FailureKind::TimedOut, true) => "the flow run timed out".to_owned(),
            (FailureKind::TimedOut | FailureKind::Crashed, false) => {
                format!("'{}' ended before its runs", run.name)
            }
            _ => return,
        };
        self.cancel_children(id, &reason);
    }

    fn finish_flow(&mut self, id: RunId) {
        let run = self.run(id);
        let (Phase::Returned(outcome), Kind::Flow { runs, ended, .. }) = (&run.phase, &run.kind)
        else {
            return;
        };
        if runs == ended {
            let outcome = match &run.cancelled {
                Some(reason) => Outcome::failed(FailureKind::Cancelled, reason),
                None => outcome.clone(),
            };
            self.end(id, outcome);
        }
    }

    fn cancel(&mut self, id: RunId, reason: &str) {
        let run = self.run(id);
        if run.has_ended() || run.cancelled.is_some() {
            return;
        }
        run.cancelled = Some(reason.to_owned());
        match run.phase {
            Phase::Pending | Phase::Ready | Phase::Retrying => {
                self.end(id, Outcome::failed(FailureKind::Cancelled, reason));
            }
            Phase::Running | Phase::Yielded | Phase::Resuming => {
                self.emit(id, EventKind::CancellationStarted);
            }
            Phase::Returned(_) | Phase::Ended { .. } => {}
        }
        self.cancel_children(id, reason);
    }

    fn cancel_children(&mut self, id: RunId, reason: &str) {
        for child in self.run(id).children.clone() {
            self.cancel(child, reason);
        }
    }

    fn end(&mut self, id: RunId, outcome: Outcome) {
        let completed = outcome.is_completed();
        let run = self.run(id);
        run.phase = Phase::Ended { completed };
        let dependents = std::mem::take(&mut run.dependents);
        let flow_run = run.flow_run;
        let finished = match run.kind {
            Kind::Flow {
                runs, completed, ..
            } => EventKind::FlowRunFinished {
                outcome,
                runs,
                completed,
            },
            Kind::Task { .. } => EventKind::TaskRunFinished { outcome },
        };
        self.unfinished -= 1;
        self.emit(id, finished);
        for dependent in dependents {
            self.upstream_ended(dependent, id, completed);
        }
        if let Some(flow_run) = flow_run {
            self.count_ended(flow_run, completed);
        }
    }

    fn upstream_ended(&mut self, id: RunId, upstream: RunId, upstream_completed: bool) {
        let run = self.run(id);
        if run.phase != Phase::Pending {
            return;
        }
        run.awaited -= 1;
        if !upstream_completed {
            self.fail_upstream(id, upstream);
        } else if run.awaited == 0 {
            self.make_ready(id);
        }
    }

    fn count_ended(&mut self, flow_run: RunId, run_completed: bool) {
        if let Kind::Flow {
            ended, completed, ..
        } = &mut self.run(flow_run).kind
        {
            *ended += 1;
            *completed += usize::from(run_completed);
        }
        self.finish_flow(flow_run);
    }
}

#[cfg(test)]
mod tests;
