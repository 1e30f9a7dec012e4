//! `wflow runs result` and `cancel`: how a run ended, and its end by somebody else.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::json;

use super::{WhichRun, word};
use crate::commands::run::exit_code;
use crate::commands::{HostFault, nearest, note};
use crate::journal::{Journal, RecordedRun, Request};
use crate::model::{Event, EventKind, Outcome, RunId, State, Value};
use crate::report::{ended_as_json, harmless};

/// How often to look whether the run has ended.
const LOOK: Duration = Duration::from_millis(20);

#[derive(Debug, Args)]
pub(super) struct ResultArgs {
    #[command(flatten)]
    which: WhichRun,
    /// The name of one of its task runs or subflow runs
    of: Option<String>,
    /// One JSON object: `state`, and `result` or `failure`
    #[arg(long)]
    json: bool,
}

pub(super) fn result(journal: &Journal, args: &ResultArgs) -> Result<ExitCode> {
    let run = journal.find(&args.which.run)?;
    let events = journal.events(&run).context(HostFault)?;
    let (id, name) = match &args.of {
        Some(name) => (named(&events, name)?, name),
        None => (run.id, &run.name),
    };
    let outcome = outcome(journal, events, id)?;
    let outcome = outcome.with_context(|| format!("'{name}' has not ended"))?;
    match args.json {
        true => writeln!(std::io::stdout(), "{}", ended_as_json(&outcome))?,
        false => print(&outcome, name)?,
    }
    Ok(exit_code(Some(&outcome)))
}

/// How one of the runs ended last.
fn outcome(journal: &Journal, events: Vec<Event>, id: RunId) -> Result<Option<Outcome>> {
    let ends = |event: &Event| event.run == id && event.kind.outcome().is_some();
    let Some(mut event) = events.into_iter().rev().find(ends) else {
        return Ok(None);
    };
    journal.complete(&mut event).context(HostFault)?;
    Ok(event.kind.outcome().cloned())
}

/// How the flow run itself ended.
fn of_root(journal: &Journal, run: &RecordedRun) -> Result<Option<Outcome>> {
    outcome(journal, journal.events(run).context(HostFault)?, run.id)
}

/// Prints what was returned, or says why nothing was.
pub(super) fn print(outcome: &Outcome, name: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match outcome {
        // On a terminal, what a guest wrote stays text.
        Outcome::Completed(Value::Json(json)) if out.is_terminal() => {
            writeln!(out, "{}", harmless(json))?;
        }
        Outcome::Completed(Value::Json(json)) => writeln!(out, "{json}")?,
        Outcome::Completed(Value::Bytes(bytes)) => out.write_all(bytes)?,
        Outcome::Failed(failure) => note(&format!("'{name}' ended in {failure}")),
    }
    Ok(())
}

fn named(events: &[Event], wanted: &str) -> Result<RunId> {
    let created = |event: &Event| match &event.kind {
        EventKind::TaskRunCreated { name, .. } | EventKind::FlowRunCreated { name, .. } => {
            Some((name.clone(), event.run))
        }
        _ => None,
    };
    let names: Vec<_> = events.iter().filter_map(created).collect();
    let found = names.iter().rev().find(|(name, _)| &**name == wanted);
    found.map(|(_, id)| *id).with_context(|| {
        let known = names.iter().map(|(name, _)| &**name);
        let hint = nearest(wanted, known.take(20), "among them");
        format!("it has no run '{wanted}'{hint}")
    })
}

#[derive(Debug, Args)]
pub(super) struct CancelArgs {
    #[command(flatten)]
    which: WhichRun,
    /// One JSON object: `id`, `name` and `state`
    #[arg(long)]
    json: bool,
}

/// Returns when the run has ended.
pub(super) fn cancel(journal: &Journal, args: &CancelArgs) -> Result<ExitCode> {
    let mut run = journal.find(&args.which.run)?;
    check(&run)?;
    let request = Request::Cancel("cancelled by 'wflow runs cancel'".to_owned());
    journal.ask(&run, &request).context(HostFault)?;
    while run.alive {
        std::thread::sleep(LOOK);
        run = journal.find(&run.id.to_string())?;
    }
    let (name, state) = (&run.name, run.state_now());
    match args.json {
        true => {
            let told = json!({ "id": run.id, "name": name, "state": state });
            writeln!(std::io::stdout(), "{told}")?;
        }
        false => note(&format!("'{name}' ended in state {state}")),
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether a process is there that could be asked.
pub(super) fn check(run: &RecordedRun) -> Result<()> {
    let (name, state) = (&run.name, run.state);
    ensure!(!state.is_final(), "'{name}' has ended, in state {state}");
    let why = match state {
        State::Suspended => "is suspended",
        _ => "was interrupted",
    };
    ensure!(
        run.alive,
        "'{name}' {why}, and no process executes it: go on with it (wflow runs resume {word}) or \
         forget it (wflow runs delete {word})",
        word = word(run)
    );
    Ok(())
}

/// The exit code of a run that has ended.
pub(super) fn code(journal: &Journal, run: &RecordedRun) -> Result<ExitCode> {
    Ok(exit_code(of_root(journal, run)?.as_ref()))
}

/// Prints what a run returned that has ended.
pub(super) fn tell(journal: &Journal, run: &RecordedRun) -> Result<ExitCode> {
    let outcome = of_root(journal, run)?;
    if let Some(outcome) = &outcome {
        print(outcome, &run.name)?;
    }
    Ok(exit_code(outcome.as_ref()))
}
