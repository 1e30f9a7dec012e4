//! From a submit to a run: its options resolved, its arguments bound.

use std::sync::Arc;
use std::time::Duration;

use super::argument::Bound;
use super::budget::{Budget, Share};
use super::cache::Recipe;
use super::mailbox::Submission;
use super::plan::{self, Planned};
use super::{Callee, Job, PastAttempt, Submit, Target, TaskFuture};
use crate::model::{Argument, Cap, Failure, FailureKind, Options, RunnerKind};
use crate::scheduler::{NewRun, NewRunOf, Past, Policy, Upstream};

/// A run that is about to be.
pub(super) struct Draft<'a> {
    resolved: Resolved<'a>,
    bound: Bound,
    /// How many runs are above it.
    depth: u32,
    /// The host's memory that the arguments take.
    held: Option<Share>,
    wait_for: Vec<Upstream>,
}

/// The options of the run: what the submit says, over what the code declares.
struct Resolved<'a> {
    planned: &'a Planned,
    /// None where the submit says nothing.
    overridden: Option<Box<Options>>,
    policy: Arc<Policy>,
    callee: Arc<Callee>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(planned: &'a Planned, submit: Submit, by: Option<&Job>) -> Self {
        let (options, refusal) = match submit.options {
            Ok(options) => (options, planned.refusal.clone()),
            Err(refusal) => (None, Some(refusal)),
        };
        let resolved = Resolved::new(options, planned);
        let refusal = refusal.or_else(|| resolved.unknown_parameter());
        let bound = match refusal {
            Some(refusal) => Bound::refused(Failure::invalid_input(refusal)),
            None => {
                let parameters = &planned.definition.parameters;
                Bound::new(parameters, &planned.callee.parameters, submit.arguments)
            }
        };
        let depth = by.map_or(0, |by| by.attempt.depth + 1);
        Self {
            bound: bound.within(&resolved.callee.limits, depth),
            resolved,
            depth,
            held: None,
            wait_for: submit.wait_for,
        }
    }

    /// The same, or a refusal where the host has no room for the arguments.
    pub(super) fn within(mut self, budget: &Arc<Budget>) -> Self {
        self.held = budget.take(self.bound.bytes());
        if self.held.is_none() {
            let why = Failure::permanent(FailureKind::Denied, budget.is_full());
            self.bound = Bound::refused(why);
        }
        self
    }

    pub(super) fn target(&self) -> Target {
        self.resolved.callee.target
    }

    pub(super) fn planned(&self) -> &'a Planned {
        self.resolved.planned
    }

    /// As others call what it is a run of.
    pub(super) fn title(&self) -> &Arc<str> {
        &self.resolved.policy.title
    }

    /// As the events tell them.
    pub(super) fn arguments(&self) -> &[Argument] {
        &self.bound.recorded
    }

    pub(super) fn options(&self) -> &Options {
        self.resolved.options()
    }

    /// The run's name, if the code or the submit has a template for it.
    pub(super) fn name(&self) -> Option<String> {
        let template = self.options().run_name.as_deref()?;
        Some(self.bound.name(template))
    }

    /// How long one attempt may take.
    fn timeout_ms(&self) -> Option<u64> {
        let limit = self.resolved.callee.limits.some(Cap::WallTime);
        self.options().timeout_ms.into_iter().chain(limit).min()
    }

    /// How the result of a task run is kept.
    fn recipe(&self) -> Option<Recipe> {
        match self.target() {
            Target::Task => Recipe::of(self.options()),
            Target::Flow => None,
        }
    }

    /// What the loop keeps; it takes the arguments.
    pub(super) fn submission(
        &mut self,
        future: &TaskFuture,
        by: Option<&Job>,
        runner: RunnerKind,
        past: Option<Arc<PastAttempt>>,
    ) -> Submission {
        let inherited = by.is_some_and(|by| by.log_prints);
        let arguments = match &mut self.bound.sources {
            Ok(sources) => std::mem::take(sources),
            Err(_) => Vec::new(),
        };
        Submission {
            future: future.clone(),
            callee: self.resolved.callee.clone(),
            arguments,
            recipe: self.recipe().map(Box::new),
            depth: self.depth,
            held: self.held.take(),
            timeout: self.timeout_ms().map(Duration::from_millis),
            runner,
            log_prints: self.options().log_prints.unwrap_or(inherited),
            past,
            asked: None,
        }
    }

    /// What the scheduler is told.
    pub(super) fn new_run(
        self,
        future: &TaskFuture,
        by: Option<&Job>,
        (runner, workers): (RunnerKind, usize),
        past: Past,
    ) -> NewRun {
        let cache = self.recipe().map(|recipe| recipe.uses);
        let timeout_ms = self.timeout_ms();
        let what = match self.target() {
            Target::Task => NewRunOf::Task {
                priority: self.options().priority.unwrap_or(0),
                cache,
            },
            Target::Flow => NewRunOf::Flow {
                runner,
                workers,
                timeout_ms,
            },
        };
        NewRun {
            run: future.id(),
            name: future.name().clone(),
            parent: by.map(|by| by.attempt.run),
            what,
            policy: self.resolved.policy,
            upstreams: self.bound.upstreams(self.wait_for),
            arguments: self.bound.recorded,
            refusal: self.bound.sources.err(),
            past,
        }
    }
}

impl<'a> Resolved<'a> {
    fn options(&self) -> &Options {
        self.overridden
            .as_deref()
            .unwrap_or(&self.planned.definition.options)
    }

    /// What is wrong with a cache policy that leaves out what is not there.
    fn unknown_parameter(&self) -> Option<String> {
        let without = &self.options().cache_policy.as_ref()?.without;
        let parameters = &self.callee.parameters;
        let is_there = |name: &str| parameters.iter().any(|parameter| **parameter == *name);
        let unknown = without.iter().find(|name| !is_there(name))?;
        Some(format!(
            "the cache policy leaves out '{unknown}', which is no parameter"
        ))
    }

    fn new(submit: Option<Box<Options>>, planned: &'a Planned) -> Self {
        let Planned { policy, callee, .. } = planned;
        match submit {
            // What most submits need costs no allocation.
            None => Self {
                planned,
                overridden: None,
                policy: policy.clone(),
                callee: callee.clone(),
            },
            Some(submit) => {
                let callee = match submit.limits.is_empty() {
                    true => callee.clone(),
                    false => Arc::new(callee.lowered(&submit.limits)),
                };
                let options = submit.over(&planned.definition.options);
                Self {
                    planned,
                    policy: plan::policy(policy.title.clone(), &options),
                    callee,
                    overridden: Some(options.into()),
                }
            }
        }
    }
}
