//! How to answer a flow run that has paused.

use serde_json::Value as Json;

use crate::model::RunId;

/// The command that answers, with a place for each thing that the schema asks for; what may be left
/// out stands in brackets. Guests choose the words: none gets in that means something to a shell.
///
/// A subflow run is found within the root flow run.
pub(super) fn command(root: Option<(RunId, &str)>, run: (RunId, &str), schema: &str) -> String {
    let run = match root {
        Some(root) if root.0 != run.0 => {
            format!("{} {}", run_word(root.0, root.1), run_word(run.0, run.1))
        }
        _ => run_word(run.0, run.1),
    };
    let schema: Json = serde_json::from_str(schema).unwrap_or_default();
    let places = match (&schema["properties"], &schema) {
        (Json::Object(properties), _) if properties.keys().all(|name| is_word(name)) => {
            let places = properties.iter();
            places.map(|(name, of)| place(&schema, name, of)).collect()
        }
        (_, Json::Null | Json::Bool(_)) => String::new(),
        _ => " --params FILE".to_owned(),
    };
    format!("wflow runs answer {run}{places}")
}

/// What stands for a run in a command: its name, unless that means something else to a shell.
pub fn run_word(run: RunId, name: &str) -> String {
    match is_word(name) {
        true => name.to_owned(),
        false => run.to_string(),
    }
}

fn is_word(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !text.is_empty() && !text.starts_with('-') && text.chars().all(plain)
}

fn place(schema: &Json, name: &str, property: &Json) -> String {
    let place = format!("-p {name}={}", value(property));
    let mut required = schema["required"].as_array().into_iter().flatten();
    match required.any(|required| required == name) {
        true => format!(" {place}"),
        false => format!(" [{place}]"),
    }
}

/// What stands for the value.
fn value(property: &Json) -> String {
    let choices = property["enum"].as_array().into_iter().flatten();
    let choices: Vec<_> = choices.filter_map(Json::as_str).collect();
    if !choices.is_empty() && choices.iter().all(|choice| is_word(choice)) {
        return choices.join("|");
    }
    let ty = match &property["type"] {
        // Of what may be null, that comes last.
        Json::Array(types) => types.first().unwrap_or(&Json::Null),
        ty => ty,
    };
    let value = match ty.as_str() {
        Some("string") => "TEXT",
        Some("boolean") => "true|false",
        Some("integer" | "number") => "NUMBER",
        _ => "JSON",
    };
    value.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, schema: &str, expected: &str) {
        let run = (RunId(uuid::Uuid::nil()), name);
        let command = command(Some(run), run, schema);
        assert_eq!(command, format!("wflow runs answer {expected}"));
    }

    #[test]
    fn what_the_schema_asks_for_has_a_place() {
        check("calm-otter", "", "calm-otter");
        check("calm-otter", "true", "calm-otter");
        check(
            "calm-otter",
            r#"{"type": "string"}"#,
            "calm-otter --params FILE",
        );
        let schema = r#"{"properties": {
            "approved": {"type": "boolean"},
            "size": {"type": "string", "enum": ["small", "big"]},
            "how": {"type": "string", "enum": ["a; b"]},
            "note": {"type": ["string", "null"]},
            "at": {"$ref": "x"}
        }, "required": ["approved", "size"]}"#;
        let places =
            "-p approved=true|false [-p at=JSON] [-p how=TEXT] [-p note=TEXT] -p size=small|big";
        check("calm-otter", schema, &format!("calm-otter {places}"));
        let schema = r#"{"properties": {"a; b": true}}"#;
        check("calm-otter", schema, "calm-otter --params FILE");
    }

    #[test]
    fn a_subflow_run_is_found_within_the_root() {
        let run = |id, name| (RunId(uuid::Uuid::from_u128(id)), name);
        let command = command(Some(run(1, "calm-otter")), run(2, "shy-owl"), "");
        assert_eq!(command, "wflow runs answer calm-otter shy-owl");
    }

    #[test]
    fn a_name_of_several_words_is_told_by_its_id() {
        let id = "00000000-0000-0000-0000-000000000000";
        for name in ["first resize", "", "a;b", "-p"] {
            check(name, "", id);
        }
    }
}
