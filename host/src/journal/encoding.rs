//! The events of one commit as one row: MessagePack, compressed.

use std::borrow::Borrow;

use anyhow::{Context, Result};
use zstd::bulk::Compressor;

use crate::model::Event;

/// Fast: most of what repeats is close together, so that it is as small as with slower ones.
const LEVEL: i32 = -1;

/// Bytes of events for which there is room from one commit to the next.
const KEPT: usize = 8 << 20;

/// Encodes one commit after another.
pub struct Encoder {
    compressor: Compressor<'static>,
    data: Vec<u8>,
    packed: Vec<u8>,
}

impl Encoder {
    /// # Errors
    ///
    /// If the system's memory is not enough to compress anything.
    pub fn new() -> Result<Self> {
        Ok(Self {
            compressor: Compressor::new(LEVEL)?,
            data: Vec::new(),
            packed: Vec::new(),
        })
    }

    /// What a commit records of its events.
    ///
    /// # Errors
    ///
    /// If the system's memory is not enough to compress them.
    pub fn encode(
        &mut self,
        events: impl IntoIterator<Item = impl Borrow<Event>>,
    ) -> Result<&[u8]> {
        self.data.clear();
        self.data.shrink_to(KEPT);
        for event in events {
            // With the names of fields: wflow's next version may have more of them.
            rmp_serde::encode::write_named(&mut self.data, event.borrow())?;
        }
        self.packed.clear();
        self.packed.shrink_to(KEPT);
        self.packed
            .reserve(zstd::zstd_safe::compress_bound(self.data.len()));
        self.compressor
            .compress_to_buffer(&self.data, &mut self.packed)?;
        Ok(&self.packed)
    }
}

pub(super) fn decode(data: &[u8]) -> Result<Vec<Event>> {
    let data = zstd::decode_all(data).context("events that cannot be unpacked")?;
    let mut rest = &data[..];
    let mut events = Vec::new();
    while !rest.is_empty() {
        let event = rmp_serde::from_read(&mut rest);
        events.push(event.context("an event that this wflow does not know")?);
    }
    Ok(events)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(events: impl IntoIterator<Item = impl Borrow<Event>>) -> Vec<u8> {
        let mut encoder = Encoder::new().expect("an encoder");
        encoder.encode(events).expect("recorded").to_vec()
    }

    #[test]
    fn events_of_every_kind_come_back_as_they_were() {
        let lines = include_str!("../../fuzz/seeds/events/every_kind").lines();
        let lines = lines.filter(|line| !line.is_empty());
        let events: Vec<Event> = lines
            .map(|line| serde_json::from_str(line).expect("an event"))
            .collect();
        assert!(events.len() > 25, "{}", events.len());
        let data = encode(&events);
        assert_eq!(decode(&data).expect("read"), events);
    }

    #[test]
    fn what_is_cut_off_or_no_event_is_refused() {
        let event = Event {
            at: jiff::Timestamp::UNIX_EPOCH,
            run: crate::model::RunId(uuid::Uuid::nil()),
            kind: crate::model::EventKind::TaskRunSubmitted,
        };
        let data = encode([event]);
        let whole = zstd::decode_all(&data[..]).expect("unpacked");
        let packed = |data: &[u8]| zstd::bulk::compress(data, LEVEL).expect("packed");
        for length in 1..whole.len() {
            decode(&packed(&whole[..length])).expect_err("it is cut off");
        }
        for other in [&b"{}"[..], b"\x83", b"\xc1", b"\xdf\xff\xff\xff\xff"] {
            decode(&packed(other)).expect_err("it is no event");
        }
        decode(&data[..data.len() - 1]).expect_err("it is cut off");
    }
}
