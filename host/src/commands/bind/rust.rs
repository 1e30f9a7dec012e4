//! Bindings for Rust: functions that take values and futures of the right types.

use std::fmt::Write;

use super::types::{Type, Words, parted};
use crate::model::{Definition, Manifest, Parameter};
use crate::runner::Target;

const WORDS: Words = Words {
    language: "Rust",
    reserved: &[
        "Self", "abstract", "as", "async", "await", "box", "break", "const", "continue", "crate",
        "dyn", "else", "enum", "extern", "false", "fn", "for", "if", "impl", "in", "let", "loop",
        "match", "mod", "move", "mut", "pub", "ref", "return", "self", "static", "struct", "super",
        "trait", "true", "type", "unsafe", "use", "where", "while", "yield",
    ],
    comment: "//",
};

pub(super) fn bindings(component: &str, manifest: &Manifest) -> String {
    let mut text = format!(
        "//! Flows and tasks of the component `{component}`, as it describes itself; written by `wflow bind`.\n\n\
         use wflow::IntoArgument;\nuse wflow::remote::{{self, Call}};\n"
    );
    for one in WORDS.all(manifest, |target, it| function(component, target, it)) {
        let _ = write!(text, "\n{one}");
    }
    text
}

fn function(component: &str, target: Target, definition: &Definition) -> String {
    let Definition {
        name,
        description,
        result,
        ..
    } = definition;
    let (required, rest) = parted(definition);
    let mut text = String::new();
    for line in description.lines() {
        let _ = writeln!(text, "/// {line}");
    }
    if !rest.is_empty() {
        let rest: Vec<_> = rest.iter().map(|it| default(it)).collect();
        let space = if description.is_empty() { "" } else { "///\n" };
        let _ = writeln!(
            text,
            "{space}/// Has defaults of {}; `given` gives others.",
            rest.join(", ")
        );
    }
    let parameters: Vec<_> = required
        .iter()
        .map(|it| {
            format!(
                "{}: impl IntoArgument<{}>",
                it.name,
                ty(&Type::of(&it.schema))
            )
        })
        .collect();
    let result = ty(&Type::of(result));
    let _ = writeln!(
        text,
        "pub fn {name}({}) -> Call<{result}> {{",
        parameters.join(", ")
    );
    let _ = write!(text, "    remote::{target}(\"{component}/{name}\")");
    for Parameter { name, .. } in required {
        let _ = write!(text, "\n        .given(\"{name}\", {name})");
    }
    text + "\n}\n"
}

fn default(parameter: &Parameter) -> String {
    let json = parameter.default.as_deref().unwrap_or("null");
    format!("`{}` ({json})", parameter.name)
}

fn ty(ty: &Type) -> String {
    match ty {
        Type::Nothing => "()".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::Integer => "i64".to_owned(),
        Type::Unsigned => "u64".to_owned(),
        Type::Number => "f64".to_owned(),
        Type::Text => "String".to_owned(),
        Type::Bytes => "wflow::Bytes".to_owned(),
        Type::List(items) => format!("Vec<{}>", self::ty(items)),
        Type::Any => "wflow::Json".to_owned(),
    }
}
