//! What holds for whatever the record of a run holds.

use rusqlite::Connection;

use super::contents::{self, kind_and_data};
use super::encoding::{decode, encode};
use crate::model::Event;

/// The events of these lines, if they are what is recorded: they are read as they were written.
pub(crate) fn events(lines: &[u8]) -> Option<Vec<Event>> {
    let _ = decode(lines);
    let events = decode(&zstd::bulk::compress(lines, 1).expect("compressed")).ok()?;
    let written = encode(&events).expect("written");
    assert_eq!(decode(&written).expect("read"), events);

    let database = Connection::open_in_memory().expect("a database");
    let table = "CREATE TABLE contents (hash BLOB PRIMARY KEY, data BLOB NOT NULL)";
    database.execute(table, []).expect("a table");
    for event in &events {
        let mut kept = event.clone();
        for content in contents::take_out(&mut kept) {
            let (_, data) = kind_and_data(&content.value);
            let insert = "INSERT OR IGNORE INTO contents VALUES (?1, ?2)";
            database
                .execute(insert, (content.hash, data))
                .expect("kept");
        }
        contents::put_back(&database, &mut kept).expect("all is there");
        assert_eq!(&kept, event);
    }
    Some(events)
}
