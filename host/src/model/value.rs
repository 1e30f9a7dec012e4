//! What passes between runs: JSON text or bytes, cheap to clone.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// One argument or one result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// JSON text, as the guest wrote it.
    Json(Arc<str>),
    /// Bytes that nobody decodes on the way.
    Bytes(Bytes),
}

impl Value {
    /// JSON `null`: the result of a run that returns nothing.
    pub fn null() -> Self {
        Self::Json("null".into())
    }
}
