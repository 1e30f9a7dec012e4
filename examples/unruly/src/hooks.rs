//! What happens beside and after runs: hooks, artifacts, prints that are logged.

use std::collections::BTreeMap;

use wflow::prelude::*;
use wflow::{EndedRun, artifact};

fn notify(run: EndedRun) {
    let of = run.task.or(run.flow).unwrap_or_default();
    println!(
        "{of} ended {} after {}: {}",
        run.state, run.attempts, run.message
    );
}

fn careless(_: EndedRun) -> Result<()> {
    Err(Failure::new("the hook has no luck"))
}

fn spins(_: EndedRun) {
    panic!("hooks crash, too");
}

#[task(
    retries = 1,
    on_completion = notify,
    on_failure = [careless, notify],
    on_crashed = [spins, notify]
)]
fn watched(how: String) -> Result<String> {
    match &*how {
        "fail" => Err(Failure::new("no luck")),
        "crash" => panic!("out of order"),
        _ => Ok(how),
    }
}

/// Ends as its task does, and is watched itself.
#[flow(on_completion = notify, on_failure = notify, on_cancellation = notify)]
fn hooked(how: String) -> Result<String> {
    watched(how)
}

/// Leaves artifacts of every kind behind, and one that is refused.
#[task]
fn leave_artifacts() -> Result<String> {
    artifact::markdown("report", "What happened", "# All is well")?;
    artifact::table("table", "", &[BTreeMap::from([("a", 1), ("b", 2)])])?;
    artifact::link("link", "", "https://example.org/")?;
    artifact::image("image", "", vec![137, 80, 78, 71].into())?;
    artifact::progress("copy", "copying", 42.5)?;
    let refused = artifact::progress("copy", "copying", 101.0).expect_err("it is too much");
    Ok(format!("{}: {}", refused.kind(), refused.message()))
}

#[flow]
fn artifacts() -> Result<String> {
    leave_artifacts()
}

#[task]
fn says(text: String) {
    print!("{text}\nwithout an end");
}

#[task(log_prints = false)]
fn says_aloud(text: String) {
    println!("{text}");
}

/// What its runs print goes to their logs, unless they say otherwise.
#[flow(log_prints = true)]
fn prints() -> Result<()> {
    println!("from the flow");
    says("from a task")?;
    says_aloud("aloud")
}
