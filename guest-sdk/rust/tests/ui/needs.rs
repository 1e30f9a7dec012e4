//! Needs are grants by name.

use wflow::prelude::*;

#[task(needs = "secret token")]
fn no_list() {}

#[task(needs = ["secret token", 1])]
fn no_text() {}

#[task(needs = ["secrets token"])]
fn misspelt() {}

#[task(needs = ["clock real"])]
fn unknown() {}

#[flow(needs = ["http "])]
fn no_name() {}

#[task(needs = [" "])]
fn nothing() {}

#[task(needs = ["secret token", "var token", "secret  token"])]
fn twice() {}

#[task(pure, needs = ["env HOME"])]
fn of_a_pure_task() {}

#[task(pure, needs = [])]
fn pure_and_content() {}

fn main() {}
