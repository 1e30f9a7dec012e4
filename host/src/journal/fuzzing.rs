//! What holds for whatever the record of a run holds.

use rusqlite::Connection;

use super::contents::{self, kind_and_data};
use super::encoding::{Encoder, decode};
use crate::model::Event;

/// The events of these lines of JSON, if they are some: they are read as they were written.
pub(crate) fn events(lines: &[u8]) -> Option<Vec<Event>> {
    let _ = decode(lines);
    let _ = decode(&zstd::bulk::compress(lines, 1).expect("compressed"));
    let lines = lines.split(|&byte| byte == b'\n');
    let lines = lines.filter(|line| !line.is_empty());
    let events: Vec<Event> = lines
        .map(serde_json::from_slice)
        .collect::<Result<_, _>>()
        .ok()?;
    let mut encoder = Encoder::new().expect("an encoder");
    let written = encoder.encode(&events).expect("written");
    assert_eq!(decode(written).expect("read"), events);

    let database = Connection::open_in_memory().expect("a database");
    let table = "CREATE TABLE contents (hash BLOB PRIMARY KEY, data BLOB NOT NULL)";
    database.execute(table, []).expect("a table");
    for event in &events {
        let mut contents = Vec::new();
        let mut kept = contents::take_out(event, &mut contents).into_owned();
        for content in contents {
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
