//! `wflow bind`: typed stubs of a component's flows and tasks, for code in other languages that calls them.

mod python;
mod rust;
mod types;
mod typescript;

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};

use super::config::Config;
use super::database::DatabaseArgs;
use super::inspect::loaded;
use super::note;
use super::settings::Settings;
use crate::model::Manifest;
use crate::report::harmless;

#[derive(Debug, Args)]
pub(super) struct BindArgs {
    /// A component (.wasm), or a project folder or source file, which is built first
    target: PathBuf,
    /// The language of the code that calls it
    #[arg(long, value_enum)]
    lang: Language,
    /// What wflow.toml calls the component [default: the name of TARGET]
    #[arg(long)]
    name: Option<String>,
    /// Where to put the bindings [default: stdout]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Language {
    Rust,
    Python,
    #[value(alias = "typescript")]
    Ts,
}

impl Language {
    fn bindings(self, component: &str, manifest: &Manifest) -> String {
        match self {
            Self::Rust => rust::bindings(component, manifest),
            Self::Python => python::bindings(component, manifest),
            Self::Ts => typescript::bindings(component, manifest),
        }
    }
}

pub(super) fn bind(args: &BindArgs) -> Result<ExitCode> {
    let stem = args.target.file_stem().map(|stem| stem.to_string_lossy());
    let name = match (&args.name, &stem) {
        (Some(name), _) => name,
        (None, stem) => stem
            .as_deref()
            .context("TARGET has no name; give it one with --name")?,
    };
    ensure!(
        !name.contains(['/', '"', '\\', '`']) && !name.contains(char::is_control),
        "'{}' is no name of a component; give it one with --name",
        harmless(name)
    );
    let bindings = args.lang.bindings(name, &manifest(args)?);
    match &args.output {
        None => write!(std::io::stdout().lock(), "{}", harmless(&bindings))?,
        Some(output) => {
            let written = fs::write(output, &bindings);
            written.with_context(|| format!("cannot write {}", output.display()))?;
            note(&format!("Wrote {}", output.display()));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn manifest(args: &BindArgs) -> Result<Manifest> {
    let (config, database) = (Config::default(), DatabaseArgs::default());
    let settings = Settings::look(&config, None, &args.target, &database)?;
    Ok(loaded(&args.target, &settings)?.manifest)
}
