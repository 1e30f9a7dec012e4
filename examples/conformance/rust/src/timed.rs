//! Time, chance, and async functions.

use std::future::pending;
use std::thread;
use std::time::{Duration, Instant};

use wflow::prelude::*;

#[task]
pub(crate) fn doze(milliseconds: u64) -> u64 {
    thread::sleep(Duration::from_millis(milliseconds));
    milliseconds
}

#[task]
fn chance() -> Result<u64> {
    getrandom::u64().map_err(|error| Failure::new(error.to_string()))
}

#[flow]
fn chances() -> Result<bool> {
    Ok(chance()? != chance()?)
}

#[task]
async fn nap(milliseconds: u64) -> u64 {
    wflow::sleep(Duration::from_millis(milliseconds)).await;
    milliseconds
}

#[flow]
async fn gathers() -> Result<bool> {
    let began = Instant::now();
    let naps = wflow::join_all([nap(500), nap(500)]);
    naps.await.into_iter().collect::<Result<Vec<_>>>()?;
    Ok(began.elapsed() < Duration::from_millis(1400))
}

#[flow]
async fn awaits() -> Result<u64> {
    let run = nap::submit(10);
    Ok(run.await? + nap(5).await?)
}

#[task]
async fn async_fail() -> Result<()> {
    Err(Failure::new("not now"))
}

#[flow]
async fn async_failure() -> String {
    match async_fail().await {
        Ok(()) => "completed".into(),
        Err(failure) => format!("{}: {}", failure.kind(), failure.message()),
    }
}

#[flow]
async fn waits_for_ever() {
    pending().await
}
