//! What passes between runs: JSON text or bytes, cheap to clone.

use std::sync::Arc;

use bytes::Bytes;
use serde::de::{Error, IgnoredAny};
use serde::{Deserialize, Serialize};

/// What stands in the place of a secret.
pub const MASK: &str = "********";

/// Levels that serde_json reads, and most that others do; it skips any number of them.
const DEPTH: usize = 127;

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
            Self::Json(text) => {
                let IgnoredAny = serde_json::from_str(text)?;
                match depth(text) > DEPTH {
                    true => Err(Error::custom("it is nested deeper than 127 levels")),
                    false => Ok(()),
                }
            }
            Self::Bytes(_) => Ok(()),
        }
    }

    /// Whether a secret stood in it, and it is not what it was.
    pub fn is_masked(&self) -> bool {
        matches!(self, Self::Json(text) if text.contains(MASK))
    }
}

/// How deeply JSON is nested.
fn depth(json: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut bytes = json.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' => skip_text(&mut bytes),
            _ => {}
        }
    }
    deepest
}

/// Goes behind the quotation mark that ends a text.
fn skip_text(bytes: &mut std::str::Bytes<'_>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return,
            b'\\' => drop(bytes.next()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nested_too_deeply_is_no_json() {
        let nested = |levels: usize| "[".repeat(levels) + r#""]\"[""# + &"]".repeat(levels);
        let check = |levels| Value::Json(nested(levels).into()).check();
        assert!(check(0).is_ok() && check(DEPTH).is_ok());
        let parsed: Result<serde_json::Value, _> = serde_json::from_str(&nested(DEPTH));
        assert!(parsed.is_ok());
        let refused = check(DEPTH + 1).expect_err("too deep").to_string();
        assert_eq!(refused, "it is nested deeper than 127 levels");
        assert!(check(1_000_000).is_err());
        let wide = Value::Json(format!("[{}1]", "[],{},".repeat(1000)).into());
        assert!(wide.check().is_ok());
    }
}
