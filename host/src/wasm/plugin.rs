//! A component's functions by the contract, of which an attempt calls one.

use wasmtime::component::{ComponentExportIndex, ComponentNamedList, Instance, Lift, Lower};
use wasmtime::{Result, Store, format_err};

use super::bindings::GuestPre;
use super::bindings::exports::wflow::plugin::plugin::Error;
use super::bindings::wflow::plugin::types::Value;
use super::sandbox::Sandbox;
use crate::runner::Target;

/// The interface that holds them.
pub(super) const EXPORT: &str = "wflow:plugin/plugin@0.1.0";

/// What instances are made of. wasmtime's bindings look up all functions of each, an attempt the one that it
/// calls, which saves a twentieth of its time.
#[derive(Clone)]
pub(super) struct PluginPre {
    pub(super) guest: GuestPre<Sandbox>,
    run_flow: ComponentExportIndex,
    run_task: ComponentExportIndex,
    run_hook: ComponentExportIndex,
    retry_if: ComponentExportIndex,
}

impl PluginPre {
    pub(super) fn new(guest: GuestPre<Sandbox>) -> Result<Self> {
        let component = guest.instance_pre().component();
        let interface = component.get_export_index(None, EXPORT);
        let index = |name| {
            let interface = interface.as_ref();
            let function = interface.and_then(|it| component.get_export_index(Some(it), name));
            function.ok_or_else(|| format_err!("it exports no function {name} of {EXPORT}"))
        };
        Ok(Self {
            run_flow: index("run-flow")?,
            run_task: index("run-task")?,
            run_hook: index("run-hook")?,
            retry_if: index("retry-if")?,
            guest,
        })
    }

    pub(super) async fn instantiate(&self, store: &mut Store<Sandbox>) -> Result<Plugin<'_>> {
        let instance = self.guest.instance_pre().instantiate_async(store).await?;
        let pre = self;
        Ok(Plugin { pre, instance })
    }
}

/// An instance.
pub(super) struct Plugin<'a> {
    pre: &'a PluginPre,
    instance: Instance,
}

/// What a guest answers.
pub(super) type Answer<T> = std::result::Result<T, Error>;

impl Plugin<'_> {
    /// Runs the flow or task of this name.
    pub(super) async fn run(
        &self,
        store: &mut Store<Sandbox>,
        (target, name): (Target, &str),
        arguments: &[Value],
    ) -> Result<Answer<Value>> {
        let function = match target {
            Target::Flow => &self.pre.run_flow,
            Target::Task => &self.pre.run_task,
        };
        self.call(store, function, (name, arguments)).await
    }

    pub(super) async fn run_hook(
        &self,
        store: &mut Store<Sandbox>,
        name: &str,
        run: &str,
    ) -> Result<Answer<()>> {
        self.call(store, &self.pre.run_hook, (name, run)).await
    }

    pub(super) async fn retry_if(
        &self,
        store: &mut Store<Sandbox>,
        run: &str,
    ) -> Result<Answer<bool>> {
        self.call(store, &self.pre.retry_if, (run,)).await
    }

    async fn call<P, T>(
        &self,
        store: &mut Store<Sandbox>,
        function: &ComponentExportIndex,
        parameters: P,
    ) -> Result<Answer<T>>
    where
        P: ComponentNamedList + Lower + Send + Sync,
        (Answer<T>,): ComponentNamedList + Lift + Send + Sync + 'static,
    {
        let instance = &self.instance;
        let function = instance.get_typed_func::<P, (Answer<T>,)>(&mut *store, function)?;
        Ok(function.call_async(store, parameters).await?.0)
    }
}
