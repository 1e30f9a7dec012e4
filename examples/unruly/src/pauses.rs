//! Flows that ask before they go on.

use std::borrow::Cow;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use wflow::prelude::*;
use wflow::{EndedRun, State, pause, pause_for_input};

use crate::concurrency::doze;

#[derive(Deserialize, JsonSchema)]
struct Approval {
    approved: bool,
    #[serde(default)]
    note: String,
}

/// Asks while a run goes on, and returns the answer.
#[flow]
fn asks(timeout_ms: Option<u64>, #[default(0)] doze_ms: u64) -> Result<(bool, String)> {
    let run = doze::submit(doze_ms);
    let timeout = timeout_ms.map(Duration::from_millis);
    let Approval { approved, note } = pause_for_input("Publish?", timeout)?;
    run.result()?;
    Ok((approved, note))
}

/// Waits for the word to go on; tells the failure's kind and message if there is none.
#[flow]
fn waits(timeout_ms: Option<u64>) -> String {
    told(pause("", timeout_ms.map(Duration::from_millis)))
}

fn told<T>(answered: Result<T>) -> String {
    match answered {
        Ok(_) => "answered".into(),
        Err(failure) => format!("{}: {}", failure.kind(), failure.message()),
    }
}

fn pauses(_: EndedRun) {
    println!("the hook is {}", told(pause("", None)));
}

/// Pauses where only flows can.
#[task(on_completion = pauses)]
fn pausing_task() -> String {
    told(pause("", None))
}

#[flow]
fn pause_in_task() -> Result<String> {
    pausing_task()
}

/// What no answer can be.
#[derive(Deserialize)]
struct Nonsense;

impl JsonSchema for Nonsense {
    fn schema_name() -> Cow<'static, str> {
        "Nonsense".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "nonsense" })
    }
}

/// Asks for what has no schema.
#[flow]
fn asks_nonsense() -> String {
    told(pause_for_input::<Nonsense>("", None))
}

/// The states of a subflow while it is paused and when it has been cancelled.
#[flow]
fn paused_subflow() -> (String, String) {
    let run = waits::start(None);
    while run.state() != State::Paused {
        run.wait_timeout(Duration::from_millis(1));
    }
    let paused = run.state().to_string();
    run.cancel();
    (paused, run.wait().to_string())
}

/// Asks twice, and returns both answers.
#[flow]
fn asks_twice() -> Result<(bool, bool)> {
    let first: Approval = pause_for_input("This?", None)?;
    let second: Approval = pause_for_input("And this?", None)?;
    Ok((first.approved, second.approved))
}
