//! How time and memory grow with the number of runs that one flow submits at once.

#[expect(dead_code, reason = "each benchmark uses what it needs of it")]
mod measure;

use anyhow::Result;
use measure::bare::Bare;
use measure::command::Wflow;
use measure::options::Options;
use measure::runner::INSTANCES;
use measure::samples::Cases;
use measure::table::Table;
use wflow_host::wasm;

const RUNS: [u32; 4] = [1_000, 10_000, 100_000, 1_000_000];
/// Of wasmtime alone, whose time for each run does not depend on how many there are.
const BARE_RUNS: u32 = 100_000;
const WORKERS: u32 = 2;
/// A flow may submit 100,000 runs, and a million may be queued, unless the operator says more.
const ALLOWED: [&str; 4] = ["--submits", "2000000", "--max-queued", "2000000"];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Case {
    Bare,
    Runs(u32),
}

fn main() -> Result<()> {
    let options = Options::read();
    let rounds = options.rounds(3);
    let sizes = RUNS.map(|runs| options.size(runs));
    let wflow = Wflow::new("bench-growth");
    let engine = wasm::engine(INSTANCES, None)?;
    let bare = Bare::new(&engine.engine, &measure::guest())?;
    let bare_runs = options.size(BARE_RUNS);
    let mut cases = Cases::new();
    cases.add(Case::Bare, || bare.noops(bare_runs, WORKERS));
    for runs in sizes {
        let flow = wflow.flow("noops").with("count", runs);
        let flow = flow.on("thread-pool", WORKERS).options(&ALLOWED);
        cases.add(Case::Runs(runs), move || flow.run());
    }
    let samples = cases.measure(rounds)?;

    let limit = samples.seconds(Case::Bare) / f64::from(bare_runs);
    let title = format!(
        "No-ops of one flow, thread-pool with {WORKERS} workers, recorded; medians of {rounds} rounds"
    );
    let columns = ["µs a run", "% of limit", "peak, MiB", "B a run"];
    let table = Table::new(&title, &columns);
    table.row("wasmtime alone", &[1e6 * limit, 100.0, f64::NAN, f64::NAN]);
    let mut before: Option<(u32, f64)> = None;
    for runs in sizes {
        let each = samples.seconds(Case::Runs(runs)) / f64::from(runs);
        let peak = samples.peak(Case::Runs(runs));
        let more = before.map_or(f64::NAN, |(fewer, less)| {
            (peak - less) * f64::from(1 << 20) / f64::from(runs - fewer)
        });
        let figures = [1e6 * each, 100.0 * limit / each, peak, more];
        table.row(&format!("{runs} runs"), &figures);
        before = Some((runs, peak));
    }
    table.note("B a run: what the peak grows by for each run more, of the host and of the flow's own memory");
    Ok(())
}
