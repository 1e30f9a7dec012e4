//! A function is a flow or a task.

use wflow::prelude::*;

#[flow]
#[task(retries = 2)]
fn both() {}

fn main() {}
