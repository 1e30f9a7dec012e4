//! Hooks: what a component wants to be told when a run has ended.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{RunId, State, StateType};

/// The names of hooks, by the state that calls them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hooks {
    pub on_completion: Vec<Arc<str>>,
    pub on_failure: Vec<Arc<str>>,
    pub on_crashed: Vec<Arc<str>>,
    pub on_cancellation: Vec<Arc<str>>,
}

impl Hooks {
    /// Those for a run that has ended in this state, in their order.
    pub fn of(&self, state: State) -> &[Arc<str>] {
        match state.state_type() {
            StateType::Completed => &self.on_completion,
            StateType::Failed => &self.on_failure,
            StateType::Crashed => &self.on_crashed,
            StateType::Cancelled => &self.on_cancellation,
            StateType::Scheduled
            | StateType::Pending
            | StateType::Running
            | StateType::Paused
            | StateType::Cancelling => &[],
        }
    }
}

/// A run that has ended, as its hooks learn of it, or an attempt, as the retry condition does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedRun {
    pub id: RunId,
    pub name: Arc<str>,
    #[serde(flatten)]
    pub of: EndedRunOf,
    /// How many there were.
    pub attempts: u32,
    pub state: State,
    /// The failure's; empty if there is none.
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedRunOf {
    Flow(Arc<str>),
    Task(Arc<str>),
}

impl fmt::Display for EndedRunOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flow(_) => "Flow run",
            Self::Task(_) => "Task run",
        })
    }
}
