//! A parameter's name is part of what a flow or task offers.

use wflow::prelude::*;

#[task]
fn pair((a, b): (u8, u8)) {}

#[flow]
fn ignored(_: u8) {}

fn main() {}
