//! Why a run did not complete, and what `?` makes of an error.

use std::error::Error;
use std::fmt;

pub use crate::bindings::wflow::plugin::types::FailureKind;

/// The result of a flow or task.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

/// How a run ended that did not complete, or why this one does not.
///
/// Any [`Error`] turns into a failure with `?`, which is why it is none itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Failure {
    kind: FailureKind,
    message: String,
    retryable: bool,
}

impl Failure {
    /// A failure after which the retries that are left are made.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            kind: FailureKind::Failed,
            message: message.into(),
            retryable: true,
        }
    }

    /// A failure that another attempt would not mend: it skips the retries that are left.
    pub fn permanent(message: impl Into<String>) -> Self {
        Self {
            retryable: false,
            ..Self::new(message)
        }
    }

    pub(crate) fn of_run(failure: crate::bindings::wflow::plugin::types::Failure) -> Self {
        Self {
            kind: failure.kind,
            ..Self::new(failure.message)
        }
    }

    /// What kind of failure it was: of another run, the host's word.
    pub fn kind(&self) -> FailureKind {
        self.kind
    }

    pub fn message(&self) -> &str {
        &self.message
    }

    pub fn is_retryable(&self) -> bool {
        self.retryable
    }
}

impl<E: Error> From<E> for Failure {
    /// The error and its sources, outermost first.
    fn from(error: E) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            message += &format!(": {error}");
            source = error.source();
        }
        Self::new(message)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_becomes_a_retryable_failure() {
        let failure = Failure::from("x".parse::<u8>().expect_err("not a number"));
        assert_eq!(failure.message(), "invalid digit found in string");
        assert!(failure.is_retryable());
        assert!(!Failure::permanent("no").is_retryable());
    }
}
