//! What passes between runs: values of Rust's types, as JSON or bytes.

use std::ops::Deref;

use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

use crate::bindings::wflow::plugin::types::Value;
use crate::{Failure, Future, Result};

/// A type that can be a parameter or a result: one that serde and schemars know, or [`Bytes`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter or a result of a flow or task",
    note = "derive serde::Serialize, serde::Deserialize and schemars::JsonSchema for it"
)]
pub trait Parameter: Sized {
    /// # Errors
    ///
    /// If the value cannot be written as JSON (a map whose keys are no strings, say).
    #[doc(hidden)]
    fn to_value(&self) -> Result<Value>;

    /// # Errors
    ///
    /// If the value is not of this type.
    #[doc(hidden)]
    fn from_value(value: Value) -> Result<Self>;

    /// JSON Schema of the type.
    #[doc(hidden)]
    fn schema() -> String;
}

impl<T: Serialize + DeserializeOwned + JsonSchema> Parameter for T {
    fn to_value(&self) -> Result<Value> {
        json(self)
    }

    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Json(text) => Ok(serde_json::from_str(&text)?),
            Value::Bytes(_) => Err(Failure::permanent("expected JSON, not bytes")),
        }
    }

    fn schema() -> String {
        let mut schema = schemars::schema_for!(T);
        schema.remove("$schema");
        schema.to_value().to_string()
    }
}

fn json<T: Serialize + ?Sized>(value: &T) -> Result<Value> {
    Ok(Value::Json(serde_json::to_string(value)?))
}

/// Bytes that nobody encodes on the way, such as an image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl Parameter for Bytes {
    fn to_value(&self) -> Result<Value> {
        Ok(Value::Bytes(self.0.clone()))
    }

    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Bytes(bytes) => Ok(Self(bytes)),
            Value::Json(_) => Err(Failure::permanent("expected bytes, not JSON")),
        }
    }

    fn schema() -> String {
        r#"{"type":"string","format":"binary"}"#.to_owned()
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

/// An argument on its way to a new run.
pub enum Argument<'a> {
    #[doc(hidden)]
    Value(Result<Value>),
    #[doc(hidden)]
    ResultOf(&'a crate::bindings::wflow::plugin::runner::RunFuture),
}

/// What a parameter of type `T` takes: a `T`, or the future of a run that returns one.
pub trait IntoArgument<'a, T> {
    #[doc(hidden)]
    fn into_argument(self) -> Argument<'a>;
}

impl<'a, T: Parameter> IntoArgument<'a, T> for T {
    fn into_argument(self) -> Argument<'a> {
        Argument::Value(self.to_value())
    }
}

impl<'a, T: Parameter> IntoArgument<'a, T> for &'a Future<T> {
    fn into_argument(self) -> Argument<'a> {
        Argument::ResultOf(&self.run)
    }
}

impl<'a> IntoArgument<'a, String> for &str {
    fn into_argument(self) -> Argument<'a> {
        Argument::Value(json(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_were() {
        let there = vec![(1, "a".to_owned()), (2, "ü".to_owned())];
        let value = there.to_value().expect("JSON");
        assert_eq!(
            Vec::<(i32, String)>::from_value(value).expect("the same type"),
            there
        );
        let bytes = Bytes(vec![0, 255]);
        assert_eq!(
            Bytes::from_value(bytes.to_value().expect("bytes")).expect("bytes"),
            bytes
        );
    }

    #[test]
    fn a_schema_tells_the_type() {
        assert!(
            u32::schema().contains(r#""type":"integer""#),
            "{}",
            u32::schema()
        );
        assert!(Bytes::schema().contains("binary"));
    }
}
