//! Big values: kept once, by their SHA-256, outside the events that name them.

use std::borrow::Cow;

use anyhow::{Context, Result};
use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};

use crate::model::{Event, Value, hex};

/// Bytes from which on a value is kept outside its event.
const BIG: usize = 4 << 10;
/// What no JSON text begins with.
const MARK: char = '#';

pub(super) type Hash = [u8; 32];

/// A value that an event only names.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) hash: Hash,
    pub(super) value: Value,
}

/// The event without its big values, which are put to the others.
pub(super) fn take_out<'a>(event: &'a Event, contents: &mut Vec<Content>) -> Cow<'a, Event> {
    if !event.kind.values().any(is_big) {
        return Cow::Borrowed(event);
    }
    let mut event = event.clone();
    for value in event.kind.values_mut().filter(|value| is_big(value)) {
        let (kind, data) = kind_and_data(value);
        let hash: Hash = Sha256::digest(data).into();
        let name = Value::Json(format!("{MARK}{kind}:{}", hex(&hash)).into());
        let value = std::mem::replace(value, name);
        contents.push(Content { hash, value });
    }
    Cow::Owned(event)
}

/// What begins like a name can only be told from one by its own name.
fn is_big(value: &Value) -> bool {
    let (_, data) = kind_and_data(value);
    data.len() >= BIG || matches!(value, Value::Json(text) if text.starts_with(MARK))
}

pub(super) fn kind_and_data(value: &Value) -> (&'static str, &[u8]) {
    match value {
        Value::Json(text) => ("json", text.as_bytes()),
        Value::Bytes(bytes) => ("bytes", bytes),
    }
}

/// Puts them back.
pub(super) fn put_back(connection: &Connection, event: &mut Event) -> Result<()> {
    for value in event.kind.values_mut() {
        *value = whole(connection, value)?;
    }
    Ok(())
}

fn whole(connection: &Connection, value: &Value) -> Result<Value> {
    let Some((is_json, hash)) = named(value) else {
        return Ok(value.clone());
    };
    let data: Option<Vec<u8>> = connection
        .prepare_cached("SELECT data FROM contents WHERE hash = ?1")?
        .query_row([hash], |row| row.get(0))
        .optional()?;
    let data = data.context("the run database lacks a value that one of its events names")?;
    Ok(match is_json {
        true => Value::Json(String::from_utf8(data)?.into()),
        false => Value::Bytes(data.into()),
    })
}

/// Whether it is JSON, and its hash, if the value is a name.
fn named(value: &Value) -> Option<(bool, Vec<u8>)> {
    let Value::Json(text) = value else {
        return None;
    };
    let (kind, hex) = text.strip_prefix(MARK)?.split_once(':')?;
    let digits = hex.as_bytes().chunks(2);
    let byte = |digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
    Some((kind == "json", digits.map(byte).collect::<Option<_>>()?))
}
