//! The names of the runs that have not ended, for events that tell only the id.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{Event, EventKind, RunId};

#[derive(Default)]
pub(super) struct Names(HashMap<RunId, Named>);

#[derive(Clone)]
pub(super) struct Named {
    pub(super) name: Arc<str>,
    /// `Flow run` or `Task run`.
    pub(super) kind: &'static str,
}

impl Names {
    /// The name of the event's run, learned and forgotten on the way.
    pub(super) fn of(&mut self, event: &Event) -> Named {
        let learned = match &event.kind {
            EventKind::FlowRunCreated { name, .. } => Some(("Flow run", name)),
            EventKind::TaskRunCreated { name, .. } => Some(("Task run", name)),
            _ => None,
        };
        if let Some((kind, name)) = learned {
            let name = name.clone();
            self.0.insert(event.run, Named { name, kind });
        }
        let named = match event.kind {
            EventKind::TaskRunFinished { .. } | EventKind::FlowRunFinished { .. } => {
                self.0.remove(&event.run)
            }
            _ => self.0.get(&event.run).cloned(),
        };
        named.unwrap_or_else(|| Named {
            name: event.run.to_string().into(),
            kind: "Run",
        })
    }

    pub(super) fn get(&self, run: RunId) -> Option<&Arc<str>> {
        self.0.get(&run).map(|named| &named.name)
    }
}
