//! `wflow doctor`: what builds need, what of it is there, and how to get the rest.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde_json::{Value as Json, json};

use super::build;
use crate::build::{Check, Found};
use crate::report::harmless;

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn doctor(args: &DoctorArgs) -> Result<ExitCode> {
    let checks = build::workshop().checks();
    let mut out = std::io::stdout().lock();
    if args.json {
        let languages: Vec<_> = checks.iter().map(as_json).collect();
        serde_json::to_writer_pretty(&mut out, &languages)?;
        writeln!(out)?;
        return Ok(ExitCode::SUCCESS);
    }
    for (language, checks) in &checks {
        writeln!(out, "{language}")?;
        for check in checks {
            writeln!(out, "  {}", harmless(&line(check)))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn line(check: &Check) -> String {
    let (state, text) = told(&check.found);
    format!("{:16} {state:12} {text}", check.what)
}

fn told(found: &Found) -> (&'static str, &str) {
    match found {
        Found::There(what) => ("found", what),
        Found::SetUpLater(what) => ("when needed", what),
        Found::Missing(how) => ("missing", how),
    }
}

fn as_json((language, checks): &(&'static str, Vec<Check>)) -> Json {
    let checks = checks.iter().map(|check| {
        let (state, text) = told(&check.found);
        json!({ "what": check.what, "state": state, "text": text })
    });
    json!({ "language": language, "checks": checks.collect::<Vec<_>>() })
}
