//! Bytes on their way through runs.

use wflow::prelude::*;

use crate::{check, timed};

#[task]
fn echo_bytes(bytes: Bytes) -> Bytes {
    bytes
}

/// So often: hands so many bytes to a run, its result to the next one, and so on for `hops` runs, and
/// takes the last result.
#[flow]
fn echo(size: usize, #[default(1)] hops: u32, #[default(1)] count: u32) -> Result<f64> {
    let bytes = Bytes(vec![7; size]);
    timed(|| {
        for _ in 0..count {
            let mut last = echo_bytes::submit(&bytes);
            for _ in 1..hops {
                last = echo_bytes::submit(&last);
            }
            let returned = last.result()?;
            check(returned.len(), size)?;
            check(returned.last(), bytes.last())?;
        }
        Ok(())
    })
}
