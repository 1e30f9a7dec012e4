//! What a submit can say, and what comes of it.

use std::time::Duration;

use wflow::prelude::*;
use wflow::{State, allow_failure};

use crate::concurrency::doze;
use crate::shapes::{fail, increment, noop};

/// Tells how a run ended.
#[task]
fn report(run: Outcome<u32>) -> String {
    match run {
        Outcome::Completed(value) => format!("completed with {value}"),
        Outcome::Failed(failure) => format!("{}: {}", failure.kind(), failure.message()),
    }
}

/// Starts runs although the one that they wait for may fail.
#[flow]
fn allowed(fails: bool) -> Result<(String, u32)> {
    let run = match fails {
        true => fail::submit(),
        false => noop::submit(7),
    };
    let report = report::submit(allow_failure(&run));
    let after = increment::with().wait_for(allow_failure(&run)).submit(1);
    Ok((report.result()?, after.result()?))
}

/// Adds numbers.
#[task]
fn total(numbers: Vec<u32>) -> u32 {
    numbers.iter().sum()
}

/// Hands a list of results over.
#[flow]
fn summed(count: u32) -> Result<u32> {
    total::submit(&noop::map(0..count)).result()
}

#[task(run_name = "resize-{width}-of-{path}")]
fn resize(width: u32, path: String) -> u32 {
    width * path.len() as u32
}

/// The names of runs: by the template of the code, and by another one.
#[flow(run_name = "thumbnails of {path}")]
fn named(path: String) -> Vec<String> {
    let seven = noop::with().name("seven").submit(7);
    let by_code = resize::submit(64, &path);
    let by_submit = resize::with().name("first {width}").submit(128, &path);
    let by_future = resize::submit(&seven, &path);
    vec![by_code.name(), by_submit.name(), by_future.name()]
}

/// Starts a run after one of which it takes no result.
#[flow]
fn waits_for_another() -> Result<u32> {
    let first = doze::submit(100);
    increment::with().wait_for(&first).submit(1).result()
}

/// The results of runs in the order of their ends, and then those of a map.
#[flow]
fn as_they_end() -> Result<(Vec<u64>, Vec<u32>)> {
    let runs = doze::map([600, 300, 0]);
    let ended: Result<_> = wflow::as_completed(runs).map(|run| run.result()).collect();
    let widths = resize::map([1, 2, 3], wflow::unmapped("ab"));
    let mapped: Result<_> = widths.iter().map(Future::result).collect();
    Ok((ended?, mapped?))
}

/// The failure of a run as a value, and its state.
#[flow]
fn failure_and_state() -> (String, String) {
    let run = fail::submit();
    let failure = run.result().err().map(|failure| failure.message().into());
    (failure.unwrap_or_default(), run.state().to_string())
}

/// How many runs have ended in time, how many have not, and how those end that are then cancelled.
#[flow]
fn waited() -> (usize, usize, String) {
    let runs = doze::map([0, 0, 3_600_000]);
    let (done, not_done) = wflow::wait(runs, Some(Duration::from_secs(1)));
    let states: Vec<_> = not_done
        .iter()
        .map(|run| {
            run.cancel();
            run.wait()
        })
        .collect();
    let ends_so = states.first().map(State::to_string).unwrap_or_default();
    (done.len(), not_done.len(), ends_so)
}

fn is_busy(failure: &Failure) -> bool {
    failure.message() == "busy"
}

#[task(retries = 2, retry_if = is_busy)]
fn busy_or_broken(message: String) -> Result<()> {
    Err(Failure::new(message))
}

/// Fails after three attempts if the message is `busy`, after one if it is another.
#[flow]
fn conditional(message: String) -> Result<()> {
    busy_or_broken(message)
}

/// Fails at its first attempt and completes at its second. Attempts share nothing but files, so that
/// it needs an empty folder for `state`.
#[flow(retries = 3, retry_delay = "10ms")]
fn second_time_lucky() -> Result<u32> {
    let attempts = std::fs::read_to_string("state/attempts").unwrap_or_default();
    std::fs::write("state/attempts", format!("{attempts}x"))?;
    match attempts.len() {
        0 => fail(),
        attempts => noop(attempts as u32),
    }
}

#[task(max_concurrency = 2, tags = ["db"])]
async fn query(milliseconds: u64) -> u64 {
    wflow::sleep(Duration::from_millis(milliseconds)).await;
    milliseconds
}

/// Runs of a task of which two may execute at the same time.
#[flow]
fn queries(count: usize, #[default(20)] milliseconds: u64) -> Result<u64> {
    query::map(vec![milliseconds; count])
        .iter()
        .map(Future::result)
        .sum()
}

/// Waits for a run of another task while it keeps its place among those of its own.
#[task(max_concurrency = 1)]
fn keeps_its_place(milliseconds: u64) -> Result<u64> {
    doze::submit(milliseconds).result()
}

/// Runs of a task of which one may execute at the same time, whether it waits or not.
#[flow]
fn places() -> Result<u64> {
    let runs = keeps_its_place::map([20, 20, 20]);
    runs.iter().map(Future::result).sum()
}

/// Submits runs of rising priority while the first one keeps the only slot.
#[flow]
fn priorities() -> Result<u64> {
    let first = query::submit(500);
    for n in 1..4 {
        let _ = noop::with().priority(n).submit(n as u32);
    }
    first.result()
}

#[flow(runner = "sequential")]
fn one_by_one() -> String {
    noop::submit(1).state().to_string()
}

/// A subflow has a runner of its own: the state of its run right after the submit.
#[flow]
fn runner_of_its_own() -> Result<String> {
    one_by_one()
}

/// A flow that is retried as the run of another one, which is not.
#[flow]
fn lucky_subflow() -> Result<u32> {
    second_time_lucky()
}
