//! The contract's words and the model's, turned into each other.

use super::bindings::wflow::plugin::runner::ArtifactKind as WitArtifactKind;
use super::bindings::wflow::plugin::types::{
    Failure as WitFailure, FailureKind as WitKind, State as WitState, Value as WitValue,
};
use crate::model::{ArtifactKind, FailureKind, State, Value};

pub(super) fn failure(kind: WitKind, message: impl Into<String>) -> WitFailure {
    let message = message.into();
    WitFailure { kind, message }
}

pub(super) fn state(state: State) -> WitState {
    match state {
        State::Pending => WitState::Pending,
        State::Running => WitState::Running,
        // Who could ask is gone meanwhile.
        State::Paused | State::Suspended => WitState::Paused,
        State::AwaitingRetry => WitState::AwaitingRetry,
        State::Cancelling => WitState::Cancelling,
        State::Completed => WitState::Completed,
        State::Cached => WitState::Cached,
        State::Failed => WitState::Failed,
        State::TimedOut => WitState::TimedOut,
        State::UpstreamFailed => WitState::UpstreamFailed,
        State::Denied => WitState::Denied,
        State::InvalidInput => WitState::InvalidInput,
        State::Crashed => WitState::Crashed,
        State::Cancelled => WitState::Cancelled,
    }
}

pub(super) fn artifact_kind(kind: WitArtifactKind) -> ArtifactKind {
    match kind {
        WitArtifactKind::Markdown => ArtifactKind::Markdown,
        WitArtifactKind::Table => ArtifactKind::Table,
        WitArtifactKind::Link => ArtifactKind::Link,
        WitArtifactKind::Progress => ArtifactKind::Progress,
        WitArtifactKind::Image => ArtifactKind::Image,
    }
}

pub(super) fn kind(kind: FailureKind) -> WitKind {
    match kind {
        FailureKind::Failed => WitKind::Failed,
        FailureKind::Crashed => WitKind::Crashed,
        FailureKind::TimedOut => WitKind::TimedOut,
        FailureKind::Cancelled => WitKind::Cancelled,
        FailureKind::UpstreamFailed => WitKind::UpstreamFailed,
        FailureKind::Denied => WitKind::Denied,
        FailureKind::InvalidInput => WitKind::InvalidInput,
    }
}

impl From<WitValue> for Value {
    fn from(value: WitValue) -> Self {
        match value {
            WitValue::Json(text) => Self::Json(text.into()),
            WitValue::Bytes(bytes) => Self::Bytes(bytes.into()),
        }
    }
}

impl From<Value> for WitValue {
    fn from(value: Value) -> Self {
        match value {
            Value::Bytes(bytes) => Self::Bytes(bytes.into()),
            Value::Json(_) => Self::from(&value),
        }
    }
}

/// Without a clone, for which threads that share the value would wait.
impl From<&Value> for WitValue {
    fn from(value: &Value) -> Self {
        match value {
            Value::Json(text) => Self::Json(text.to_string()),
            Value::Bytes(bytes) => Self::Bytes(bytes.to_vec()),
        }
    }
}
