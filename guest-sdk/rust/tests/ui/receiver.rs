//! Flows and tasks are no methods.

use wflow::prelude::*;

struct Counter;

impl Counter {
    #[task]
    fn count(&self) {}
}

fn main() {}
