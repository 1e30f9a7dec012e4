//! `wflow runs list`.

use std::io::{BufWriter, Write};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use jiff::Timestamp;
use serde_json::json;

use crate::commands::{HostFault, machine, note};
use crate::journal::{Filter, Journal, RecordedRun};
use crate::model::State;
use crate::report::{duration, one_line};

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Only runs in this state
    #[arg(long, value_parser = state())]
    state: Option<State>,
    /// Only runs of this flow
    #[arg(long, value_name = "NAME")]
    flow: Option<String>,
    /// Only runs with this tag
    #[arg(long)]
    tag: Option<String>,
    /// Only runs that began since: a time (2026-11-23T10:00:00Z, 2026-11-23) or how long ago (2h)
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<Timestamp>,
    /// Only runs that began before, likewise
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<Timestamp>,
    /// How many at most
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// How many of the newest to leave out
    #[arg(long, value_name = "N", default_value_t = 0)]
    skip: usize,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

pub(super) fn state() -> impl TypedValueParser<Value = State> {
    PossibleValuesParser::new(State::ALL.map(State::word))
        .try_map(|word| serde_json::from_value(word.into()))
}

/// A time, a day, or how long ago.
pub(super) fn moment(text: &str) -> Result<Timestamp> {
    if let Ok(ago) = humantime::parse_duration(text) {
        return Ok(Timestamp::now().checked_sub(ago)?);
    }
    if let Ok(at) = text.parse() {
        return Ok(at);
    }
    let local: jiff::civil::DateTime = text
        .parse()
        .context("expected a time such as 2026-11-23T10:00:00Z, a day, or how long ago, e.g. 2h")?;
    Ok(local.to_zoned(machine::time_zone())?.timestamp())
}

pub(super) fn list(journal: &Journal, args: &ListArgs) -> Result<ExitCode> {
    let filter = Filter {
        state: args.state,
        flow: args.flow.clone(),
        tag: args.tag.clone(),
        since: args.since,
        until: args.until,
        skip: args.skip,
        // One more tells whether there are more.
        most: args.limit.saturating_add(1),
    };
    let mut runs = journal.list(&filter).context(HostFault)?;
    let is_cut = runs.len() > args.limit;
    runs.truncate(args.limit);
    if runs.is_empty() && !args.json {
        let path = journal.path().display();
        note(&format!("No such runs are recorded in {path}"));
        return Ok(ExitCode::SUCCESS);
    }
    let mut out = BufWriter::new(std::io::stdout().lock());
    match args.json {
        true => as_json(&mut out, &runs)?,
        false => as_table(&mut out, &runs)?,
    }
    if is_cut && !args.json {
        let next = args.skip + args.limit;
        writeln!(out, "... and older ones: --skip {next}")?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn as_json(out: &mut impl Write, runs: &[RecordedRun]) -> Result<()> {
    for run in runs {
        let line = json!({
            "id": run.id, "name": run.name, "flow": run.flow, "state": run.state_now(),
            "tags": run.tags, "created": run.created, "ended": run.ended, "due": run.due,
            "task_runs": run.task_runs, "completed": run.completed, "cpu_us": run.cpu,
            "memory": run.memory,
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn as_table(out: &mut impl Write, runs: &[RecordedRun]) -> Result<()> {
    let head = [
        "ID",
        "NAME",
        "FLOW",
        "STATE",
        "CREATED",
        "TOOK",
        "TASK RUNS",
    ];
    let mut rows = vec![head.map(str::to_owned)];
    rows.extend(runs.iter().map(row));
    let widths: [usize; 7] = std::array::from_fn(|column| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    });
    for row in rows {
        let cells = row.iter().zip(widths);
        let padded: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        writeln!(out, "{}", padded.join("  ").trim_end())?;
    }
    Ok(())
}

/// What tells a run from those that began at another moment.
const SHORT_ID: usize = 13;

fn row(run: &RecordedRun) -> [String; 7] {
    let created = run.created.to_zoned(machine::time_zone());
    let ended = match run.alive {
        true => Some(Timestamp::now()),
        false => run.ended,
    };
    let took = ended.map_or(String::new(), |ended| {
        duration(ended.duration_since(run.created))
    });
    [
        run.id.to_string()[..SHORT_ID].to_owned(),
        one_line(&run.name),
        one_line(&run.flow),
        run.state_now().to_string(),
        created.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        took,
        format!("{}/{}", run.completed, run.task_runs),
    ]
}
