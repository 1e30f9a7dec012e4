//! The attributes go on functions.

use wflow::prelude::*;

#[flow]
struct Flow {
    name: String,
}

#[task]
mod tasks {}

fn main() {}
