//! Options are told apart and suggested.

use wflow::prelude::*;

#[task(retrys = 2)]
fn misspelt() {}

#[task(runner = "concurrent")]
fn of_a_flow() {}

#[flow(priority = 2)]
fn of_a_task() {}

#[flow(colour = "red")]
fn of_nobody() {}

fn main() {}
