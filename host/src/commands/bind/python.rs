//! Bindings for Python: functions whose hints tell a type checker what the component takes and gives.

use std::fmt::Write;

use super::types::{Type, Words};
use crate::model::{Definition, Manifest, Parameter};
use crate::runner::Target;

const WORDS: Words = Words {
    language: "Python",
    reserved: &[
        "False",
        "None",
        "True",
        "and",
        "as",
        "assert",
        "async",
        "await",
        "break",
        "class",
        "continue",
        "def",
        "del",
        "elif",
        "else",
        "except",
        "finally",
        "for",
        "from",
        "global",
        "if",
        "import",
        "in",
        "is",
        "lambda",
        "nonlocal",
        "not",
        "or",
        "pass",
        "raise",
        "return",
        "return_state",
        "try",
        "wait_for",
        "while",
        "with",
        "yield",
    ],
    comment: "#",
};

pub(super) fn bindings(component: &str, manifest: &Manifest) -> String {
    let mut text = format!(
        "\"\"\"Flows and tasks of the component `{component}`, as it describes itself; written by `wflow bind`.\"\"\"\n\n\
         from typing import Any\n\nfrom wflow import remote\n"
    );
    for one in WORDS.all(manifest, |target, it| function(component, target, it)) {
        let _ = write!(text, "\n\n{one}");
    }
    text
}

fn function(component: &str, target: Target, definition: &Definition) -> String {
    let Definition {
        name, description, ..
    } = definition;
    // Only names may follow a default.
    let (required, rest) = super::types::parted(definition);
    let parameters: Vec<_> = required.into_iter().chain(rest).map(parameter).collect();
    let result = hint(&Type::of(&definition.result));
    let mut text = format!("@remote.{target}(\"{component}/{name}\").typed\n");
    let _ = writeln!(text, "def {name}({}) -> {result}:", parameters.join(", "));
    let lines = description
        .replace('\\', "\\\\")
        .replace("\"\"\"", "\\\"\\\"\\\"");
    let _ = match lines.is_empty() {
        true => writeln!(text, "    raise NotImplementedError"),
        false => {
            let lines = lines.replace('\n', "\n    ");
            writeln!(
                text,
                "    \"\"\"{lines}\"\"\"\n    raise NotImplementedError"
            )
        }
    };
    text
}

fn parameter(parameter: &Parameter) -> String {
    let Parameter {
        name,
        schema,
        default,
    } = parameter;
    let ty = Type::of(schema);
    match default {
        None => format!("{name}: {}", hint(&ty)),
        // What stands there is the component's to say: nothing is sent where nothing is given.
        Some(_) => format!("{name}: {} = ...", hint(&ty)),
    }
}

fn hint(ty: &Type) -> String {
    match ty {
        Type::Nothing => "None".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::Integer | Type::Unsigned => "int".to_owned(),
        Type::Number => "float".to_owned(),
        Type::Text => "str".to_owned(),
        Type::Bytes => "bytes".to_owned(),
        Type::List(items) => format!("list[{}]", hint(items)),
        Type::Any => "Any".to_owned(),
    }
}
