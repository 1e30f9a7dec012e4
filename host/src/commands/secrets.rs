//! The secrets that the operator grants, read on the host's side before anything runs.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::report::SHORTEST_SECRET;
use crate::wasm::{Secret, SecretGrant, SecretSource};

/// Of several grants of one name the first counts, and only that one is read.
pub(super) fn read(grants: &[SecretGrant]) -> Result<Vec<Secret>> {
    let mut secrets: Vec<Secret> = Vec::new();
    for grant in grants {
        if secrets.iter().all(|secret| secret.name != grant.name) {
            secrets.push(read_one(grant)?);
        }
    }
    Ok(secrets)
}

fn read_one(grant: &SecretGrant) -> Result<Secret> {
    let name = &grant.name;
    let value = value(grant).with_context(|| format!("secret '{name}'"))?;
    Ok(Secret {
        name: name.clone(),
        value,
    })
}

/// The value, which no error may show.
fn value(grant: &SecretGrant) -> Result<String> {
    let bytes = match &grant.source {
        Some(SecretSource::Environment(variable)) => of_environment(variable),
        Some(SecretSource::File(path)) => of_file(path),
        Some(SecretSource::Command(command)) => of_command(command),
        None => bail!("say where it comes from: env:VAR, file:PATH or cmd:COMMAND"),
    }?;
    let text = String::from_utf8(bytes).ok().context("it is not UTF-8")?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let value = line.strip_suffix('\r').unwrap_or(line);
    ensure!(!value.is_empty(), "it is empty");
    ensure!(
        value.trim().len() >= SHORTEST_SECRET,
        "it has less than {SHORTEST_SECRET} bytes: to mask so little would mask most of the output"
    );
    Ok(value.to_owned())
}

fn of_environment(variable: &str) -> Result<Vec<u8>> {
    let value = env::var_os(variable);
    let value = value.with_context(|| format!("the variable {variable} is not set"))?;
    Ok(value.into_encoded_bytes())
}

fn of_file(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Its stderr goes where wflow's goes, as only it can say why it fails. Stdin may hold parameters.
fn of_command(command: &str) -> Result<Vec<u8>> {
    let output = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start sh")?;
    ensure!(
        output.status.success(),
        "its command failed ({})",
        output.status
    );
    Ok(output.stdout)
}
