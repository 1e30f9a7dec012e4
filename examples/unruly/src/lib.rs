//! Everything that a guest may do wrong, and every shape that runs can take: what tests and
//! benchmarks hold the host against.

mod amid;
mod apart;
mod broken;
mod caching;
mod concurrency;
mod conditions;
mod durable;
mod ends;
mod files;
mod floods;
mod hooks;
mod instructions;
mod kinds;
mod lowered;
mod misbehaviour;
mod network;
mod pauses;
mod raw;
mod remote;
mod retries;
mod said;
mod secrets;
mod semantics;
mod shapes;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wflow::prelude::*;

use misbehaviour::Misbehaviour;
use said::Said;

/// Misbehaves as it is told.
#[task(timeout = "1s")]
fn misbehave(misbehaviour: Misbehaviour, address: String) -> Result<Said> {
    misbehaviour.act(&address)
}

/// Behaves, whatever goes on beside it.
#[task]
fn behave() -> String {
    "behaved".into()
}

/// How a run beside a well-behaved one ended.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Ended {
    /// What the neighbour returned.
    neighbour: String,
    /// `completed`, or the kind of the failure.
    kind: String,
    /// What the run returned, or the failure's message.
    message: String,
}

/// Tells how a run that misbehaves ends, and whether its neighbour does what it should.
#[flow]
fn unruly(
    misbehaviour: Misbehaviour,
    /// Misbehaves in the flow itself instead of a task.
    #[default(false)]
    in_flow: bool,
    #[default("127.0.0.1:9")] address: String,
) -> Result<Ended> {
    let neighbour = behave::submit();
    let ended = match in_flow {
        true => Ok(misbehaviour.act(&address)?),
        false => misbehave(misbehaviour, address),
    };
    let (kind, message) = match ended {
        Ok(returned) => ("completed".into(), returned.text()),
        Err(failure) => (failure.kind().to_string(), failure.message().into()),
    };
    let neighbour = neighbour.result()?;
    Ok(Ended {
        neighbour,
        kind,
        message,
    })
}

/// Fails as the task does that misbehaves.
#[flow]
fn propagate(
    misbehaviour: Misbehaviour,
    #[default("127.0.0.1:9")] address: String,
) -> Result<Said> {
    misbehave(misbehaviour, address)
}
