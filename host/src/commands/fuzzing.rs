//! What holds for whatever an operator, a project or a guest writes that a command reads.

use std::fmt::{Debug, Display};
use std::path::Path;
use std::str::FromStr;

use bytesize::ByteSize;
use clap::Parser;

use super::config::Config;
use super::parameters::ParameterArgs;
use super::settings::Settings;
use super::{inspect, runs};
use crate::model::{Definition, Limit, Manifest, Need, Parameter, Schema, Value};
use crate::runner::{ArgumentSource, Target};
use crate::wasm::{
    ClockGrant, FolderGrant, HttpGrant, NetworkGrant, RandomGrant, SecretGrant, Variable,
    VariableGrant,
};

/// The settings of a `wflow.toml`.
pub fn config(text: &str) {
    let Ok(config) = Config::parse(text, Path::new("project/wflow.toml")) else {
        return;
    };
    let shown = |config: &Config| format!("{config:?}");
    let nothing = Config::default;
    assert_eq!(shown(&config.clone().over(nothing())), shown(&config));
    assert_eq!(shown(&nothing().over(config.clone())), shown(&config));
    let granted = granted(&Settings::of(nothing(), config.clone()).missing());
    let missing = Settings::of(granted, config).missing();
    assert!(missing.is_empty(), "{missing:?}");
}

/// What the operator grants who does as a refusal says.
fn granted(options: &[String]) -> Config {
    let words = options.iter().map(|option| word(option));
    let line = std::iter::once("wflow".to_owned()).chain(words);
    ConfigLine::try_parse_from(line).expect("options").config
}

#[derive(Parser)]
struct ConfigLine {
    #[command(flatten)]
    config: Config,
}

/// An option with its value, as a shell reads them.
fn word(option: &str) -> String {
    let (name, value) = option
        .split_once([' ', '='])
        .expect("an option and its value");
    let quoted = value
        .strip_prefix('\'')
        .and_then(|it| it.strip_suffix('\''));
    let value = match quoted {
        Some(quoted) => {
            assert!(!quoted.replace(r"'\''", "").contains('\''), "{option}");
            quoted.replace(r"'\''", "'")
        }
        None => {
            let is_plain = |it: char| it.is_ascii_alphanumeric() || "-_=.,:/@%+".contains(it);
            assert!(!value.is_empty() && value.chars().all(is_plain), "{option}");
            value.to_owned()
        }
    };
    format!("{name}={value}")
}

/// Grants and limits, as people write them.
pub fn spellings(text: &str) {
    again::<FolderGrant>(text);
    again::<NetworkGrant>(text);
    again::<HttpGrant>(text);
    again::<ClockGrant>(text);
    again::<RandomGrant>(text);
    again::<Need>(text);
    again::<Variable>(text);
    again::<VariableGrant>(text);
    let _ = text.parse::<Limit>();
    let _ = text.parse::<ByteSize>();
    let _ = humantime::parse_duration(text);
    // What names no source is shown with one.
    if text
        .parse()
        .is_ok_and(|grant: SecretGrant| grant.source.is_some())
    {
        again::<SecretGrant>(text);
    }
}

/// What is shown means what was read.
fn again<T: FromStr<Err: Debug> + Display + Debug + PartialEq>(text: &str) {
    if let Ok(read) = text.parse::<T>() {
        assert_eq!(read.to_string().parse::<T>().expect("it was shown"), read);
    }
}

/// A parameter and an answer, given as text for a schema that a guest wrote.
pub fn parameters(schema: &str, text: &str) {
    // The files of whoever runs this are theirs.
    if text.starts_with('@') {
        return;
    }
    let args = ParameterLine::try_parse_from(["wflow", "-p", &format!("it={text}")]);
    let args = args.expect("a parameter").args;
    let flow = Definition {
        name: "flow".into(),
        parameters: vec![Parameter {
            name: "it".into(),
            schema: schema.into(),
            default: None,
        }],
        ..Definition::default()
    };
    for (_, argument) in args.arguments(&flow).into_iter().flatten() {
        if let ArgumentSource::Value(Value::Json(json)) = argument {
            fits(schema, &json);
        }
    }
    if let Ok(json) = runs::answer(&args, "flow", schema) {
        fits(schema, &json);
    }
}

#[derive(Parser)]
struct ParameterLine {
    #[command(flatten)]
    args: ParameterArgs,
}

fn fits(schema: &str, json: &str) {
    let json = serde_json::from_str(json).expect("JSON");
    let schema = Schema::new(schema).expect("a schema");
    schema.check(&json).expect("it was checked");
}

/// What a component holds, for people.
pub(crate) fn inspected(manifest: &Manifest) {
    for definition in manifest.flows.iter().chain(&manifest.tasks) {
        inspect::described(Target::Flow, definition).expect("text");
    }
}
