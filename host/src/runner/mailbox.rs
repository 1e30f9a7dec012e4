//! The way in: submits and everything else that running guests tell the loop.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use uuid::Uuid;

use super::{Target, TaskFuture};
use crate::model::{
    Argument, Input as ArgumentInput, Manifest, Parameter, RunId, RunnerKind, TaskOptions, Value,
};
use crate::scheduler::{Input, NewFlowRun, NewTaskRun};

/// What a runner knows beforehand about all runs.
#[derive(Debug, Default)]
pub struct Plan {
    pub manifest: Manifest,
    /// Names the component in task run names: 8 hexadecimal digits.
    pub key: String,
    /// Of the root flow run, and of its subflow runs.
    pub runner: RunnerKind,
}

/// What one submit overrides of the options that the code declares.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    pub name: Option<String>,
    pub retries: Option<u32>,
    pub retry_delay_ms: Option<u64>,
    pub timeout: Option<Duration>,
}

/// Where an argument comes from.
#[derive(Clone, Debug)]
pub enum ArgumentSource {
    Value(Value),
    ResultOf(TaskFuture),
}

/// What the loop keeps of a run until it ends.
pub(super) struct Submission {
    pub(super) future: TaskFuture,
    pub(super) target: Target,
    pub(super) name: Arc<str>,
    /// One for each parameter, or why the submit cannot work.
    pub(super) arguments: Result<Vec<ArgumentSource>, String>,
    pub(super) timeout: Option<Duration>,
}

pub(super) enum Message {
    Submitted(Submission, Input),
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

    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    pub fn send(&self, input: Input) {
        // The loop is gone only when the whole run is over; nobody waits for an answer then.
        let _ = self.sender.send(Message::Input(input));
    }

    /// Submits a task run. A submit that cannot work gives a run that fails with `InvalidInput`.
    pub fn submit_task(
        &self,
        parent: RunId,
        task: &str,
        arguments: Vec<(String, ArgumentSource)>,
        wait_for: &[TaskFuture],
        overrides: Overrides,
    ) -> TaskFuture {
        let definition = self.plan.manifest.tasks.iter().find(|d| d.name == task);
        let undeclared = TaskOptions::default();
        let options = definition.map_or(&undeclared, |d| &d.options);
        let bound = match definition {
            Some(definition) => Bound::new(&definition.parameters, arguments),
            None => Bound::refused(format!("the component has no task '{task}'")),
        };
        let task: Arc<str> = task.into();
        let name = overrides.name.unwrap_or_else(|| self.task_run_name(&task));
        let future = TaskFuture::new(RunId(Uuid::now_v7()), name.into());
        let input = Input::TaskRunSubmitted(NewTaskRun {
            run: future.id(),
            name: future.name().clone(),
            task: task.clone(),
            parent,
            upstreams: bound.upstreams(wait_for),
            arguments: bound.recorded,
            retries: overrides.retries.unwrap_or(options.retries),
            retry_delay_ms: overrides.retry_delay_ms.unwrap_or(options.retry_delay_ms),
        });
        let submission = Submission {
            future,
            target: Target::Task,
            name: task,
            arguments: bound.sources,
            timeout: overrides.timeout.or(declared(options.timeout_ms)),
        };
        self.submit(submission, input)
    }

    /// Starts a flow run: a subflow run where it has a parent.
    pub fn start_flow(
        &self,
        parent: Option<RunId>,
        flow: &str,
        arguments: Vec<(String, ArgumentSource)>,
        wait_for: &[TaskFuture],
        overrides: Overrides,
    ) -> TaskFuture {
        let definition = self.plan.manifest.flows.iter().find(|d| d.name == flow);
        let bound = match definition {
            Some(definition) => Bound::new(&definition.parameters, arguments),
            None => Bound::refused(format!("the component has no flow '{flow}'")),
        };
        let name = overrides.name.or_else(|| petname::petname(2, "-"));
        let name = name.unwrap_or_else(|| flow.to_owned());
        let future = TaskFuture::new(RunId(Uuid::now_v7()), name.into());
        let flow: Arc<str> = flow.into();
        let input = Input::FlowRunSubmitted(NewFlowRun {
            run: future.id(),
            name: future.name().clone(),
            flow: flow.clone(),
            parent,
            runner: self.plan.runner,
            upstreams: bound.upstreams(wait_for),
            arguments: bound.recorded,
        });
        let timeout_ms = definition.and_then(|d| d.options.timeout_ms);
        let submission = Submission {
            future,
            target: Target::Flow,
            name: flow,
            arguments: bound.sources,
            timeout: overrides.timeout.or(declared(timeout_ms)),
        };
        self.submit(submission, input)
    }

    fn submit(&self, submission: Submission, input: Input) -> TaskFuture {
        let future = submission.future.clone();
        let _ = self.sender.send(Message::Submitted(submission, input));
        future
    }

    /// Prefect's form: the task, what tells it from its namesakes, the number of the submit.
    fn task_run_name(&self, task: &Arc<str>) -> String {
        let mut counts = self.counts.lock().expect("never held across a panic");
        let count = counts.entry(task.clone()).or_default();
        let name = format!("{task}-{}-{count}", self.plan.key);
        *count += 1;
        name
    }
}

/// Puts named arguments, and those by position, into the definition's order.
fn bind(
    parameters: &[Parameter],
    arguments: Vec<(String, ArgumentSource)>,
) -> Result<Vec<ArgumentSource>, String> {
    let mut bound: Vec<Option<ArgumentSource>> = vec![None; parameters.len()];
    for (position, (name, source)) in arguments.into_iter().enumerate() {
        let slot = match &*name {
            "" => position,
            name => match parameters.iter().position(|p| p.name == name) {
                Some(slot) => slot,
                None => return Err(format!("there is no parameter '{name}'")),
            },
        };
        match bound.get_mut(slot) {
            Some(free @ None) => *free = Some(source),
            Some(_) => {
                return Err(format!(
                    "parameter '{}' is given twice",
                    parameters[slot].name
                ));
            }
            None => return Err(format!("{} arguments at most are taken", parameters.len())),
        }
    }
    let with_defaults = parameters.iter().zip(bound).map(|(parameter, source)| {
        let default = || {
            parameter
                .default
                .as_deref()
                .map(|json| ArgumentSource::Value(Value::Json(json.into())))
        };
        source
            .or_else(default)
            .ok_or_else(|| format!("parameter '{}' is missing", parameter.name))
    });
    with_defaults.collect()
}

fn declared(timeout_ms: Option<u64>) -> Option<Duration> {
    timeout_ms.map(Duration::from_millis)
}

/// A submit's arguments, one for each parameter, or why it cannot work.
struct Bound {
    sources: Result<Vec<ArgumentSource>, String>,
    /// As the events tell them.
    recorded: Vec<Argument>,
}

impl Bound {
    fn new(parameters: &[Parameter], arguments: Vec<(String, ArgumentSource)>) -> Self {
        let sources = bind(parameters, arguments);
        let named = parameters.iter().zip(sources.iter().flatten());
        let recorded = named.map(|(parameter, source)| Argument {
            name: (&*parameter.name).into(),
            input: match source {
                ArgumentSource::Value(value) => ArgumentInput::Value(value.clone()),
                ArgumentSource::ResultOf(future) => ArgumentInput::ResultOf(future.id()),
            },
        });
        let recorded = recorded.collect();
        Self { sources, recorded }
    }

    fn refused(why: String) -> Self {
        Self {
            sources: Err(why),
            recorded: Vec::new(),
        }
    }

    /// The runs that have to complete before the new one starts.
    fn upstreams(&self, wait_for: &[TaskFuture]) -> Vec<RunId> {
        let arguments = self.recorded.iter().map(|argument| &argument.input);
        let of_arguments = arguments.filter_map(|input| match input {
            ArgumentInput::ResultOf(run) => Some(*run),
            ArgumentInput::Value(_) => None,
        });
        let waited_for = wait_for.iter().map(TaskFuture::id);
        of_arguments.chain(waited_for).collect()
    }
}
