//! What runs say and leave behind.

use std::collections::BTreeMap;

use wflow::prelude::*;
use wflow::{EndedRun, State, artifact};

#[task]
fn logs_task() {
    wflow::debug!("for the curious");
    wflow::info!("grüße {}", "alle");
    wflow::warn!("careful");
    wflow::error!("broken");
}

#[flow]
fn logs() -> Result<()> {
    logs_task()
}

#[task]
fn say(text: String) {
    println!("{text}");
}

#[flow]
fn prints() -> Result<()> {
    say("Grüße, 世界")
}

#[flow(log_prints = true)]
fn logs_prints() -> Result<()> {
    say("into the log")
}

#[task(run_name = "number {number}", tags = ["odd"])]
fn named_task(number: i64) -> i64 {
    number
}

#[flow]
fn named() -> Vec<String> {
    let other = named_task::with().name("other");
    vec![named_task::submit(1).name(), other.submit(2).name()]
}

#[task]
fn leave_artifacts() -> Result<()> {
    artifact::markdown("report", "", "# Well")?;
    artifact::table("table", "", &[BTreeMap::from([("a", 1)])])?;
    artifact::link("link", "", "https://example.org/")?;
    artifact::progress("progress", "", 42.5)?;
    artifact::image("image", "", b"\x89PNG"[..].into())
}

#[flow]
fn leaves_artifacts() -> Result<()> {
    leave_artifacts()
}

fn notify(run: EndedRun) {
    let of = run.task.or(run.flow).unwrap_or_default();
    let state = match run.state {
        State::Completed => "COMPLETED",
        _ => "FAILED",
    };
    println!("{of} ended {state} after {}", run.attempts);
}

#[task(retries = 1, on_completion = notify, on_failure = notify)]
fn watched(fails: bool) -> Result<()> {
    match fails {
        true => Err(Failure::new("no luck")),
        false => Ok(()),
    }
}

#[flow(on_completion = notify)]
fn hooked(fails: bool) {
    watched::submit(fails).wait();
}
