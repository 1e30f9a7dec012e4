//! What one turn of the loop does: asks the scheduler, shows what happened, acts on it.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use jiff::Timestamp;

use super::cache::Cache;
use super::lane::{Lane, Lanes};
use super::mailbox::{Message, Submission};
use super::{Attempt, Call, Callee, HOOK_TIMEOUT, Job, Mailbox, Meter, Show, Target, TaskFuture};
use crate::model::{
    ByRun, Cap, EndedRun, EndedRunOf, Event, EventKind, Events, Failure, FailureKind, Outcome,
    RunId, RunnerKind, State, Usage, Value,
};
use crate::scheduler::{Input, NewRunOf, Scheduler};

/// Events after which no more inputs are taken before those are acted on.
const BATCH: usize = 1024;
/// Messages for which there is room from one turn to the next.
const KEPT: usize = 4096;
/// Ends that are told although all workers have something to do.
const TOGETHER: usize = 256;

/// All that turns are taken with.
pub(super) struct Dispatcher {
    scheduler: Scheduler,
    /// Runs that have not ended.
    pub(super) live: ByRun<Box<Submission>>,
    lanes: Lanes,
    mailbox: Mailbox,
    pub(super) cache: Cache,
    /// A run so far keeps its result: those of most flows keep none.
    pub(super) caches: bool,
    show: Box<Show>,
    /// What the turn is about.
    messages: Vec<Message>,
    /// Runs that ended, whose end nobody has been told.
    ended: Vec<TaskFuture>,
}

impl Dispatcher {
    pub(super) fn new(
        scheduler: Scheduler,
        lanes: Lanes,
        mailbox: Mailbox,
        cache: Cache,
        show: Box<Show>,
    ) -> Self {
        Self {
            scheduler,
            live: ByRun::default(),
            lanes,
            mailbox,
            cache,
            caches: false,
            show,
            messages: Vec::new(),
            ended: Vec::new(),
        }
    }

    /// Where the messages go that the next turn is about; empty between turns.
    pub(super) fn messages(&mut self) -> &mut Vec<Message> {
        &mut self.messages
    }

    /// Acts on the messages. A worker of the lane `free` takes a job afterwards.
    ///
    /// # Errors
    ///
    /// Only what `show` returns: the runs' own failures are in the events.
    pub(super) fn act(&mut self, free: Option<Lane>) -> Result<()> {
        let mut messages = std::mem::take(&mut self.messages);
        let mut left = messages.drain(..);
        loop {
            let mut events = self.next_events(&mut left);
            if events.is_empty() && left.len() == 0 {
                break;
            }
            while !events.is_empty() {
                let told = Events::new(std::mem::take(&mut events));
                (self.show)(&told)?;
                let answers = told.iter().filter_map(|event| self.act_on(event));
                let answers: Vec<_> = answers.collect();
                self.lanes.wake(free);
                if self.ended.len() >= TOGETHER || !self.lanes.have_jobs() {
                    self.announce();
                }
                let now = Timestamp::now();
                for answer in answers {
                    self.scheduler.handle_into(now, answer, &mut events);
                }
            }
        }
        drop(left);
        messages.shrink_to(KEPT);
        self.messages = messages;
        Ok(())
    }

    /// Nothing more is to do for the moment.
    pub(super) fn flush(&mut self) -> Result<()> {
        (self.show)(&Events::default())
    }

    pub(super) fn is_done(&self) -> bool {
        self.scheduler.is_done()
    }

    pub(super) fn is_suspended(&self) -> bool {
        self.scheduler.is_suspended()
    }

    /// When a turn is due by time alone.
    pub(super) fn next_tick(&self) -> Option<Timestamp> {
        self.scheduler.next_tick()
    }

    /// What has come in meanwhile is recorded in one go, but after a question comes its answer.
    fn next_events(&mut self, messages: &mut impl ExactSizeIterator<Item = Message>) -> Vec<Event> {
        // A message brings two or three.
        let mut events = Vec::with_capacity((2 * messages.len()).min(BATCH));
        let mut asked = false;
        let now = Timestamp::now();
        while !asked
            && events.len() < BATCH
            && let Some(message) = messages.next()
        {
            let input = self.input_of(message).unwrap_or(Input::Tick);
            let before = events.len();
            self.scheduler.handle_into(now, input, &mut events);
            asked = self.asks_the_cache(&events[before..]);
        }
        events
    }

    /// None for a run that has ended meanwhile.
    fn input_of(&mut self, message: Message) -> Option<Input> {
        Some(match message {
            Message::Submitted(submission, new) => {
                self.caches |= matches!(new.what, NewRunOf::Task { cache: Some(_), .. });
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
    fn act_on(&mut self, event: &Event) -> Option<Input> {
        match &event.kind {
            EventKind::TaskRunCreated { flow_run, .. } if self.caches => {
                let live = self.live.get_mut(&event.run)?;
                live.recipe.as_mut()?.flow_run = Some(*flow_run);
            }
            EventKind::TaskRunSubmitted if self.caches => return self.ask_the_cache(event),
            EventKind::AttemptStarted { .. } => return self.start(event.run),
            EventKind::AttemptFailed { .. } => {
                self.live[&event.run].future.set_state(State::AwaitingRetry);
            }
            EventKind::HookStarted { hook, ended } => self.call_hook(hook, ended),
            EventKind::RetryConditionAsked { attempt } => {
                self.go_on(event.run, None);
                self.ask_whether_to_retry(attempt);
            }
            EventKind::FlowRunPaused { .. } => {
                self.live[&event.run].future.set_state(State::Paused);
            }
            EventKind::FlowRunAnswered { input } => self.go_on(event.run, Some(input.clone())),
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
                    false => outcome.into(),
                };
                if let (State::Completed, Outcome::Completed(result)) = (state, outcome)
                    && let Some(recipe) = live.recipe.filter(|recipe| recipe.offered)
                {
                    self.cache.keep(&recipe, result, event.at);
                }
                self.end(live.future, state, outcome.clone());
            }
            EventKind::FlowRunFinished { outcome, .. } => {
                let live = self.live.remove(&event.run)?;
                self.end(live.future, outcome.into(), outcome.clone());
            }
            _ => {}
        }
        None
    }

    fn end(&mut self, future: TaskFuture, state: State, outcome: Outcome) {
        future.end(state, outcome);
        self.ended.push(future);
    }

    /// Wakes those that wait for runs that have ended. Who takes results one by one finds the next ones
    /// there, and finds time to do so where no worker waits for what comes of it.
    pub(super) fn announce(&mut self) {
        self.ended.drain(..).for_each(|future| future.announce());
    }

    /// Whether somebody may wait for a run that has ended.
    pub(super) fn has_to_announce(&self) -> bool {
        !self.ended.is_empty()
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

impl Dispatcher {
    /// A hook runs for itself: nobody waits for it, and what ended the run does not end the hook.
    fn call_hook(&mut self, hook: &Arc<str>, ended: &EndedRun) {
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
                arguments: vec![told(&planned.callee, ended)],
                callee: planned.callee.clone(),
                call: Call::Hook(hook.clone()),
                depth: 0,
            },
            future: TaskFuture::new(ended.id, hook.clone()),
            meter: Meter::new(),
            runner: RunnerKind::default(),
            log_prints: false,
            past: None,
            timeout: Some(HOOK_TIMEOUT),
            deadline: Some(Instant::now() + HOOK_TIMEOUT),
        });
    }
}

impl Dispatcher {
    /// The condition belongs to the run: what ends the run ends the condition.
    fn ask_whether_to_retry(&mut self, ended: &EndedRun) {
        let submission = self.live.get_mut(&ended.id).expect("it has not ended");
        let told = told(&submission.callee, ended);
        let mut job = submission.job(vec![told]);
        job.attempt.call = Call::RetryIf;
        job.timeout = Some(HOOK_TIMEOUT);
        job.deadline = Some(Instant::now() + HOOK_TIMEOUT);
        self.lanes.send(job);
    }
}

/// The run as its component learns of it, which knows its flow or task by a name of its own.
fn told(callee: &Callee, ended: &EndedRun) -> Value {
    let name = callee.name.clone();
    let of = match callee.target {
        Target::Flow => EndedRunOf::Flow(name),
        Target::Task => EndedRunOf::Task(name),
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
    pub(super) fn values(&self) -> Result<Vec<Value>, Failure> {
        let limits = &self.callee.limits;
        let mut values = Vec::with_capacity(self.arguments.len());
        for source in &self.arguments {
            values.push(source.value().map_err(Failure::invalid_input)?);
        }
        if values.iter().map(Value::len).sum::<usize>() > limits.size(Cap::Arguments) {
            let message = limits.exceeded(Cap::Arguments).to_string();
            return Err(Failure::permanent(FailureKind::Denied, message));
        }
        Ok(values)
    }

    fn job(&mut self, arguments: Vec<Value>) -> Job {
        Job {
            attempt: Attempt {
                run: self.future.id(),
                callee: self.callee.clone(),
                call: Call::Function,
                depth: self.depth,
                arguments,
            },
            future: self.future.clone(),
            meter: Meter::new(),
            runner: self.runner,
            log_prints: self.log_prints,
            past: self.past.take(),
            timeout: self.timeout,
            deadline: self.timeout.and_then(|t| Instant::now().checked_add(t)),
        }
    }
}
