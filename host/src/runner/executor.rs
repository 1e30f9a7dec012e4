//! What a runner asks of whatever executes an attempt.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::{Mailbox, Meter, Origin, PastAttempt, TaskFuture};
use crate::model::{Cap, Caps, Limits, Outcome, RunId, RunnerKind, SetBy, Usage, Value};
use crate::scheduler::Input;

/// One try of a run: plain data, so that it can travel to another machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Attempt {
    pub run: RunId,
    pub callee: Arc<Callee>,
    pub call: Call,
    /// How many runs are above it.
    pub depth: u32,
    /// One for each parameter, in the definition's order; for all that is not the function itself,
    /// the ended run alone.
    pub arguments: Vec<Value>,
}

/// A flow or task, and what it may do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Callee {
    pub target: Target,
    pub origin: Arc<Origin>,
    /// As its component calls it.
    pub name: Arc<str>,
    /// The names of its parameters, in the definition's order.
    pub parameters: Arc<[Arc<str>]>,
    /// Nothing but the arguments is for its function to see.
    pub pure: bool,
    pub limits: Limits,
}

impl Attempt {
    /// Whether it is a flow's function, and no hook or condition.
    pub fn is_flow(&self) -> bool {
        self.callee.target == Target::Flow && self.call == Call::Function
    }

    /// Whether nothing but the arguments is for it to see. Hooks act on what is around them.
    pub fn is_pure(&self) -> bool {
        self.callee.pure && !matches!(self.call, Call::Hook(_))
    }
}

impl Callee {
    /// The same with lower limits, as the project sets them.
    pub(super) fn lowered(&self, limits: &Caps) -> Self {
        Self {
            limits: self.limits.clone().lowered(limits, SetBy::Project),
            ..self.clone()
        }
    }
}

/// What is called of a flow or task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// The function itself.
    Function,
    /// A hook, for a run that has ended.
    Hook(Arc<str>),
    /// The condition that tells whether a failed attempt is worth another.
    RetryIf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    Flow,
    Task,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flow => "flow",
            Self::Task => "task",
        })
    }
}

/// An attempt on its way through this process.
#[derive(Debug)]
pub struct Job {
    pub attempt: Attempt,
    pub future: TaskFuture,
    pub meter: Meter,
    /// Of the flow run that it belongs to.
    pub runner: RunnerKind,
    pub log_prints: bool,
    /// What it goes on from, if an earlier process began the run.
    pub past: Option<Arc<PastAttempt>>,
    pub timeout: Option<Duration>,
    pub deadline: Option<Instant>,
}

impl Job {
    /// What the scheduler is told of its end.
    pub(super) fn ended(&self, outcome: Outcome, usage: Usage) -> Input {
        let run = self.attempt.run;
        match self.attempt.call.clone() {
            Call::Function => Input::AttemptEnded {
                run,
                outcome,
                usage,
            },
            Call::Hook(hook) => Input::HookEnded { run, hook, outcome },
            Call::RetryIf => Input::RetryConditionDecided { run, outcome },
        }
    }

    /// Whether the attempt has to end now, wherever it is.
    pub fn is_due(&self) -> bool {
        self.future.is_stopped() || self.is_overdue()
    }

    /// Whether it was on the worker for longer than it may be.
    pub(super) fn is_spent(&self) -> bool {
        let most = self.attempt.callee.limits.some(Cap::CpuTime);
        most.is_some_and(|most| self.meter.cpu() > Duration::from_millis(most))
    }

    pub(super) fn is_overdue(&self) -> bool {
        self.deadline.is_some_and(|at| Instant::now() >= at)
    }
}

/// Executes attempts, each in an instance of its own.
///
/// The lane drops the returned future when the attempt is cancelled or takes too long; an executor
/// that can be busy without waiting looks at [`Job::is_due`] now and then.
pub trait Executor: Send + Sync + 'static {
    fn execute(&self, job: &Arc<Job>, mailbox: &Mailbox) -> impl Future<Output = Outcome> + Send;

    /// What one more worker of a pool executes with: where workers would wait for each other, something that
    /// they do not share.
    fn beside(self: &Arc<Self>) -> Arc<Self> {
        self.clone()
    }
}
