//! `wflow build`: source to a component.

use std::any::Any;
use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;

use super::spinner::Spinner;
use super::{home, note};
use crate::build::{Built, Workshop};

#[derive(Debug, Args)]
pub(super) struct BuildArgs {
    /// A Cargo or Go project folder, a file in Python, JavaScript, TypeScript, C or Go, or a folder with a
    /// flow.py, flow.js, flow.ts or flow.c
    target: PathBuf,
    /// Where to put the component [default: where it was built]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn build(args: &BuildArgs) -> Result<ExitCode> {
    let mut component = component_of(&args.target)?.path;
    if let Some(output) = &args.output {
        let copied = fs::copy(&component, output);
        copied.with_context(|| format!("cannot write {}", output.display()))?;
        component.clone_from(output);
    }
    note(&format!("Built {}", component.display()));
    Ok(ExitCode::SUCCESS)
}

/// The component of TARGET: the file itself, or what it is the source of.
pub(super) fn component_of(target: &Path) -> Result<Built> {
    workshop().component_of(target)
}

/// Where wflow builds.
pub(super) fn workshop() -> Workshop<'static> {
    Workshop {
        cache: home::cache(),
        tell: &tell,
    }
}

/// Says what takes long and, on a terminal, that it goes on.
pub(super) fn tell(line: &str) -> Box<dyn Any> {
    note(line);
    match std::io::stderr().is_terminal() {
        true => Box::new(Spinner::start()),
        false => Box::new(()),
    }
}
