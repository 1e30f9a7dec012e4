//! Rust: a Cargo project folder to a component.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value as Json;

use super::check::{Check, Found, printed};
use super::{Built, Language, Workshop};

const TARGET: &str = "wasm32-wasip2";

pub(super) const LANGUAGE: Language = Language {
    name: "Rust",
    is_project: |target| target.join(MANIFEST).is_file(),
    marker: MANIFEST,
    runs_code: true,
    build,
    check,
};

const MANIFEST: &str = "Cargo.toml";

fn build(folder: &Path, workshop: &Workshop) -> Result<Built> {
    let manifest = folder.join(MANIFEST);
    add_target(workshop)?;
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
    let component = built_component(&output.stdout, &manifest);
    component.map(Built::from).with_context(|| {
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

fn add_target(workshop: &Workshop) -> Result<()> {
    if has_target().context("cannot start rustc; is Rust installed?")? {
        return Ok(());
    }
    workshop.say(&format!(
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

/// None without a compiler.
fn has_target() -> Option<bool> {
    let folder = printed(&["rustc", "--print", "target-libdir", "--target", TARGET])?;
    Some(Path::new(&folder).is_dir())
}

fn check(_: &Workshop) -> Vec<Check> {
    let how = "install Rust with rustup: https://rustup.rs";
    let target = match has_target() {
        Some(true) => Found::There("installed".to_owned()),
        Some(false) => Found::SetUpLater(format!("rustup target add {TARGET}")),
        None => Found::Missing(how.to_owned()),
    };
    vec![
        Check::program("cargo", &["cargo", "--version"], how),
        Check {
            what: TARGET,
            found: target,
        },
    ]
}
