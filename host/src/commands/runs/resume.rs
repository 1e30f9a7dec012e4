//! `wflow runs resume`, and a run that may happen only once.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use clap::{Args, Parser};
use jiff::Timestamp;

use super::show::Replay;
use super::word;
use crate::commands::audience::DisplayArgs;
use crate::commands::database::RecordArgs;
use crate::commands::launch::Launch;
use crate::commands::run::{RunArgs, execute};
use crate::commands::start::{Again, Start};
use crate::commands::{Cli, Command, HostFault, note};
use crate::journal::{Filter, Journal, RecordedRun};
use crate::model::{Record, State};

#[derive(Debug, Args)]
pub(super) struct ResumeArgs {
    /// The run's name, or its id or the start of it
    #[arg(required_unless_present = "due")]
    run: Option<String>,
    /// All suspended runs that are due by now, one after another
    #[arg(long, conflicts_with_all = ["run", "with"])]
    due: bool,
    /// Go on with another build of the component, which has to do what the first one did so far
    #[arg(long = "with", value_name = "FILE")]
    with: Option<PathBuf>,
    #[command(flatten)]
    display: DisplayArgs,
}

pub(super) fn resume(journal: Journal, args: &ResumeArgs) -> Result<ExitCode> {
    let Some(run) = &args.run else {
        return resume_due(&journal, args);
    };
    let run = journal.find(run)?;
    ensure!(
        run.state != State::Completed,
        "'{name}' has completed; print its result with: wflow runs result {}",
        word(&run),
        name = run.name
    );
    let with = args.with.as_ref().map(std::path::absolute).transpose()?;
    go_on(journal, run, with, args.display.clone())
}

/// Ends with the first exit code that is not that of success.
fn resume_due(journal: &Journal, args: &ResumeArgs) -> Result<ExitCode> {
    let suspended = Filter {
        state: Some(State::Suspended),
        most: usize::MAX,
        ..Filter::default()
    };
    let mut code = ExitCode::SUCCESS;
    for run in journal.list(&suspended).context(HostFault)? {
        if run.due.is_none_or(|due| due > Timestamp::now()) {
            continue;
        }
        let again = Journal::open(journal.path()).context(HostFault)?;
        let one = go_on(again, run, None, args.display.clone())?;
        if code == ExitCode::SUCCESS {
            code = one;
        }
    }
    Ok(code)
}

/// A run whose key is taken: it is followed, resumed, or has ended.
pub(in crate::commands) fn once(
    journal: Journal,
    run: RecordedRun,
    args: &RunArgs,
) -> Result<ExitCode> {
    let (name, state) = (run.name.clone(), run.state_now());
    if run.is_interrupted() {
        note(&format!(
            "Flow run '{name}' has this id, and was interrupted: it is resumed"
        ));
        return go_on(journal, run, None, args.display.clone());
    }
    match run.alive {
        true => note(&format!(
            "Flow run '{name}' has this id, and is running: it is followed"
        )),
        false => note(&format!(
            "Flow run '{name}' has this id, and ended in state {state}"
        )),
    }
    if run.alive || args.display.json {
        Replay::new(&journal, args.display.reporter()).follow(run.clone())?;
        return super::ended::code(&journal, &run);
    }
    super::ended::tell(&journal, &run)
}

fn go_on(
    journal: Journal,
    run: RecordedRun,
    with: Option<PathBuf>,
    display: DisplayArgs,
) -> Result<ExitCode> {
    let Some(owner) = journal.take(run.id).context(HostFault)? else {
        bail!(
            "'{name}' runs; follow it with: wflow runs logs -f {}",
            word(&run),
            name = run.name
        );
    };
    // What is recorded is read when nobody else adds to it any more.
    let mut events = journal.events(&run).context(HostFault)?;
    for event in &mut events {
        journal.complete(event).context(HostFault)?;
    }
    let record = Record::of(&events);
    let launch: Launch = serde_json::from_str(&run.launch).with_context(|| {
        format!(
            "how '{}' was started is not what this wflow knows",
            run.name
        )
    })?;
    let mut args = launched(&launch, &run)?;
    args.record = RecordArgs::in_database(&journal, args.record);
    args.display = display;
    let rebuilt = with.is_some();
    if let Some(target) = with {
        args.target = target;
    }
    std::env::set_current_dir(&launch.folder).with_context(|| {
        format!(
            "the run was started in {}, which is gone",
            launch.folder.display()
        )
    })?;
    let again = Again {
        journal,
        run,
        owner,
        launch,
        record,
        rebuilt,
    };
    execute(&args, Start::Again(Box::new(again)))
}

/// The options that the run was started with.
fn launched(launch: &Launch, run: &RecordedRun) -> Result<RunArgs> {
    let parsed = Cli::try_parse_from(&launch.words);
    match parsed.map(|cli| cli.command) {
        Ok(Command::Run(args)) => Ok(*args),
        _ => bail!(
            "how '{}' was started is not what this wflow knows: {}",
            run.name,
            launch.words.join(" ")
        ),
    }
}
