//! Runs that wait, and ways to wait for runs.

use std::time::Duration;

use wflow::prelude::*;

use crate::{check, check_all, noop, timed};

#[task]
fn sleeper(index: u32, ms: u64) -> u32 {
    std::thread::sleep(Duration::from_millis(ms));
    index
}

/// Runs that sleep, all at the same time.
#[flow]
fn sleepers(count: u32, ms: u64) -> Result<f64> {
    timed(|| check_all(&sleeper::map(0..count, wflow::unmapped(ms))))
}

/// Takes the results of runs that do nothing: with `result`, in the runs' order; with `any`, as they
/// end; with `join`, all in one `.await`.
#[flow]
async fn awaited(count: u32, how: String) -> Result<f64> {
    let began = std::time::Instant::now();
    let runs = noop::map(0..count);
    let sum = match how.as_str() {
        "result" => add(runs.iter().map(Future::result)),
        "any" => add(wflow::as_completed(runs).map(|run| run.result())),
        "join" => add(wflow::join_all(runs).await),
        _ => {
            let message = format!("how is `{how}` instead of `result`, `any` or `join`");
            return Err(Failure::permanent(message));
        }
    }?;
    check(sum, (0..u64::from(count)).sum())?;
    Ok(began.elapsed().as_secs_f64())
}

fn add(results: impl IntoIterator<Item = Result<u32>>) -> Result<u64> {
    let numbers = results.into_iter();
    numbers.map(|result| result.map(u64::from)).sum()
}
