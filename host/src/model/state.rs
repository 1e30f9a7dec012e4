//! Where a run stands, in Prefect's words, and how it may move on.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{FailureKind, Outcome};

/// A state's name. Several may share a [`StateType`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Waits for other runs, or for a free slot.
    Pending,
    Running,
    /// A flow that waits for an answer.
    Paused,
    /// A flow run whose process has ended while it waits; another one will go on with it.
    Suspended,
    /// An attempt failed, and the next one is due later.
    AwaitingRetry,
    /// Its attempt is to be ended at once.
    Cancelling,
    Completed,
    /// It has the result of another run, and did not execute.
    Cached,
    Failed,
    TimedOut,
    UpstreamFailed,
    Denied,
    InvalidInput,
    Crashed,
    Cancelled,
}

/// What a state means for whoever waits for the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StateType {
    Scheduled,
    Pending,
    Running,
    Paused,
    Cancelling,
    Completed,
    Failed,
    Crashed,
    Cancelled,
}

impl State {
    /// In the order of the declaration.
    pub const ALL: [Self; 15] = [
        Self::Pending,
        Self::Running,
        Self::Paused,
        Self::Suspended,
        Self::AwaitingRetry,
        Self::Cancelling,
        Self::Completed,
        Self::Cached,
        Self::Failed,
        Self::TimedOut,
        Self::UpstreamFailed,
        Self::Denied,
        Self::InvalidInput,
        Self::Crashed,
        Self::Cancelled,
    ];

    pub fn state_type(self) -> StateType {
        match self {
            Self::Pending => StateType::Pending,
            Self::Running => StateType::Running,
            Self::Paused | Self::Suspended => StateType::Paused,
            Self::AwaitingRetry => StateType::Scheduled,
            Self::Cancelling => StateType::Cancelling,
            Self::Completed | Self::Cached => StateType::Completed,
            Self::Failed
            | Self::TimedOut
            | Self::UpstreamFailed
            | Self::Denied
            | Self::InvalidInput => StateType::Failed,
            Self::Crashed => StateType::Crashed,
            Self::Cancelled => StateType::Cancelled,
        }
    }

    /// Whether the run has ended with a result.
    pub fn is_completed(self) -> bool {
        self.state_type() == StateType::Completed
    }

    /// Whether the run has ended.
    pub fn is_final(self) -> bool {
        matches!(
            self.state_type(),
            StateType::Completed | StateType::Failed | StateType::Crashed | StateType::Cancelled
        )
    }

    /// The one table of legal moves.
    pub fn may_become(self, next: Self) -> bool {
        use State::{
            AwaitingRetry, Cached, Cancelled, Cancelling, Denied, InvalidInput, Paused, Pending,
            Running, Suspended, UpstreamFailed,
        };
        match self {
            Pending => matches!(
                next,
                Running | Cached | UpstreamFailed | Denied | InvalidInput | Cancelled
            ),
            Running => {
                matches!(next, Paused | Suspended | AwaitingRetry | Cancelling)
                    || next.is_final() && next != Cached
            }
            Paused | Suspended => {
                matches!(next, Running | Suspended | AwaitingRetry | Cancelling)
                    || next.is_final() && next != Cached
            }
            AwaitingRetry => matches!(
                next,
                Running | Cached | UpstreamFailed | InvalidInput | Cancelled
            ),
            Cancelling => next == Cancelled,
            ended => {
                debug_assert!(ended.is_final(), "every other state is above");
                false
            }
        }
    }

    /// As the contract and `--json` spell it, such as `timed-out`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Suspended => "suspended",
            Self::AwaitingRetry => "awaiting-retry",
            Self::Cancelling => "cancelling",
            Self::Completed => "completed",
            Self::Cached => "cached",
            Self::Failed => "failed",
            Self::TimedOut => "timed-out",
            Self::UpstreamFailed => "upstream-failed",
            Self::Denied => "denied",
            Self::InvalidInput => "invalid-input",
            Self::Crashed => "crashed",
            Self::Cancelled => "cancelled",
        }
    }

    /// As Prefect writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Running => "Running",
            Self::Paused => "Paused",
            Self::Suspended => "Suspended",
            Self::AwaitingRetry => "AwaitingRetry",
            Self::Cancelling => "Cancelling",
            Self::Completed => "Completed",
            Self::Cached => "Cached",
            Self::Failed => "Failed",
            Self::TimedOut => "TimedOut",
            Self::UpstreamFailed => "UpstreamFailed",
            Self::Denied => "Denied",
            Self::InvalidInput => "InvalidInput",
            Self::Crashed => "Crashed",
            Self::Cancelled => "Cancelled",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl From<FailureKind> for State {
    fn from(kind: FailureKind) -> Self {
        match kind {
            FailureKind::Failed => Self::Failed,
            FailureKind::Crashed => Self::Crashed,
            FailureKind::TimedOut => Self::TimedOut,
            FailureKind::Cancelled => Self::Cancelled,
            FailureKind::UpstreamFailed => Self::UpstreamFailed,
            FailureKind::Denied => Self::Denied,
            FailureKind::InvalidInput => Self::InvalidInput,
        }
    }
}

impl From<&Outcome> for State {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Completed(_) => Self::Completed,
            Outcome::Failed(failure) => failure.kind.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_ended_stays_so_and_everything_can_end() {
        for (index, state) in State::ALL.into_iter().enumerate() {
            assert_eq!(state as usize, index);
            let ends = State::ALL.into_iter().filter(|next| next.is_final());
            let can_end = ends.filter(|&next| state.may_become(next)).count();
            assert_eq!(can_end == 0, state.is_final(), "{state}");
            assert!(!state.may_become(State::Pending), "{state}");
        }
    }
}
