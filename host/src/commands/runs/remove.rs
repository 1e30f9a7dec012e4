//! `wflow runs delete` and `prune`.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Args;
use jiff::Timestamp;

use super::list::state;
use crate::commands::{HostFault, note};
use crate::journal::{Filter, Journal, RecordedRun};
use crate::model::State;

#[derive(Debug, Args)]
pub(super) struct DeleteArgs {
    /// Names or ids
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<String>,
}

pub(super) fn delete(mut journal: Journal, args: &DeleteArgs) -> Result<ExitCode> {
    let found = args.runs.iter().map(|run| journal.find(run));
    let found: Vec<_> = found.collect::<Result<_>>()?;
    for run in &found {
        ensure!(
            !run.alive,
            "'{name}' runs; cancel it first: wflow runs cancel {name}",
            name = run.name
        );
    }
    journal.delete(&found).context(HostFault)?;
    note(&format!("Forgot {}", counted(&found)));
    Ok(ExitCode::SUCCESS)
}

#[derive(Debug, Args)]
pub(super) struct PruneArgs {
    /// How long ago a run has to have begun, e.g. 30d
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    older_than: Duration,
    /// Only runs in this state
    #[arg(long, value_parser = state())]
    state: Option<State>,
}

/// Runs that are executed stay.
pub(super) fn prune(mut journal: Journal, args: &PruneArgs) -> Result<ExitCode> {
    let filter = Filter {
        state: args.state,
        until: Some(Timestamp::now().checked_sub(args.older_than)?),
        most: usize::MAX,
        ..Filter::default()
    };
    let mut old = journal.list(&filter).context(HostFault)?;
    old.retain(|run| !run.alive);
    journal.delete(&old).context(HostFault)?;
    journal.shrink().context(HostFault)?;
    note(&format!("Forgot {}", counted(&old)));
    Ok(ExitCode::SUCCESS)
}

fn counted(runs: &[RecordedRun]) -> String {
    let task_runs: u64 = runs.iter().map(|run| u64::from(run.task_runs)).sum();
    match runs {
        [run] => format!("'{}' and its {task_runs} task runs", run.name),
        runs => format!("{} flow runs and their {task_runs} task runs", runs.len()),
    }
}
