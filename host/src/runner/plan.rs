//! What a runner knows beforehand about all runs.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::{Callee, Target};
use crate::model::{Definition, Limits, Manifest, Options, RunnerKind, SetBy};
use crate::scheduler::Policy;

/// A component whose flows and tasks can run.
#[derive(Debug)]
pub struct Part {
    /// What comes before the slash in the names of its flows and tasks; empty for the target, whose
    /// names have none.
    pub name: String,
    /// SHA-256 of the component, in hexadecimal digits.
    pub digest: String,
    /// Where it was loaded from: the same when it is built anew.
    pub home: String,
    pub manifest: Manifest,
}

impl Part {
    /// What others call its flow or task of this name.
    pub fn title(&self, name: &str) -> String {
        title(&self.name, name)
    }
}

fn title(component: &str, name: &str) -> String {
    match component {
        "" => name.to_owned(),
        component => format!("{component}/{name}"),
    }
}

/// The flows and tasks that can run, and how.
#[derive(Debug, Default)]
pub struct Plan {
    /// The operator's choice for every flow run; without one, the code's.
    pub runner: Option<RunnerKind>,
    /// Worker threads of thread-pool runners; other runners have one.
    pub workers: usize,
    flows: HashMap<String, Arc<Planned>>,
    tasks: HashMap<String, Arc<Planned>>,
    /// How many runs were submitted of tasks that are not there.
    unknown: Arc<AtomicU64>,
}

/// A flow or task, prepared for many submits.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) policy: Arc<Policy>,
    /// With the operator's limits, lowered by the code.
    pub(super) callee: Arc<Callee>,
    pub(super) definition: Definition,
    /// Why no submit of it can work.
    pub(super) refusal: Option<String>,
    /// How many runs of it were submitted.
    pub(super) submitted: Arc<AtomicU64>,
}

/// The component that a flow or task comes from.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Origin {
    /// As in [`Part::name`].
    pub name: Arc<str>,
    pub digest: Arc<str>,
    pub home: Arc<str>,
}

impl Plan {
    /// `limits` are the operator's, for each flow and task by its title.
    pub fn new(
        parts: Vec<Part>,
        runner: Option<RunnerKind>,
        workers: usize,
        limits: impl Fn(Target, &str) -> Limits,
    ) -> Self {
        let mut plan = Self {
            runner,
            workers,
            ..Self::default()
        };
        for part in parts {
            let origin = Arc::new(Origin {
                name: part.name.into(),
                digest: part.digest.into(),
                home: part.home.into(),
            });
            let planned = |target| {
                let (origin, limits) = (&origin, &limits);
                move |definition: Definition| {
                    let title = title(&origin.name, &definition.name);
                    let limits = limits(target, &title);
                    let of = (target, origin);
                    (title, Arc::new(Planned::new(definition, of, limits)))
                }
            };
            let Manifest { flows, tasks } = part.manifest;
            plan.flows
                .extend(flows.into_iter().map(planned(Target::Flow)));
            plan.tasks
                .extend(tasks.into_iter().map(planned(Target::Task)));
        }
        plan
    }

    /// An earlier process submitted a run of the task: names go on from there.
    pub fn count_submitted(&self, task: &str) {
        let submitted = match self.tasks.get(task) {
            Some(planned) => &planned.submitted,
            None => &self.unknown,
        };
        submitted.fetch_add(1, Ordering::Relaxed);
    }

    /// What a component means by a name: its own flow or task, or with a slash another one's.
    pub(super) fn find(&self, target: Target, by: &Origin, name: &str) -> Option<&Arc<Planned>> {
        let all = match target {
            Target::Flow => &self.flows,
            Target::Task => &self.tasks,
        };
        match &*by.name {
            "" => all.get(name),
            own => all
                .get(&format!("{own}/{name}"))
                .or_else(|| all.get(name).filter(|_| name.contains('/'))),
        }
    }
}

impl Planned {
    fn new(
        definition: Definition,
        (target, origin): (Target, &Arc<Origin>),
        limits: Limits,
    ) -> Self {
        let Definition { name, options, .. } = &definition;
        let names = definition.parameters.iter().map(|it| (&*it.name).into());
        let callee = Callee {
            target,
            origin: origin.clone(),
            name: (&**name).into(),
            parameters: names.collect(),
            pure: options.pure.unwrap_or(false),
            limits: limits.lowered(&options.limits, SetBy::Project),
        };
        Self {
            policy: policy(title(&origin.name, name).into(), options),
            callee: Arc::new(callee),
            refusal: None,
            submitted: Arc::default(),
            definition,
        }
    }

    /// What stands for a flow or task that is not there.
    pub(super) fn unknown(plan: &Plan, target: Target, name: &str, by: &Arc<Origin>) -> Self {
        let definition = Definition {
            name: name.to_owned(),
            ..Definition::default()
        };
        Self {
            policy: policy(name.into(), &definition.options),
            refusal: Some(format!("there is no {target} '{name}'")),
            submitted: plan.unknown.clone(),
            ..Self::new(definition, (target, by), Limits::default())
        }
    }
}

/// What the scheduler goes by where these are the options.
pub(super) fn policy(title: Arc<str>, options: &Options) -> Arc<Policy> {
    Arc::new(Policy {
        title,
        tags: options.tags.clone().into(),
        retries: options.retries(),
        hooks: options.hooks(),
    })
}
