//! The only room that knows wasmtime: executes every attempt in a fresh instance of its component.

mod bindings;
mod command;
mod compiled;
mod compiler;
mod component;
mod describe;
mod engine;
mod files;
mod fixed;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod grants;
mod guests;
mod imports;
mod needs;
mod network;
mod outcome;
mod output;
mod own;
mod pause;
mod plugin;
mod pure;
mod refusal;
mod replay;
mod sandbox;
mod words;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use wasmtime::{Engine, PoolConcurrencyLimitError, Store, UpdateDeadline};

use crate::model::{Cap, FailureKind, Outcome, Value};
use crate::runner::{Call, Executor, Job, Mailbox};
use bindings::wflow::plugin::types::Value as WitValue;
pub use command::CommandLine;
pub use compiler::{CompileLimits, Compiler, CompilerFault, Tell, compile};
pub use component::{LoadedComponent, load, load_command};
pub use engine::{GuestEngine, config, engine};
pub use files::Folder;
pub use fixed::{ClockGrant, RandomGrant};
pub use grants::{
    FolderGrant, Grants, Secret, SecretGrant, SecretSource, Variable, VariableGrant, option,
};
use guests::Entry;
use needs::Needed;
pub use network::{HttpGrant, NetworkGrant};
use own::Own;
use plugin::{Answer, Plugin};
pub use replay::Seed;
use sandbox::Sandbox;

/// Bytes that one call may hand over beside its values.
const AROUND_A_VALUE: usize = 64 << 20;

/// Executes attempts of the components that it holds.
pub struct WasmExecutor {
    /// By their digests.
    components: Arc<HashMap<String, Held>>,
    grants: Arc<Grants>,
    seed: Seed,
    /// Of a worker beside others.
    own: Option<Own>,
}

struct Held {
    /// From 0.
    number: usize,
    component: LoadedComponent,
    needed: Needed,
}

impl WasmExecutor {
    /// `seed` is what the random numbers of flows come from: the same for a run that is resumed.
    pub fn new(components: Vec<LoadedComponent>, grants: Grants, seed: Seed) -> Self {
        let held = |component: LoadedComponent| {
            let held = Held {
                number: 0,
                needed: Needed::new(&component.manifest, &grants),
                component,
            };
            (held.component.digest.clone(), held)
        };
        let mut components: HashMap<_, _> = components.into_iter().map(held).collect();
        let numbered = components.values_mut().enumerate();
        numbered.for_each(|(number, held)| held.number = number);
        Self {
            components: components.into(),
            grants: Arc::new(grants),
            seed,
            own: None,
        }
    }

    fn store(
        &self,
        engine: &Engine,
        job: &Arc<Job>,
        mailbox: &Mailbox,
        grants: &Arc<Grants>,
    ) -> Store<Sandbox> {
        let sandbox = Sandbox::new(job, mailbox, grants, self.seed);
        let mut store = Store::new(engine, sandbox);
        store.limiter(|sandbox| sandbox);
        // What it holds, and as much that it lends to the host during a call.
        let handles = store.data().table.max_capacity();
        store.set_max_component_handles(handles.saturating_mul(2));
        let limits = &job.attempt.callee.limits;
        let most = limits.size(Cap::Result).max(limits.size(Cap::Arguments));
        store.set_hostcall_fuel(most.saturating_add(AROUND_A_VALUE));
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|store| match store.data().job.is_due() {
            true => Err(wasmtime::format_err!("the attempt has to end")),
            false => Ok(UpdateDeadline::Yield(1)),
        });
        store
    }

    /// Makes an instance and calls the flow or task; none where the pool is full.
    async fn run(
        &self,
        entry: &Entry,
        job: &Arc<Job>,
        mailbox: &Mailbox,
        grants: &Arc<Grants>,
    ) -> Option<Outcome> {
        let mut store = self.store(entry.engine(), job, mailbox, grants);
        let returned = match entry {
            Entry::Plugin(plugin) => {
                let began = Instant::now();
                match plugin.instantiate(&mut store).await {
                    Ok(plugin) => {
                        job.meter.started(began.elapsed());
                        call(&plugin, job, &mut store).await
                    }
                    Err(error) => Err(error),
                }
            }
            Entry::Command(command, program) => program.execute(command, job, &mut store).await,
        };
        if let Err(error) = &returned
            && error.is::<PoolConcurrencyLimitError>()
        {
            return None;
        }
        store.data().tell_observed();
        Some(outcome::of(returned, store.data()))
    }
}

async fn call(
    plugin: &Plugin<'_>,
    job: &Job,
    store: &mut Store<Sandbox>,
) -> wasmtime::Result<Returned> {
    let name = &job.attempt.callee.name;
    match (&job.attempt.call, &*job.attempt.arguments) {
        (Call::Hook(hook), [Value::Json(ended)]) => {
            let returned = plugin.run_hook(store, hook, ended).await?;
            return Ok(returned.map(|()| Value::null().into()));
        }
        (Call::RetryIf, [Value::Json(ended)]) => {
            let returned = plugin.retry_if(store, ended).await?;
            return Ok(returned.map(|holds| WitValue::Json(holds.to_string())));
        }
        _ => {}
    }
    let arguments = job.attempt.arguments.iter();
    job.meter.given(arguments.clone().map(Value::len).sum());
    let arguments: Vec<_> = arguments.map(WitValue::from).collect();
    plugin
        .run(store, (job.attempt.callee.target, name), &arguments)
        .await
}

type Returned = Answer<WitValue>;

impl Executor for WasmExecutor {
    async fn execute(&self, job: &Arc<Job>, mailbox: &Mailbox) -> Outcome {
        let digest = &*job.attempt.callee.origin.digest;
        let Some(held) = self.components.get(digest) else {
            let message = "the host does not hold the component";
            return Outcome::failed(FailureKind::Crashed, message);
        };
        let grants = match held.needed.of(&job.attempt) {
            Some(Ok(grants)) => grants,
            Some(Err(missing)) => return Outcome::failed(FailureKind::Denied, missing),
            None => &self.grants,
        };
        // Runs that wait for others hold their instances: there may be no room for another one.
        let shared = &held.component.guests;
        let own = self.own.as_ref();
        let mut next = Some(own.map_or(shared, |own| own.guests(held.number, shared)));
        while let Some(guests) = next {
            let entry = guests.of(job.attempt.is_pure());
            if let Some(outcome) = self.run(entry, job, mailbox, grants).await {
                return outcome;
            }
            next = guests.beyond();
        }
        let message = "the host has no room for another instance";
        Outcome::failed(FailureKind::Crashed, message)
    }

    fn beside(self: &Arc<Self>) -> Arc<Self> {
        Arc::new(Self {
            components: self.components.clone(),
            // Its attempts count for themselves who holds them.
            grants: Arc::new(Grants::clone(&self.grants)),
            seed: self.seed,
            own: Some(Own::new(self.components.len())),
        })
    }
}
