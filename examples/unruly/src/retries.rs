//! Tasks whose first attempts fail.

use std::fs;
use std::time::Duration;

use wflow::prelude::*;

/// Fails at every attempt.
#[task(retries = 2, retry_delay = "10ms")]
fn hopeless(permanent: bool) -> Result<()> {
    Err(match permanent {
        true => Failure::permanent("there is no point"),
        false => Failure::new("again"),
    })
}

/// Fails after three attempts, or after one if the failure is permanent.
#[flow]
fn retried(#[default(false)] permanent: bool) -> Result<()> {
    hopeless(permanent)
}

/// Fails so many times before it completes. Attempts share nothing but files, so they are counted
/// in the folder `state`.
#[task(retries = 3, retry_delay = "10ms")]
fn count_attempts(fail_times: u32) -> Result<u32> {
    let before = fs::read_to_string("state/attempts").unwrap_or_default();
    let attempt = before.len() as u32 + 1;
    fs::write("state/attempts", before + "x")?;
    match attempt > fail_times {
        true => Ok(attempt),
        false => Err(Failure::new(format!("attempt {attempt}"))),
    }
}

/// The number of the attempt that completed; needs an empty folder for `state`.
#[flow]
fn flaky(fail_times: u32) -> Result<u32> {
    count_attempts(fail_times)
}

/// Fails after retries whose delays are listed, or double each time; jitter makes them longer.
#[flow]
fn paced(delays_ms: Vec<u64>, backoff: f64, jitter: f64) -> Result<()> {
    let delays = delays_ms.into_iter().map(Duration::from_millis);
    let paced = hopeless::with().retries(3).retry_delays(delays);
    let paced = paced.retry_backoff(backoff).retry_jitter(jitter);
    paced.submit(false).result()
}

/// Crashes at its first attempt; counts attempts as `count_attempts` does.
#[task(retries = 1)]
fn crash_once() -> Result<u32> {
    let before = fs::read_to_string("state/attempts").unwrap_or_default();
    fs::write("state/attempts", format!("{before}x"))?;
    assert!(!before.is_empty(), "out of order");
    Ok(before.len() as u32 + 1)
}

/// The number of the attempt that did not crash; needs an empty folder for `state`.
#[flow]
fn survives() -> Result<u32> {
    crash_once()
}

/// Runs that fail and wait for an hour.
#[flow]
fn patient(count: usize) -> usize {
    let hour = Duration::from_secs(3600);
    let submit = |_| hopeless::with().retry_delay(hour).submit(false);
    let runs: Vec<_> = (0..count).map(submit).collect();
    runs.into_iter().filter(|run| run.result().is_err()).count()
}
