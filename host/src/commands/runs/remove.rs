//! `wflow runs delete` and `prune`.

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Args;
use jiff::Timestamp;
use serde_json::json;

use super::list::state;
use super::word;
use crate::commands::{HostFault, note};
use crate::journal::{Filter, Journal, RecordedRun};
use crate::model::State;

#[derive(Debug, Args)]
pub(super) struct DeleteArgs {
    /// Names or ids
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<String>,
    /// One JSON object: how many `flow_runs` and `task_runs` are forgotten
    #[arg(long)]
    json: bool,
}

pub(super) fn delete(mut journal: Journal, args: &DeleteArgs) -> Result<ExitCode> {
    let found = args.runs.iter().map(|run| journal.find(run));
    let found: Vec<_> = found.collect::<Result<_>>()?;
    for run in &found {
        ensure!(
            !run.alive,
            "'{name}' runs; cancel it first: wflow runs cancel {}",
            word(run),
            name = run.name
        );
    }
    journal.delete(&found).context(HostFault)?;
    tell(&found, args.json)
}

#[derive(Debug, Args)]
pub(super) struct PruneArgs {
    /// How long ago a run has to have begun, e.g. 30d
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    older_than: Duration,
    /// Only runs in this state
    #[arg(long, value_parser = state())]
    state: Option<State>,
    /// As of delete
    #[arg(long)]
    json: bool,
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
    tell(&old, args.json)
}

fn tell(forgotten: &[RecordedRun], as_json: bool) -> Result<ExitCode> {
    let task_runs: u64 = forgotten.iter().map(|run| u64::from(run.task_runs)).sum();
    let flow_runs = forgotten.len();
    match forgotten {
        _ if as_json => {
            let told = json!({ "flow_runs": flow_runs, "task_runs": task_runs });
            writeln!(std::io::stdout(), "{told}")?;
        }
        [run] => note(&format!(
            "Forgot '{}' and its {task_runs} task runs",
            run.name
        )),
        _ => note(&format!(
            "Forgot {flow_runs} flow runs and their {task_runs} task runs"
        )),
    }
    Ok(ExitCode::SUCCESS)
}
