//! The way in: submits and everything else that running guests tell the loop.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use uuid::Uuid;

use super::argument::ArgumentSource;
use super::draft::Draft;
use super::plan::{Origin, Plan, Planned};
use super::{Target, TaskFuture};
use crate::model::{Options, RunId, RunnerKind};
use crate::scheduler::{Input, NewRun, Upstream};

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
    /// The component in whose words it speaks.
    pub origin: Arc<Origin>,
    /// The runner of the flow run that it belongs to.
    pub runner: RunnerKind,
    pub log_prints: bool,
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
    pub(super) timeout: Option<Duration>,
    pub(super) runner: RunnerKind,
    pub(super) log_prints: bool,
}

pub(super) enum Message {
    Submitted(Submission, Box<NewRun>),
    Input(Input),
}

/// Sends inputs to the loop; never blocks.
#[derive(Clone, Debug)]
pub struct Mailbox {
    sender: UnboundedSender<Message>,
    plan: Arc<Plan>,
    /// How many runs of each task were submitted.
    counts: Arc<Mutex<HashMap<Arc<str>, u64>>>,
}

pub(super) fn open(plan: Plan) -> (Mailbox, UnboundedReceiver<Message>) {
    let (sender, inbox) = unbounded_channel();
    let mailbox = Mailbox {
        sender,
        plan: Arc::new(plan),
        counts: Arc::default(),
    };
    (mailbox, inbox)
}

impl Mailbox {
    /// A mailbox that nobody reads.
    pub fn closed() -> Self {
        open(Plan::default()).0
    }

    pub fn send(&self, input: Input) {
        // The loop is gone only when the whole run is over; nobody waits for an answer then.
        let _ = self.sender.send(Message::Input(input));
    }

    /// The flow or task of this title.
    pub(super) fn planned(&self, target: Target, title: &str) -> Option<&Planned> {
        self.plan.find(target, &Origin::default(), title)
    }

    /// Submits a task run. A submit that cannot work gives a run that fails with `InvalidInput`.
    pub fn submit_task(&self, by: Submitter, submit: Submit) -> TaskFuture {
        self.submit(Target::Task, Some(by), submit)
    }

    /// Starts a flow run: a subflow run where another run starts it.
    pub fn start_flow(&self, by: Option<Submitter>, submit: Submit) -> TaskFuture {
        self.submit(Target::Flow, by, submit)
    }

    fn submit(&self, target: Target, by: Option<Submitter>, submit: Submit) -> TaskFuture {
        let by = by.as_ref();
        let from = by.map(|by| by.origin.clone()).unwrap_or_default();
        let unknown;
        let planned = match self.plan.find(target, &from, &submit.name) {
            Some(planned) => planned,
            None => {
                unknown = Planned::unknown(target, &submit.name, &from);
                &unknown
            }
        };
        let mut draft = Draft::new(target, planned, submit);
        let name = draft
            .name()
            .unwrap_or_else(|| self.run_name(target, planned));
        let future = TaskFuture::new(RunId(Uuid::now_v7()), name.into());
        let runner = self.runner(target, by, draft.options());
        let submission = draft.submission(&future, by, runner);
        let new = Box::new(draft.new_run(&future, by, runner));
        let _ = self.sender.send(Message::Submitted(submission, new));
        future
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
