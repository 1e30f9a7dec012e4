//! JSON Schema: what a parameter or an answer may be.

use std::sync::Arc;

use jsonschema::{PatternOptions, Validator};
use serde_json::Value as Json;

/// A JSON Schema that JSON can be held against.
#[derive(Clone, Debug)]
pub struct Schema {
    text: Arc<str>,
    /// None where any JSON will do.
    validator: Option<Arc<Validator>>,
}

impl Schema {
    /// Of empty text, a schema that any JSON fits.
    ///
    /// # Errors
    ///
    /// What is wrong, if the text is no JSON Schema or needs another document.
    pub fn new(text: &str) -> Result<Self, String> {
        let validator = match text {
            "" => None,
            text => Some(Arc::new(validator(text)?)),
        };
        let text = text.into();
        Ok(Self { text, validator })
    }

    /// As it was given.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Holds the JSON against the schema. Whoever wrote the schema decides how long that takes.
    ///
    /// # Errors
    ///
    /// What does not fit, and where.
    pub fn check(&self, json: &Json) -> Result<(), String> {
        let Some(validator) = &self.validator else {
            return Ok(());
        };
        validator
            .validate(json)
            .map_err(|error| match error.instance_path().as_str() {
                "" => error.to_string(),
                at => format!("{error}, at {at}"),
            })
    }
}

fn validator(text: &str) -> Result<Validator, String> {
    let schema: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
    jsonschema::options()
        // The engine of the other choice takes for ever on some patterns.
        .with_pattern_options(PatternOptions::regex())
        .build(&schema)
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(schema: &str, json: &str, says: &str) {
        let json = serde_json::from_str(json).expect("JSON");
        let checked = Schema::new(schema).and_then(|schema| schema.check(&json));
        let said = checked.err().unwrap_or_default();
        assert!(
            said.contains(says) && said.is_empty() == says.is_empty(),
            "{said}"
        );
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let point =
            r#"{"type": "object", "properties": {"x": {"type": "number"}}, "required": ["x"]}"#;
        check(point, r#"{"x": 1}"#, "");
        check(
            point,
            r#"{"x": "a"}"#,
            r#""a" is not of type "number", at /x"#,
        );
        check(point, "{}", r#""x" is a required property"#);
        check("", "[1]", "");
    }

    #[test]
    fn what_is_no_schema_is_refused() {
        check("{", "1", "EOF while parsing");
        check(r#"{"type": "nonsense"}"#, "1", "nonsense");
        check(r#"{"$ref": "file:///etc/passwd"}"#, "1", "resolve-file");
        let slow = r#"{"patternProperties": {"^(a{1000}){1000}c$": true}}"#;
        check(slow, r#"{"a": 1}"#, "regex");
    }
}
