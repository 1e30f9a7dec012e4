//! Durations have units.

use wflow::prelude::*;

#[task(timeout = "10")]
fn no_unit() {}

#[task(retry_delay = "5 minutes")]
fn long_unit() {}

#[task(retry_delay = "0.5ms")]
fn too_short() {}

#[flow(timeout = "0s")]
fn nothing() {}

fn main() {}
