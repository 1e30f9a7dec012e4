//! Runs that would never end: ended by a timeout, by whoever submitted them, or from outside.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wflow::prelude::*;

use crate::misbehaviour::Misbehaviour;
use crate::said::Said;

/// What is to end the run.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Means {
    TaskTimeout,
    FlowTimeout,
    Cancel,
    /// Somebody else.
    Nothing,
}

#[task]
fn endless(misbehaviour: Misbehaviour, address: String) -> Result<Said> {
    misbehaviour.act(&address)
}

/// Waits for a run that never ends.
#[flow]
fn victim(misbehaviour: Misbehaviour, address: String, task_timeout_ms: u64) -> Result<Said> {
    let mut submit = endless::with();
    if task_timeout_ms > 0 {
        submit = submit.timeout(Duration::from_millis(task_timeout_ms));
    }
    submit.submit(misbehaviour, address).result()
}

/// Tells how a subflow on this runner ends whose task never does.
#[flow]
fn ended(
    misbehaviour: Misbehaviour,
    means: Means,
    runner: String,
    #[default("127.0.0.1:9")] address: String,
    #[default(300)] after_ms: u64,
) -> String {
    let after = Duration::from_millis(after_ms);
    let start = victim::with().runner(&runner);
    let run = match means {
        Means::TaskTimeout => start.start(misbehaviour, address, after_ms),
        Means::FlowTimeout => start.timeout(after).start(misbehaviour, address, 0),
        Means::Cancel | Means::Nothing => start.start(misbehaviour, address, 0),
    };
    if let Means::Cancel = means {
        run.wait_timeout(after);
        run.cancel();
    }
    match run.result() {
        Ok(returned) => returned.text(),
        Err(failure) => failure.to_string(),
    }
}
