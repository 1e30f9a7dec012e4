//! How runs end that do not complete.

use std::fmt::Display;
use std::fs;
use std::hint::black_box;
use std::time::Duration;

use wflow::prelude::*;

use crate::timed::doze;

#[task]
pub(crate) fn fail() -> Result<i64> {
    Err(Failure::new("no such luck"))
}

/// The kind and the first words of a failure.
pub(crate) fn outcome<T: wflow::Parameter + Display>(run: &Future<T>) -> String {
    match run.result() {
        Ok(value) => format!("completed with {value}"),
        Err(failure) => format!("{}: {}", failure.kind(), failure.message()),
    }
}

pub(crate) fn kind_of<T: wflow::Parameter>(run: &Future<T>) -> String {
    match run.result() {
        Ok(_) => "completed".into(),
        Err(failure) => failure.kind().to_string(),
    }
}

#[flow]
fn fails() -> Result<i64> {
    fail()
}

#[flow]
fn catches() -> String {
    outcome(&fail::submit())
}

#[task]
fn divides(by: i64) -> Result<i64> {
    let quotient = 1_i64.checked_div(by);
    quotient.ok_or_else(|| Failure::new("ZeroDivisionError"))
}

#[flow]
fn errors() -> Result<i64> {
    divides(0)
}

#[task(retries = 2)]
fn stubborn() -> Result<()> {
    Err(Failure::new("again"))
}

#[flow]
fn retried() -> Result<()> {
    stubborn()
}

#[task(retries = 2)]
fn hopeless() -> Result<()> {
    Err(Failure::permanent("never"))
}

#[flow]
fn permanent() -> Result<()> {
    hopeless()
}

fn is_busy(failure: &Failure) -> bool {
    failure.message() == "busy"
}

#[task(retries = 2, retry_if = is_busy)]
fn picky(message: String) -> Result<()> {
    Err(Failure::new(message))
}

#[flow]
fn conditional(message: String) -> Result<()> {
    picky(message)
}

#[task]
fn lucky_task() -> Result<String> {
    let before = fs::read_to_string("state/attempts").unwrap_or_default();
    let count = before.len() + 1;
    fs::write("state/attempts", format!("{before}x"))?;
    match count {
        3 => Ok(format!("attempt {count}")),
        _ => Err(Failure::new(format!("attempt {count}"))),
    }
}

#[flow]
fn lucky() -> Result<String> {
    let overrides = lucky_task::with().retries(3);
    let overrides = overrides.retry_delay(Duration::from_millis(10));
    overrides.submit().result()
}

#[task(timeout = "200ms")]
fn endless() {
    loop {
        black_box(());
    }
}

#[flow]
fn times_out() -> String {
    let run = endless::submit();
    match run.result() {
        Ok(()) => "completed".into(),
        Err(failure) => format!("{}: {}", failure.kind(), failure.message()),
    }
}

#[task]
fn crash() {
    std::process::abort();
}

#[flow]
fn crashes() -> String {
    kind_of(&crash::submit())
}

#[flow]
fn cancels() -> String {
    let run = doze::submit(3_600_000);
    run.cancel();
    kind_of(&run)
}

#[task(memory = "64MiB")]
fn hoard() -> usize {
    black_box(vec![1_u8; 256 << 20]).len()
}

#[flow]
fn beyond_limit() -> Result<usize> {
    hoard()
}

#[task(needs = ["secret nothing"])]
fn needy() -> u32 {
    0
}

#[flow]
fn lacks() -> String {
    outcome(&needy::submit())
}
