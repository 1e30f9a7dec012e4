//! Decides what happens next: one input in, events out. Pure: no clock, no IO, no errors.
//!
//! Task runs start by priority, then in the order in which they become ready, as long as slots are
//! free. A run that waits for other runs gives its slot away, so nested submits cannot deadlock
//! however few slots there are; it goes first when it wants one again. Flow runs hold no slot, and
//! neither do runs that are given a result that was kept.

mod admission;
mod attempt;
mod cached;
mod condition;
mod ending;
mod input;
mod line;
mod pause;
mod queue;
mod rest;
mod run;
mod submit;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::sync::Arc;

use crate::model::{ByRun, CacheKey, EndedRun, Event, EventKind, Limit, RunId, State};
use admission::Admission;
pub use admission::Quotas;
pub use input::{Input, NewRun, NewRunOf, Past, Policy, Upstream};
use jiff::Timestamp;
use queue::Queue;
use rest::Rest;
use run::{Phase, Run};

/// The state of all runs of one process, changed by [`Scheduler::handle`] alone.
#[derive(Debug)]
pub struct Scheduler {
    runs: ByRun<Box<Run>>,
    /// How many task runs completed and left nothing to remember.
    forgotten: usize,
    queue: Queue,
    admission: Admission,
    timers: BinaryHeap<Reverse<(Timestamp, RunId, Timer)>>,
    /// Runs whose end nobody has been told yet.
    ended: VecDeque<(RunId, State)>,
    /// Runs whose hooks are being called, and those that are left, the last one first.
    hooks: ByRun<(EndedRun, Vec<Arc<str>>)>,
    /// Runs that found no result, for which one may come before they start.
    hopeful: HashMap<CacheKey, Vec<RunId>>,
    unfinished: usize,
    /// Where the process may end while all runs wait.
    rest: Option<Rest>,
    suspended: bool,
    now: Timestamp,
    events: Vec<Event>,
}

/// What happens when a time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    /// The next attempt is due.
    Retry,
    /// The flow run and its runs have to have ended.
    Deadline,
    /// The paused flow run goes on without an answer.
    Unanswered,
}

impl Scheduler {
    /// `slots` is how many task runs may execute at the same time, at least one.
    pub fn new(slots: usize, limits: &[Limit], quotas: Quotas) -> Self {
        Self {
            runs: ByRun::default(),
            forgotten: 0,
            queue: Queue::new(slots, limits),
            admission: Admission::new(quotas),
            timers: BinaryHeap::new(),
            ended: VecDeque::new(),
            hooks: ByRun::default(),
            hopeful: HashMap::new(),
            unfinished: 0,
            rest: None,
            suspended: false,
            now: Timestamp::UNIX_EPOCH,
            events: Vec::new(),
        }
    }

    /// Takes one input and says what happened because of it, in order.
    pub fn handle(&mut self, now: Timestamp, input: Input) -> Vec<Event> {
        let mut events = Vec::new();
        self.handle_into(now, input, &mut events);
        events
    }

    /// The same, behind what happened before.
    pub fn handle_into(&mut self, now: Timestamp, input: Input, events: &mut Vec<Event>) {
        let (before, by_time) = (events.len(), matches!(input, Input::Tick));
        std::mem::swap(&mut self.events, events);
        self.decide(now, input);
        let is_quiet = self.events.len() == before;
        self.rest(by_time && is_quiet);
        std::mem::swap(&mut self.events, events);
    }

    fn decide(&mut self, now: Timestamp, input: Input) {
        self.now = now;
        match input {
            Input::Submitted(new) => self.add(*new),
            Input::AttemptEnded {
                run,
                outcome,
                usage,
            } => self.end_attempt(run, outcome, usage),
            Input::CacheAnswered { run, key, found } => self.take_answer(run, key, found),
            Input::ResultOffered { run, result, usage } => {
                self.end_with_offer(run, result, usage);
            }
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
            Input::Observed {
                run,
                from,
                observed,
            } => self.emit(run, EventKind::FlowRunObserved { from, observed }),
            Input::ArtifactCreated {
                run,
                kind,
                key,
                description,
                data,
            } => {
                let artifact = EventKind::ArtifactCreated {
                    kind,
                    key,
                    description,
                    data,
                };
                self.emit(run, artifact);
            }
            Input::HookEnded { run, hook, outcome } => self.end_hook(run, hook, outcome),
            Input::Paused {
                run,
                prompt,
                schema,
                timeout_ms,
            } => self.pause(run, prompt, schema, timeout_ms),
            Input::Answered { run, input } => self.answer(run, input),
            Input::AnswerRefused { run, reason } => self.refuse_answer(run, reason),
            Input::Asleep { run, until } => self.fall_asleep(run, until),
            Input::Awake { run } => self.wake_up(run),
            Input::RetryConditionDecided { run, outcome } => self.decide_retry(run, outcome),
            Input::CancelRequested { run, reason } => self.cancel(run, &reason),
            Input::Tick => {}
        }
        self.fire_timers();
        self.settle();
        self.fill_slots();
    }

    /// When something is due by time alone: the latest time for a [`Input::Tick`].
    pub fn next_tick(&self) -> Option<Timestamp> {
        self.next_timer().into_iter().chain(self.rested_at()).min()
    }

    fn next_timer(&self) -> Option<Timestamp> {
        let timer = self.timers.peek().map(|Reverse((at, ..))| *at);
        let opens = self.queue.opens_at().into_iter();
        let opens = opens.chain(self.delayed_until());
        timer.into_iter().chain(opens).min()
    }

    /// Whether every run has ended, and every hook; or all are suspended.
    pub fn is_done(&self) -> bool {
        self.suspended || self.unfinished == 0 && self.hooks.is_empty()
    }

    fn emit(&mut self, run: RunId, kind: EventKind) {
        self.events.push(Event {
            at: self.now,
            run,
            kind,
        });
    }

    /// One that has not completed.
    fn run(&mut self, id: RunId) -> &mut Run {
        self.runs.get_mut(&id).expect("inputs name submitted runs")
    }

    /// Where a run stands; none where it has completed and is forgotten.
    fn phase(&self, id: RunId) -> Option<&Phase> {
        self.runs.get(&id).map(|run| &run.phase)
    }

    /// Forgets a task run that has completed, unless it leaves runs behind that it submitted.
    fn forget(&mut self, id: RunId) {
        if self.runs.get(&id).is_some_and(|run| run.leaves_nothing()) {
            self.runs.remove(&id);
            self.forgotten += 1;
        }
    }

    fn set_phase(&mut self, id: RunId, phase: Phase) {
        let run = self.run(id);
        let before = run.state();
        run.phase = phase;
        let after = run.state();
        debug_assert!(
            before == after || before.may_become(after),
            "'{}' became {after} after {before}",
            run.name
        );
    }

    fn set_timer(&mut self, at: Timestamp, id: RunId, timer: Timer) {
        self.timers.push(Reverse((at, id, timer)));
    }

    fn fire_timers(&mut self) {
        while let Some(&Reverse((at, id, timer))) = self.timers.peek() {
            if at > self.now {
                return;
            }
            self.timers.pop();
            match timer {
                Timer::Retry if self.phase(id) == Some(&Phase::Retrying) => self.start_or_queue(id),
                Timer::Deadline => self.time_out(id, at),
                Timer::Unanswered => self.give_up_waiting(id, at),
                Timer::Retry => {}
            }
        }
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
