//! What an earlier process did of a run, and how much of it still holds.

use std::collections::{HashMap, VecDeque};
use std::fmt::Write;
use std::sync::{Arc, Mutex};

use super::{Diverged, Target};
use crate::model::{
    Argument, EndedRunOf, Input, Observed, Outcome, Record, RunId, RunRecord, State, Value,
};
use crate::scheduler::Past;

/// A run that an earlier process knew.
#[derive(Debug)]
pub struct PastRun {
    pub(super) id: RunId,
    pub(super) name: Arc<str>,
    arguments: Vec<Argument>,
    /// How it ended, where that still holds.
    pub(super) outcome: Option<Outcome>,
    pub(super) state: State,
    attempts: u32,
    retries: u32,
    due: Option<jiff::Timestamp>,
    pub(super) attempt: PastAttempt,
}

/// What the last attempt of a run did: the next one goes on from there.
#[derive(Debug)]
pub struct PastAttempt {
    /// Its submits, in their order, by what they submitted.
    submits: Mutex<Submits>,
    observed: Vec<Observed>,
}

type Submits = HashMap<(Target, Arc<str>), VecDeque<PastRun>>;

/// What becomes of a submit that an earlier process may have seen.
pub(super) enum Match {
    /// It is the first of its kind.
    New,
    /// It is the same as it was.
    Same(PastRun),
    /// It has other arguments than it had.
    Other(RunId),
}

impl PastRun {
    /// The root run. One that was interrupted goes on where it stood: whatever had ended has ended.
    /// One that ended is tried again: what completed has completed.
    pub fn root(record: &Record) -> Option<Self> {
        let root = record.root()?;
        let interrupted = !matches!(root.state, State::Cancelling) && !root.state.is_final();
        Some(Self::new(record, root, interrupted))
    }

    fn new(record: &Record, run: &RunRecord, interrupted: bool) -> Self {
        let holds = |outcome: &&Outcome| match outcome {
            Outcome::Completed(value) => !value.is_masked(),
            Outcome::Failed(_) => interrupted,
        };
        let mut submits = Submits::new();
        for child in run.children.iter().filter_map(|id| record.get(*id)) {
            let key = match &child.of {
                EndedRunOf::Flow(flow) => (Target::Flow, flow.clone()),
                EndedRunOf::Task(task) => (Target::Task, task.clone()),
            };
            let child = Self::new(record, child, interrupted);
            submits.entry(key).or_default().push_back(child);
        }
        Self {
            id: run.id,
            name: run.name.clone(),
            arguments: run.arguments.clone(),
            outcome: run.outcome.as_ref().filter(holds).cloned(),
            state: run.state,
            attempts: run.attempts,
            retries: run.retries,
            due: run.retry_at,
            attempt: PastAttempt {
                submits: Mutex::new(submits),
                observed: run.observed.clone(),
            },
        }
    }

    /// What the scheduler is told.
    pub(super) fn past(&self) -> Past {
        match &self.outcome {
            Some(_) => Past::Ended(self.state),
            None => Past::Unfinished {
                attempts: self.attempts,
                retries: self.retries,
                due: self.due,
            },
        }
    }
}

impl PastAttempt {
    pub fn observed(&self) -> &[Observed] {
        &self.observed
    }

    /// What the next submit of this flow or task was.
    ///
    /// # Errors
    ///
    /// If it was another one, and the flow is `replaying`: what it had been told is the same.
    pub(super) fn next(
        &self,
        (target, title): (Target, &Arc<str>),
        arguments: &[Argument],
        replaying: bool,
    ) -> Result<Match, Diverged> {
        let mut submits = self.submits.lock().expect("never held across a panic");
        let past = submits.get_mut(&(target, title.clone()));
        let Some(run) = past.and_then(VecDeque::pop_front) else {
            return Ok(Match::New);
        };
        if is_same(&run.arguments, arguments) {
            return Ok(Match::Same(run));
        }
        if replaying {
            return Err(Diverged(format!(
                "it submitted '{}' as {title}({}), and now submits {title}({})",
                run.name,
                shown(&run.arguments),
                shown(arguments)
            )));
        }
        Ok(Match::Other(run.id))
    }
}

/// What was masked when it was recorded can be compared with nothing.
fn is_same(recorded: &[Argument], now: &[Argument]) -> bool {
    let same = |(recorded, now): (&Argument, &Argument)| match &recorded.input {
        Input::Value(value) if value.is_masked() => recorded.name == now.name,
        _ => recorded == now,
    };
    recorded.len() == now.len() && recorded.iter().zip(now).all(same)
}

/// Arguments for a message.
fn shown(arguments: &[Argument]) -> String {
    const MOST: usize = 60;
    let mut text = String::new();
    for Argument { name, input } in arguments {
        let separator = if text.is_empty() { "" } else { ", " };
        let value = match input {
            Input::Value(Value::Json(json)) => json.to_string(),
            Input::Value(Value::Bytes(bytes)) => format!("{} bytes", bytes.len()),
            Input::ResultOf(run) | Input::OutcomeOf(run) => format!("the result of {run}"),
            Input::ResultsOf(runs) => format!("the results of {} runs", runs.len()),
        };
        let short: String = value.chars().take(MOST).collect();
        let dots = if short.len() < value.len() { "…" } else { "" };
        write!(text, "{separator}{name}={short}{dots}").expect("a string takes all");
    }
    text
}
