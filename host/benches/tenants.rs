//! What one tenant's flood costs another: a single run of the one, with and without 100,000 runs of
//! the other.

#[expect(dead_code, reason = "each benchmark uses what it needs of it")]
mod measure;

use std::time::Duration;

use anyhow::{Result, ensure};
use measure::command::{Flow, Wflow};
use measure::options::Options;
use measure::samples::{Cases, Sample};
use measure::table::Table;

const CONFIG: &str = "[tenants.flooding.quotas]\nmax-active = 1\n[tenants.single]\n";
/// Iterations of the kernel, for what takes no CPU time to speak of and what takes 200 ms.
const RUNS: [(&str, u32); 2] = [
    ("a run that does nothing", 0),
    ("a run that computes", 8_000_000),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Case {
    Alone(u32),
    Flooded(u32),
}

fn main() -> Result<()> {
    let rounds = Options::read().rounds(9);
    let wflow = Wflow::new("bench-tenants");
    std::fs::write(wflow.home().join("wflow.toml"), CONFIG)?;
    let single = |iterations| {
        let flow = wflow.flow("spin").with("count", 1);
        flow.with("iterations", iterations)
            .options(&["--tenant", "single"])
    };
    let flood = wflow
        .flow("noops")
        .with("count", 100_000)
        .on("thread-pool", 2);
    let flood = flood.options(&["--tenant", "flooding"]);
    // From here on, the component is compiled for both.
    single(0).run()?;
    wflow
        .flow("hello")
        .options(&["--tenant", "flooding"])
        .first_print()?;
    let mut cases = Cases::new();
    for (_, iterations) in RUNS {
        let alone = single(iterations);
        let flooded = alone.clone();
        cases.add(Case::Alone(iterations), move || alone.run());
        let flood = &flood;
        cases.add(Case::Flooded(iterations), move || beside(flood, &flooded));
    }
    let samples = cases.measure(rounds)?;

    let title = format!("From the start of the process to its end; medians of {rounds} rounds");
    let table = Table::new(&title, &["alone, ms", "flooded, ms", "ratio"]);
    for (name, iterations) in RUNS {
        let [alone, flooded] =
            [Case::Alone(iterations), Case::Flooded(iterations)].map(|case| samples.whole(case));
        table.row(name, &[1e3 * alone, 1e3 * flooded, flooded / alone]);
    }
    Ok(())
}

/// Runs one flow while the other is under way.
fn beside(flood: &Flow<'_>, flow: &Flow<'_>) -> Result<Sample> {
    let mut flood = flood.start()?;
    // 100,000 runs take seconds; this is well within.
    std::thread::sleep(Duration::from_millis(150));
    ensure!(flood.try_wait()?.is_none(), "the flood has ended already");
    let sample = flow.run();
    flood.kill()?;
    flood.wait()?;
    sample
}
