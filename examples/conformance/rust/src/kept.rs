//! What is cached, and what is pure.

use std::time::{SystemTime, UNIX_EPOCH};

use wflow::prelude::*;

use crate::ends::kind_of;

#[task(cache_policy = "inputs")]
fn costly(number: i64) -> i64 {
    number * number
}

#[flow]
fn cached() -> Result<(i64, i64)> {
    Ok((costly(7)?, costly(7)?))
}

#[task(pure)]
fn pure_square(number: i64) -> i64 {
    number * number
}

#[flow]
fn pure() -> Result<(i64, i64)> {
    Ok((pure_square(7)?, pure_square(7)?))
}

#[task(pure)]
fn impure_task() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs_f64()
}

#[flow]
fn impure() -> String {
    kind_of(&impure_task::submit())
}
