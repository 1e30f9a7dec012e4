//! What passes between runs: JSON text or bytes, cheap to clone.

use std::sync::Arc;

use bytes::Bytes;
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

    /// Whether a secret stood in it, and it is not what it was.
    pub fn is_masked(&self) -> bool {
        matches!(self, Self::Json(text) if text.contains(MASK))
    }
}
