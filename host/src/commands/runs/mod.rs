//! `wflow runs`: what the run database knows, and what can be done with it.

mod answer;
mod ended;
mod export;
mod list;
mod remove;
mod resume;
mod show;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::database::DatabaseArgs;
use crate::journal::RecordedRun;
use crate::report::run_word;
#[cfg(fuzzing)]
pub(super) use answer::json as answer;
pub(super) use resume::once;

#[derive(Debug, Args)]
pub(super) struct RunsArgs {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    database: DatabaseArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the recorded flow runs, the newest first
    List(list::ListArgs),
    /// Show a run as a tree: states, durations, attempts
    Show(show::ShowArgs),
    /// Show again what a run logged and printed, or follow one that runs
    Logs(show::LogsArgs),
    /// Print what a run returned
    Result(ended::ResultArgs),
    /// Go on with a run that was interrupted or failed: what completed is not run again
    Resume(Box<resume::ResumeArgs>),
    /// Cancel a run that another process executes
    Cancel(ended::CancelArgs),
    /// Tell a paused run what it waits for
    Answer(answer::AnswerArgs),
    /// Forget runs
    Delete(remove::DeleteArgs),
    /// Forget all runs that are older than a time
    Prune(remove::PruneArgs),
    /// Write a run's events for other programs
    Export(export::ExportArgs),
}

pub(super) fn runs(args: &RunsArgs) -> Result<ExitCode> {
    let journal = args.database.open()?;
    match &args.command {
        Command::List(args) => list::list(&journal, args),
        Command::Show(args) => show::show(&journal, args),
        Command::Logs(args) => show::logs(&journal, args),
        Command::Result(args) => ended::result(&journal, args),
        Command::Resume(args) => resume::resume(journal, args),
        Command::Cancel(args) => ended::cancel(&journal, args),
        Command::Answer(args) => answer::answer(&journal, args),
        Command::Delete(args) => remove::delete(journal, args),
        Command::Prune(args) => remove::prune(journal, args),
        Command::Export(args) => export::export(&journal, args),
    }
}

/// What stands for the run in a command.
fn word(run: &RecordedRun) -> String {
    run_word(run.id, &run.name)
}

/// Which run is meant.
#[derive(Clone, Debug, Args)]
struct WhichRun {
    /// The run's name, or its id or the start of it
    run: String,
}
