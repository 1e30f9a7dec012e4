//! What passes between runs: JSON text or bytes, cheap to clone.

use std::sync::Arc;

use bytes::Bytes;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

/// What stands in the place of a secret.
pub const MASK: &str = "********";

/// One argument or one result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// JSON text, as the guest wrote it.
    Json(Arc<str>),
    /// Bytes that nobody decodes on the way.
    Bytes(#[serde(with = "super::bytes")] Bytes),
}

impl Value {
    /// JSON `null`: the result of a run that returns nothing.
    pub fn null() -> Self {
        Self::Json("null".into())
    }

    /// How many bytes it takes.
    pub fn len(&self) -> usize {
        match self {
            Self::Json(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether what is to be JSON is that.
    ///
    /// # Errors
    ///
    /// What is wrong with the text, and where. What is nested deeper than 127 levels is none, either.
    pub fn check(&self) -> Result<(), serde_json::Error> {
        match self {
            Self::Json(text) => serde_json::from_str(text).map(|IgnoredAny| ()),
            Self::Bytes(_) => Ok(()),
        }
    }

    /// Whether a secret stood in it, and it is not what it was.
    pub fn is_masked(&self) -> bool {
        matches!(self, Self::Json(text) if text.contains(MASK))
    }
}
