//! Builds by a script in the language itself, which tells what it has read.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::kept::Inputs;
use super::pypi::run;

/// What the script prints.
#[derive(Deserialize)]
struct Built {
    inputs: Inputs,
}

/// What the component was built from.
///
/// # Errors
///
/// If it does not build, with what the script says.
pub(super) fn built(target: &Path, script: &mut Command) -> Result<Inputs> {
    let output = run(script)?;
    if !output.status.success() {
        bail!(
            "{} does not build: {}",
            target.display(),
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
    }
    let built: Built = serde_json::from_slice(&output.stdout)
        .context("the build script did not say what it has read")?;
    Ok(built.inputs)
}
