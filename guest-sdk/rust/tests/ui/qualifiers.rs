//! Flows and tasks are plain functions.

use wflow::prelude::*;

#[task]
const unsafe extern "C" fn all() {}

fn main() {}
