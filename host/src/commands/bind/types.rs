//! What a JSON Schema says, as far as the types of other languages can say it too.

use serde_json::Value as Json;

use crate::model::{Definition, Manifest, Parameter};
use crate::runner::Target;

/// The values of a parameter or result.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Type {
    Nothing,
    Boolean,
    Integer,
    /// An integer that is not below 0.
    Unsigned,
    Number,
    Text,
    Bytes,
    List(Box<Type>),
    /// What is left: objects, choices, anything.
    Any,
}

impl Type {
    pub(super) fn of(schema: &str) -> Self {
        Self::read(&serde_json::from_str(schema).unwrap_or_default())
    }

    fn read(schema: &Json) -> Self {
        match schema["type"].as_str() {
            Some("null") => Self::Nothing,
            Some("boolean") => Self::Boolean,
            Some("integer") if schema["minimum"].as_f64() >= Some(0.0) => Self::Unsigned,
            Some("integer") => Self::Integer,
            Some("number") => Self::Number,
            Some("string") if schema["format"] == "binary" => Self::Bytes,
            Some("string") => Self::Text,
            Some("array") if schema["items"].is_object() => {
                Self::List(Box::new(Self::read(&schema["items"])))
            }
            _ => Self::Any,
        }
    }
}

/// What a language calls things by.
pub(super) struct Words {
    pub(super) language: &'static str,
    /// What names cannot be.
    pub(super) reserved: &'static [&'static str],
    /// How a comment begins.
    pub(super) comment: &'static str,
}

impl Words {
    /// All that a component holds, each as `write` writes it; or what cannot be said of it.
    pub(super) fn all(
        &self,
        manifest: &Manifest,
        write: impl Fn(Target, &Definition) -> String,
    ) -> Vec<String> {
        let flows = manifest.flows.iter().map(|flow| (Target::Flow, flow));
        let tasks = manifest.tasks.iter().map(|task| (Target::Task, task));
        let all = flows
            .chain(tasks)
            .map(|(target, definition)| match self.can_say(definition) {
                true => write(target, definition),
                false => format!(
                    "{} `{}` has a name that {} has no word for.\n",
                    self.comment, definition.name, self.language
                ),
            });
        all.collect()
    }

    /// Whether all names are words of the language, too; otherwise a function of it cannot have them.
    fn can_say(&self, definition: &Definition) -> bool {
        let parameters = definition.parameters.iter();
        let mut names = parameters.map(|it| &it.name).chain([&definition.name]);
        names.all(|name| is_word(name) && !self.reserved.contains(&&**name))
    }
}

fn is_word(name: &str) -> bool {
    let starts = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    starts
        && name
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || char == '_')
}

/// Those that have to be given, and those that need not.
pub(super) fn parted(definition: &Definition) -> (Vec<&Parameter>, Vec<&Parameter>) {
    let parameters = definition.parameters.iter();
    parameters.partition(|parameter| parameter.default.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_are_types() {
        let is = |schema: &str, ty| assert_eq!(Type::of(schema), ty, "{schema}");
        is(r#"{"type": "integer"}"#, Type::Integer);
        is(r#"{"type": "integer", "minimum": 0}"#, Type::Unsigned);
        is(r#"{"type": "string", "format": "binary"}"#, Type::Bytes);
        let list = Type::List(Box::new(Type::Text));
        is(r#"{"type": "array", "items": {"type": "string"}}"#, list);
        for any in [
            "",
            "{}",
            r#"{"type": "array"}"#,
            r#"{"type": ["integer", "null"]}"#,
        ] {
            is(any, Type::Any);
        }
    }

    #[test]
    fn words_are_names() {
        assert!(is_word("a_1") && is_word("_a"));
        assert!(!is_word("") && !is_word("1a") && !is_word("a-b") && !is_word("ä"));
    }
}
