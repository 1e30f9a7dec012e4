//! The way in: submits and everything else that running guests tell the loop.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::oneshot;
use uuid::Uuid;

use super::argument::{ArgumentSource, short};
use super::backlog::Backlog;
use super::budget::{Budget, Share};
use super::cache::Recipe;
use super::draft::Draft;
use super::lane::{Lane, Queues};
use super::past::Match;
use super::plan::{Origin, Plan, Planned};
use super::question::{Asked, Checked, Question};
use super::turns::Turns;
use super::{Callee, Capacity, Diverged, Job, PastAttempt, PastRun, Target, TaskFuture};
use crate::model::{Options, RunId, RunnerKind};
use crate::scheduler::{Input, NewRun, Past, Upstream};

/// Somebody wants a run.
#[derive(Debug)]
pub struct Submit {
    /// The name of the flow or task.
    pub name: String,
    /// By name, or by position where the name is empty.
    pub arguments: Vec<(String, ArgumentSource)>,
    /// Runs to wait for besides those that give arguments.
    pub wait_for: Vec<Upstream>,
    /// What it overrides of the options that the code declares; or why that cannot be.
    pub options: Result<Option<Box<Options>>, String>,
}

/// The run that submits another one.
#[derive(Clone, Copy, Debug)]
pub struct Submitter<'a> {
    /// Its attempt, from within which it submits.
    pub job: &'a Job,
    /// Whether all that it was told so far is what an earlier attempt was told: a submit that differs from
    /// the one recorded is a divergence.
    pub replaying: bool,
}

/// What the loop keeps of a run until it ends.
pub(super) struct Submission {
    pub(super) future: TaskFuture,
    pub(super) callee: Arc<Callee>,
    /// One for each parameter.
    pub(super) arguments: Vec<ArgumentSource>,
    /// None if the result is not kept.
    pub(super) recipe: Option<Box<Recipe>>,
    pub(super) depth: u32,
    #[expect(dead_code, reason = "given back when the run ends")]
    pub(super) held: Option<Share>,
    pub(super) timeout: Option<Duration>,
    pub(super) runner: RunnerKind,
    pub(super) log_prints: bool,
    /// For the first attempt.
    pub(super) past: Option<Arc<PastAttempt>>,
    /// What it waits to be told.
    pub(super) asked: Option<Asked>,
}

pub(super) enum Message {
    /// Nothing is kept of a run that has ended before.
    Submitted(Option<Box<Submission>>, Box<NewRun>),
    Asked(RunId, Question, oneshot::Sender<Arc<str>>),
    Answer(RunId, Arc<str>),
    Checked(RunId, Checked),
    Input(Input),
}

/// Sends inputs to the loop; never blocks.
///
/// Each worker has a way of its own to what all share, for the clones that its attempts make.
#[derive(Clone)]
pub struct Mailbox(Arc<Way>);

struct Way {
    shared: Arc<Shared>,
    /// Whether whoever sends can take a turn of the loop when it waits.
    of_worker: bool,
}

struct Shared {
    turns: Turns,
    plan: Plan,
    budget: Arc<Budget>,
    backlog: Backlog,
}

impl Mailbox {
    pub(super) fn new(plan: Plan, capacity: &Capacity) -> Self {
        let turns = Turns::new(capacity.loop_alone, capacity.cores);
        Self::with(plan, capacity.quotas.memory, turns)
    }

    /// A mailbox that nobody reads.
    pub fn closed() -> Self {
        Self::with(Plan::default(), u64::MAX, Turns::closed())
    }

    fn with(plan: Plan, memory: u64, turns: Turns) -> Self {
        let shared = Shared {
            turns,
            plan,
            budget: Budget::new(memory),
            backlog: Backlog::default(),
        };
        Self::way(Arc::new(shared), false)
    }

    fn way(shared: Arc<Shared>, of_worker: bool) -> Self {
        Self(Arc::new(Way { shared, of_worker }))
    }

    /// The same for a worker and the guests on its thread.
    pub(super) fn of_worker(&self) -> Self {
        Self::way(self.0.shared.clone(), true)
    }

    pub(super) fn turns(&self) -> &Turns {
        &self.0.shared.turns
    }

    pub(super) fn queues(&self) -> &Arc<Queues> {
        self.turns().queues()
    }

    /// The host's memory for all runs.
    pub fn budget(&self) -> &Arc<Budget> {
        &self.0.shared.budget
    }

    /// Waits while the loop has too much to hear.
    pub async fn room(&self) {
        self.0.shared.backlog.room().await;
    }

    pub fn has_room(&self) -> bool {
        self.0.shared.backlog.has_room()
    }

    pub(super) fn heard(&self, input: &Input) {
        self.0.shared.backlog.remove(input);
    }

    /// Whether nobody reads it: a submit would have no end.
    pub fn is_closed(&self) -> bool {
        self.turns().is_closed()
    }

    pub fn send(&self, input: Input) {
        self.0.shared.backlog.add(&input);
        self.post(Message::Input(input));
    }

    pub(super) fn post(&self, message: Message) {
        let left = self.leave(message);
        match self.0.of_worker {
            true => self.turns().remind(left),
            false => self.turns().call(),
        }
    }

    /// Tells that an attempt is over, whose worker is about to begin another one if its lane is `free`.
    pub(super) fn end(&self, ended: Input, free: Option<Lane>) {
        let left = self.leave(Message::Input(ended));
        self.turns().attend(Some(left), free);
    }

    /// Sees to it that what was sent is acted on, where its worker has nothing else to do.
    pub(super) fn attend(&self, free: Option<Lane>) {
        self.turns().attend(None, free);
    }

    /// How many messages are left.
    fn leave(&self, message: Message) -> usize {
        let left = self.turns().leave(message);
        left.unwrap_or_else(|unheard| {
            if let Message::Input(input) = unheard {
                self.heard(&input);
            }
            0
        })
    }

    /// The flow or task of this title.
    pub(super) fn planned(&self, target: Target, title: &str) -> Option<&Arc<Planned>> {
        self.0.shared.plan.find(target, &Origin::default(), title)
    }

    /// Submits a task run. A submit that cannot work gives a run that fails with `InvalidInput`.
    ///
    /// # Errors
    ///
    /// If the submitter submitted something else when it was recorded.
    pub fn submit_task(&self, by: Submitter<'_>, submit: Submit) -> Result<TaskFuture, Diverged> {
        self.submit(Target::Task, by, submit)
    }

    /// Starts a subflow run, likewise.
    ///
    /// # Errors
    ///
    /// As [`Mailbox::submit_task`].
    pub fn start_flow(&self, by: Submitter<'_>, submit: Submit) -> Result<TaskFuture, Diverged> {
        self.submit(Target::Flow, by, submit)
    }

    /// Starts a root flow run, or goes on with the one that an earlier process began.
    pub fn start(&self, submit: Submit, past: Option<PastRun>) -> TaskFuture {
        let mut unknown = None;
        let from = Arc::default();
        let draft = self.draft(Target::Flow, (&from, None), submit, &mut unknown);
        self.send_draft(draft, None, past.map_or(Match::New, Match::Same))
    }

    fn submit(
        &self,
        target: Target,
        by: Submitter<'_>,
        submit: Submit,
    ) -> Result<TaskFuture, Diverged> {
        let mut unknown = None;
        let origin = &by.job.attempt.callee.origin;
        let draft = self.draft(target, (origin, Some(by.job)), submit, &mut unknown);
        let matched = match &by.job.past {
            Some(past) => past.next((target, draft.title()), draft.arguments(), by.replaying)?,
            None => Match::New,
        };
        Ok(self.send_draft(draft, Some(by.job), matched))
    }

    fn draft<'a>(
        &'a self,
        target: Target,
        (from, by): (&Arc<Origin>, Option<&Job>),
        submit: Submit,
        unknown: &'a mut Option<Arc<Planned>>,
    ) -> Draft<'a> {
        let planned = match self.0.shared.plan.find(target, from, &submit.name) {
            Some(planned) => planned,
            None => {
                let (plan, name) = (&self.0.shared.plan, short(&submit.name));
                unknown.insert(Planned::unknown(plan, target, name, from).into())
            }
        };
        Draft::new(planned, submit, by).within(self.budget())
    }

    fn send_draft(&self, mut draft: Draft<'_>, by: Option<&Job>, past: Match) -> TaskFuture {
        let runner = self.runner(draft.target(), by, draft.options());
        let (future, past, attempt) = match past {
            Match::Same(run) => {
                let future = TaskFuture::new(run.id, run.name.clone());
                let past = run.past();
                match run.outcome {
                    Some(outcome) => {
                        future.end(run.state, outcome);
                        (future, past, None)
                    }
                    None => (future, past, Some(Arc::new(run.attempt))),
                }
            }
            Match::New => (self.new_future(&draft), Past::None, None),
            Match::Other(run) => (self.new_future(&draft), Past::Replaced(run), None),
        };
        let submission = match past {
            Past::Ended(_) => None,
            _ => Some(Box::new(draft.submission(&future, by, runner, attempt))),
        };
        let how = (runner, self.workers(runner));
        let new = Box::new(draft.new_run(&future, by, how, past));
        let message = Message::Submitted(submission, new);
        match by {
            // Waits at once, and its worker takes the turn.
            Some(by) if by.runner == RunnerKind::Sequential && future.outcome().is_none() => {
                self.leave(message);
            }
            _ => self.post(message),
        }
        future
    }

    fn new_future(&self, draft: &Draft<'_>) -> TaskFuture {
        let name = draft
            .name()
            .unwrap_or_else(|| self.run_name(draft.planned()));
        TaskFuture::new(RunId(Uuid::now_v7()), name.into())
    }

    /// Worker threads of the runner.
    fn workers(&self, runner: RunnerKind) -> usize {
        match runner {
            RunnerKind::Sequential | RunnerKind::Concurrent => 1,
            RunnerKind::ThreadPool => self.0.shared.plan.workers,
        }
    }

    /// The runner of the flow run, or of the one that the task run belongs to.
    fn runner(&self, target: Target, by: Option<&Job>, options: &Options) -> RunnerKind {
        let own = match target {
            Target::Flow => self.0.shared.plan.runner.or(options.runner),
            Target::Task => None,
        };
        own.or(by.map(|by| by.runner)).unwrap_or_default()
    }

    /// Prefect's forms: two words for a flow run; for a task run the task, what tells it from its
    /// namesakes, and the number of the submit.
    fn run_name(&self, planned: &Planned) -> String {
        let Callee { target, origin, .. } = &*planned.callee;
        let title = &planned.policy.title;
        if *target == Target::Flow {
            return petname::petname(2, "-").unwrap_or_else(|| title.to_string());
        }
        let count = planned.submitted.fetch_add(1, Ordering::Relaxed);
        let key = origin.digest.get(..8).unwrap_or_default();
        [&**title, key, &count.to_string()].join("-")
    }
}
