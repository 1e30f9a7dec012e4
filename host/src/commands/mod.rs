//! The command line: one file per command.

mod audience;
mod bind;
mod build;
mod cache;
mod caps;
mod compile;
mod config;
mod database;
mod doctor;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod home;
mod inspect;
mod launch;
mod machine;
mod new;
mod parameters;
mod quotas;
mod run;
mod runs;
mod secrets;
mod selection;
mod settings;
mod spinner;
mod start;
mod tenant;

use std::fmt;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::report::harmless;
use crate::wasm::CompilerFault;

/// Runs flows and tasks compiled to WebAssembly, every task run in a sandbox of its own.
#[derive(Debug, Parser)]
#[command(version, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 completed, 1 the flow failed, 2 usage, 3 crashed or timed out, \
    4 the host's fault, 5 suspended, 130 interrupted.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a flow
    Run(Box<run::RunArgs>),
    /// Look at recorded runs, resume, cancel and delete them
    Runs(runs::RunsArgs),
    /// Forget results that are kept for later runs
    Cache(cache::CacheArgs),
    /// Show what a component holds
    Inspect(Box<inspect::InspectArgs>),
    /// Write typed stubs of a component's flows and tasks, for code that calls them
    Bind(bind::BindArgs),
    /// Build a project folder or a source file to a component
    Build(build::BuildArgs),
    /// Show what builds need, and what of it is there
    Doctor(doctor::DoctorArgs),
    #[command(hide = true)]
    Compile(compile::CompileArgs),
    /// Make a project that builds and runs as it stands
    New(new::NewArgs),
}

impl Cli {
    /// # Errors
    ///
    /// If the input is wrong or the host is at fault; a flow's own failure is an
    /// exit code.
    pub fn execute(self) -> Result<ExitCode> {
        match self.command {
            Command::Run(args) => run::run(&args),
            Command::Runs(args) => runs::runs(&args),
            Command::Cache(args) => cache::cache(&args),
            Command::Inspect(args) => inspect::inspect(&args),
            Command::Bind(args) => bind::bind(&args),
            Command::Build(args) => build::build(&args),
            Command::Doctor(args) => doctor::doctor(&args),
            Command::Compile(args) => compile::compile(&args),
            Command::New(args) => new::new(&args),
        }
    }
}

/// Marks an error as the host's own fault.
#[derive(Debug)]
struct HostFault;

impl fmt::Display for HostFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("wflow cannot go on")
    }
}

/// The exit code of an error: 4 where the host is at fault, 2 where the input is, 130 where the
/// reader of stdout has left.
pub fn exit_code(error: &anyhow::Error) -> ExitCode {
    match error.downcast_ref() {
        _ if is_closed_pipe(error) => ExitCode::from(130),
        Some(HostFault) => ExitCode::from(4),
        None if error.is::<CompilerFault>() => ExitCode::from(4),
        None => ExitCode::from(2),
    }
}

/// Whether the reader of stdout has left, which is nobody's error.
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let io =
        |cause: &(dyn std::error::Error + 'static)| match cause.downcast_ref::<std::io::Error>() {
            Some(error) => Some(error.kind()),
            None => cause
                .downcast_ref::<serde_json::Error>()
                .and_then(serde_json::Error::io_error_kind),
        };
    error
        .chain()
        .filter_map(io)
        .any(|kind| kind == std::io::ErrorKind::BrokenPipe)
}

/// The words of an error, outermost first; it may repeat what guests say.
pub fn explain(error: &anyhow::Error) -> String {
    let causes: Vec<_> = error.chain().map(ToString::to_string).collect();
    harmless(&causes.join(": "))
}

/// The known names, the nearest first, as the end of a message about one that is unknown.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>, it_has: &str) -> String {
    let mut known: Vec<_> = known.collect();
    let distance = |known: &&str| strsim::jaro_winkler(known, name);
    let Some(nearest) = known
        .iter()
        .copied()
        .max_by(|a, b| distance(a).total_cmp(&distance(b)))
    else {
        return format!(" ({it_has} none)");
    };
    known.sort_unstable();
    format!(
        "; did you mean '{nearest}'? ({it_has}: {})",
        known.join(", ")
    )
}

/// A line that says what was done, for people.
#[expect(
    clippy::print_stderr,
    reason = "a command's own words, beside no run's"
)]
fn note(line: &str) {
    eprintln!("{}", harmless(line));
}
