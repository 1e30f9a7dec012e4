//! Values: each flow hands its parameter to a task, which hands it back.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use wflow::prelude::*;

/// A task that returns its argument, and a flow that calls it.
macro_rules! echo {
    ($($task:ident $flow:ident $type:ty,)*) => {
        $(
            #[task]
            fn $task(value: $type) -> $type {
                value
            }

            #[flow]
            fn $flow(value: $type) -> Result<$type> {
                $task(value)
            }
        )*
    };
}

echo! {
    same_boolean echo_boolean bool,
    same_float echo_float f64,
    same_text echo_text String,
    same_list echo_list Vec<i64>,
    same_map echo_map BTreeMap<String, f64>,
    same_pair echo_pair (String, i64),
    same_json echo_json Json,
    same_choice echo_choice Colour,
    same_record echo_record Item,
    same_bytes echo_bytes Bytes,
    same_integer echo_integer i128,
}

#[task]
fn same_optional(value: Option<i64>) -> Option<i64> {
    value
}

#[flow]
fn echo_optional(value: Option<i64>) -> Result<Option<i64>> {
    same_optional(value)
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Colour {
    Red,
    Green,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Item {
    name: String,
    parts: Vec<Item>,
    #[serde(default = "usual_weight")]
    weight: f64,
}

fn usual_weight() -> f64 {
    1.5
}

#[flow]
fn count_bytes(size: usize) -> Result<i64> {
    let data: Vec<u8> = (0..=255).cycle().take(size).collect();
    let returned = same_bytes(Bytes(data.clone()))?;
    Ok(match returned.0 == data {
        true => data.len() as i64,
        false => -1,
    })
}

#[flow]
fn defaults(
    #[default(7)] number: i64,
    #[default("ü")] text: String,
    #[default(true)] flag: bool,
) -> (i64, String, bool) {
    (number, text, flag)
}

#[task]
fn nothing() {}

#[flow]
fn returns_nothing() -> Result<()> {
    nothing()
}
