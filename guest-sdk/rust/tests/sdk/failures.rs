//! What becomes of errors, and of failures on their way through code that wants errors.

use std::error::Error;
use std::io;

use anyhow::Context as _;
use wflow::__private::{Kind, run};
use wflow::prelude::*;
use wflow::{Failure, FailureKind};

fn missing() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "no such file")
}

#[task]
fn by_question_mark() -> Result<()> {
    Err(missing())?
}

#[task]
fn by_anyhow() -> anyhow::Result<()> {
    Err(missing()).context("loading").context("starting")
}

#[task]
fn by_box() -> Result<(), Box<dyn Error + Send + Sync>> {
    Err("just text")?
}

#[task]
fn permanent_by_box() -> Result<(), Box<dyn Error + Send + Sync>> {
    Err(Failure::permanent("bad input"))?
}

#[task]
fn permanent() -> Result<()> {
    Err(Failure::permanent("bad input"))
}

#[track_caller]
fn check(task: &str, message: &str, retryable: bool) {
    let error = run(Kind::Task, task, Vec::new()).expect_err("it fails");
    assert_eq!((&*error.message, error.retryable), (message, retryable));
}

#[test]
fn errors_of_any_kind_are_returned_with_their_sources() {
    check("by_question_mark", "no such file", true);
    check("by_anyhow", "starting: loading: no such file", true);
    check("by_box", "just text", true);
}

#[test]
fn a_permanent_failure_stays_one() {
    check("permanent", "bad input", false);
    check("permanent_by_box", "bad input", false);
}

#[test]
fn a_source_that_is_told_already_is_not_told_twice() {
    let failure = Failure::from(io::Error::other(missing()));
    assert_eq!(failure.message(), "no such file");
}

#[test]
fn a_failure_tells_what_it_is() {
    let failure = Failure::permanent("bad input");
    assert_eq!(failure.kind(), FailureKind::Failed);
    assert_eq!(failure.to_string(), "bad input");
    assert_eq!(format!("{failure:?}"), "bad input (permanent)");
    assert_eq!(FailureKind::TimedOut.to_string(), "timed-out");
}
