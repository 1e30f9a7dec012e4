//! How time and memory grow with the number of runs that one flow submits at once.

#[expect(dead_code, reason = "each benchmark uses what it needs of it")]
mod measure;

use anyhow::Result;
use measure::bare::Bare;
use measure::command::Wflow;
use measure::options::Options;
use measure::runner::INSTANCES;
use measure::samples::{Cases, within};
use measure::table::Table;
use wflow_host::wasm;

const RUNS: [u32; 4] = [1_000, 10_000, 100_000, 1_000_000];
const WORKERS: u32 = 2;
/// A flow may submit 100,000 runs, and a million may be queued, unless the operator says more.
const ALLOWED: [&str; 4] = ["--submits", "2000000", "--max-queued", "2000000"];

fn main() -> Result<()> {
    let options = Options::read();
    let rounds = options.rounds(3);
    let sizes = RUNS.map(|runs| options.size(runs));
    let wflow = Wflow::new("bench-growth");
    let engine = wasm::engine(INSTANCES, None)?;
    let bare = Bare::new(&engine.engine, &measure::guest())?;
    let mut cases = Cases::new();
    for runs in sizes {
        let flow = wflow.flow("noops").with("count", runs);
        let flow = flow.on("thread-pool", WORKERS).options(&ALLOWED);
        let bare = &bare;
        cases.add(runs, move || {
            within(|| bare.limit(runs, WORKERS), || flow.run())
        });
    }
    let samples = cases.measure(rounds)?;

    let title = format!(
        "No-ops of one flow, thread-pool with {WORKERS} workers, recorded; medians of {rounds} rounds"
    );
    let columns = [
        "µs a run",
        "limit, µs",
        "% of limit",
        "peak, MiB",
        "B a run",
    ];
    let table = Table::new(&title, &columns);
    let mut before: Option<(u32, f64)> = None;
    for runs in sizes {
        let each = |seconds: f64| 1e6 * seconds / f64::from(runs);
        let [taken, limit] = [samples.seconds(runs), samples.limit(runs)].map(each);
        let share = 100.0 * samples.efficiency(runs);
        let peak = samples.peak(runs);
        let more = before.map_or(f64::NAN, |(fewer, less)| {
            (peak - less) * f64::from(1 << 20) / f64::from(runs - fewer)
        });
        let figures = [taken, limit, share, peak, more];
        table.row(&format!("{runs} runs"), &figures);
        before = Some((runs, peak));
    }
    table.note("limit: wasmtime alone on as many threads");
    table.note("B a run: what the peak grows by for each run more, of the host and of the flow's own memory");
    Ok(())
}
