//! Limits that the code lowers, and a submit once more.

use wflow::Limit;
use wflow::prelude::*;

/// A result of so many bytes.
#[task(result = "10KB", needs = [])]
fn sized(bytes: usize) -> Bytes {
    Bytes(vec![0; bytes])
}

/// How long the result of a task is whose code, and maybe its submit, has lowered what it may be.
#[flow]
fn lowered(bytes: usize, limit: Option<u64>) -> Result<usize> {
    let run = match limit {
        Some(limit) => sized::with().limit(Limit::Result, limit).submit(bytes),
        None => sized::submit(bytes),
    };
    Ok(run.result()?.len())
}
