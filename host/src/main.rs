//! The `wflow` command: parses the command line, runs it, prints the error, exits.

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;
use wflow_host::commands::{self, Cli};

/// What one thread allocates, another one frees, for every run: this is cheap here.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[expect(clippy::print_stderr, reason = "the one place that shows errors")]
fn main() -> ExitCode {
    match Cli::parse().execute() {
        Ok(code) => code,
        Err(error) => {
            if !commands::is_closed_pipe(&error) {
                eprintln!("error: {}", commands::explain(&error));
            }
            commands::exit_code(&error)
        }
    }
}
