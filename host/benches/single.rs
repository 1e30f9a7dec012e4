//! Single steps, by Criterion: one run, and what it takes to load a component.

#[expect(dead_code, reason = "each benchmark uses what it needs of it")]
mod measure;

use std::time::Duration;

use anyhow::Result;
use criterion::Criterion;
use measure::bare::{Bare, Value};
use measure::harness;
use measure::runner::{Host, INSTANCES};
use wflow_host::model::RunnerKind;
use wflow_host::wasm::{self, Compiler, GuestEngine};

fn main() -> Result<()> {
    let guest = measure::guest();
    let engine = wasm::engine(INSTANCES, None)?;
    let mut criterion = Criterion::default().configure_from_args();
    one_run(&mut criterion, &engine, &guest)?;
    load(&mut criterion, &engine, &guest)?;
    criterion.final_summary();
    Ok(())
}

/// From the submit to the result: one run at a time.
fn one_run(criterion: &mut Criterion, engine: &GuestEngine, guest: &str) -> Result<()> {
    let bare = Bare::new(&engine.engine, guest)?;
    let host = Host::new(engine, guest, None, &Compiler::default())?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let mut group = criterion.benchmark_group("one run");
    let arguments = [Value::Json("1".to_owned())];
    group.bench_function("wasmtime alone", |bencher| {
        bencher.iter(|| {
            let ran = runtime.block_on(bare.run("noop", &arguments));
            ran.expect("a task that does nothing");
        });
    });
    for (name, kind) in [
        ("sequential", RunnerKind::Sequential),
        ("concurrent", RunnerKind::Concurrent),
        ("thread-pool", RunnerKind::ThreadPool),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|count| {
                let flow = ("latency", &[("count", count)][..]);
                let sample = host.run((kind, 2), flow, |_| Ok(()));
                // By the flow's clock, whose milliseconds are short beside what Criterion asks for.
                Duration::from_secs_f64(sample.expect("a flow that completes").seconds)
            });
        });
    }
    group.finish();
    Ok(())
}

/// Everything before the first instance.
fn load(criterion: &mut Criterion, engine: &GuestEngine, guest: &str) -> Result<()> {
    let cache = harness::folder("bench-load");
    // From here on, it is compiled.
    Host::new(engine, guest, Some(&cache), &Compiler::default())?;
    let mut group = criterion.benchmark_group("load");
    group.bench_function("an engine", |bencher| {
        bencher.iter(|| wasm::engine(INSTANCES, None).expect("an engine"));
    });
    let load = |cache| {
        let host = Host::new(engine, guest, cache, &Compiler::default());
        host.expect("a component of this wflow");
    };
    group.bench_function("a compiled component", |bencher| {
        bencher.iter(|| load(Some(&*cache)));
    });
    group.sample_size(10);
    group.bench_function("a new component", |bencher| bencher.iter(|| load(None)));
    group.finish();
    Ok(())
}
