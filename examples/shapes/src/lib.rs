//! Runs in every shape that is measured. Each flow checks its results and returns the seconds that it
//! took, submits and results included.

mod bytes;
mod pattern;
mod waits;

use std::fmt::Debug;
use std::time::Instant;

use wflow::prelude::*;

/// Prints a line, and runs nothing.
#[flow]
fn hello() {
    println!("hello");
}

/// Does nothing.
#[task]
fn noop(index: u32) -> u32 {
    index
}

#[task]
fn increment(n: u32) -> u32 {
    n + 1
}

#[task]
fn sum(numbers: Vec<u32>) -> u32 {
    numbers.iter().sum()
}

/// Submits runs that do nothing one by one, and takes all of their results.
#[flow]
fn noops(count: u32) -> Result<f64> {
    timed(|| {
        let runs: Vec<_> = (0..count).map(noop::submit).collect();
        check_all(&runs)
    })
}

/// As `noops`, submitted in one call.
#[flow]
fn mapped(count: u32) -> Result<f64> {
    timed(|| check_all(&noop::map(0..count)))
}

/// Submits runs in a row, each on the result of the one before, and takes the last result.
#[flow]
fn chain(length: u32) -> Result<f64> {
    timed(|| {
        let mut last = increment::submit(0);
        for _ in 1..length {
            last = increment::submit(&last);
        }
        check(last.result()?, length)
    })
}

/// One run, so many on its result, and one on all of theirs.
#[flow]
fn fan_out(width: u32) -> Result<f64> {
    timed(|| {
        let source = noop::submit(1);
        let middle: Vec<_> = (0..width).map(|_| increment::submit(&source)).collect();
        check(sum::submit(&middle).result()?, 2 * width)
    })
}

/// Submits a run and takes its result, so often.
#[flow]
fn latency(count: u32) -> Result<f64> {
    timed(|| {
        for index in 0..count {
            check(noop::submit(index).result()?, index)?;
        }
        Ok(())
    })
}

/// By the flow's clock, which has whole milliseconds.
fn timed(work: impl FnOnce() -> Result<()>) -> Result<f64> {
    let began = Instant::now();
    work()?;
    Ok(began.elapsed().as_secs_f64())
}

/// Each of the runs returns its index.
fn check_all(runs: &[Future<u32>]) -> Result<()> {
    for (index, run) in (0..).zip(runs) {
        check(run.result()?, index)?;
    }
    Ok(())
}

fn check<T: Debug + PartialEq>(result: T, expected: T) -> Result<()> {
    match result == expected {
        true => Ok(()),
        false => Err(Failure::permanent(format!(
            "a run returned {result:?} instead of {expected:?}"
        ))),
    }
}
