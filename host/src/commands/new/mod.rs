//! `wflow new`: a project that builds and runs as it stands.

mod language;
mod name;
mod sdk;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;

use super::note;
use language::Language;

#[derive(Debug, Args)]
pub(super) struct NewArgs {
    /// The project's folder; the last part of the path is the project's name
    #[arg(value_name = "NAME")]
    folder: PathBuf,
    /// What it is written in
    #[arg(long, value_enum, default_value_t)]
    lang: Language,
}

pub(super) fn new(args: &NewArgs) -> Result<ExitCode> {
    let folder = &args.folder;
    let name = name::of(folder)?;
    make_folder(folder)?;
    if let Err(error) = fill(folder, name, args.lang) {
        // Whatever is there is half a project, and this command's own.
        let _ = fs::remove_dir_all(folder);
        return Err(error);
    }
    note(&format!(
        "Made {name}; run it with: wflow run {}",
        folder.display()
    ));
    Ok(ExitCode::SUCCESS)
}

/// Makes the project's folder and those that it lies in, of which only the latter may exist.
fn make_folder(folder: &Path) -> Result<()> {
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent).with_context(|| unwritable(parent))?;
    }
    match fs::create_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => bail!(
            "{} exists, and wflow new overwrites nothing; choose another name or remove it first",
            folder.display()
        ),
        made => made.with_context(|| unwritable(folder)),
    }
}

fn fill(folder: &Path, name: &str, language: Language) -> Result<()> {
    for (path, text) in language.template() {
        write(&folder.join(path), &text.replace("{name}", name))?;
    }
    for (path, text) in language.sdk() {
        write(&folder.join("vendor/wflow").join(path), text)?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, text))
        .with_context(|| unwritable(path))
}

fn unwritable(path: &Path) -> String {
    format!(
        "cannot write {}; choose a place that can be written",
        path.display()
    )
}
