//! `wflow build`: a Cargo project folder to a component.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value as Json;

use super::note;

const TARGET: &str = "wasm32-wasip2";

#[derive(Debug, Args)]
pub(super) struct BuildArgs {
    /// The folder that holds Cargo.toml
    folder: PathBuf,
}

pub(super) fn build(args: &BuildArgs) -> Result<ExitCode> {
    let component = cargo_build(&args.folder)?;
    note(&format!("Built {}", component.display()));
    Ok(ExitCode::SUCCESS)
}

/// The component of TARGET: the file itself, or what its folder builds.
pub(super) fn component_of(target: &Path) -> Result<PathBuf> {
    if target.is_dir() {
        return cargo_build(target);
    }
    Ok(target.to_owned())
}

fn cargo_build(folder: &Path) -> Result<PathBuf> {
    let manifest = folder.join("Cargo.toml");
    if !manifest.is_file() {
        bail!(
            "{} is no Cargo project: it has no Cargo.toml",
            folder.display()
        );
    }
    add_target()?;
    let output = Command::new("cargo")
        .args(["build", "--release", "--target", TARGET, "--manifest-path"])
        .arg(&manifest)
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start cargo; is Rust installed?")?;
    if !output.status.success() {
        bail!("{} does not compile", folder.display());
    }
    built_component(&output.stdout, &manifest).with_context(|| {
        format!(
            "{} builds no component: its [lib] needs crate-type = [\"cdylib\"]",
            folder.display()
        )
    })
}

/// Reads cargo's messages for the `.wasm` of this very project.
fn built_component(messages: &[u8], manifest: &Path) -> Option<PathBuf> {
    let manifest = manifest.canonicalize().ok()?;
    let messages = messages.split(|byte| *byte == b'\n');
    let artifacts = messages.filter_map(|line| serde_json::from_slice::<Json>(line).ok());
    let mut own = artifacts
        .filter(|message| message["manifest_path"].as_str().map(Path::new) == Some(&manifest));
    own.find_map(|artifact| {
        let files = artifact["filenames"].as_array()?.iter();
        let mut wasm = files
            .filter_map(Json::as_str)
            .filter(|file| file.ends_with(".wasm"));
        wasm.next().map(PathBuf::from)
    })
}

fn add_target() -> Result<()> {
    let printed = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()
        .context("cannot start rustc; is Rust installed?")?;
    let folder = String::from_utf8_lossy(&printed.stdout);
    if Path::new(folder.trim()).is_dir() {
        return Ok(());
    }
    note(&format!(
        "Adding the Rust target {TARGET} (rustup target add {TARGET})"
    ));
    let added = Command::new("rustup")
        .args(["target", "add", TARGET])
        .status();
    match added {
        Ok(status) if status.success() => Ok(()),
        _ => bail!("the Rust target {TARGET} is missing; add it with: rustup target add {TARGET}"),
    }
}
