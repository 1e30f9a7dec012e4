//! The way in: submits and everything else that running guests tell the loop.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::mpsc::error::SendError;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::argument::{ArgumentSource, short};
use super::backlog::Backlog;
use super::budget::{Budget, Share};
use super::cache::Recipe;
use super::draft::Draft;
use super::past::Match;
use super::plan::{Origin, Plan, Planned};
use super::question::{Asked, Checked, Question};
use super::{Diverged, PastAttempt, PastRun, Target, TaskFuture};
use crate::model::{Limits, Options, RunId, RunnerKind};
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
    pub options: Result<Option<Options>, String>,
}

/// The run that submits another one.
#[derive(Clone, Debug)]
pub struct Submitter {
    pub run: RunId,
    /// How many runs are above it.
    pub depth: u32,
    /// The component in whose words it speaks.
    pub origin: Arc<Origin>,
    /// The runner of the flow run that it belongs to.
    pub runner: RunnerKind,
    pub log_prints: bool,
    /// What it goes on from, if an earlier process began the run.
    pub past: Option<Arc<PastAttempt>>,
    /// Whether a submit that differs from the one recorded is a divergence.
    pub replaying: bool,
}

/// What the loop keeps of a run until it ends.
pub(super) struct Submission {
    pub(super) future: TaskFuture,
    pub(super) target: Target,
    /// As its component calls it.
    pub(super) name: Arc<str>,
    pub(super) origin: Arc<Origin>,
    /// One for each parameter.
    pub(super) arguments: Vec<ArgumentSource>,
    pub(super) parameters: Arc<[Arc<str>]>,
    /// None if the result is not kept.
    pub(super) recipe: Option<Box<Recipe>>,
    /// Nothing that is no argument makes a difference to it.
    pub(super) pure: bool,
    pub(super) limits: Arc<Limits>,
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
    Submitted(Option<Submission>, Box<NewRun>),
    Asked(RunId, Question, oneshot::Sender<Arc<str>>),
    Answer(RunId, Arc<str>),
    Checked(RunId, Checked),
    Input(Input),
}

/// Sends inputs to the loop; never blocks.
#[derive(Clone, Debug)]
pub struct Mailbox {
    sender: UnboundedSender<Message>,
    plan: Arc<Plan>,
    /// How many runs of each task were submitted.
    counts: Arc<Mutex<HashMap<Arc<str>, u64>>>,
    budget: Arc<Budget>,
    backlog: Arc<Backlog>,
}

pub(super) fn open(mut plan: Plan, memory: u64) -> (Mailbox, UnboundedReceiver<Message>) {
    let (sender, inbox) = unbounded_channel();
    let mailbox = Mailbox {
        sender,
        counts: Arc::new(Mutex::new(std::mem::take(&mut plan.submitted))),
        plan: Arc::new(plan),
        budget: Budget::new(memory),
        backlog: Arc::default(),
    };
    (mailbox, inbox)
}

impl Mailbox {
    /// A mailbox that nobody reads.
    pub fn closed() -> Self {
        open(Plan::default(), u64::MAX).0
    }

    /// The host's memory for all runs.
    pub fn budget(&self) -> &Arc<Budget> {
        &self.budget
    }

    /// Waits while the loop has too much to hear.
    pub async fn room(&self) {
        self.backlog.room().await;
    }

    pub fn has_room(&self) -> bool {
        self.backlog.has_room()
    }

    pub(super) fn heard(&self, input: &Input) {
        self.backlog.remove(input);
    }

    /// Whether nobody reads it: a submit would have no end.
    pub fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    pub fn send(&self, input: Input) {
        self.backlog.add(&input);
        self.post(Message::Input(input));
    }

    pub(super) fn post(&self, message: Message) {
        // The loop is gone only when the whole run is over; nobody waits for an answer then.
        if let Err(SendError(Message::Input(unheard))) = self.sender.send(message) {
            self.heard(&unheard);
        }
    }

    /// The flow or task of this title.
    pub(super) fn planned(&self, target: Target, title: &str) -> Option<&Planned> {
        self.plan.find(target, &Origin::default(), title)
    }

    /// Submits a task run. A submit that cannot work gives a run that fails with `InvalidInput`.
    ///
    /// # Errors
    ///
    /// If the submitter submitted something else when it was recorded.
    pub fn submit_task(&self, by: &Submitter, submit: Submit) -> Result<TaskFuture, Diverged> {
        self.submit(Target::Task, by, submit)
    }

    /// Starts a subflow run, likewise.
    ///
    /// # Errors
    ///
    /// As [`Mailbox::submit_task`].
    pub fn start_flow(&self, by: &Submitter, submit: Submit) -> Result<TaskFuture, Diverged> {
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
        by: &Submitter,
        submit: Submit,
    ) -> Result<TaskFuture, Diverged> {
        let mut unknown = None;
        let draft = self.draft(target, (&by.origin, Some(by)), submit, &mut unknown);
        let matched = match &by.past {
            Some(past) => past.next((target, draft.title()), draft.arguments(), by.replaying)?,
            None => Match::New,
        };
        Ok(self.send_draft(draft, Some(by), matched))
    }

    fn draft<'a>(
        &'a self,
        target: Target,
        (from, by): (&Arc<Origin>, Option<&Submitter>),
        submit: Submit,
        unknown: &'a mut Option<Planned>,
    ) -> Draft<'a> {
        let planned = match self.plan.find(target, from, &submit.name) {
            Some(planned) => planned,
            None => unknown.insert(Planned::unknown(target, short(&submit.name), from)),
        };
        Draft::new(target, planned, submit, by).within(&self.budget)
    }

    fn send_draft(&self, mut draft: Draft<'_>, by: Option<&Submitter>, past: Match) -> TaskFuture {
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
            _ => Some(draft.submission(&future, by, runner, attempt)),
        };
        let how = (runner, self.workers(runner));
        let new = Box::new(draft.new_run(&future, by, how, past));
        self.post(Message::Submitted(submission, new));
        future
    }

    fn new_future(&self, draft: &Draft<'_>) -> TaskFuture {
        let name = draft
            .name()
            .unwrap_or_else(|| self.run_name(draft.target(), draft.planned()));
        TaskFuture::new(RunId(Uuid::now_v7()), name.into())
    }

    /// Worker threads of the runner.
    fn workers(&self, runner: RunnerKind) -> usize {
        match runner {
            RunnerKind::Sequential | RunnerKind::Concurrent => 1,
            RunnerKind::ThreadPool => self.plan.workers,
        }
    }

    /// The runner of the flow run, or of the one that the task run belongs to.
    fn runner(&self, target: Target, by: Option<&Submitter>, options: &Options) -> RunnerKind {
        let own = match target {
            Target::Flow => self.plan.runner.or(options.runner),
            Target::Task => None,
        };
        own.or(by.map(|by| by.runner)).unwrap_or_default()
    }

    /// Prefect's forms: two words for a flow run; for a task run the task, what tells it from its
    /// namesakes, and the number of the submit.
    fn run_name(&self, target: Target, planned: &Planned) -> String {
        let Planned { title, origin, .. } = planned;
        if target == Target::Flow {
            return petname::petname(2, "-").unwrap_or_else(|| title.to_string());
        }
        let mut counts = self.counts.lock().expect("never held across a panic");
        let count = counts.entry(title.clone()).or_default();
        let key = origin.digest.get(..8).unwrap_or_default();
        let name = format!("{title}-{key}-{count}");
        *count += 1;
        name
    }
}
