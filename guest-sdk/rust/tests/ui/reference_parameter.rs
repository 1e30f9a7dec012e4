//! A run cannot borrow.

use wflow::prelude::*;

#[task]
fn text(text: &str) {}

#[task]
fn list(list: &[u8], other: &'static Vec<u8>) {}

#[task]
fn result() -> &'static str {
    ""
}

fn main() {}
