//! `wflow runs answer`: tells a paused flow run what it waits for.

use std::io::Write;
use std::process::{Child, Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use clap::Args;
use serde_json::Value as Json;

use super::WhichRun;
use super::ended::check;
use crate::commands::parameters::ParameterArgs;
use crate::commands::{HostFault, note};
use crate::journal::{Bookmark, Journal, RecordedRun, Request};
use crate::model::{
    Definition, Event, EventKind, MASK, Parameter, Record, RunId, RunRecord, Schema, State, Value,
};
use crate::runner::ArgumentSource;

/// How often to look what has come of the answer.
const LOOK: Duration = Duration::from_millis(20);

#[derive(Debug, Args)]
pub(super) struct AnswerArgs {
    #[command(flatten)]
    which: WhichRun,
    /// The name or id of its paused subflow run, where several are paused
    of: Option<String>,
    #[command(flatten)]
    answer: ParameterArgs,
    /// One JSON object: `id`, `name` and `state` of the run that goes on
    #[arg(long = "json")]
    as_json: bool,
}

/// Returns when the flow run goes on; one that was suspended goes on here, until it has ended.
pub(super) fn answer(journal: &Journal, args: &AnswerArgs) -> Result<ExitCode> {
    let run = journal.find(&args.which.run)?;
    if run.state != State::Suspended {
        check(&run)?;
    }
    let mut bookmark = Bookmark::default();
    let events = journal.read(&run, &mut bookmark).context(HostFault)?;
    let record = Record::of(&events);
    let paused = paused(&record, args.of.as_deref())?;
    let json = json(&args.answer, &paused.name, question(&events, paused.id))?;
    let resumed = match run.alive {
        true => None,
        false => Some(resumed(journal, &run, &mut bookmark, paused.id)?),
    };
    let request = Request::Answer {
        run: paused.id,
        json: json.clone(),
    };
    journal.ask(&run, &request).context(HostFault)?;
    let run = journal.find(&run.id.to_string())?;
    follow(journal, run, bookmark, (paused.id, &json))?;
    match args.as_json {
        true => {
            let state = State::Running;
            let told = serde_json::json!({ "id": paused.id, "name": paused.name, "state": state });
            writeln!(std::io::stdout(), "{told}")?;
        }
        false => note(&format!("'{}' goes on", paused.name)),
    }
    let ended = resumed.map(|mut process| process.wait()).transpose()?;
    let code = ended.map_or(Some(0), |status| status.code());
    Ok(ExitCode::from(
        code.and_then(|code| u8::try_from(code).ok()).unwrap_or(4),
    ))
}

/// A process that goes on with the run, which has come to its question again.
fn resumed(
    journal: &Journal,
    run: &RecordedRun,
    bookmark: &mut Bookmark,
    paused: RunId,
) -> Result<Child> {
    let wflow = std::env::current_exe().context("this program's file is not known")?;
    let mut process = Command::new(wflow)
        .args(["runs", "resume", &run.id.to_string(), "--db"])
        .arg(journal.path())
        .spawn()
        .context("the run cannot be resumed")?;
    let asks = |event: &Event| {
        event.run == paused && matches!(event.kind, EventKind::FlowRunPaused { .. })
    };
    while !journal.read(run, bookmark)?.iter().any(asks) {
        ensure!(
            process.try_wait()?.is_none(),
            "'{}' was resumed, and did not come to its question",
            run.name
        );
        std::thread::sleep(LOOK);
    }
    Ok(process)
}

/// The run that is meant: the only one that is paused, if none is named.
fn paused<'a>(record: &'a Record, of: Option<&str>) -> Result<&'a RunRecord> {
    let all = record.runs().iter();
    let paused = all.filter(|run| run.asks);
    let meant = |run: &&RunRecord| of.is_none_or(|of| *run.name == *of || run.id.to_string() == of);
    let found: Vec<_> = paused.filter(meant).collect();
    match (&found[..], of) {
        ([run], _) => Ok(run),
        ([], None) => bail!("it is not paused"),
        ([], Some(of)) => bail!("it has no run '{of}' that is paused"),
        (several, _) => {
            let names: Vec<_> = several
                .iter()
                .map(|run| format!("'{}'", run.name))
                .collect();
            bail!(
                "several of its runs are paused, name one: {}",
                names.join(", ")
            )
        }
    }
}

/// The schema of what the run asked last.
fn question(events: &[Event], run: RunId) -> &str {
    let of_run = events.iter().rev().filter(|event| event.run == run);
    let mut schemas = of_run.filter_map(|event| match &event.kind {
        EventKind::FlowRunPaused { schema, .. } => Some(&**schema),
        _ => None,
    });
    schemas.next().unwrap_or_default()
}

/// The answer as JSON text, which fits.
pub(in crate::commands) fn json(args: &ParameterArgs, name: &str, schema: &str) -> Result<String> {
    let parsed: Json = serde_json::from_str(schema).unwrap_or_default();
    let json = match parsed["properties"].is_object() {
        true => object(&args.arguments(&as_flow(name, &parsed))?)?,
        false => args.whole()?.unwrap_or_else(|| "null".to_owned()),
    };
    let told = serde_json::from_str(&json).context("the answer is no JSON")?;
    let schema = Schema::new(schema).map_err(|error| anyhow!("the question's schema: {error}"))?;
    let checked = schema.check(&told);
    checked.map_err(|error| anyhow!("'{name}' waits for another answer: {error}"))?;
    Ok(json)
}

/// What is asked for, as if it were a flow's parameters.
fn as_flow(name: &str, schema: &Json) -> Definition {
    let properties = schema["properties"].as_object().into_iter().flatten();
    let required = schema["required"].as_array();
    let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|it| it == name));
    let parameter = |(name, property): (&String, &Json)| {
        let mut property = property.clone();
        if property.is_object() && schema["$defs"].is_object() {
            property["$defs"] = schema["$defs"].clone();
        }
        Parameter {
            name: name.clone(),
            schema: property.to_string(),
            default: (!is_required(name)).then(String::new),
        }
    };
    Definition {
        name: name.to_owned(),
        parameters: properties.map(parameter).collect(),
        ..Definition::default()
    }
}

fn object(given: &[(String, ArgumentSource)]) -> Result<String> {
    let mut members = Vec::new();
    for (name, source) in given {
        match source {
            ArgumentSource::Value(Value::Json(json)) => {
                members.push(format!("{}:{json}", Json::from(name.as_str())));
            }
            _ => bail!("'{name}' is bytes, which no answer can hold"),
        }
    }
    Ok(format!("{{{}}}", members.join(",")))
}

/// Waits until the run has taken the answer.
fn follow(
    journal: &Journal,
    mut run: RecordedRun,
    mut bookmark: Bookmark,
    (paused, json): (RunId, &str),
) -> Result<()> {
    loop {
        let events = journal.read(&run, &mut bookmark).context(HostFault)?;
        for event in events.iter().filter(|event| event.run == paused) {
            match &event.kind {
                // Another one's answer may have been faster.
                EventKind::FlowRunAnswered { input }
                    if **input == *json || input.contains(MASK) =>
                {
                    return Ok(());
                }
                EventKind::AnswerRefused { reason } => bail!("the answer was refused: {reason}"),
                _ => {}
            }
        }
        ensure!(run.alive, "it ended before it took the answer");
        std::thread::sleep(LOOK);
        run = journal.find(&run.id.to_string())?;
    }
}
