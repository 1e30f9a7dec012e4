//! Runs of a task that does nothing, by one flow: each runner against wasmtime alone, and what
//! recording and showing cost.

#[expect(dead_code, reason = "each benchmark uses what it needs of it")]
mod measure;

use anyhow::Result;
use measure::bare::Bare;
use measure::command::Wflow;
use measure::options::Options;
use measure::runner::{Host, INSTANCES};
use measure::samples::{Cases, Samples, within};
use measure::table::Table;
use wflow_host::model::RunnerKind;
use wflow_host::wasm::{self, Compiler};

const RUNS: u32 = 10_000;

const RUNNERS: [(&str, RunnerKind, u32); 3] = [
    ("sequential", RunnerKind::Sequential, 1),
    ("concurrent", RunnerKind::Concurrent, 1),
    ("thread-pool", RunnerKind::ThreadPool, 2),
];

/// The last is what the others are held against.
const RECORDS: [(&str, &[&str]); 3] = [
    ("recorded", &["--durability", "relaxed"]),
    ("strictly recorded", &["--durability", "strict"]),
    ("not recorded", &["--no-record"]),
];

/// The first is what the others are held against.
const AUDIENCES: [(&str, &[&str]); 3] = [
    ("to nobody (-q)", &["-q"]),
    ("as on a terminal", &[]),
    ("as JSON", &["--json"]),
];

/// Runners, records and audiences by their places in the lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Case {
    Bare {
        threads: u32,
    },
    /// Two threads, each with an engine of its own.
    Apart,
    Host {
        runner: usize,
    },
    Command {
        runner: usize,
        record: usize,
    },
    Shown {
        audience: usize,
    },
}

fn main() -> Result<()> {
    let options = Options::read();
    let (runs, rounds) = (options.size(RUNS), options.rounds(5));
    let wflow = Wflow::new("bench-noops");
    let guest = measure::guest();
    let engine = wasm::engine(INSTANCES, None)?;
    let bare = Bare::new(&engine.engine, &guest)?;
    let other = Bare::new(&wasm::engine(INSTANCES, None)?.engine, &guest)?;
    let host = Host::new(&engine, &guest, None, &Compiler::default())?;
    let mut cases = Cases::new();
    for threads in [1, 2] {
        let bare = &bare;
        let limit = move || bare.limit(runs, threads);
        cases.add(Case::Bare { threads }, move || {
            within(limit, || bare.noops(runs, threads))
        });
    }
    cases.add(Case::Apart, || {
        let limit = || bare.limit(runs, 2);
        within(limit, || Bare::noops_on_each(&[&bare, &other], runs))
    });
    for (runner, (name, kind, workers)) in RUNNERS.into_iter().enumerate() {
        let (host, bare) = (&host, &bare);
        let limit = move || bare.limit(runs, workers);
        cases.add(Case::Host { runner }, move || {
            let count = [("count", u64::from(runs))];
            let flow = ("noops", &count[..]);
            within(limit, || host.run((kind, workers), flow, |_| Ok(())))
        });
        let flow = wflow.flow("noops").with("count", runs).on(name, workers);
        for (record, (_, options)) in RECORDS.into_iter().enumerate() {
            let flow = flow.clone().options(options);
            cases.add(Case::Command { runner, record }, move || {
                within(limit, || flow.run())
            });
        }
    }
    for (audience, (_, options)) in AUDIENCES.into_iter().enumerate() {
        let flow = wflow.flow("noops").with("count", runs);
        let flow = flow.on("thread-pool", 2).options(options);
        cases.add(Case::Shown { audience }, move || flow.run_shown());
    }
    let samples = cases.measure(rounds)?;
    print(&samples, runs, rounds);
    Ok(())
}

fn print(samples: &Samples<Case>, runs: u32, rounds: u32) {
    let each = |case| samples.seconds(case) / f64::from(runs);
    let columns = ["µs a run", "runs/s", "% of limit", "whole, ms", "peak, MiB"];
    let title = format!("{runs} runs that do nothing; medians of {rounds} rounds");
    let table = Table::new(&title, &columns);
    let row = |name: &str, threads, case| {
        let share = 100.0 * samples.efficiency(case);
        let (whole, peak) = (1e3 * samples.whole(case), samples.peak(case));
        let each = each(case);
        let plural = if threads == 1 { "" } else { "s" };
        let name = format!("{name}, {threads} thread{plural}");
        table.row(&name, &[1e6 * each, 1.0 / each, share, whole, peak]);
    };
    for threads in [1, 2] {
        row("wasmtime alone", threads, Case::Bare { threads });
    }
    row("wasmtime alone, an engine each", 2, Case::Apart);
    for (runner, (name, _, workers)) in RUNNERS.into_iter().enumerate() {
        let in_process = format!("{name}, in this process");
        row(&in_process, workers, Case::Host { runner });
    }
    for (runner, (name, _, workers)) in RUNNERS.into_iter().enumerate() {
        for (record, (how, _)) in RECORDS.into_iter().enumerate() {
            let name = format!("{name}, {how}");
            row(&name, workers, Case::Command { runner, record });
        }
    }
    print_shown(samples, runs);
}

fn print_shown(samples: &Samples<Case>, runs: u32) {
    let title = format!("{runs} runs, thread-pool with 2 threads, recorded and shown");
    let table = Table::new(&title, &["whole, ms", "µs a run more"]);
    let quiet = samples.whole(Case::Shown { audience: 0 });
    for (audience, (name, _)) in AUDIENCES.into_iter().enumerate() {
        let whole = samples.whole(Case::Shown { audience });
        let more = 1e6 * (whole - quiet) / f64::from(runs);
        table.row(name, &[1e3 * whole, more]);
    }
}
