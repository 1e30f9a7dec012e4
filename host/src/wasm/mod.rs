//! The only room that knows wasmtime: executes every attempt in a fresh instance of its component.

mod bindings;
mod component;
mod engine;
mod imports;
mod outcome;
mod output;
mod sandbox;

use std::sync::Arc;

use wasmtime::{Engine, Store, UpdateDeadline};

use crate::model::Outcome;
use crate::runner::{Executor, Job, Mailbox, Target};
use bindings::Guest;
use bindings::exports::wflow::plugin::plugin::Error;
pub use component::{LoadedComponent, load};
pub use engine::engine;
use sandbox::Sandbox;
pub use sandbox::{FolderGrant, Grants, Limits};

/// Executes attempts of one component.
pub struct WasmExecutor {
    engine: Engine,
    component: Arc<LoadedComponent>,
    limits: Limits,
    grants: Arc<Grants>,
}

impl WasmExecutor {
    pub fn new(
        engine: Engine,
        component: Arc<LoadedComponent>,
        limits: Limits,
        grants: Grants,
    ) -> Self {
        Self {
            engine,
            component,
            limits,
            grants: Arc::new(grants),
        }
    }

    fn store(&self, job: &Job, mailbox: &Mailbox) -> Store<Sandbox> {
        let sandbox = Sandbox::new(job, mailbox, self.limits, &self.grants);
        let mut store = Store::new(&self.engine, sandbox);
        store.limiter(|sandbox| sandbox);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|store| match store.data().job.is_due() {
            true => Err(wasmtime::format_err!("the attempt has to end")),
            false => Ok(UpdateDeadline::Yield(1)),
        });
        store
    }

    async fn call(&self, job: &Job, store: &mut Store<Sandbox>) -> wasmtime::Result<Returned> {
        let guest: Guest = self.component.guest.instantiate_async(&mut *store).await?;
        let plugin = guest.wflow_plugin_plugin();
        let name = &job.attempt.name;
        let arguments = job.attempt.arguments.iter().cloned();
        let arguments: Vec<_> = arguments.map(Into::into).collect();
        match job.attempt.target {
            Target::Flow => plugin.call_run_flow(store, name, &arguments).await,
            Target::Task => plugin.call_run_task(store, name, &arguments).await,
        }
    }
}

type Returned = Result<bindings::wflow::plugin::types::Value, Error>;

impl Executor for WasmExecutor {
    async fn execute(&self, job: &Job, mailbox: &Mailbox) -> Outcome {
        let mut store = self.store(job, mailbox);
        let returned = self.call(job, &mut store).await;
        outcome::of(returned, store.data())
    }
}
