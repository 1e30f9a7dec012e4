//! Parameters and results of every kind.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wflow::prelude::*;

#[derive(Serialize, Deserialize, JsonSchema)]
struct Point {
    x: f64,
    y: f64,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Colour {
    Red,
    Rgb(u8, u8, u8),
}

type Everything = (
    String,
    i64,
    Point,
    Colour,
    Option<u8>,
    BTreeMap<String, Vec<bool>>,
);

/// Returns its arguments.
#[task(tags = ["kinds", "größe"])]
fn echo(
    text: String,
    number: i64,
    point: Point,
    colour: Colour,
    option: Option<u8>,
    map: BTreeMap<String, Vec<bool>>,
) -> Everything {
    (text, number, point, colour, option, map)
}

/// Takes arguments of every kind through a task and back.
#[flow]
fn kinds(
    #[default("grüße, 世界 🦀\n\"\\")] text: String,
    #[default(i64::MIN)] number: i64,
    #[default(Point { x: 0.5, y: -1e300 })] point: Point,
    #[default(Colour::Rgb(255, 127, 0))] colour: Colour,
    option: Option<u8>,
    #[default(BTreeMap::from([("a".into(), vec![true, false])]))] map: BTreeMap<String, Vec<bool>>,
) -> Result<Everything> {
    echo(text, number, point, colour, option, map)
}

/// Returns the bytes reversed.
#[task]
fn reversed(bytes: Bytes) -> Bytes {
    bytes.iter().rev().copied().collect::<Vec<_>>().into()
}

/// Takes bytes through two tasks: the host hands the first one's result over.
#[flow]
fn bytes(#[default(1 << 20)] size: u32) -> Result<bool> {
    let there: Bytes = (0..size).map(|n| n as u8).collect::<Vec<_>>().into();
    let back = reversed::submit(reversed::submit(&there)).result()?;
    Ok(back == there)
}

/// Returns the bytes that it is given.
#[flow]
fn echo_bytes(bytes: Bytes) -> Bytes {
    bytes
}

/// Returns nothing at all.
#[flow(name = "nothing")]
fn returns_nothing(_ignored: Option<()>) {}
