//! What a runner knows beforehand about all runs.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::Target;
use crate::model::{Definition, Hooks, Manifest, Options, Retries, RunnerKind};

/// The flows and tasks that can run, and how.
#[derive(Debug, Default)]
pub struct Plan {
    /// Names the component in task run names: 8 hexadecimal digits.
    pub key: String,
    /// The operator's choice for every flow run; without one, the code's.
    pub runner: Option<RunnerKind>,
    flows: HashMap<String, Planned>,
    tasks: HashMap<String, Planned>,
}

/// A flow or task, prepared for many submits.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) name: Arc<str>,
    pub(super) definition: Definition,
    retries: Arc<Retries>,
    tags: Arc<[String]>,
    hooks: Arc<Hooks>,
}

impl Plan {
    pub fn new(manifest: Manifest, key: String, runner: Option<RunnerKind>) -> Self {
        let planned = |definitions: Vec<Definition>| {
            let named = |definition: Definition| (definition.name.clone(), definition.into());
            definitions.into_iter().map(named).collect()
        };
        Self {
            key,
            runner,
            flows: planned(manifest.flows),
            tasks: planned(manifest.tasks),
        }
    }

    pub(super) fn find(&self, target: Target, name: &str) -> Option<&Planned> {
        match target {
            Target::Flow => self.flows.get(name),
            Target::Task => self.tasks.get(name),
        }
    }
}

impl From<Definition> for Planned {
    fn from(definition: Definition) -> Self {
        Self {
            name: (&*definition.name).into(),
            retries: definition.options.retries().into(),
            tags: definition.options.tags.clone().into(),
            hooks: definition.options.hooks().into(),
            definition,
        }
    }
}

/// The options of one run: what the submit says, over what the code declares.
pub(super) struct Resolved<'a> {
    pub(super) options: Cow<'a, Options>,
    pub(super) retries: Arc<Retries>,
    pub(super) tags: Arc<[String]>,
    pub(super) hooks: Arc<Hooks>,
}

impl<'a> Resolved<'a> {
    pub(super) fn new(submit: Option<Options>, planned: Option<&'a Planned>) -> Self {
        let options = match (submit, planned) {
            // What most submits need costs no allocation.
            (None, Some(planned)) => {
                return Self {
                    options: Cow::Borrowed(&planned.definition.options),
                    retries: planned.retries.clone(),
                    tags: planned.tags.clone(),
                    hooks: planned.hooks.clone(),
                };
            }
            (Some(submit), Some(planned)) => submit.over(&planned.definition.options),
            (submit, None) => submit.unwrap_or_default(),
        };
        Self {
            retries: options.retries().into(),
            tags: options.tags.clone().into(),
            hooks: planned.map_or_else(Arc::default, |planned| planned.hooks.clone()),
            options: Cow::Owned(options),
        }
    }
}
