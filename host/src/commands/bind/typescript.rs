//! Bindings for TypeScript: constants whose types tell what the component takes and gives.

use std::fmt::Write;

use super::types::{Type, Words};
use crate::model::{Definition, Manifest, Parameter};
use crate::runner::Target;

const WORDS: Words = Words {
    language: "TypeScript",
    reserved: &[
        "await",
        "break",
        "case",
        "catch",
        "class",
        "const",
        "continue",
        "debugger",
        "default",
        "delete",
        "do",
        "else",
        "enum",
        "export",
        "extends",
        "false",
        "finally",
        "for",
        "function",
        "if",
        "import",
        "in",
        "instanceof",
        "let",
        "new",
        "null",
        "remote",
        "return",
        "static",
        "super",
        "switch",
        "t",
        "this",
        "throw",
        "true",
        "try",
        "typeof",
        "var",
        "void",
        "while",
        "with",
    ],
    comment: "//",
};

pub(super) fn bindings(component: &str, manifest: &Manifest) -> String {
    let mut text = format!(
        "// Flows and tasks of the component `{component}`, as it describes itself; written by `wflow bind`.\n\n\
         import {{ remote, t }} from \"wflow\";\n"
    );
    for one in WORDS.all(manifest, |target, it| constant(component, target, it)) {
        let _ = write!(text, "\n{one}");
    }
    text
}

fn constant(component: &str, target: Target, definition: &Definition) -> String {
    let Definition {
        name,
        description,
        result,
        ..
    } = definition;
    let mut text = String::new();
    let lines = description.replace("*/", "*\\/").replace('\n', "\n * ");
    if !lines.is_empty() {
        let _ = writeln!(text, "/** {lines} */");
    }
    let result = ty(&Type::of(result));
    let parameters: Vec<_> = definition.parameters.iter().map(parameter).collect();
    let parameters = match parameters.is_empty() {
        true => "{}".to_owned(),
        false => format!("{{ {} }}", parameters.join(", ")),
    };
    let _ = writeln!(
        text,
        "export const {name} = remote.{target}(\"{component}/{name}\", {result}, {parameters});"
    );
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
        None => format!("{name}: {}", self::ty(&ty)),
        Some(_) => format!("{name}: {}.optional()", made(&ty)),
    }
}

/// A type that has methods.
fn made(ty: &Type) -> String {
    match (ty, name(ty)) {
        (Type::List(items), _) => format!("t.array({})", self::ty(items)),
        (_, name) => format!("t.{}", name.unwrap_or("any")),
    }
}

fn ty(ty: &Type) -> String {
    match ty {
        Type::List(items) => match name(items) {
            Some(name) => format!("\"{name}[]\""),
            None => format!("t.array({})", self::ty(items)),
        },
        plain => format!("\"{}\"", name(plain).unwrap_or("any")),
    }
}

/// The short name of what is no list.
fn name(ty: &Type) -> Option<&'static str> {
    Some(match ty {
        Type::Nothing => "null",
        Type::Boolean => "boolean",
        Type::Integer | Type::Unsigned => "integer",
        Type::Number => "number",
        Type::Text => "string",
        Type::Bytes => "bytes",
        Type::Any => "any",
        Type::List(_) => return None,
    })
}
