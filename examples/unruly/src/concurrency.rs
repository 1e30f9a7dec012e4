//! Waiting for several things at once, in async flows and without.

use std::future;
use std::time::Duration;

use wflow::prelude::*;

/// Sleeps without keeping its thread.
#[task]
pub async fn doze(milliseconds: u64) -> u64 {
    wflow::sleep(Duration::from_millis(milliseconds)).await;
    milliseconds
}

/// What ends first comes first: the results in ascending order.
#[flow(runner = "thread-pool", max_workers = 2)]
fn by_completion() -> Result<Vec<u64>> {
    let runs = doze::map([600, 300, 0]);
    wflow::as_completed(runs).map(|run| run.result()).collect()
}

/// Dozes between two task runs.
async fn around(milliseconds: u64) -> Result<u64> {
    let before = doze(milliseconds).await?;
    wflow::sleep(Duration::from_millis(milliseconds)).await;
    let after = doze::submit(milliseconds);
    Ok(before + after.await?)
}

/// Awaits runs and timers side by side: the results in the order of the calls.
#[flow]
async fn by_order() -> Result<Vec<u64>> {
    let all = wflow::join_all([around(30), around(10), around(20)]);
    all.await.into_iter().collect()
}

/// Waits for what nobody will bring about.
#[flow]
async fn stuck() {
    future::pending::<()>().await;
}
