//! Bytes through a run, and from run to run, against what wasmtime alone takes for them.

#[expect(dead_code, reason = "each benchmark uses what it needs of it")]
mod measure;

use anyhow::Result;
use measure::bare::{Bare, Value};
use measure::command::Wflow;
use measure::options::Options;
use measure::runner::INSTANCES;
use measure::samples::Cases;
use measure::table::{Table, figure};
use wflow_host::wasm;

/// Bytes, and how often they go through a run.
const SIZES: [(u32, u32); 3] = [(1 << 10, 5_000), (1 << 20, 200), (64 << 20, 4)];
/// The flow holds the bytes, what it hands over, and what it gets back.
const MEMORY: [&str; 2] = ["--memory", "1GiB"];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Case {
    Bare(u32),
    /// Each on its own, through the flow.
    Through(u32),
    /// In a row.
    Onward(u32),
}

fn main() -> Result<()> {
    let options = Options::read();
    let rounds = options.rounds(5);
    let wflow = Wflow::new("bench-bytes");
    let engine = wasm::engine(INSTANCES, None)?;
    let bare = Bare::new(&engine.engine, &measure::guest())?;
    let sizes = SIZES.map(|(size, runs)| (size, options.size(runs)));
    let mut cases = Cases::new();
    for (size, runs) in sizes {
        let bare = &bare;
        cases.add(Case::Bare(size), move || {
            bare.on_threads(runs, 1, "echo_bytes", |_| {
                vec![Value::Bytes(vec![7; size as usize])]
            })
        });
        let flow = wflow.flow("echo").with("size", size).options(&MEMORY);
        let through = flow.clone().with("count", runs);
        cases.add(Case::Through(size), move || through.run());
        let onward = flow.with("hops", runs);
        cases.add(Case::Onward(size), move || onward.run());
    }
    let samples = cases.measure(rounds)?;

    let title = format!("Bytes on the concurrent runner, recorded; medians of {rounds} rounds");
    let columns = ["ms a run", "MiB/s", "% of limit", "peak, MiB"];
    let table = Table::new(&title, &columns);
    for (size, runs) in sizes {
        let limit = samples.seconds(Case::Bare(size));
        let cases = [
            ("wasmtime alone", Case::Bare(size)),
            ("through a run", Case::Through(size)),
            ("from run to run", Case::Onward(size)),
        ];
        for (what, case) in cases {
            let seconds = samples.seconds(case);
            let each = seconds / f64::from(runs);
            let mib = f64::from(size) / f64::from(1 << 20);
            let name = format!("{} KiB {what}", figure(f64::from(size) / 1024.0));
            let share = 100.0 * limit / seconds;
            table.row(&name, &[1e3 * each, mib / each, share, samples.peak(case)]);
        }
    }
    Ok(())
}
