//! New runs: from the submit until all that they wait for has ended.

use thin_vec::ThinVec;

use super::Scheduler;
use super::input::{NewRun, NewRunOf, Past, Policy, Upstream};
use super::queue::Gates;
use super::run::{Flow, Kind, Phase, Run};
use crate::model::{EventKind, Failure, FailureKind, Outcome, RunId, Scope, State};

impl Scheduler {
    pub(super) fn add(&mut self, mut new: NewRun) {
        let id = new.run;
        let quota = self
            .admission
            .refusal(self.unfinished, self.runs.len() + self.forgotten);
        let denied = quota.map(|why| Failure::permanent(FailureKind::Denied, why));
        new.refusal = new.refusal.or(denied);
        let parent = new.parent;
        let kind = match new.what {
            NewRunOf::Flow { timeout_ms, .. } => Kind::Flow(Box::new(Flow {
                timeout_ms,
                ..Flow::default()
            })),
            NewRunOf::Task { priority, cache } => Kind::Task {
                priority,
                gates: self.gates(&new.policy),
                cache,
                reserved: 0,
                key: None,
            },
        };
        let flow_run = parent.map(|parent| self.flow_run_of(parent));
        let (attempts, retried, due) = match new.past {
            Past::Unfinished {
                attempts,
                retries,
                due,
            } => (attempts, retries, due),
            _ => (0, 0, None),
        };
        let created = created(&mut new, flow_run);
        let run = Box::new(Run {
            name: new.name,
            policy: new.policy,
            parent,
            flow_run,
            kind,
            phase: Phase::Pending { due },
            attempts,
            retried,
            awaited: 0,
            dependents: ThinVec::new(),
            children: ThinVec::new(),
            delayed: false,
            usage: None,
            cancelled: None,
        });
        self.runs.insert(id, run);
        self.unfinished += 1;
        if let Some(parent) = parent {
            self.run(parent).children.push(id);
        }
        if let Some(Kind::Flow(flow)) = flow_run.map(|id| &mut self.run(id).kind) {
            flow.runs += 1;
        }
        if let Past::Ended(state) = new.past {
            return self.keep(id, state);
        }
        self.emit(id, created);
        match new.refusal {
            Some(why) => self.end(id, Outcome::Failed(why)),
            None => self.await_upstreams(id, &new.upstreams),
        }
    }

    /// It ended before; those that wait for it need not.
    fn keep(&mut self, id: RunId, state: State) {
        self.run(id).phase = Phase::Ended(state);
        self.unfinished -= 1;
        self.ended.push_back((id, state));
    }

    fn gates(&self, Policy { title, tags, .. }: &Policy) -> Gates {
        match self.queue.has_gates() {
            true => {
                let tags = tags.iter().map(|tag| Scope::Tag(tag.as_str().into()));
                self.queue.gates(tags.chain([Scope::Task(title.clone())]))
            }
            false => Gates::default(),
        }
    }

    /// The flow run that runs submitted by `id` belong to.
    fn flow_run_of(&mut self, id: RunId) -> RunId {
        let run = self.run(id);
        match run.flow_run {
            Some(flow_run) if !run.is_flow() => flow_run,
            _ => id,
        }
    }

    fn await_upstreams(&mut self, id: RunId, upstreams: &[Upstream]) {
        if let Some(reason) = self.cancelled_parent(id) {
            let outcome = Outcome::failed(FailureKind::Cancelled, reason);
            return self.end(id, outcome);
        }
        for upstream in upstreams {
            match self.phase(upstream.run) {
                None => {}
                Some(Phase::Ended(state)) if state.is_completed() => {}
                Some(Phase::Ended(_)) if upstream.allow_failure => {}
                Some(Phase::Ended(_)) => return self.fail_upstream(id, upstream.run),
                Some(_) => {
                    let dependent = Upstream {
                        run: id,
                        ..*upstream
                    };
                    self.run(upstream.run).dependents.push(dependent);
                    self.run(id).awaited += 1;
                }
            }
        }
        if self.run(id).awaited == 0 {
            self.make_ready(id);
        }
    }

    /// A submit may be on its way while the run that submits it is cancelled.
    fn cancelled_parent(&mut self, id: RunId) -> Option<Box<str>> {
        let parent = self.run(id).parent?;
        self.run(parent).cancelled.clone()
    }

    /// `dependent` waits for `id`, which has ended in this state.
    pub(super) fn upstream_ended(&mut self, dependent: Upstream, id: RunId, state: State) {
        let run = self.run(dependent.run);
        if !run.is_pending() {
            return;
        }
        run.awaited -= 1;
        if !state.is_completed() && !dependent.allow_failure {
            self.fail_upstream(dependent.run, id);
        } else if run.awaited == 0 {
            self.make_ready(dependent.run);
        }
    }

    fn fail_upstream(&mut self, id: RunId, upstream: RunId) {
        let name = &self.run(upstream).name;
        let message = format!("upstream run '{name}' did not complete");
        self.end(id, Outcome::failed(FailureKind::UpstreamFailed, message));
    }

    fn make_ready(&mut self, id: RunId) {
        let run = self.run(id);
        let (is_flow, asks) = (run.is_flow(), run.asks_the_cache());
        if !is_flow {
            self.emit(id, EventKind::TaskRunSubmitted);
        }
        if !asks {
            self.start_or_queue(id);
        }
    }
}

fn created(new: &mut NewRun, flow_run: Option<RunId>) -> EventKind {
    let (name, title) = (new.name.clone(), new.policy.title.clone());
    let tags = new.policy.tags.clone();
    let arguments = std::mem::take(&mut new.arguments);
    let parent = new.parent;
    let resumed = matches!(new.past, Past::Unfinished { .. });
    let replaces = match new.past {
        Past::Replaced(run) => Some(run),
        _ => None,
    };
    match new.what {
        NewRunOf::Flow {
            runner, workers, ..
        } => EventKind::FlowRunCreated {
            name,
            flow: title,
            parent,
            runner,
            workers,
            tags,
            arguments,
            resumed,
            replaces,
        },
        NewRunOf::Task { .. } => EventKind::TaskRunCreated {
            name,
            task: title,
            flow_run: flow_run.unwrap_or(new.run),
            parent,
            tags,
            arguments,
            resumed,
            replaces,
        },
    }
}
