//! What a run costs: wasmtime alone, the runner above it, the whole command, and its start-up.

#![expect(clippy::print_stdout, reason = "the table is what it is for")]

#[path = "../../tests/harness.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod harness;

use std::io::Read;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Store};
use wflow_host::model::{Limits, Outcome, RunnerKind, Value as RunValue};
use wflow_host::report::Masks;
use wflow_host::runner::{
    ArgumentSource, Cache, Capacity, MemoryCache, Part, Plan, Quotas, Runner, Submit,
};
use wflow_host::wasm::{self, Compiler, Grants, GuestEngine, LoadedComponent, Seed, WasmExecutor};

wasmtime::component::bindgen!({
    path: "../wit",
    world: "guest",
    exports: { default: async },
});
use wflow::plugin::types::Value;

const RUNS: u32 = 10_000;
/// Everything is measured once a round, so that a busy minute of the machine hits all of it.
const ROUNDS: usize = 5;
const STARTS_PER_ROUND: usize = 4;

/// As `wflow run` has them when nobody asks for others.
const SLOTS: u32 = 1000;
const INSTANCES: u32 = SLOTS + 64;

const THREADS: [u32; 2] = [1, 2];
const RUNNERS: [(&str, RunnerKind, u32); 3] = [
    ("sequential", RunnerKind::Sequential, 1),
    ("concurrent", RunnerKind::Concurrent, 1),
    ("thread-pool", RunnerKind::ThreadPool, 2),
];

/// The throughput of the last is what the others are held against.
const RECORDS: [(&str, &[&str]); 3] = [
    ("recorded", &["--durability", "relaxed"]),
    ("strictly recorded", &["--durability", "strict"]),
    ("not recorded", &["--no-record"]),
];

fn main() -> Result<()> {
    let database = harness::folder("bench").join("wflow.db");
    let database = database.to_str().context("a path of text")?;
    let path = harness::example("unruly");
    let engine = wasm::engine(INSTANCES, None)?;
    let bare = Bare::new(&engine.engine, &path)?;
    let host = Host::new(&engine, &path)?;
    check(&path)?;
    let mut figures = Figures::default();
    for _ in 0..ROUNDS {
        for (samples, threads) in figures.bare.iter_mut().zip(THREADS) {
            samples.add(bare.on_threads(threads)? / threads);
        }
        for (samples, (_, runner, workers)) in figures.host.iter_mut().zip(RUNNERS) {
            samples.add(host.run(runner, workers)?);
        }
        for (records, (runner, _, workers)) in figures.command.iter_mut().zip(RUNNERS) {
            for (samples, (_, options)) in records.iter_mut().zip(RECORDS) {
                let database: &[&str] = match options {
                    ["--no-record"] => &[],
                    _ => &["--db", database],
                };
                let options = [options, database].concat();
                command(&path, runner, workers, &options, samples)?;
            }
        }
        for _ in 0..STARTS_PER_ROUND {
            start_up(&path, &mut figures.start)?;
        }
    }
    figures.print();
    Ok(())
}

/// wasmtime and nothing else: what no runner can beat that gives every run an instance of its own.
struct Bare {
    engine: Engine,
    guest: GuestPre<()>,
}

impl Bare {
    fn new(engine: &Engine, path: &str) -> Result<Self> {
        let component = Component::from_file(engine, path)?;
        let mut linker = Linker::new(engine);
        // A task that does nothing calls nothing, neither the host nor WASI.
        linker.define_unknown_imports_as_traps(&component)?;
        let guest = GuestPre::new(linker.instantiate_pre(&component)?)?;
        let engine = engine.clone();
        Ok(Self { engine, guest })
    }

    /// Each thread has all of the runs.
    fn on_threads(&self, threads: u32) -> Result<Duration> {
        let began = Instant::now();
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..threads)
                .map(|_| scope.spawn(|| self.on_one_thread()))
                .collect();
            let mut ended = threads.into_iter().map(|thread| thread.join());
            ended.try_for_each(|ended| ended.expect("no panic"))
        })?;
        Ok(began.elapsed())
    }

    fn on_one_thread(&self) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        runtime.block_on(async {
            for index in 0..RUNS {
                self.noop(index).await?;
            }
            Ok(())
        })
    }

    async fn noop(&self, index: u32) -> Result<()> {
        let mut store = Store::new(&self.engine, ());
        // Never due.
        store.set_epoch_deadline(u64::MAX / 2);
        let guest = self.guest.instantiate_async(&mut store).await?;
        let arguments = [Value::Json(index.to_string())];
        let plugin = guest.wflow_plugin_plugin();
        let returned = plugin.call_run_task(store, "noop", &arguments).await?;
        ensure!(matches!(returned, Ok(Value::Json(json)) if json == index.to_string()));
        Ok(())
    }
}

/// The runner as the command uses it, with events that nobody looks at.
struct Host {
    component: LoadedComponent,
    runtime: tokio::runtime::Runtime,
}

impl Host {
    fn new(engine: &GuestEngine, path: &str) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let component = runtime.block_on(wasm::load(
            engine,
            path.as_ref(),
            None,
            &Compiler::default(),
        ))?;
        Ok(Self { component, runtime })
    }

    /// One flow submits all of the runs at once and takes all results.
    fn run(&self, runner: RunnerKind, workers: u32) -> Result<Duration> {
        let began = Instant::now();
        let part = Part {
            name: String::new(),
            digest: self.component.digest.clone(),
            home: self.component.home.clone(),
            manifest: self.component.manifest.clone(),
        };
        let plan = Plan::new(vec![part], Some(runner), workers as usize, |_, _| {
            Limits::default()
        });
        let capacity = Capacity {
            slots: SLOTS as usize,
            limits: Vec::new(),
            suspend_after: None,
            loop_alone: false,
            quotas: Quotas::default(),
        };
        let executor = Arc::new(self.executor());
        let cache = Cache::new(Box::new(MemoryCache::default()), Masks::new([]));
        let (mut runner, mailbox) = Runner::new(plan, capacity, executor, cache)?;
        let count = ArgumentSource::Value(RunValue::Json(RUNS.to_string().into()));
        let submit = Submit {
            name: "noops".to_owned(),
            arguments: vec![("count".to_owned(), count)],
            wait_for: Vec::new(),
            options: Ok(None),
        };
        let root = mailbox.start(submit, None);
        self.runtime.block_on(runner.run(Box::new(|_| Ok(()))))?;
        ensure!(root.outcome().is_some_and(Outcome::is_completed));
        Ok(began.elapsed())
    }

    fn executor(&self) -> WasmExecutor {
        let components = vec![self.component.clone()];
        WasmExecutor::new(components, Grants::default(), Seed::default())
    }
}

/// `wflow run` works, and keeps the compiled component from then on.
fn check(path: &str) -> Result<()> {
    let ended = harness::wflow(&["run", path, "hello", "-q"]);
    ensure!(
        ended.code == Some(0) && ended.stdout == "hello\n",
        "{ended:?}"
    );
    Ok(())
}

fn command(
    path: &str,
    runner: &str,
    workers: u32,
    record: &[&str],
    process: &mut Process,
) -> Result<()> {
    let (count, workers) = (format!("count={RUNS}"), workers.to_string());
    let flow = ["run", path, "noops", "-p", &count, "-q"];
    let options = ["--runner", runner, "--max-workers", &workers];
    let began = Instant::now();
    let mut child = harness::command(&[&flow[..], &options, record].concat())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut stdout = child.stdout.take().context("piped")?;
    stdout.read_exact(&mut [0])?;
    // The result is out, and nothing is freed yet: memory is past its peak.
    process.peaks.0.extend(peak_memory(child.id()));
    ensure!(child.wait()?.success());
    process.whole.add(began.elapsed());
    Ok(())
}

/// MiB; none where /proc is missing or the process has just ended.
fn peak_memory(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = peak.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib / 1024.0)
}

/// From the start of a process until its flow has printed, and until it has ended.
fn start_up(path: &str, start: &mut StartUp) -> Result<()> {
    let began = Instant::now();
    let mut child = harness::command(&["run", path, "hello", "-q"])
        .stdout(Stdio::piped())
        .spawn()?;
    let mut stdout = child.stdout.take().context("piped")?;
    stdout.read_exact(&mut [0])?;
    start.printed.add(began.elapsed());
    ensure!(child.wait()?.success());
    start.ended.add(began.elapsed());
    Ok(())
}

#[derive(Default)]
struct Figures {
    bare: [Samples; THREADS.len()],
    host: [Samples; RUNNERS.len()],
    command: [[Process; RECORDS.len()]; RUNNERS.len()],
    start: StartUp,
}

#[derive(Default)]
struct Process {
    whole: Samples,
    peaks: Samples,
}

#[derive(Default)]
struct StartUp {
    printed: Samples,
    ended: Samples,
}

impl Figures {
    fn print(&self) {
        println!("{RUNS} runs of a task that does nothing; medians of {ROUNDS} rounds\n");
        println!("{:44}{:>9}{:>9}", "", "tasks/s", "µs/task");
        for (samples, threads) in self.bare.iter().zip(THREADS) {
            row("wasmtime alone", threads, samples, "");
        }
        for (samples, (runner, _, workers)) in self.host.iter().zip(RUNNERS) {
            let limit = &self.bare[workers as usize - 1];
            let share = 100.0 * limit.median() / samples.median();
            row(
                runner,
                workers,
                samples,
                &format!("{share:9.0} % of wasmtime alone"),
            );
        }
        println!(
            "\n{:44}{:>9}{:>9}",
            "wflow run, the whole process", "tasks/s", "µs/task"
        );
        for (records, (runner, _, workers)) in self.command.iter().zip(RUNNERS) {
            let unrecorded = records[RECORDS.len() - 1].whole.median();
            for (Process { whole, peaks }, (record, _)) in records.iter().zip(RECORDS) {
                let (seconds, peak) = (whole.median(), peaks.median());
                let share = 100.0 * unrecorded / seconds;
                let more = format!(
                    "{share:9.0} % of unrecorded, {seconds:.2} s in all, {peak:.0} MiB at the peak"
                );
                row(&format!("{runner}, {record}"), workers, whole, &more);
            }
        }
        let StartUp { printed, ended } = &self.start;
        println!(
            "\n{:44}{:>9}{:>9}",
            "wflow run, compiled before", "median", "max"
        );
        printed.print_milliseconds("start to the first print, ms");
        ended.print_milliseconds("start to the end, ms");
    }
}

fn row(what: &str, threads: u32, samples: &Samples, more: &str) {
    let plural = if threads == 1 { "" } else { "s" };
    let what = format!("{what}, {threads} thread{plural}");
    let each = samples.median() / f64::from(RUNS);
    println!("{what:44}{:9.0}{:9.1}{more}", 1.0 / each, 1e6 * each);
}

/// Seconds, or MiB.
#[derive(Default)]
struct Samples(Vec<f64>);

impl Samples {
    fn add(&mut self, time: Duration) {
        self.0.push(time.as_secs_f64());
    }

    /// Not a number where there are none.
    fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        *sorted.get(sorted.len() / 2).unwrap_or(&f64::NAN)
    }

    fn print_milliseconds(&self, what: &str) {
        let max = self.0.iter().copied().fold(0.0, f64::max);
        println!("{what:44}{:9.1}{:9.1}", 1e3 * self.median(), 1e3 * max);
    }
}
