//! Where a run begins: at its beginning, or where an earlier process left it.

use anyhow::{Result, ensure};

use super::launch::{self, Launch};
use super::run::{Components, RunArgs};
use super::selection;
use crate::journal::{Journal, Owner, RecordedRun};
use crate::model::{Argument, Definition, EndedRunOf, Input, Record, Value};
use crate::report::Masks;
use crate::runner::{ArgumentSource, Cache, MemoryCache, PastRun, Plan, ResultCache};
use crate::wasm::{LoadedComponent, Secret};

pub(super) enum Start {
    Unrecorded,
    New(Journal),
    Again(Box<Again>),
}

/// A recorded run that is to go on.
pub(super) struct Again {
    pub(super) journal: Journal,
    pub(super) run: RecordedRun,
    pub(super) owner: Owner,
    pub(super) launch: Launch,
    pub(super) record: Record,
    /// Whether another build of the component may go on with it.
    pub(super) rebuilt: bool,
}

impl Start {
    /// Where results are kept: in the run database, or for as long as the run lasts.
    pub(super) fn cache(&self, secrets: &[Secret]) -> Cache {
        let results: Box<dyn ResultCache> = match self {
            Self::Unrecorded => Box::new(MemoryCache::default()),
            Self::New(journal) => Box::new(journal.results()),
            Self::Again(again) => Box::new(again.journal.results()),
        };
        let secrets = secrets.iter().map(|secret| &*secret.value);
        Cache::new(results, Masks::new(secrets))
    }

    pub(super) fn journal(&self) -> Option<&Journal> {
        match self {
            Self::Unrecorded => None,
            Self::New(journal) => Some(journal),
            Self::Again(again) => Some(&again.journal),
        }
    }

    pub(super) fn launch(&self, components: &Components<'_>, secrets: &[Secret]) -> Result<Launch> {
        match self {
            Self::Unrecorded | Self::New(_) => Launch::now(components, secrets),
            Self::Again(again) if again.rebuilt => Ok(Launch {
                components: launch::digests(components),
                ..again.launch.clone()
            }),
            Self::Again(again) => {
                again.launch.check(components)?;
                Ok(again.launch.clone())
            }
        }
    }

    pub(super) fn flow<'a>(
        &self,
        target: &'a LoadedComponent,
        args: &RunArgs,
    ) -> Result<&'a Definition> {
        match self {
            Self::Again(again) => selection::flow(&target.manifest, Some(&again.run.flow)),
            _ => selection::flow(&target.manifest, args.flow.as_deref()),
        }
    }

    pub(super) fn arguments(
        &self,
        args: &RunArgs,
        flow: &Definition,
    ) -> Result<Vec<(String, ArgumentSource)>> {
        let Self::Again(again) = self else {
            return args.parameters.arguments(flow);
        };
        let value = |argument: &Argument| match &argument.input {
            Input::Value(value) => Some((argument.name.to_string(), value.clone())),
            _ => None,
        };
        let recorded = again.record.root().into_iter();
        let recorded = recorded.flat_map(|root| &root.arguments);
        let values: Vec<_> = recorded.filter_map(value).collect();
        ensure!(
            !values
                .iter()
                .any(|(_, value): &(_, Value)| value.is_masked()),
            "'{}' cannot be resumed: a secret was among its parameters, and is not recorded; \
             grant secrets with --secret instead",
            again.run.name
        );
        let sources = values.into_iter();
        Ok(sources
            .map(|(name, value)| (name, ArgumentSource::Value(value)))
            .collect())
    }

    /// What the run goes on from.
    pub(super) fn past(&self, plan: &Plan) -> Option<PastRun> {
        let Self::Again(again) = self else {
            return None;
        };
        for run in again.record.runs() {
            if let EndedRunOf::Task(task) = &run.of {
                plan.count_submitted(task);
            }
        }
        PastRun::root(&again.record)
    }
}
