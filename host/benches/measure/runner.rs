//! The runner in this process, as the command wires it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use wflow_host::build::Built;
use wflow_host::model::{Events, Limits, Outcome, RunnerKind, Value};
use wflow_host::report::Masks;
use wflow_host::runner::{
    ArgumentSource, Cache, Capacity, MemoryCache, Part, Plan, Quotas, Runner, Submit,
};
use wflow_host::wasm::{self, Compiler, Grants, GuestEngine, LoadedComponent, Seed, WasmExecutor};

use super::samples::Sample;

/// As `wflow run` has them when nobody asks for others.
pub(crate) const SLOTS: u32 = 1000;
pub(crate) const INSTANCES: u32 = SLOTS + 64;

pub(crate) struct Host {
    component: LoadedComponent,
    runtime: tokio::runtime::Runtime,
}

impl Host {
    /// With the compiled guest in the folder `cache`, if there is one.
    pub(crate) fn new(
        engine: &GuestEngine,
        path: &str,
        cache: Option<&Path>,
        compiler: &Compiler,
    ) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let built = Built::from(PathBuf::from(path));
        let load = wasm::load(engine, &built, cache, compiler);
        let component = runtime.block_on(load)?;
        Ok(Self { component, runtime })
    }

    /// Runs a flow that returns its seconds; `show` is told the events.
    pub(crate) fn run(
        &self,
        (kind, workers): (RunnerKind, u32),
        (flow, parameters): (&str, &[(&str, u64)]),
        show: impl FnMut(&Events) -> Result<()> + Send + 'static,
    ) -> Result<Sample> {
        let began = Instant::now();
        let (mut runner, mailbox) = self.runner(kind, workers)?;
        let argument = |(name, value): &(&str, u64)| {
            let json = Value::Json(value.to_string().into());
            ((*name).to_owned(), ArgumentSource::Value(json))
        };
        let submit = Submit {
            name: flow.to_owned(),
            arguments: parameters.iter().map(argument).collect(),
            wait_for: Vec::new(),
            options: Ok(None),
        };
        let root = mailbox.start(submit, None);
        self.runtime.block_on(runner.run(Box::new(show)))?;
        let seconds = match root.outcome() {
            Some(Outcome::Completed(Value::Json(json))) => json.parse(),
            ended => bail!("{flow} ended with {ended:?}"),
        };
        let seconds = seconds.with_context(|| format!("{flow} returns no seconds"))?;
        Ok(Sample {
            whole: began.elapsed().as_secs_f64(),
            ..Sample::of(seconds)
        })
    }

    fn runner(
        &self,
        kind: RunnerKind,
        workers: u32,
    ) -> Result<(Runner, wflow_host::runner::Mailbox)> {
        let part = Part {
            name: String::new(),
            digest: self.component.digest.clone(),
            home: self.component.home.clone(),
            manifest: self.component.manifest.clone(),
        };
        let plan = Plan::new(vec![part], Some(kind), workers as usize, |_, _| {
            Limits::default()
        });
        let capacity = Capacity {
            slots: SLOTS as usize,
            limits: Vec::new(),
            suspend_after: None,
            loop_alone: false,
            cores: std::thread::available_parallelism()?.get(),
            quotas: Quotas::default(),
        };
        let components = vec![self.component.clone()];
        let executor = WasmExecutor::new(components, Grants::default(), Seed::default());
        let cache = Cache::new(Box::new(MemoryCache::default()), Masks::new([]));
        Runner::new(plan, capacity, Arc::new(executor), cache)
    }
}
