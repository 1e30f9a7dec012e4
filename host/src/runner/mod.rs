//! The one loop: takes inputs from the mailbox, asks the scheduler, shows what happened, acts on it.

mod argument;
mod backlog;
mod budget;
mod cache;
mod cached;
mod canonical;
mod draft;
mod executor;
mod future;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod history;
mod lane;
mod mailbox;
mod meter;
mod past;
mod plan;
mod question;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::model::{
    Cap, EndedRun, EndedRunOf, Event, EventKind, Failure, FailureKind, Limit, Outcome, RunId,
    RunnerKind, State, Usage, Value,
};
pub use crate::scheduler::Quotas;
use crate::scheduler::{Input, Scheduler};
pub use argument::ArgumentSource;
pub use budget::{Budget, Share};
pub use cache::{Cache, MemoryCache, ResultCache};
pub use executor::{Attempt, Call, Executor, Job, Target};
pub use future::TaskFuture;
pub use history::{Diverged, History, MILLISECOND};
use lane::Lanes;
pub use mailbox::{Mailbox, Submit, Submitter};
use mailbox::{Message, Submission};
pub use meter::Meter;
pub use past::{PastAttempt, PastRun};
pub use plan::{Origin, Part, Plan};
pub use question::Question;

/// How long one hook, or the retry condition, may take.
const HOOK_TIMEOUT: Duration = Duration::from_secs(60);

/// Events after which no more inputs are taken before those are acted on.
const BATCH: usize = 256;

/// How many task runs execute at the same time, and on how many threads.
#[derive(Clone, Debug)]
pub struct Capacity {
    /// Live instances that are not waiting for other runs.
    pub slots: usize,
    pub limits: Vec<Limit>,
    /// What all runs may use together; of the memory, instances, arguments and results.
    pub quotas: Quotas,
    /// How long all runs may do nothing but wait before the root flow run is suspended.
    pub suspend_after: Option<SignedDuration>,
}

/// Runs flows to their end.
pub struct Runner {
    scheduler: Scheduler,
    inbox: UnboundedReceiver<Message>,
    /// Runs that have not ended.
    live: HashMap<RunId, Submission>,
    lanes: Lanes,
    mailbox: Mailbox,
    cache: Cache,
}

impl Runner {
    /// Starts the worker threads; they end when the runner is dropped.
    pub fn new<E: Executor>(
        plan: Plan,
        capacity: Capacity,
        executor: Arc<E>,
        cache: Cache,
    ) -> Result<(Self, Mailbox)> {
        let workers = plan.workers;
        let (mailbox, inbox) = mailbox::open(plan, capacity.quotas.memory);
        let (slots, limits) = (capacity.slots, &capacity.limits);
        let mut scheduler = Scheduler::new(slots, limits, capacity.quotas);
        if let Some(after) = capacity.suspend_after {
            scheduler.suspend_after(after);
        }
        let runner = Self {
            scheduler,
            inbox,
            live: HashMap::new(),
            lanes: Lanes::start(workers, &executor, &mailbox)?,
            mailbox: mailbox.clone(),
            cache,
        };
        Ok((runner, mailbox))
    }

    /// Whether it ended while its runs wait.
    pub fn is_suspended(&self) -> bool {
        self.scheduler.is_suspended()
    }

    /// Goes on until every submitted run has ended, or all are suspended. `show` sees events before they are acted on, and
    /// none whenever there is nothing more to do for the moment.
    ///
    /// # Errors
    ///
    /// Only what `show` returns: the runs' own failures are in the events.
    pub async fn run(&mut self, mut show: impl FnMut(&[Event]) -> Result<()>) -> Result<()> {
        let mut answers = Vec::new();
        let mut started = false;
        while !started || !self.scheduler.is_done() {
            let events = match answers.is_empty() {
                true => {
                    if self.inbox.is_empty() {
                        show(&[])?;
                    }
                    self.next_events().await
                }
                false => self.answered(std::mem::take(&mut answers)),
            };
            started = true;
            show(&events)?;
            let told = events.into_iter().filter_map(|event| self.act_on(event));
            answers = told.collect();
        }
        show(&[])
    }

    /// What has come in meanwhile is recorded in one go, but after a question comes its answer.
    async fn next_events(&mut self) -> Vec<Event> {
        let input = self.next_input().await;
        let mut events = self.scheduler.handle(Timestamp::now(), input);
        let mut asked = self.asks_the_cache(&events);
        while !asked
            && events.len() < BATCH
            && let Ok(message) = self.inbox.try_recv()
        {
            let input = self.input(message);
            let more = self.scheduler.handle(Timestamp::now(), input);
            asked = self.asks_the_cache(&more);
            events.extend(more);
        }
        events
    }

    fn answered(&mut self, answers: Vec<Input>) -> Vec<Event> {
        let answers = answers.into_iter();
        answers
            .flat_map(|answer| self.scheduler.handle(Timestamp::now(), answer))
            .collect()
    }

    async fn next_input(&mut self) -> Input {
        let tick = match self.scheduler.next_tick() {
            Some(at) => Duration::try_from(at.duration_since(Timestamp::now())).unwrap_or_default(),
            None => Duration::MAX,
        };
        match tokio::time::timeout(tick, self.inbox.recv()).await {
            Ok(Some(message)) => self.input(message),
            Ok(None) | Err(_) => Input::Tick,
        }
    }

    fn input(&mut self, message: Message) -> Input {
        self.input_of(message).unwrap_or(Input::Tick)
    }

    /// None for a run that has ended meanwhile.
    fn input_of(&mut self, message: Message) -> Option<Input> {
        Some(match message {
            Message::Submitted(submission, new) => {
                self.live.extend(submission.map(|kept| (new.run, kept)));
                Input::Submitted(new)
            }
            Message::Asked(run, question, reply) => self.live.get_mut(&run)?.ask(question, reply),
            Message::Answer(run, answer) => self.live.get(&run)?.consider(answer, &self.mailbox),
            Message::Checked(run, checked) => self.live.get(&run)?.settle(checked),
            Message::Input(input) => {
                self.mailbox.heard(&input);
                self.offered(input)
            }
        })
    }

    /// Gives what is known at once because of it.
    fn act_on(&mut self, event: Event) -> Option<Input> {
        match event.kind {
            EventKind::TaskRunCreated { flow_run, .. } => {
                let live = self.live.get_mut(&event.run)?;
                live.recipe.as_mut()?.flow_run = Some(flow_run);
            }
            EventKind::TaskRunSubmitted => return self.ask_the_cache(&event),
            EventKind::AttemptStarted { .. } => return self.start(event.run),
            EventKind::AttemptFailed { .. } => {
                self.live[&event.run].future.set_state(State::AwaitingRetry);
            }
            EventKind::HookStarted { hook, ended } => self.call_hook(hook, &ended),
            EventKind::RetryConditionAsked { attempt } => {
                self.go_on(event.run, None);
                self.ask_whether_to_retry(&attempt);
            }
            EventKind::FlowRunPaused { .. } => {
                self.live[&event.run].future.set_state(State::Paused);
            }
            EventKind::FlowRunAnswered { input } => self.go_on(event.run, Some(input)),
            EventKind::FlowRunUnanswered | EventKind::FlowRunReturned { .. } => {
                self.go_on(event.run, None);
            }
            EventKind::TaskRunResumed => self.live[&event.run].future.resume(),
            EventKind::CancellationStarted => {
                let future = &self.live[&event.run].future;
                future.set_state(State::Cancelling);
                future.stop();
            }
            EventKind::TaskRunFinished {
                outcome, cached, ..
            } => {
                let live = self.live.remove(&event.run)?;
                let state = match cached {
                    true => State::Cached,
                    false => (&outcome).into(),
                };
                if let (State::Completed, Outcome::Completed(result)) = (state, &outcome)
                    && let Some(recipe) = live.recipe.filter(|recipe| recipe.offered)
                {
                    self.cache.keep(&recipe, result, event.at);
                }
                live.future.end(state, outcome);
            }
            EventKind::FlowRunFinished { outcome, .. } => {
                let live = self.live.remove(&event.run)?;
                live.future.end((&outcome).into(), outcome);
            }
            _ => {}
        }
        None
    }

    /// Its pause is over, if it was paused.
    fn go_on(&mut self, id: RunId, answer: Option<Arc<str>>) {
        let Some(live) = self.live.get_mut(&id) else {
            return;
        };
        if live.future.state() == State::Paused {
            live.future.set_state(State::Running);
        }
        live.reply(answer);
    }

    fn start(&mut self, id: RunId) -> Option<Input> {
        let submission = self.live.get_mut(&id).expect("it has not ended");
        submission.future.set_state(State::Running);
        match submission.values() {
            Ok(arguments) => self.lanes.send(submission.job(arguments)),
            Err(refusal) => {
                return Some(Input::AttemptEnded {
                    run: id,
                    outcome: Outcome::Failed(refusal),
                    usage: Usage::default(),
                });
            }
        }
        None
    }
}

impl Runner {
    /// A hook runs for itself: nobody waits for it, and what ended the run does not end the hook.
    fn call_hook(&self, hook: Arc<str>, ended: &EndedRun) {
        let (target, title) = match &ended.of {
            EndedRunOf::Flow(flow) => (Target::Flow, flow),
            EndedRunOf::Task(task) => (Target::Task, task),
        };
        let Some(planned) = self.mailbox.planned(target, title) else {
            return;
        };
        self.lanes.send(Job {
            attempt: Attempt {
                run: ended.id,
                component: planned.origin.digest.clone(),
                target,
                call: Call::Hook(hook.clone()),
                name: planned.name.clone(),
                pure: false,
                limits: planned.limits.clone(),
                depth: 0,
                arguments: vec![told(target, &planned.name, ended)],
            },
            future: TaskFuture::new(ended.id, hook),
            meter: Meter::new().into(),
            origin: planned.origin.clone(),
            runner: RunnerKind::default(),
            log_prints: false,
            past: None,
            timeout: Some(HOOK_TIMEOUT),
            deadline: Some(Instant::now() + HOOK_TIMEOUT),
        });
    }
}

impl Runner {
    /// The condition belongs to the run: what ends the run ends the condition.
    fn ask_whether_to_retry(&mut self, ended: &EndedRun) {
        let submission = self.live.get_mut(&ended.id).expect("it has not ended");
        let told = told(submission.target, &submission.name, ended);
        let mut job = submission.job(vec![told]);
        job.attempt.call = Call::RetryIf;
        job.timeout = Some(HOOK_TIMEOUT);
        job.deadline = Some(Instant::now() + HOOK_TIMEOUT);
        self.lanes.send(job);
    }
}

/// The run as its component learns of it, which knows its flow or task by a name of its own.
fn told(target: Target, name: &Arc<str>, ended: &EndedRun) -> Value {
    let of = match target {
        Target::Flow => EndedRunOf::Flow(name.clone()),
        Target::Task => EndedRunOf::Task(name.clone()),
    };
    let told = EndedRun {
        of,
        ..ended.clone()
    };
    let told = serde_json::to_string(&told).expect("words and numbers are JSON");
    Value::Json(told.into())
}

impl Submission {
    /// Its arguments, once the runs that they come from have ended; or why there are none.
    fn values(&self) -> Result<Vec<Value>, Failure> {
        let values = self.arguments.iter().map(ArgumentSource::value);
        let values: Vec<_> = values
            .collect::<Result<_, _>>()
            .map_err(Failure::invalid_input)?;
        if values.iter().map(Value::len).sum::<usize>() > self.limits.size(Cap::Arguments) {
            let message = self.limits.exceeded(Cap::Arguments).to_string();
            return Err(Failure::permanent(FailureKind::Denied, message));
        }
        Ok(values)
    }

    fn job(&mut self, arguments: Vec<Value>) -> Job {
        Job {
            attempt: Attempt {
                run: self.future.id(),
                component: self.origin.digest.clone(),
                target: self.target,
                call: Call::Function,
                name: self.name.clone(),
                pure: self.pure,
                limits: self.limits.clone(),
                depth: self.depth,
                arguments,
            },
            future: self.future.clone(),
            meter: Meter::new().into(),
            origin: self.origin.clone(),
            runner: self.runner,
            log_prints: self.log_prints,
            past: self.past.take(),
            timeout: self.timeout,
            deadline: self.timeout.and_then(|t| Instant::now().checked_add(t)),
        }
    }
}

#[cfg(test)]
mod tests;
