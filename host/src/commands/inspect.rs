//! `wflow inspect`: what a component holds.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde_json::Value as Json;

use super::config::{CompileOptions, Config, FILE};
use super::{build, compile, home};
use crate::model::{Definition, Options, Parameter};
use crate::report::harmless;
use crate::wasm;

#[derive(Debug, Args)]
pub(super) struct InspectArgs {
    /// A component (.wasm), or a Cargo project folder, which is built first
    target: PathBuf,
    /// Print the manifest as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    compile: CompileOptions,
}

pub(super) fn inspect(args: &InspectArgs) -> Result<ExitCode> {
    let path = build::component_of(&args.target)?;
    let cache = home::cache();
    let operator = Config::read_if_there(Path::new(FILE))?;
    let compiler = compile::compiler(&args.compile.clone().over(operator.compile))?;
    let engine = wasm::engine(1)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let component = runtime.block_on(wasm::load(&engine, &path, cache.as_deref(), &compiler))?;
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &component.manifest)?;
        writeln!(out)?;
        return Ok(ExitCode::SUCCESS);
    }
    for flow in &component.manifest.flows {
        write!(out, "{}", harmless(&described("flow", flow)?))?;
    }
    for task in &component.manifest.tasks {
        write!(out, "{}", harmless(&described("task", task)?))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn described(kind: &str, definition: &Definition) -> Result<String> {
    let parameters: Vec<_> = definition.parameters.iter().map(parameter).collect();
    let (name, result) = (&definition.name, type_of(&schema(&definition.result)));
    let mut text = format!("{kind} {name}({}) -> {result}\n", parameters.join(", "));
    for line in definition.description.lines() {
        text += &format!("    {line}\n");
    }
    for parameter in &definition.parameters {
        if let Some(description) = schema(&parameter.schema)["description"].as_str() {
            text += &format!("    {}: {description}\n", parameter.name);
        }
    }
    if definition.options != Options::default() {
        let options = serde_json::to_string(&definition.options)?;
        text += &format!("    options: {options}\n");
    }
    Ok(text)
}

fn parameter(parameter: &Parameter) -> String {
    let (name, ty) = (&parameter.name, type_of(&schema(&parameter.schema)));
    match &parameter.default {
        Some(default) => format!("{name}: {ty} = {default}"),
        None => format!("{name}: {ty}"),
    }
}

fn schema(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_default()
}

/// A schema in a word or two; `--json` shows the whole.
fn type_of(schema: &Json) -> String {
    match &schema["type"] {
        Json::String(ty) if ty == "string" && schema["format"] == "binary" => "bytes".to_owned(),
        Json::String(ty) if ty == "array" => match &schema["items"] {
            Json::Null => "array".to_owned(),
            items => format!("array of {}", type_of(items)),
        },
        Json::String(ty) => ty.clone(),
        Json::Array(types) => {
            let types: Vec<_> = types.iter().filter_map(Json::as_str).collect();
            types.join(" | ")
        }
        _ if schema["oneOf"].is_array() || schema["anyOf"].is_array() => {
            "one of several".to_owned()
        }
        _ if schema["$ref"].is_string() => "object".to_owned(),
        _ => "any".to_owned(),
    }
}
