//! The one loop: takes inputs from the mailbox, asks the scheduler, shows what happened, acts on it.

mod executor;
mod future;
mod lane;
mod mailbox;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::model::{Event, EventKind, FailureKind, Outcome, RunId, Value};
use crate::scheduler::{Input, Scheduler};
pub use executor::{Attempt, Executor, Job, Target};
pub use future::{RunState, TaskFuture};
use lane::Lane;
pub use mailbox::{ArgumentSource, Mailbox, Overrides, Plan};
use mailbox::{Message, Submission};

/// How many task runs execute at the same time, and on how many threads.
#[derive(Clone, Copy, Debug)]
pub struct Capacity {
    /// Live instances that are not waiting for other runs.
    pub slots: usize,
    /// Worker threads for task runs; flow runs have one of their own.
    pub workers: usize,
}

/// Runs flows to their end.
pub struct Runner {
    scheduler: Scheduler,
    inbox: UnboundedReceiver<Message>,
    live: HashMap<RunId, Live>,
    flows: Lane,
    tasks: Lane,
    mailbox: Mailbox,
}

/// A run that has not ended.
struct Live {
    future: TaskFuture,
    submission: Submission,
}

impl Runner {
    /// Starts the worker threads; they end when the runner is dropped.
    pub fn new<E: Executor>(
        plan: Plan,
        capacity: Capacity,
        executor: Arc<E>,
    ) -> Result<(Self, Mailbox)> {
        let (mailbox, inbox) = mailbox::open(plan);
        let runner = Self {
            scheduler: Scheduler::new(capacity.slots),
            inbox,
            live: HashMap::new(),
            flows: Lane::start("flows", 1, &executor, &mailbox)?,
            tasks: Lane::start("tasks", capacity.workers, &executor, &mailbox)?,
            mailbox: mailbox.clone(),
        };
        Ok((runner, mailbox))
    }

    /// Goes on until every submitted run has ended. `show` sees each event before it is acted on,
    /// and `None` whenever there is nothing more to do for the moment.
    ///
    /// # Errors
    ///
    /// Only what `show` returns: the runs' own failures are in the events.
    pub async fn run(&mut self, mut show: impl FnMut(Option<&Event>) -> Result<()>) -> Result<()> {
        let mut started = false;
        while !started || !self.scheduler.is_done() {
            if self.inbox.is_empty() {
                show(None)?;
            }
            let input = self.next_input().await;
            started = true;
            for event in self.scheduler.handle(Timestamp::now(), input) {
                show(Some(&event))?;
                self.act_on(event);
            }
        }
        show(None)
    }

    async fn next_input(&mut self) -> Input {
        let tick = match self.scheduler.next_tick() {
            Some(at) => Duration::try_from(at.duration_since(Timestamp::now())).unwrap_or_default(),
            None => Duration::MAX,
        };
        match tokio::time::timeout(tick, self.inbox.recv()).await {
            Ok(Some(Message::Submitted(submission, input))) => {
                let future = submission.future.clone();
                self.live.insert(future.id(), Live { future, submission });
                input
            }
            Ok(Some(Message::Input(input))) => input,
            Ok(None) | Err(_) => Input::Tick,
        }
    }

    fn act_on(&mut self, event: Event) {
        match event.kind {
            EventKind::FlowRunStarted | EventKind::AttemptStarted { .. } => self.start(event.run),
            EventKind::AttemptFailed { .. } => {
                self.live[&event.run].future.set_state(RunState::Retrying)
            }
            EventKind::TaskRunResumed => self.live[&event.run].future.resume(),
            EventKind::CancellationStarted => self.live[&event.run].future.stop(),
            EventKind::TaskRunFinished { outcome } | EventKind::FlowRunFinished { outcome, .. } => {
                if let Some(live) = self.live.remove(&event.run) {
                    live.future.end(outcome);
                }
            }
            _ => {}
        }
    }

    fn start(&self, id: RunId) {
        let Live { future, submission } = &self.live[&id];
        future.set_state(RunState::Running);
        let arguments = match &submission.arguments {
            Ok(sources) => sources.iter().map(ArgumentSource::value).collect(),
            Err(refusal) => {
                let outcome = Outcome::failed(FailureKind::InvalidInput, refusal.clone());
                return self.mailbox.send(Input::AttemptEnded { run: id, outcome });
            }
        };
        let lane = match submission.target {
            Target::Flow => &self.flows,
            Target::Task => &self.tasks,
        };
        lane.send(Job {
            attempt: Attempt {
                run: id,
                target: submission.target,
                name: submission.name.clone(),
                arguments,
            },
            deadline: submission
                .timeout
                .and_then(|t| Instant::now().checked_add(t)),
            timeout: submission.timeout,
            future: future.clone(),
        });
    }
}

impl ArgumentSource {
    /// The value to hand over; the scheduler starts no run before its upstreams have completed.
    fn value(&self) -> Value {
        match self {
            Self::Value(value) => value.clone(),
            Self::ResultOf(future) => match future.outcome() {
                Some(Outcome::Completed(value)) => value.clone(),
                _ => Value::null(),
            },
        }
    }
}
