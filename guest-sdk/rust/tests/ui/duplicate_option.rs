//! An option stands once.

use wflow::prelude::*;

#[task(retries = 2, timeout = "1s", retries = 3)]
fn twice() {}

#[task]
fn defaults(#[default(1)] #[default(2)] n: u8) {}

fn main() {}
