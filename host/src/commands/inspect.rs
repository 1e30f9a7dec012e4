//! `wflow inspect`: what a component holds.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use super::{build, home};
use crate::model::{Definition, Parameter};
use crate::wasm;

#[derive(Debug, Args)]
pub(super) struct InspectArgs {
    /// A component (.wasm), or a Cargo project folder, which is built first
    target: PathBuf,
    /// Print the manifest as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn inspect(args: &InspectArgs) -> Result<ExitCode> {
    let path = build::component_of(&args.target)?;
    let cache = home::cache();
    let engine = wasm::engine(1, cache.as_deref())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let component = runtime.block_on(wasm::load(&engine, &path, cache.as_deref()))?;
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &component.manifest)?;
        writeln!(out)?;
        return Ok(ExitCode::SUCCESS);
    }
    for flow in &component.manifest.flows {
        write!(out, "{}", described("flow", flow))?;
    }
    for task in &component.manifest.tasks {
        write!(out, "{}", described("task", task))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn described(kind: &str, definition: &Definition) -> String {
    let parameters: Vec<_> = definition.parameters.iter().map(parameter).collect();
    let mut text = format!("{kind} {}({})\n", definition.name, parameters.join(", "));
    for line in definition.description.lines() {
        text += &format!("    {line}\n");
    }
    text
}

fn parameter(parameter: &Parameter) -> String {
    match &parameter.default {
        Some(default) => format!("{} = {default}", parameter.name),
        None => parameter.name.clone(),
    }
}
