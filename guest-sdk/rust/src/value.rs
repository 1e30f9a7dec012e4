//! What passes between runs: values of Rust's types, as JSON or bytes.

use std::error::Error;
use std::ops::Deref;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, json_schema};
use serde::{Serialize, de::DeserializeOwned};

pub use crate::bindings::wflow::plugin::types::Value;
use crate::{Failure, Future, Result};

/// A type that can be a parameter or a result: one that serde and schemars know, or [`Bytes`].
///
/// It travels as JSON; `()` is `null`. For a type of your own, derive `serde::Serialize`,
/// `serde::Deserialize` and `schemars::JsonSchema`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter or result of a flow or task",
    note = "derive `serde::Serialize`, `serde::Deserialize` and `schemars::JsonSchema` for it"
)]
pub trait Parameter: Sized {
    /// # Errors
    ///
    /// If JSON cannot hold the value: a map whose keys are no strings, say.
    #[doc(hidden)]
    fn to_value(&self) -> Result<Value>;

    /// As [`Parameter::to_value`], without a copy where that can be.
    #[doc(hidden)]
    fn into_value(self) -> Result<Value> {
        self.to_value()
    }

    /// # Errors
    ///
    /// If the value is not of this type.
    #[doc(hidden)]
    fn from_value(value: Value) -> Result<Self>;

    /// JSON Schema of the type.
    #[doc(hidden)]
    fn schema() -> Schema;
}

impl<T: Serialize + DeserializeOwned + JsonSchema> Parameter for T {
    fn to_value(&self) -> Result<Value> {
        json(self)
    }

    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Json(text) => serde_json::from_str(&text).map_err(|error| mismatch(&error)),
            Value::Bytes(_) => Err(Failure::permanent("expected JSON, not bytes")),
        }
    }

    fn schema() -> Schema {
        schema_of::<T>()
    }
}

pub(crate) fn schema_of<T: JsonSchema>() -> Schema {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.meta_schema = None);
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    // `uint32` or `Array_of_string` tells nobody more than the schema does.
    schema.remove("title");
    schema
}

/// The host writes JSON in one line, so that the position tells nobody anything.
pub(crate) fn mismatch(error: &serde_json::Error) -> Failure {
    let message = error.to_string();
    let (what, _) = message.rsplit_once(" at line ").unwrap_or((&message, ""));
    Failure::permanent(what)
}

pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> Result<Value> {
    let text = serde_json::to_string(value);
    text.map(Value::Json)
        .map_err(|error| Failure::permanent(format!("JSON cannot hold the value: {error}")))
}

/// Bytes that travel as they are, such as an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bytes(pub Vec<u8>);

impl Parameter for Bytes {
    fn to_value(&self) -> Result<Value> {
        Ok(Value::Bytes(self.0.clone()))
    }

    fn into_value(self) -> Result<Value> {
        Ok(Value::Bytes(self.0))
    }

    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Bytes(bytes) => Ok(Self(bytes)),
            Value::Json(_) => Err(Failure::permanent("expected bytes, not JSON")),
        }
    }

    fn schema() -> Schema {
        json_schema!({ "type": "string", "format": "binary" })
    }
}

impl Deref for Bytes {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl From<Bytes> for Vec<u8> {
    fn from(bytes: Bytes) -> Self {
        bytes.0
    }
}

/// What a flow or task returns that cannot fail: a value, or the future of the run that returns it.
pub trait Returned {
    /// The result's type.
    type Value: Parameter;

    #[doc(hidden)]
    fn into_value(self) -> Result<Value>;
}

impl<T: Parameter> Returned for T {
    type Value = T;

    fn into_value(self) -> Result<Value> {
        Parameter::into_value(self)
    }
}

impl<T: Parameter> Returned for Future<T> {
    type Value = T;

    /// Waits for the run.
    fn into_value(self) -> Result<Value> {
        self.raw_result()
    }
}

/// What a flow or task returns that can fail.
#[diagnostic::on_unimplemented(
    message = "a flow or task cannot return `{Self}`",
    note = "the error of the `Result` has to convert into `Box<dyn Error + Send + Sync>`: use `wflow::Failure`, or any error that is `Send + Sync`"
)]
pub trait Fallible {
    /// The result's type.
    type Value: Parameter;

    #[doc(hidden)]
    fn into_value(self) -> Result<Value>;
}

impl<T: Returned, E: Into<Box<dyn Error + Send + Sync>>> Fallible for Result<T, E> {
    type Value = T::Value;

    fn into_value(self) -> Result<Value> {
        match self {
            Ok(returned) => returned.into_value(),
            Err(error) => Err(Failure::of_boxed(&*error.into())),
        }
    }
}
