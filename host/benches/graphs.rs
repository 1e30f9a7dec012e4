//! What the shape of a flow costs: runs in a row, wide, asleep, mapped, and ways to wait for them.

#[expect(dead_code, reason = "each benchmark uses what it needs of it")]
mod measure;

use anyhow::Result;
use measure::bare::Bare;
use measure::command::{Flow, Wflow};
use measure::options::Options;
use measure::runner::{INSTANCES, SLOTS};
use measure::samples::{Cases, within};
use measure::table::Table;
use wflow_host::wasm;

const WORKERS: u32 = 2;
const SLEEP_MS: u32 = 100;

/// A flow, and what limits it.
struct Shape<'a> {
    name: &'static str,
    flow: Flow<'a>,
    runs: u32,
    /// How many runs can execute at the same time.
    threads: u32,
    /// Milliseconds that pass however fast the host is.
    asleep: u32,
}

fn main() -> Result<()> {
    let options = Options::read();
    let rounds = options.rounds(5);
    let wflow = Wflow::new("bench-graphs");
    let engine = wasm::engine(INSTANCES, None)?;
    let bare = Bare::new(&engine.engine, &measure::guest())?;
    let shapes = shapes(&wflow, &options);
    let mut cases = Cases::new();
    for shape in &shapes {
        let bare = &bare;
        let limit = || {
            let alone = bare.limit(shape.runs, shape.threads)?;
            Ok(alone.max(f64::from(shape.asleep) / 1e3))
        };
        cases.add(shape.name, move || within(limit, || shape.flow.run()));
    }
    let samples = cases.measure(rounds)?;

    let title = format!(
        "Shapes on thread-pool with {WORKERS} workers, recorded; medians of {rounds} rounds"
    );
    let columns = ["runs", "ms", "µs a run", "limit, ms", "% of limit"];
    let table = Table::new(&title, &columns);
    for Shape { name, runs, .. } in shapes {
        let (seconds, runs) = (samples.seconds(name), f64::from(runs));
        let (limit, share) = (1e3 * samples.limit(name), 100.0 * samples.efficiency(name));
        let figures = [runs, 1e3 * seconds, 1e6 * seconds / runs, limit, share];
        table.row(name, &figures);
    }
    table.note("limit: wasmtime alone on as many threads as the shape can use, or the sleep where that is longer");
    Ok(())
}

fn shapes<'a>(wflow: &'a Wflow, options: &Options) -> Vec<Shape<'a>> {
    let shape = |name, runs, threads, flow: Flow<'a>| Shape {
        name,
        flow: flow.on("thread-pool", WORKERS),
        runs,
        threads,
        asleep: 0,
    };
    let runs = options.size(10_000);
    let width = options.size(1_000);
    let latencies = options.size(1_000);
    let awaited = |how| wflow.flow("awaited").with("count", runs).with("how", how);
    let flow = |flow: &str, parameter: &str, size: u32| wflow.flow(flow).with(parameter, size);
    let sleepers = flow("sleepers", "count", runs).with("ms", SLEEP_MS);
    vec![
        shape("submit", runs, WORKERS, flow("noops", "count", runs)),
        shape("map", runs, WORKERS, flow("mapped", "count", runs)),
        shape("results by result()", runs, WORKERS, awaited("result")),
        shape("results by as_completed", runs, WORKERS, awaited("any")),
        shape(
            "results by join_all(..).await",
            runs,
            WORKERS,
            awaited("join"),
        ),
        shape("a chain", runs, 1, flow("chain", "length", runs)),
        shape(
            "one, many, one",
            width + 2,
            WORKERS,
            flow("fan_out", "width", width),
        ),
        shape(
            "one at a time",
            latencies,
            1,
            flow("latency", "count", latencies),
        ),
        Shape {
            // As many sleep at the same time as may be live.
            asleep: SLEEP_MS * runs.div_ceil(SLOTS),
            ..shape("sleepers of 100 ms", runs, WORKERS, sleepers)
        },
    ]
}
