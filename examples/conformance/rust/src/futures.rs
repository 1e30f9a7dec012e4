//! Futures as arguments.

use wflow::allow_failure;
use wflow::prelude::*;

use crate::ends::{fail, kind_of};
use crate::timed::doze;

#[task]
pub(crate) fn increment(number: i64) -> i64 {
    number + 1
}

#[task]
fn total(numbers: Vec<i64>) -> i64 {
    numbers.iter().sum()
}

#[flow]
fn future_as_argument() -> Result<i64> {
    increment::submit(increment::submit(1)).result()
}

#[flow]
fn list_of_futures() -> Result<i64> {
    total::submit(&increment::map(0..4)).result()
}

#[flow]
fn chain(length: u32) -> Result<i64> {
    let first = increment::submit(0);
    let last = (1..length).fold(first, |run, _| increment::submit(&run));
    last.result()
}

#[task]
fn nested_sum(depth: u32) -> Result<i64> {
    match depth {
        0 => Ok(1),
        depth => total::submit(&nested_sum::map([depth - 1, depth - 1])).result(),
    }
}

#[flow]
fn nested(depth: u32) -> Result<i64> {
    nested_sum(depth)
}

#[flow]
fn waits_for_another() -> Result<i64> {
    let first = doze::submit(100);
    increment::with().wait_for(&first).submit(1).result()
}

#[task]
fn told(run: Outcome<i64>) -> String {
    match run {
        Outcome::Completed(value) => format!("completed with {value}"),
        Outcome::Failed(failure) => format!("{}: {}", failure.kind(), failure.message()),
    }
}

#[flow]
fn allowed(fails: bool) -> Result<String> {
    let run = match fails {
        true => fail::submit(),
        false => increment::submit(1),
    };
    told::submit(allow_failure(&run)).result()
}

#[flow]
fn upstream() -> String {
    kind_of(&increment::submit(fail::submit()))
}
