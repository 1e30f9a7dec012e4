//! Bytes on their way through runs.

use wflow::prelude::*;

use crate::{check, timed};

#[task]
fn echo_bytes(bytes: Bytes) -> Bytes {
    bytes
}

/// Hands so many bytes to a run, its result to the next one, and so on; the last result is taken.
#[flow]
fn echo(size: usize, #[default(1)] hops: u32) -> Result<f64> {
    let bytes = Bytes(vec![7; size]);
    timed(|| {
        let mut last = echo_bytes::submit(bytes);
        for _ in 1..hops {
            last = echo_bytes::submit(&last);
        }
        let returned = last.result()?;
        check(returned.len(), size)?;
        check(returned.last(), Some(&7).filter(|_| size > 0))
    })
}
