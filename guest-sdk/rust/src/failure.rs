//! Why a run did not complete, and what `?` makes of an error.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::bindings::wflow::plugin::types;
pub use crate::bindings::wflow::plugin::types::FailureKind;

/// The result of a flow or task.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

/// How another run ended that did not complete, or why this one does not.
///
/// `?` turns any [`Error`] into a failure, with its sources in the message. That is why a failure is
/// no `Error` itself; it converts into a `Box<dyn Error + Send + Sync>`, though.
#[derive(Clone, PartialEq, Eq)]
pub struct Failure {
    kind: FailureKind,
    message: String,
    retryable: bool,
    /// The name of the run that ended so, if it was another one.
    run: Option<String>,
}

impl Failure {
    /// A failure after which the retries that are left are made.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            kind: FailureKind::Failed,
            message: message.into(),
            retryable: true,
            run: None,
        }
    }

    /// A failure that another attempt would not mend: the retries that are left are skipped.
    pub fn permanent(message: impl Into<String>) -> Self {
        Self {
            retryable: false,
            ..Self::new(message)
        }
    }

    /// How an attempt ended that could not tell itself.
    pub(crate) fn of_attempt(kind: FailureKind, message: String) -> Self {
        Self {
            kind,
            ..Self::new(message)
        }
    }

    pub(crate) fn made_permanent(self) -> Self {
        Self {
            retryable: false,
            ..self
        }
    }

    /// How the run ended, in the host's words.
    pub(crate) fn of_run(run: String, failure: types::Failure) -> Self {
        Self {
            run: Some(run),
            ..Self::of_host(failure)
        }
    }

    /// Why the host does not do what this run asks of it.
    pub(crate) fn of_host(failure: types::Failure) -> Self {
        use FailureKind::{Denied, InvalidInput};
        Self {
            kind: failure.kind,
            message: failure.message,
            // The same would be refused again.
            retryable: !matches!(failure.kind, Denied | InvalidInput),
            run: None,
        }
    }

    fn of_error(error: &(dyn Error + 'static)) -> Self {
        if let Some(Wrapped(failure)) = error.downcast_ref() {
            return failure.clone();
        }
        let mut failure = Self::new(error.to_string());
        let mut source = error.source();
        while let Some(error) = source {
            let cause = error.to_string();
            // Some errors tell their source themselves.
            if !failure.message.ends_with(&cause) {
                failure.message = format!("{}: {cause}", failure.message);
            }
            source = error.source();
        }
        failure
    }

    /// How the run ended: the host's word for another run or for what it denies this one,
    /// [`FailureKind::Failed`] for a failure that was made here.
    pub fn kind(&self) -> FailureKind {
        self.kind
    }

    /// What happened, without the name of the run that it happened to.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// May another attempt end differently?
    pub fn is_retryable(&self) -> bool {
        self.retryable
    }
}

/// How another run ended, for a task that is to start whatever that was: pass the run in
/// [`allow_failure`](crate::allow_failure).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome<T> {
    Completed(T),
    Failed(Failure),
}

impl<T> Outcome<T> {
    /// The same as a [`Result`].
    ///
    /// # Errors
    ///
    /// How the run ended if it did not complete.
    pub fn into_result(self) -> Result<T> {
        match self {
            Self::Completed(value) => Ok(value),
            Self::Failed(failure) => Err(failure),
        }
    }
}

/// A failure as it travels.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Told {
    kind: String,
    message: String,
}

impl Serialize for Failure {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let told = Told {
            kind: self.kind.to_string(),
            message: self.message.clone(),
        };
        told.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Failure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let Told { kind, message } = Told::deserialize(deserializer)?;
        let kind = KINDS.into_iter().find(|known| known.to_string() == kind);
        Ok(Self {
            kind: kind.ok_or_else(|| de::Error::custom("no such kind of failure"))?,
            message,
            retryable: true,
            run: None,
        })
    }
}

impl JsonSchema for Failure {
    fn schema_name() -> Cow<'static, str> {
        "Failure".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Told::json_schema(generator)
    }
}

const KINDS: [FailureKind; 7] = [
    FailureKind::Failed,
    FailureKind::Crashed,
    FailureKind::TimedOut,
    FailureKind::Cancelled,
    FailureKind::UpstreamFailed,
    FailureKind::Denied,
    FailureKind::InvalidInput,
];

impl<E: Error + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::of_error(&error)
    }
}

impl Failure {
    /// The failure behind any error that a flow or task may return, text included.
    pub(crate) fn of_boxed(error: &(dyn Error + Send + Sync + 'static)) -> Self {
        Self::of_error(error)
    }
}

impl From<Failure> for Box<dyn Error + Send + Sync> {
    fn from(failure: Failure) -> Self {
        Box::new(Wrapped(failure))
    }
}

/// A failure on its way through code that wants an [`Error`].
#[derive(Debug)]
struct Wrapped(Failure);

impl Error for Wrapped {}

impl fmt::Display for Wrapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The message, after the name of the run that it is about: `run resize-0bb9a2c3-7 failed: …`.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(run) = &self.run {
            write!(f, "run {run} {}: ", ended(self.kind))?;
        }
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        match self.retryable {
            true => Ok(()),
            false => f.write_str(" (permanent)"),
        }
    }
}

fn ended(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Failed => "failed",
        FailureKind::Crashed => "crashed",
        FailureKind::TimedOut => "timed out",
        FailureKind::Cancelled => "was cancelled",
        FailureKind::UpstreamFailed => "did not start",
        FailureKind::Denied => "was denied something",
        FailureKind::InvalidInput => "was refused",
    }
}

/// As the contract and `wflow --json` spell it, such as `timed-out`.
impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Failed => "failed",
            Self::Crashed => "crashed",
            Self::TimedOut => "timed-out",
            Self::Cancelled => "cancelled",
            Self::UpstreamFailed => "upstream-failed",
            Self::Denied => "denied",
            Self::InvalidInput => "invalid-input",
        })
    }
}
