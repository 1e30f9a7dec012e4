//! What stands in the parentheses of an attribute, as the contract's JSON.

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Error, Ident, Lit, LitStr, Result, Token};

use crate::function::Kind;

struct Setting {
    name: Ident,
    value: Lit,
}

impl Parse for Setting {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let name = input.parse()?;
        input.parse::<Token![=]>()?;
        let value = input.parse()?;
        Ok(Self { name, value })
    }
}

/// The options as a JSON object; errors point at the setting.
pub(crate) fn to_json(kind: Kind, tokens: proc_macro2::TokenStream) -> Result<String> {
    let settings =
        syn::parse::Parser::parse2(Punctuated::<Setting, Token![,]>::parse_terminated, tokens)?;
    let mut fields: Vec<(String, String)> = Vec::new();
    for setting in &settings {
        let (key, json) = field(kind, setting)?;
        if fields.iter().any(|(known, _)| *known == key) {
            return Err(Error::new(
                setting.name.span(),
                "this option is given twice",
            ));
        }
        fields.push((key, json));
    }
    let fields: Vec<_> = fields
        .iter()
        .map(|(key, json)| format!("\"{key}\":{json}"))
        .collect();
    Ok(format!("{{{}}}", fields.join(",")))
}

fn field(kind: Kind, setting: &Setting) -> Result<(String, String)> {
    let name = setting.name.to_string();
    let json = match (kind, &*name) {
        (Kind::Task, "retries") | (Kind::Flow, "max_workers") => count(&setting.value)?,
        (Kind::Task, "retry_delay") | (_, "timeout") => {
            return Ok((format!("{name}_ms"), milliseconds(&setting.value)?));
        }
        (Kind::Flow, "runner") => runner(&setting.value)?,
        (Kind::Task, _) => {
            return unknown(
                setting,
                "a task's options are retries, retry_delay and timeout",
            );
        }
        (Kind::Flow, _) => {
            return unknown(
                setting,
                "a flow's options are runner, max_workers and timeout",
            );
        }
    };
    Ok((name, json))
}

fn unknown<T>(setting: &Setting, known: &str) -> Result<T> {
    let message = format!("there is no option `{}`: {known}", setting.name);
    Err(Error::new(setting.name.span(), message))
}

fn count(value: &Lit) -> Result<String> {
    match value {
        Lit::Int(number) => Ok(number.base10_parse::<u32>()?.to_string()),
        other => Err(Error::new(
            other.span(),
            "expected a whole number, such as 2",
        )),
    }
}

fn text<'a>(value: &'a Lit, example: &str) -> Result<&'a LitStr> {
    match value {
        Lit::Str(text) => Ok(text),
        other => Err(Error::new(
            other.span(),
            format!("expected a string, such as \"{example}\""),
        )),
    }
}

fn runner(value: &Lit) -> Result<String> {
    let text = text(value, "concurrent")?;
    match &*text.value() {
        name @ ("sequential" | "concurrent" | "thread-pool") => Ok(format!("\"{name}\"")),
        _ => Err(Error::new(
            text.span(),
            "the runners are \"sequential\", \"concurrent\" and \"thread-pool\"",
        )),
    }
}

fn milliseconds(value: &Lit) -> Result<String> {
    let text = text(value, "10s")?;
    let duration = text.value();
    let split = duration.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (number, unit) = duration.split_at(split.unwrap_or(duration.len()));
    let scale = match unit.trim() {
        "ms" => 1.0,
        "s" => 1e3,
        "m" => 60e3,
        "h" => 3600e3,
        _ => 0.0,
    };
    match number.parse::<f64>() {
        Ok(number) if scale > 0.0 => Ok(format!("{:.0}", number * scale)),
        _ => Err(Error::new(
            text.span(),
            "expected a duration with its unit (ms, s, m or h), such as \"500ms\"",
        )),
    }
}
