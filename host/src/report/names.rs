//! The names of the runs that have not ended, for events that tell only the id.

use std::fmt;
use std::sync::Arc;

use crate::model::{ByRun, EndedRunOf, Event, EventKind, RunId, RunnerKind};

#[derive(Default)]
pub(super) struct Names(ByRun<Named>);

#[derive(Clone)]
pub(super) struct Named {
    pub(super) name: Arc<str>,
    pub(super) kind: Kind,
    /// Of a flow run.
    pub(super) runner: Option<RunnerKind>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    FlowRun,
    TaskRun,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FlowRun => "Flow run",
            Self::TaskRun => "Task run",
        })
    }
}

impl Names {
    /// The name of the event's run, learned and forgotten on the way.
    pub(super) fn of(&mut self, event: &Event) -> Named {
        if let Some(learned) = learned(&event.kind) {
            self.0.insert(event.run, learned.clone());
            return learned;
        }
        let named = match event.kind {
            EventKind::TaskRunFinished { .. }
            | EventKind::FlowRunFinished { .. }
            | EventKind::HookFinished { .. } => self.0.remove(&event.run),
            _ => self.0.get(&event.run).cloned(),
        };
        named.unwrap_or_else(|| Named {
            name: event.run.to_string().into(),
            kind: Kind::TaskRun,
            runner: None,
        })
    }

    pub(super) fn get(&self, run: RunId) -> Option<&Named> {
        self.0.get(&run)
    }
}

/// The run as the event names it.
fn learned(kind: &EventKind) -> Option<Named> {
    let (kind, name, runner) = match kind {
        EventKind::FlowRunCreated { name, runner, .. } => (Kind::FlowRun, name, Some(*runner)),
        EventKind::TaskRunCreated { name, .. } => (Kind::TaskRun, name, None),
        // The run has ended, and is forgotten again when the hook has.
        EventKind::HookStarted { ended, .. } => match ended.of {
            EndedRunOf::Flow(_) => (Kind::FlowRun, &ended.name, None),
            EndedRunOf::Task(_) => (Kind::TaskRun, &ended.name, None),
        },
        _ => return None,
    };
    let name = name.clone();
    Some(Named { name, kind, runner })
}
