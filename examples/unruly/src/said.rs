//! What a misbehaviour returns: JSON text that nobody has looked at.

use schemars::{Schema, json_schema};
use wflow::__private::Value;
use wflow::{Failure, Parameter, Result};

pub struct Said(pub String);

impl From<String> for Said {
    fn from(text: String) -> Self {
        match text.to_value() {
            Ok(Value::Json(json)) => Self(json),
            _ => Self("null".to_owned()),
        }
    }
}

impl Said {
    /// The text, where it is one.
    pub fn text(self) -> String {
        String::from_value(Value::Json(self.0)).unwrap_or_else(|failure| failure.to_string())
    }
}

impl Parameter for Said {
    fn to_value(&self) -> Result<Value> {
        Ok(Value::Json(self.0.clone()))
    }

    fn into_value(self) -> Result<Value> {
        Ok(Value::Json(self.0))
    }

    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Json(json) => Ok(Self(json)),
            Value::Bytes(_) => Err(Failure::permanent("expected JSON, not bytes")),
        }
    }

    /// Anything.
    fn schema() -> Schema {
        json_schema!({})
    }
}
