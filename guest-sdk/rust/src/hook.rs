//! Hooks: functions that are called when a run has ended.

use std::error::Error;

use serde::{Deserialize, Deserializer, de};

use crate::{Failure, Result, State};

/// A run that has ended, as `on_completion`, `on_failure`, `on_crashed` and `on_cancellation` learn
/// of it.
#[derive(Clone, Debug, Deserialize)]
pub struct EndedRun {
    /// A UUID.
    pub id: String,
    /// As logs show it.
    pub name: String,
    /// The flow's name, if it is a flow run.
    pub flow: Option<String>,
    /// The task's name, if it is a task run.
    pub task: Option<String>,
    /// How many there were.
    pub attempts: u32,
    #[serde(deserialize_with = "state")]
    pub state: State,
    /// Why the run did not complete; empty if it did.
    pub message: String,
}

fn state<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<State, D::Error> {
    let text = String::deserialize(deserializer)?;
    let state = State::FINAL
        .into_iter()
        .find(|state| state.to_string() == text);
    state.ok_or_else(|| de::Error::custom(format!("no run ends as {text}")))
}

/// A hook of a flow or task.
pub struct Hook {
    pub name: &'static str,
    pub call: fn(EndedRun) -> Result<()>,
}

/// What a hook may return: nothing, or a `Result` of it.
pub trait HookResult {
    #[doc(hidden)]
    fn into_result(self) -> Result<()>;
}

impl HookResult for () {
    fn into_result(self) -> Result<()> {
        Ok(())
    }
}

impl<E: Into<Box<dyn Error + Send + Sync>>> HookResult for Result<(), E> {
    fn into_result(self) -> Result<()> {
        self.map_err(|error| Failure::of_boxed(&*error.into()))
    }
}
