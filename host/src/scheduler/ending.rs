//! The end of runs, by their own doing or because somebody cancels them, and what follows from it.

use std::sync::Arc;

use super::Scheduler;
use super::run::{Kind, Phase};
use crate::model::{EndedRun, EndedRunOf, EventKind, FailureKind, Outcome, RunId, State};

impl Scheduler {
    pub(super) fn cancel(&mut self, id: RunId, reason: &str) {
        self.cancel_all(vec![id], reason);
    }

    pub(super) fn cancel_children(&mut self, id: RunId, reason: &str) {
        let children = self.run(id).children.iter().rev().copied().collect();
        self.cancel_all(children, reason);
    }

    /// The runs and all that they submitted, the last one first.
    fn cancel_all(&mut self, mut left: Vec<RunId>, reason: &str) {
        while let Some(id) = left.pop() {
            if self
                .runs
                .get(&id)
                .is_some_and(|run| run.cancelled.is_none())
            {
                self.cancel_one(id, reason);
                left.extend(self.run(id).children.iter().rev());
            }
        }
    }

    fn cancel_one(&mut self, id: RunId, reason: &str) {
        let run = self.run(id);
        run.cancelled = Some(reason.into());
        match run.phase {
            Phase::Pending { .. } | Phase::Ready | Phase::Retrying => {
                self.end(id, Outcome::failed(FailureKind::Cancelled, reason));
            }
            Phase::Running
            | Phase::Paused { .. }
            | Phase::Suspended
            | Phase::Yielded
            | Phase::Resuming
            | Phase::Asking(_)
            | Phase::Returned(_) => {
                self.emit(id, EventKind::CancellationStarted);
            }
            // The runs that it submitted may go on.
            Phase::Ended(_) => {}
        }
    }

    /// What follows from it is settled later: a chain of dependents may be longer than the stack.
    pub(super) fn end(&mut self, id: RunId, outcome: Outcome) {
        self.end_as(id, State::from(&outcome), outcome);
    }

    pub(super) fn end_as(&mut self, id: RunId, state: State, outcome: Outcome) {
        self.set_phase(id, Phase::Ended(state));
        let message = match &outcome {
            Outcome::Failed(failure) => failure.message.clone(),
            Outcome::Completed(_) => String::new(),
        };
        let usage = self.run(id).usage.take();
        let finished = match &self.run(id).kind {
            Kind::Flow(flow) => EventKind::FlowRunFinished {
                outcome,
                runs: flow.runs,
                completed: flow.completed,
                usage,
            },
            Kind::Task { .. } => EventKind::TaskRunFinished {
                outcome,
                cached: state == State::Cached,
                usage,
            },
        };
        self.unfinished -= 1;
        self.emit(id, finished);
        self.ended.push_back((id, state));
        self.plan_hooks(id, state, message);
        self.call_next_hook(id);
    }

    fn plan_hooks(&mut self, id: RunId, state: State, message: String) {
        let run = self.run(id);
        let hooks = run.policy.hooks.of(state);
        if hooks.is_empty() {
            return;
        }
        let left = hooks.iter().rev().cloned().collect();
        let ended = self.told(id, state, message);
        self.hooks.insert(id, (ended, left));
    }

    /// The run as its code learns of it.
    pub(super) fn told(&mut self, id: RunId, state: State, message: String) -> EndedRun {
        let run = self.run(id);
        let title = run.policy.title.clone();
        EndedRun {
            id,
            name: run.name.clone(),
            of: match run.is_flow() {
                true => EndedRunOf::Flow(title),
                false => EndedRunOf::Task(title),
            },
            attempts: run.attempts,
            state,
            message,
        }
    }

    /// Hooks of a run are called one after another.
    fn call_next_hook(&mut self, id: RunId) {
        let Some((ended, left)) = self.hooks.get_mut(&id) else {
            return;
        };
        match left.pop() {
            Some(hook) => {
                let ended = Box::new(ended.clone());
                self.emit(id, EventKind::HookStarted { hook, ended });
            }
            None => drop(self.hooks.remove(&id)),
        }
    }

    pub(super) fn end_hook(&mut self, id: RunId, hook: Arc<str>, outcome: Outcome) {
        self.emit(id, EventKind::HookFinished { hook, outcome });
        self.call_next_hook(id);
    }

    pub(super) fn settle(&mut self) {
        while let Some((id, state)) = self.ended.pop_front() {
            let run = self.run(id);
            let flow_run = run.flow_run;
            for dependent in std::mem::take(&mut run.dependents) {
                self.upstream_ended(dependent, id, state);
            }
            if let Some(flow_run) = flow_run {
                self.count_ended(flow_run, state);
            }
            self.forget(id);
        }
    }

    fn count_ended(&mut self, flow_run: RunId, state: State) {
        if let Kind::Flow(flow) = &mut self.run(flow_run).kind {
            flow.ended += 1;
            flow.completed += usize::from(state.is_completed());
        }
        self.finish_flow(flow_run);
    }
}
