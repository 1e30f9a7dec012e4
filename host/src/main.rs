//! The `wflow` command: parses the command line, runs it, prints the error, exits.

use std::process::ExitCode;

use clap::Parser;
use wflow_host::commands::{self, Cli};

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
