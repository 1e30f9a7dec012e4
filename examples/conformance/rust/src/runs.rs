//! Many runs, and flows in flows.

use std::time::Duration;

use wflow::prelude::*;

use crate::ends::{fail, outcome};
use crate::futures::increment;
use crate::timed::doze;

#[task]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

fn results(runs: &[Future<i64>]) -> Result<Vec<i64>> {
    runs.iter().map(Future::result).collect()
}

#[flow]
fn mapped() -> Result<Vec<i64>> {
    results(&add::map([1, 2, 3], wflow::unmapped(10)))
}

#[flow]
fn mapped_futures() -> Result<Vec<i64>> {
    results(&increment::map(increment::map([1, 2, 3])))
}

#[flow]
fn completed_in_order() -> Result<Vec<u64>> {
    wflow::as_completed(doze::map([900, 450, 0]))
        .map(|run| run.result())
        .collect()
}

#[flow]
fn waited() -> (usize, usize) {
    let runs = doze::map([0, 0, 3_600_000]);
    let (done, not_done) = wflow::wait(runs, Some(Duration::from_secs(1)));
    for run in &not_done {
        run.cancel();
    }
    (done.len(), not_done.len())
}

#[flow]
fn unawaited() {
    let _ = doze::submit(50);
}

#[flow]
fn doubled(number: i64) -> Result<i64> {
    add(number, number)
}

#[flow]
fn subflow() -> Result<i64> {
    doubled(21)
}

#[flow]
fn subflow_future() -> Result<i64> {
    increment::submit(doubled::start(20)).result()
}

#[flow]
fn broken() -> Result<i64> {
    fail()
}

#[flow]
fn failing_subflow() -> String {
    outcome(&broken::start())
}
