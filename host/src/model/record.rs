//! The runs of one root flow run, folded from their events.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    Argument, ByRun, EndedRunOf, Event, EventKind, Observed, Outcome, RunId, RunnerKind, State,
    StateType, Usage,
};

/// A root flow run and all that came of it, in the order of their creation.
#[derive(Clone, Debug, Default)]
pub struct Record {
    runs: Vec<RunRecord>,
    places: ByRun<usize>,
}

/// What the events say of one run.
#[derive(Clone, Debug)]
pub struct RunRecord {
    pub id: RunId,
    pub name: Arc<str>,
    pub of: EndedRunOf,
    /// The run that submitted it.
    pub parent: Option<RunId>,
    /// Of a flow run.
    pub runner: Option<RunnerKind>,
    pub tags: Arc<[String]>,
    pub arguments: Vec<Argument>,
    pub created: Timestamp,
    /// When its first attempt began.
    pub started: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    pub state: State,
    /// How many were begun.
    pub attempts: u32,
    /// How many of them failed and were followed by another.
    pub retries: u32,
    /// When the next attempt is due.
    pub retry_at: Option<Timestamp>,
    pub outcome: Option<Outcome>,
    /// What its attempts used.
    pub usage: Usage,
    /// What it waits for before it starts, where that is not other runs or a slot.
    pub delay: Option<String>,
    /// Whether it waits for an answer.
    pub asks: bool,
    /// Runs that its last attempt submitted.
    pub children: Vec<RunId>,
    /// What its last attempt learned, if it is a flow run.
    pub observed: Vec<Observed>,
    /// The next attempt goes on where the last one was interrupted.
    resumed: bool,
}

impl Record {
    pub fn of<'a>(events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut record = Self::default();
        events.into_iter().for_each(|event| record.apply(event));
        record
    }

    pub fn root(&self) -> Option<&RunRecord> {
        self.runs.first()
    }

    pub fn get(&self, id: RunId) -> Option<&RunRecord> {
        self.places.get(&id).map(|&place| &self.runs[place])
    }

    /// In the order of their creation.
    pub fn runs(&self) -> &[RunRecord] {
        &self.runs
    }

    /// Moves on by one event.
    pub fn apply(&mut self, event: &Event) {
        match &event.kind {
            EventKind::FlowRunCreated { replaces, .. }
            | EventKind::TaskRunCreated { replaces, .. } => self.create(event, *replaces),
            kind => {
                if let Some(&place) = self.places.get(&event.run) {
                    self.runs[place].apply(event.at, kind);
                }
            }
        }
    }

    fn create(&mut self, event: &Event, replaces: Option<RunId>) {
        if let Some(&place) = self.places.get(&event.run) {
            return self.runs[place].resume();
        }
        let Some(run) = RunRecord::new(event) else {
            return;
        };
        let parent = run.parent.and_then(|parent| self.places.get(&parent));
        if let Some(&parent) = parent {
            let children = &mut self.runs[parent].children;
            let replaced = children.iter_mut().find(|child| Some(**child) == replaces);
            match replaced {
                Some(child) => *child = run.id,
                None => children.push(run.id),
            }
        }
        self.places.insert(run.id, self.runs.len());
        self.runs.push(run);
    }
}

impl RunRecord {
    fn new(event: &Event) -> Option<Self> {
        let (name, of, parent, runner, tags, arguments) = match &event.kind {
            EventKind::FlowRunCreated {
                name,
                flow,
                parent,
                runner,
                tags,
                arguments,
                ..
            } => {
                let of = EndedRunOf::Flow(flow.clone());
                (name, of, parent, Some(*runner), tags, arguments)
            }
            EventKind::TaskRunCreated {
                name,
                task,
                parent,
                tags,
                arguments,
                ..
            } => {
                let of = EndedRunOf::Task(task.clone());
                (name, of, parent, None, tags, arguments)
            }
            _ => return None,
        };
        Some(Self {
            id: event.run,
            name: name.clone(),
            of,
            parent: *parent,
            runner,
            tags: tags.clone(),
            arguments: arguments.clone(),
            created: event.at,
            started: None,
            ended: None,
            state: State::Pending,
            attempts: 0,
            retries: 0,
            retry_at: None,
            outcome: None,
            usage: Usage::default(),
            delay: None,
            asks: false,
            children: Vec::new(),
            observed: Vec::new(),
            resumed: false,
        })
    }

    /// It is submitted again, after the process that ran it had ended.
    fn resume(&mut self) {
        self.resumed = true;
        self.ended = None;
        self.outcome = None;
        self.state = match self.attempts {
            0 => State::Pending,
            _ => State::AwaitingRetry,
        };
    }

    fn apply(&mut self, at: Timestamp, kind: &EventKind) {
        if let Some(state) = kind.state() {
            self.state = state;
            // A question outlives the process that asked it.
            self.asks = state == State::Paused || self.asks && state == State::Suspended;
        }
        match kind {
            EventKind::AttemptStarted { number } => self.start(at, *number),
            EventKind::TaskRunDelayed { reason } => self.delay = Some(reason.clone()),
            EventKind::AttemptFailed {
                retry_at, usage, ..
            } => {
                self.retries += 1;
                self.use_up(usage.as_deref());
                self.retry_at = Some(*retry_at);
            }
            EventKind::FlowRunObserved { from, observed } => {
                self.observed.truncate(*from);
                self.observed.extend_from_slice(observed);
            }
            EventKind::TaskRunFinished { outcome, usage, .. }
            | EventKind::FlowRunFinished { outcome, usage, .. } => {
                self.use_up(usage.as_deref());
                self.delay = None;
                self.ended = Some(at);
                self.outcome = Some(outcome.clone());
            }
            // Its attempt was ended while it was paused.
            EventKind::FlowRunReturned { .. } | EventKind::RetryConditionAsked { .. }
                if self.state == State::Paused =>
            {
                self.state = State::Running;
                self.asks = false;
            }
            _ => {}
        }
    }

    fn use_up(&mut self, usage: Option<&Usage>) {
        self.usage = self.usage.and(usage.copied().unwrap_or_default());
    }

    fn start(&mut self, at: Timestamp, number: u32) {
        self.delay = None;
        self.attempts = number;
        self.started.get_or_insert(at);
        self.retry_at = None;
        // An attempt that goes on keeps what the interrupted one had.
        if !std::mem::take(&mut self.resumed) {
            self.children.clear();
            self.observed.clear();
        }
    }

    pub fn is_completed(&self) -> bool {
        self.state.state_type() == StateType::Completed
    }
}
