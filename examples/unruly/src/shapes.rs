//! Runs in every shape: wide, deep, in a row, left behind, handed on.

use wflow::prelude::*;

/// Prints, and runs nothing.
#[flow]
fn hello() {
    println!("hello");
}

/// Does nothing.
#[task]
pub fn noop(index: u32) -> u32 {
    index
}

/// Does nothing but fail.
#[task]
pub fn fail() -> Result<u32> {
    Err(Failure::new("as expected"))
}

/// Runs tasks that do nothing, and takes all of their results.
#[flow]
fn noops(count: u32) -> Result<u32> {
    let runs = noop::map(0..count);
    for (index, run) in (0..).zip(&runs) {
        assert_eq!(run.result()?, index);
    }
    Ok(count)
}

#[task]
pub fn increment(n: u32) -> u32 {
    n + 1
}

/// Runs tasks in a row, each on the result of the one before, without looking at any of them.
#[flow]
fn chain(length: u32) -> Result<u32> {
    let mut last = noop::submit(0);
    for _ in 0..length {
        last = increment::submit(&last);
    }
    last.result()
}

/// Counts the leaves of a tree in which each node is a task run that waits for its children.
#[task]
fn leaves(depth: u32, width: u32) -> Result<u32> {
    if depth == 0 {
        return Ok(1);
    }
    let children = leaves::map((0..width).map(|_| depth - 1), wflow::unmapped(width));
    children.iter().map(Future::result).sum()
}

/// Runs tasks that run tasks.
#[flow]
fn nested(depth: u32, width: u32) -> Result<u32> {
    leaves(depth, width)
}

/// Fails because the run fails whose result it needs.
#[flow]
fn upstream_failed() -> Result<u32> {
    let failed = fail::submit();
    increment::submit(&failed).result()
}

/// Fails because the run fails that it only waits for.
#[flow]
fn wait_for_failed() -> Result<u32> {
    let failed = fail::submit();
    increment::with().wait_for(&failed).submit(1).result()
}

/// Returns before its runs have ended.
#[flow]
fn unawaited(#[default(false)] fails: bool) -> String {
    for run in noop::map(0..3) {
        drop(run);
    }
    if fails {
        drop(fail::submit());
    }
    "returned".into()
}

/// Returns a run that has not ended instead of its result.
#[flow]
fn returns_future(#[default(false)] fails: bool) -> Future<u32> {
    match fails {
        true => fail::submit(),
        false => increment::submit(41),
    }
}

/// Starts a flow, calls another, and adds their results.
#[flow]
fn subflow(n: u32) -> Result<u32> {
    let started = chain::start(n);
    Ok(noops(n)? + started.result()?)
}

/// Calls a flow that fails.
#[flow]
fn subflow_failed() -> Result<u32> {
    upstream_failed()
}
