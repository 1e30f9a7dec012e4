//! The command line: one file per command.

mod build;
mod home;
mod inspect;
mod run;
mod selection;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Runs flows and tasks compiled to WebAssembly, every task run in a sandbox of its own.
#[derive(Debug, Parser)]
#[command(version, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 completed, 1 the flow failed, 2 usage, 3 crashed or timed out, \
    4 the host's fault, 130 interrupted.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a flow
    Run(run::RunArgs),
    /// Show what a component holds
    Inspect(inspect::InspectArgs),
    /// Build a Cargo project folder to a component
    Build(build::BuildArgs),
}

impl Cli {
    /// # Errors
    ///
    /// If the input is wrong or the host is at fault; a flow's own failure is an
    /// exit code.
    pub fn execute(self) -> Result<ExitCode> {
        match self.command {
            Command::Run(args) => run::run(&args),
            Command::Inspect(args) => inspect::inspect(&args),
            Command::Build(args) => build::build(&args),
        }
    }
}

/// The exit code of an error that is not the host's fault.
pub const USAGE: u8 = 2;

/// The words of an error, outermost first.
pub fn explain(error: &anyhow::Error) -> String {
    let causes: Vec<_> = error.chain().map(ToString::to_string).collect();
    causes.join(": ")
}
