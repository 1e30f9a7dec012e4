//! How far a run is, in one line.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::model::{ArtifactKind, Event, EventKind, RunId, Value};

/// A run that is over sooner needs no progress line.
const LONG_RUN: SignedDuration = SignedDuration::from_millis(500);
const SPINNER: [&str; 4] = ["|", "/", "-", "\\"];

/// Counts the task runs of the root flow run.
#[derive(Default)]
pub(super) struct Progress {
    root: Option<Root>,
    task_runs: usize,
    finished: usize,
    failed: usize,
    /// Flow runs that wait for an answer.
    paused: HashSet<RunId>,
    /// What the last progress artifact says.
    artifact: String,
    ticks: usize,
}

/// The first flow run.
struct Root {
    id: RunId,
    name: Arc<str>,
    since: Timestamp,
}

impl Progress {
    pub(super) fn count(&mut self, event: &Event) {
        match &event.kind {
            EventKind::FlowRunCreated { name, .. } => {
                self.root.get_or_insert(Root {
                    id: event.run,
                    name: name.clone(),
                    since: event.at,
                });
            }
            EventKind::TaskRunCreated { .. } => self.task_runs += 1,
            EventKind::TaskRunFinished { outcome, .. } => {
                self.finished += 1;
                self.failed += usize::from(!outcome.is_completed());
            }
            EventKind::FlowRunPaused { .. } => drop(self.paused.insert(event.run)),
            // However it came, its pause is over.
            EventKind::FlowRunAnswered { .. }
            | EventKind::FlowRunUnanswered
            | EventKind::CancellationStarted
            | EventKind::AttemptFailed { .. }
            | EventKind::FlowRunReturned { .. }
            | EventKind::FlowRunFinished { .. } => drop(self.paused.remove(&event.run)),
            EventKind::ArtifactCreated {
                kind: ArtifactKind::Progress,
                key,
                description,
                data: Value::Json(percent),
            } => {
                let what = if description.is_empty() {
                    key
                } else {
                    description
                };
                self.artifact = format!(", {what} {percent} %");
            }
            _ => {}
        }
    }

    pub(super) fn is_root(&self, run: RunId) -> bool {
        self.root.as_ref().is_some_and(|root| root.id == run)
    }

    /// The root's id and name.
    pub(super) fn root(&self) -> Option<(RunId, &str)> {
        self.root.as_ref().map(|root| (root.id, &*root.name))
    }

    /// None for a short run.
    pub(super) fn text(&mut self, now: Timestamp) -> Option<String> {
        let Root { name, since, .. } = self.root.as_ref()?;
        let elapsed = now.duration_since(*since);
        if elapsed < LONG_RUN {
            return None;
        }
        let spinner = SPINNER[self.ticks % SPINNER.len()];
        self.ticks += 1;
        let seconds = elapsed.as_secs();
        let Self {
            task_runs,
            finished,
            artifact,
            ..
        } = self;
        let failed = match self.failed {
            0 => String::new(),
            failed => format!(", {failed} of them not completed"),
        };
        let paused = match self.paused.is_empty() {
            true => "",
            false => "paused, ",
        };
        Some(format!(
            "{spinner} Flow run '{name}' - {seconds} s, {paused}\
             {finished} of {task_runs} task runs finished{failed}{artifact}"
        ))
    }
}
