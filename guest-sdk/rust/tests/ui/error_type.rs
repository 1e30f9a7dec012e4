//! A result's error has to be one.

use wflow::prelude::*;

struct Oops;

#[task]
fn fails() -> Result<u8, Oops> {
    Err(Oops)
}

fn main() {}
