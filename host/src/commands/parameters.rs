//! The flow's arguments: from `--params` and `-p`, checked against the schemas that the flow declares.

use std::collections::BTreeMap;
use std::io::Read;

use anyhow::{Context, Result, anyhow, bail, ensure};
use clap::Args;
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::nearest;
use crate::model::{Definition, Parameter, Schema, Value};
use crate::runner::ArgumentSource;

#[derive(Clone, Debug, Args)]
pub(super) struct ParameterArgs {
    /// A parameter of the flow: JSON, or plain text where the schema wants a string; for bytes
    /// text or @FILE
    #[arg(short = 'p', long = "param", value_name = "NAME=VALUE")]
    one: Vec<String>,
    /// A file with a JSON object that holds parameters, or - for stdin; -p overrides
    #[arg(long = "params", value_name = "FILE|-")]
    file: Option<String>,
}

impl ParameterArgs {
    /// The arguments for the flow, by name; a parameter with a default may be left out.
    pub(super) fn arguments(&self, flow: &Definition) -> Result<Vec<(String, ArgumentSource)>> {
        let mut given = BTreeMap::new();
        for (name, json) in self
            .file
            .as_deref()
            .map(read)
            .transpose()?
            .into_iter()
            .flatten()
        {
            let parameter = parameter(flow, &name)?;
            given.insert(&parameter.name, from_json(parameter, json.get())?);
        }
        for text in &self.one {
            let (name, text) = text
                .split_once('=')
                .with_context(|| format!("-p {text}: expected NAME=VALUE"))?;
            let parameter = parameter(flow, name)?;
            given.insert(&parameter.name, from_text(parameter, text)?);
        }
        for parameter in &flow.parameters {
            let (flow, name) = (&flow.name, &parameter.name);
            ensure!(
                parameter.default.is_some() || given.contains_key(name),
                "flow '{flow}' needs the parameter '{name}': give it with -p {name}=VALUE"
            );
        }
        let named = |(name, value): (&String, Value)| (name.clone(), ArgumentSource::Value(value));
        Ok(given.into_iter().map(named).collect())
    }
}

impl ParameterArgs {
    /// What `--params` holds, where that need be no object; none if nothing is given.
    pub(super) fn whole(&self) -> Result<Option<String>> {
        if let Some(one) = self.one.first() {
            bail!("-p {one}: nothing is asked for by name; give all of it with --params FILE");
        }
        self.file.as_deref().map(text_of).transpose()
    }
}

fn text_of(file: &str) -> Result<String> {
    let mut text = String::new();
    match file {
        "-" => std::io::stdin().read_to_string(&mut text).map(drop),
        file => std::fs::read_to_string(file).map(|read| text = read),
    }
    .with_context(|| format!("cannot read --params {file}"))?;
    Ok(text)
}

fn read(file: &str) -> Result<BTreeMap<String, Box<RawValue>>> {
    let text = text_of(file)?;
    serde_json::from_str(&text).with_context(|| {
        format!("--params {file} has to hold a JSON object, {{\"NAME\": VALUE, ...}}")
    })
}

fn parameter<'a>(flow: &'a Definition, name: &str) -> Result<&'a Parameter> {
    let found = flow
        .parameters
        .iter()
        .find(|parameter| parameter.name == name);
    found.with_context(|| {
        let known = flow.parameters.iter().map(|parameter| &*parameter.name);
        let hint = nearest(name, known, "it has");
        format!("flow '{}' has no parameter '{name}'{hint}", flow.name)
    })
}

/// What a person typed: bytes, JSON, or a string where the text alone does not fit.
fn from_text(parameter: &Parameter, text: &str) -> Result<Value> {
    if is_bytes(parameter) {
        return from_file_or_text(text);
    }
    let string = Json::from(text).to_string();
    match from_json(parameter, text) {
        Ok(value) => Ok(value),
        Err(error) if serde_json::from_str::<&RawValue>(text).is_ok() => {
            from_json(parameter, &string).map_err(|_| error)
        }
        Err(_) => from_json(parameter, &string),
    }
}

fn from_file_or_text(text: &str) -> Result<Value> {
    let bytes = match text.strip_prefix('@') {
        Some(file) => std::fs::read(file).with_context(|| format!("cannot read {file}"))?,
        None => text.as_bytes().to_vec(),
    };
    Ok(Value::Bytes(bytes.into()))
}

/// Keeps the text as it is: numbers may be longer than any type here.
fn from_json(parameter: &Parameter, text: &str) -> Result<Value> {
    let json = serde_json::from_str(text)?;
    match json {
        Json::String(text) if is_bytes(parameter) => Ok(Value::Bytes(text.into())),
        json => {
            check(parameter, &json)?;
            Ok(Value::Json(text.into()))
        }
    }
}

fn check(parameter: &Parameter, json: &Json) -> Result<()> {
    let name = &parameter.name;
    let schema = Schema::new(&parameter.schema)
        .map_err(|error| anyhow!("the schema of parameter '{name}' is not valid: {error}"))?;
    let checked = schema.check(json);
    checked.map_err(|error| anyhow!("parameter '{name}': {error}"))
}

fn is_bytes(parameter: &Parameter) -> bool {
    let schema = serde_json::from_str(&parameter.schema);
    schema.is_ok_and(|schema: Json| schema["format"] == "binary")
}
