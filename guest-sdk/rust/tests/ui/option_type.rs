//! Options have types.

use wflow::prelude::*;

#[task(retries = "2")]
fn retries() {}

#[task(retries = -1)]
fn negative() {}

#[task(timeout = 10)]
fn timeout() {}

#[task(tags = "io")]
fn tags() {}

#[task(tags = ["io", 1])]
fn tag() {}

#[task(name = " ")]
fn name() {}

#[flow(max_workers = 0)]
fn workers() {}

#[task(retries)]
fn no_value() {}

fn main() {}
