//! The host knows each type.

use wflow::prelude::*;

#[task]
fn generic<T>(value: T)
where
    T: Clone,
{
}

#[task]
fn hidden(value: impl Clone) {}

#[flow]
fn result() -> impl Iterator<Item = u8> {
    [].into_iter()
}

fn main() {}
