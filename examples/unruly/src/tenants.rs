//! What tells tenants apart: what they are granted, and the time that they use.

use std::hint::black_box;
use std::time::{Duration, Instant};

use wflow::prelude::*;

/// Returns a variable of the operator's.
#[flow]
fn granted_variable(name: String) -> Result<String> {
    wflow::variable(&name)
}

/// Is busy for so long.
#[task]
fn spin_in_task(ms: u64) {
    let until = Instant::now() + Duration::from_millis(ms);
    while Instant::now() < until {
        black_box(());
    }
}

#[flow]
fn spin_for(ms: u64) -> Result<()> {
    spin_in_task(ms)
}
