//! How work that computes gets faster with more workers.

#[expect(dead_code, reason = "each benchmark uses what it needs of it")]
mod measure;

use anyhow::Result;
use measure::bare::{Bare, kernel};
use measure::command::Wflow;
use measure::cores;
use measure::options::Options;
use measure::runner::INSTANCES;
use measure::samples::{Cases, within};
use measure::table::Table;
use wflow_host::wasm;

const RUNS: u32 = 64;
/// Iterations of the kernel: about 10 ms.
const ITERATIONS: u32 = 400_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Case {
    Concurrent,
    Pool { workers: u32 },
}

fn main() -> Result<()> {
    let options = Options::read();
    let rounds = options.rounds(5);
    let iterations = options.size(ITERATIONS);
    let wflow = Wflow::new("bench-scaling");
    let engine = wasm::engine(INSTANCES, None)?;
    let bare = Bare::new(&engine.engine, &measure::guest())?;
    let flow = wflow.flow("spin").with("count", RUNS);
    let flow = flow.with("iterations", iterations);
    let concurrent = flow.clone().on("concurrent", 1);
    let mut cases = Cases::new();
    let limit = |threads| {
        let kernel = |point| kernel(point, iterations);
        let alone = bare.on_threads(RUNS, threads, "kernel", kernel)?;
        Ok(alone.seconds)
    };
    cases.add(Case::Concurrent, || {
        within(|| limit(1), || concurrent.run())
    });
    // One more than there are cores gains nothing, and should lose nothing.
    let threads = 1..=cores() + 1;
    for workers in threads.clone() {
        let flow = flow.clone().on("thread-pool", workers);
        cases.add(Case::Pool { workers }, move || {
            within(|| limit(workers), || flow.run())
        });
    }
    let samples = cases.measure(rounds)?;

    let title = format!("{RUNS} runs that compute, recorded; medians of {rounds} rounds");
    let columns = ["ms", "times one", "limit, ms", "% of limit"];
    let table = Table::new(&title, &columns);
    let row = |name: &str, case| {
        let seconds = samples.seconds(case);
        let times = samples.seconds(Case::Pool { workers: 1 }) / seconds;
        let (limit, share) = (1e3 * samples.limit(case), 100.0 * samples.efficiency(case));
        table.row(name, &[1e3 * seconds, times, limit, share]);
    };
    row("concurrent", Case::Concurrent);
    for workers in threads {
        row(&format!("thread-pool, {workers}"), Case::Pool { workers });
    }
    table.note("limit: the same work on wasmtime alone, with as many threads");
    Ok(())
}
