//! How a run or an attempt ended.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Value;

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
#[serde(rename_all = "snake_case")]
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
        Self::Failed(Failure {
            kind,
            message: message.into(),
            retryable: false,
        })
    }
}

impl fmt::Display for Failure {
    /// As Prefect shows a state: its name, the message, and the type where the name is another.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, suffix) = match self.kind {
            FailureKind::Failed => ("Failed", ""),
            FailureKind::Crashed => ("Crashed", ""),
            FailureKind::Cancelled => ("Cancelled", ""),
            FailureKind::TimedOut => ("TimedOut", ", type=FAILED"),
            FailureKind::UpstreamFailed => ("UpstreamFailed", ", type=FAILED"),
            FailureKind::Denied => ("Denied", ", type=FAILED"),
            FailureKind::InvalidInput => ("InvalidInput", ", type=FAILED"),
        };
        if self.message.is_empty() {
            return write!(f, "{name}()");
        }
        write!(f, "{name}('{}'{suffix})", self.message)
    }
}
