//! From the start of a process to a flow's first line and to its end: with a component that is new,
//! and with one that was compiled before.

#[expect(dead_code, reason = "each benchmark uses what it needs of it")]
mod measure;

use std::fs;
use std::time::Instant;

use anyhow::Result;
use measure::command::Wflow;
use measure::harness;
use measure::options::Options;
use measure::samples::{Cases, Sample};
use measure::table::Table;

/// Several in a round, as they are short.
const STARTS: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Case {
    Help,
    Recorded,
    Unrecorded,
    Cold,
}

const CASES: [(Case, &str); 4] = [
    (Case::Help, "wflow --version: no flow"),
    (Case::Unrecorded, "compiled before, not recorded"),
    (Case::Recorded, "compiled before, recorded"),
    (Case::Cold, "compiled now, recorded"),
];

fn main() -> Result<()> {
    let rounds = Options::read().rounds(9);
    let [known, unknown] = ["bench-start", "bench-start-cold"].map(Wflow::new);
    let hello = known.flow("hello");
    let unrecorded = hello.clone().options(&["--no-record"]);
    // From here on, it is compiled.
    hello.first_print()?;
    let mut cases = Cases::new();
    for _ in 0..STARTS {
        cases.add(Case::Help, version);
        cases.add(Case::Recorded, || hello.first_print());
        cases.add(Case::Unrecorded, || unrecorded.first_print());
    }
    cases.add(Case::Cold, || {
        fs::remove_dir_all(unknown.home())?;
        fs::create_dir_all(unknown.home())?;
        unknown.flow("hello").first_print()
    });
    let samples = cases.measure(rounds)?;

    let title = format!("From the start of the process; medians of {rounds} rounds");
    let columns = ["line, ms", "end, ms", "slowest, ms", "peak, MiB"];
    let table = Table::new(&title, &columns);
    for (case, name) in CASES {
        let line = 1e3 * samples.seconds(case);
        let [end, slowest] = [samples.whole(case), samples.slowest(case)].map(|it| 1e3 * it);
        table.row(name, &[line, end, slowest, samples.peak(case)]);
    }
    table.note(
        "line: until the flow's first line is there; slowest: the longest of all until the end",
    );
    Ok(())
}

/// What any command takes.
fn version() -> Result<Sample> {
    let began = Instant::now();
    harness::wflow(&["--version"]);
    Ok(Sample {
        whole: began.elapsed().as_secs_f64(),
        ..Sample::of(f64::NAN)
    })
}
