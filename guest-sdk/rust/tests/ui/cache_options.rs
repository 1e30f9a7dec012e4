//! What results are kept for has a grammar, and one way to say it.

use wflow::prelude::*;

#[task(cache_policy = "input")]
fn misspelt() {}

#[task(cache_policy = "inputs+task-source")]
fn unspaced() {}

#[task(cache_policy = ["inputs"])]
fn no_text() {}

#[task(cache_policy = "inputs - widht")]
fn no_parameter(_width: u32, width: u32) -> u32 {
    width
}

#[task(cache_policy = "run-id - width")]
fn nothing_to_leave_out(width: u32) -> u32 {
    width
}

#[task(cache_isolation = "serialisable")]
fn isolation() {}

#[task(cache_expiration = "1 day")]
fn expiration() {}

fn of_text(text: &str) -> String {
    text.to_owned()
}

#[task(cache_key = of_text, cache_policy = "inputs")]
fn both(text: String) -> String {
    text
}

#[task(pure, cache_key = of_text)]
fn pure_and_keyed(text: String) -> String {
    text
}

#[task(cache_key = of_text)]
fn of_another_type(number: u32) -> u32 {
    number
}

#[flow(pure)]
fn a_flow() {}

#[task(refresh_cache, refresh_cache = false)]
fn twice() {}

fn main() {}
