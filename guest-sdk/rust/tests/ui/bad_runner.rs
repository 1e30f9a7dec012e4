//! There are three runners.

use wflow::prelude::*;

#[flow(runner = "threadpool")]
fn misspelt() {}

#[flow(runner = "spark")]
fn unknown() {}

fn main() {}
