//! wasmtime and nothing else: what every runner is held to that gives each run an instance of its own.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use wasmtime::component::{Component, ComponentExportIndex, InstancePre, Linker};
use wasmtime::{Engine, Store};

use super::samples::Sample;

// For the types: its functions look up all that an instance exports.
wasmtime::component::bindgen!({
    path: "../wit",
    world: "guest",
    exports: { default: async },
});
use exports::wflow::plugin::plugin::Error;
pub(crate) use wflow::plugin::types::Value;

const EXPORT: &str = "wflow:plugin/plugin@0.1.0";

/// Runs that tell how long others take: a tenth of a second.
const ENOUGH: u32 = 5000;

/// Guests that are instantiated, called once and dropped.
pub(crate) struct Bare {
    engine: Engine,
    guest: InstancePre<()>,
    run_task: ComponentExportIndex,
}

impl Bare {
    pub(crate) fn new(engine: &Engine, path: &str) -> Result<Self> {
        let component = Component::from_file(engine, path)?;
        let mut linker = Linker::new(engine);
        // The tasks that are measured call neither the host nor WASI.
        linker.define_unknown_imports_as_traps(&component)?;
        let interface = component.get_export_index(None, EXPORT);
        let run_task = interface.and_then(|it| component.get_export_index(Some(&it), "run-task"));
        Ok(Self {
            engine: engine.clone(),
            guest: linker.instantiate_pre(&component)?,
            run_task: run_task.context("it runs no tasks")?,
        })
    }

    /// So many runs of `noop`, shared out among threads.
    pub(crate) fn noops(&self, count: u32, threads: u32) -> Result<Sample> {
        self.on_threads(count, threads, "noop", number)
    }

    /// The same, each thread with its own.
    pub(crate) fn noops_on_each(threads: &[&Self], count: u32) -> Result<Sample> {
        Self::on_each(threads, count, "noop", number)
    }

    /// Seconds that so many runs of `noop` take, by some of them.
    pub(crate) fn limit(&self, count: u32, threads: u32) -> Result<f64> {
        let some = count.min(ENOUGH);
        let sample = self.noops(some, threads)?;
        Ok(sample.seconds * f64::from(count) / f64::from(some))
    }

    /// So many runs of a task, shared out among threads.
    pub(crate) fn on_threads(
        &self,
        count: u32,
        threads: u32,
        task: &str,
        arguments: impl Fn(u32) -> Vec<Value> + Sync,
    ) -> Result<Sample> {
        let threads = vec![self; threads as usize];
        Self::on_each(&threads, count, task, arguments)
    }

    /// The same, each thread with its own.
    pub(crate) fn on_each<'a>(
        threads: &[&'a Self],
        count: u32,
        task: &str,
        arguments: impl Fn(u32) -> Vec<Value> + Sync,
    ) -> Result<Sample> {
        let began = Instant::now();
        let arguments = &arguments;
        std::thread::scope(|scope| {
            let share = |(first, bare): (u32, &'a Self)| {
                let indices = (first..count).step_by(threads.len());
                scope.spawn(move || bare.on_one_thread(task, indices.map(arguments)))
            };
            let threads: Vec<_> = (0..).zip(threads.iter().copied()).map(share).collect();
            let mut ended = threads.into_iter().map(|thread| thread.join());
            ended.try_for_each(|ended| ended.expect("no panic"))
        })?;
        Ok(Sample::of(began.elapsed().as_secs_f64()))
    }

    fn on_one_thread(&self, task: &str, runs: impl Iterator<Item = Vec<Value>>) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        runtime.block_on(async {
            for arguments in runs {
                self.run(task, &arguments).await?;
            }
            Ok(())
        })
    }

    /// Has to return.
    pub(crate) async fn run(&self, task: &str, arguments: &[Value]) -> Result<()> {
        let mut store = Store::new(&self.engine, ());
        // Never due.
        store.set_epoch_deadline(u64::MAX / 2);
        let guest = self.guest.instantiate_async(&mut store).await?;
        let run_task = guest.get_typed_func::<(&str, &[Value]), (Result<Value, Error>,)>(
            &mut store,
            &self.run_task,
        )?;
        let (returned,) = run_task.call_async(store, (task, arguments)).await?;
        ensure!(returned.is_ok(), "{task} failed: {returned:?}");
        Ok(())
    }
}

/// The arguments of a run of `noop`.
fn number(index: u32) -> Vec<Value> {
    vec![Value::Json(index.to_string())]
}

/// The arguments of a run of `kernel` that needs nothing of others.
pub(crate) fn kernel(point: u32, iterations: u32) -> Vec<Value> {
    let arguments = [point.to_string(), "[]".to_owned(), iterations.to_string()];
    arguments.map(Value::Json).into()
}
