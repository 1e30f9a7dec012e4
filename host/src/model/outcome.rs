//! How a run or an attempt ended.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{State, StateType, Value};

/// A failure is data, not an error of the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Completed(Value),
    Failed(Failure),
}

/// Why a run did not complete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub kind: FailureKind,
    pub message: String,
    /// May another attempt end differently?
    pub retryable: bool,
}

/// The host's word for what happened, which no guest can forge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// The guest returned an error.
    Failed,
    /// A trap, an exit, a panic or memory beyond the limit.
    Crashed,
    TimedOut,
    Cancelled,
    /// A run whose result this one takes did not complete; it never started.
    UpstreamFailed,
    /// The sandbox does not grant it.
    Denied,
    /// No such flow, task or parameter, or an argument missing.
    InvalidInput,
}

impl Outcome {
    pub fn is_completed(&self) -> bool {
        matches!(self, Self::Completed(_))
    }

    /// A failure that another attempt cannot mend.
    pub fn failed(kind: FailureKind, message: impl Into<String>) -> Self {
        Self::Failed(Failure::permanent(kind, message))
    }
}

impl Failure {
    /// One that another attempt cannot mend.
    pub fn permanent(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            retryable: false,
        }
    }

    pub fn invalid_input(message: impl Into<String>) -> Self {
        Self::permanent(FailureKind::InvalidInput, message)
    }

    /// The next attempt may be faster.
    pub fn timed_out(limit: Duration) -> Self {
        Self {
            kind: FailureKind::TimedOut,
            message: format!("exceeded its timeout of {} s", limit.as_secs_f64()),
            retryable: true,
        }
    }
}

impl fmt::Display for Failure {
    /// As Prefect shows a state: its name, the message, and the type where the name is another.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = State::from(self.kind);
        if self.message.is_empty() {
            return write!(f, "{state}()");
        }
        match (state, state.state_type()) {
            (State::Failed, _) | (_, StateType::Crashed | StateType::Cancelled) => {
                write!(f, "{state}('{}')", self.message)
            }
            _ => write!(f, "{state}('{}', type=FAILED)", self.message),
        }
    }
}
