//! `wflow inspect`: what a component holds.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde_json::{Value as Json, json};

use super::config::Config;
use super::database::DatabaseArgs;
use super::settings::Settings;
use super::{build, compile};
use crate::model::{Cap, Definition, Limits, Manifest, Options, Parameter, SetBy};
use crate::report::harmless;
use crate::runner::Target;
use crate::wasm::{self, Grants, LoadedComponent};

#[derive(Debug, Args)]
pub(super) struct InspectArgs {
    /// A component (.wasm), or a project folder or source file, which is built first
    target: PathBuf,
    /// Print the manifest as JSON
    #[arg(long)]
    json: bool,
    /// The operator's settings and grants [default: wflow.toml in the current folder]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    options: Config,
}

/// The component of TARGET, to be looked at.
pub(super) fn loaded(target: &Path, settings: &Settings) -> Result<LoadedComponent> {
    let built = build::component_of(target)?;
    let compiler = compile::compiler(&settings.compile())?;
    let cache = settings.cache();
    let engine = wasm::engine(1, None)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(wasm::load(&engine, &built, cache.as_deref(), &compiler))
}

pub(super) fn inspect(args: &InspectArgs) -> Result<ExitCode> {
    let config = args.config.as_deref();
    let settings = Settings::look(&args.options, config, &args.target, &args.database)?;
    let component = loaded(&args.target, &settings)?;
    let grants = settings.grants_to_look_at()?;
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &as_json(&component, &grants)?)?;
        writeln!(out)?;
        return Ok(ExitCode::SUCCESS);
    }
    let Manifest { flows, tasks } = &component.manifest;
    let flows = flows.iter().map(|flow| (Target::Flow, flow));
    for (target, definition) in flows.chain(tasks.iter().map(|task| (Target::Task, task))) {
        write!(out, "{}", harmless(&described(target, definition)?))?;
        write!(out, "{}", given(definition, &grants))?;
        let limits = settings.limits(target, &definition.name);
        write!(out, "{}", limited(&limits, definition))?;
    }
    writeln!(out, "imports: {}", harmless(&component.imports.join(", ")))?;
    let missing = settings.missing();
    if !missing.is_empty() {
        writeln!(out, "missing: {}", missing.join(" "))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The manifest, what the component imports, and what it needs and would not get.
fn as_json(component: &LoadedComponent, grants: &Grants) -> Result<Json> {
    let Manifest { flows, tasks } = &component.manifest;
    let missing = |definition: &Definition| {
        let missing = grants.of(definition).err()?;
        Some((definition.name.clone(), missing))
    };
    let missing: BTreeMap<_, _> = flows.iter().chain(tasks).filter_map(missing).collect();
    Ok(json!({
        "flows": flows, "tasks": tasks, "imports": component.imports, "missing": missing,
    }))
}

/// What the code needs, and whether it would get that.
fn given(definition: &Definition, grants: &Grants) -> String {
    let Some(needs) = &definition.options.needs else {
        return String::new();
    };
    let needs: Vec<_> = needs.iter().map(ToString::to_string).collect();
    let needs = harmless(&match needs.is_empty() {
        true => "nothing".to_owned(),
        false => needs.join(", "),
    });
    match grants.of(definition) {
        Ok(_) => format!("    gets: {needs}\n"),
        Err(missing) => format!(
            "    needs: {needs}; missing: {}\n",
            harmless(&missing.join(" "))
        ),
    }
}

/// The limits that differ from the defaults.
fn limited(limits: &Limits, definition: &Definition) -> String {
    let limits = limits.clone();
    let limits = limits.lowered(&definition.options.limits, SetBy::Project);
    let other = Cap::ALL
        .into_iter()
        .filter(|&cap| limits.of(cap) != cap.default());
    let other: Vec<_> = other
        .map(|cap| format!("{} = {}", cap.name(), cap.shown(limits.of(cap))))
        .collect();
    match other.is_empty() {
        true => String::new(),
        false => format!("    limits: {}\n", other.join(", ")),
    }
}

pub(super) fn described(target: Target, definition: &Definition) -> Result<String> {
    let parameters: Vec<_> = definition.parameters.iter().map(parameter).collect();
    let (name, result) = (&definition.name, type_of(&schema(&definition.result)));
    let mut text = format!("{target} {name}({}) -> {result}\n", parameters.join(", "));
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
