//! The `wflow` command: parses the command line, runs it, prints the error, exits.

use std::process::ExitCode;

use clap::Parser;
use wflow_host::commands::{self, Cli};

/// What one thread allocates another one frees, for each run: the system's allocator locks for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
