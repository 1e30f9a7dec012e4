//! How work that computes gets faster with more workers.

#[expect(dead_code, reason = "each benchmark uses what it needs of it")]
mod measure;

use anyhow::Result;
use measure::bare::{Bare, kernel};
use measure::command::Wflow;
use measure::cores;
use measure::options::Options;
use measure::runner::INSTANCES;
use measure::samples::Cases;
use measure::table::Table;
use wflow_host::wasm;

const RUNS: u32 = 64;
/// Iterations of the kernel: about 10 ms.
const ITERATIONS: u32 = 400_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Case {
    Bare { threads: u32 },
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
    cases.add(Case::Concurrent, || concurrent.run());
    // One more than there are cores gains nothing, and should lose nothing.
    let threads = 1..=cores() + 1;
    for workers in threads.clone() {
        let bare = &bare;
        let case = Case::Bare { threads: workers };
        cases.add(case, move || {
            bare.on_threads(RUNS, workers, "kernel", |point| kernel(point, iterations))
        });
        let flow = flow.clone().on("thread-pool", workers);
        cases.add(Case::Pool { workers }, move || flow.run());
    }
    let samples = cases.measure(rounds)?;

    let title = format!("{RUNS} runs that compute, recorded; medians of {rounds} rounds");
    let columns = ["ms", "times one", "limit, ms", "% of limit"];
    let table = Table::new(&title, &columns);
    let row = |name: &str, threads, case| {
        let seconds = samples.seconds(case);
        let times = samples.seconds(Case::Pool { workers: 1 }) / seconds;
        let limit = samples.seconds(Case::Bare { threads });
        let figures = [1e3 * seconds, times, 1e3 * limit, 100.0 * limit / seconds];
        table.row(name, &figures);
    };
    row("concurrent", 1, Case::Concurrent);
    for workers in threads {
        row(
            &format!("thread-pool, {workers}"),
            workers,
            Case::Pool { workers },
        );
    }
    table.note("limit: the same work on wasmtime alone, with as many threads");
    Ok(())
}
