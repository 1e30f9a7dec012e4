//! Arguments and defaults have the parameter's type.

use wflow::prelude::*;

#[task]
fn half(n: u32, #[default("one")] _other: u32) -> u32 {
    n / 2
}

#[flow]
fn wrong() -> Result<u32> {
    half::submit("two", 1);
    let text: Future<String> = todo!();
    half(&text, 1)
}

fn main() {}
