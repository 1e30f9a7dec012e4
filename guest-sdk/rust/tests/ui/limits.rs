//! Limits have units, and amounts that fit them.

use wflow::prelude::*;

#[task(memory = "64")]
fn no_unit() {}

#[task(memory = "64 megabytes")]
fn long_unit() {}

#[task(result = "0.1KiB")]
fn part_of_a_byte() {}

#[flow(output = "99999999999GiB")]
fn too_much() {}

#[task(http_response = true)]
fn no_size() {}

#[task(arguments = 99999999999999999999)]
fn too_many() {}

#[task(cpu_time = 10)]
fn no_duration() {}

#[task(wall_time = "0s")]
fn no_time() {}

#[flow(submits = "100")]
fn no_count() {}

#[task(open_files = -1)]
fn negative() {}

#[task(memroy = "64MiB")]
fn misspelt() {}

#[task(depth = 1, depth = 2)]
fn twice() {}

fn main() {}
