//! Flows and tasks of another component, here called `counting`.

use wflow::prelude::*;
use wflow::remote;

use crate::shapes::noop;

/// Counts primes by a flow of the other component, and by one of its tasks.
#[flow]
fn counted(limit: u32) -> Result<(u32, u32)> {
    let by_flow = remote::flow("counting/primes").arg("limit", limit).submit();
    let parts = noop::submit(1);
    let by_task = remote::task("counting/count_primes")
        .arg("part", 0)
        .result_of("parts", &parts)
        .arg("limit", limit);
    Ok((by_flow.result()?, by_task.name("of another").call()?))
}

/// Calls what is not there.
#[flow]
fn nowhere() -> Result<()> {
    remote::task("nowhere/nothing").call()
}
