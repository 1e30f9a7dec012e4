//! The events of one commit as one row: lines of JSON, compressed.

use anyhow::{Context, Result};

use crate::model::Event;

/// The fastest: most of what repeats is close together.
const LEVEL: i32 = 1;

/// What a commit records of its events.
///
/// # Errors
///
/// If the system's memory is not enough to compress them.
pub fn encode(events: &[Event]) -> Result<Vec<u8>> {
    let mut lines = Vec::with_capacity(events.len() * 160);
    for event in events {
        serde_json::to_writer(&mut lines, event)?;
        lines.push(b'\n');
    }
    Ok(zstd::bulk::compress(&lines, LEVEL)?)
}

pub(super) fn decode(data: &[u8]) -> Result<Vec<Event>> {
    let lines = zstd::decode_all(data).context("events that cannot be unpacked")?;
    let lines = lines
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_slice(line).context("an event that this wflow does not know"))
        .collect()
}
