//! `wflow runs show` and `logs`: a recorded run once more, folded or event by event.

use std::io::{BufWriter, Write};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use jiff::Timestamp;
use serde_json::json;

use super::{WhichRun, word};
use crate::commands::HostFault;
use crate::commands::audience::DisplayArgs;
use crate::journal::{Bookmark, Journal, RecordedRun};
use crate::model::{Record, RunRecord, State};
use crate::report::{Chart, Reporter, Tree};

/// How often a follower looks for what is new.
const FOLLOW: Duration = Duration::from_millis(50);

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    #[command(flatten)]
    which: WhichRun,
    /// Draw when each run was executed
    #[arg(long)]
    gantt: bool,
    /// How many runs to show of each run that submitted more
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// One JSON object a line, for each run
    #[arg(long, conflicts_with = "gantt")]
    json: bool,
}

pub(super) fn show(journal: &Journal, args: &ShowArgs) -> Result<ExitCode> {
    let run = journal.find(&args.which.run)?;
    let record = journal.record(&run).context(HostFault)?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    let until = match run.alive {
        true => Some(Timestamp::now()),
        false => run.ended,
    };
    if args.json {
        as_json(&mut out, &record)?;
    } else if args.gantt {
        let width = console::Term::stdout()
            .size_checked()
            .map_or(100, |(_, columns)| columns);
        write!(
            out,
            "{}",
            Chart::new(&record, usize::from(width), args.limit, until)
        )?;
    } else {
        about(&mut out, &run)?;
        write!(out, "{}", Tree::new(&record, args.limit, until))?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn about(out: &mut impl Write, run: &RecordedRun) -> Result<()> {
    writeln!(out, "{}", run.id)?;
    let how = match run.state {
        State::Suspended => "It is suspended",
        _ => "It was interrupted: no process executes it",
    };
    if run.is_interrupted() {
        writeln!(out, "{how}. Go on with it: wflow runs resume {}", word(run))?;
    }
    Ok(())
}

fn as_json(out: &mut impl Write, record: &Record) -> Result<()> {
    for run in record.runs() {
        let RunRecord {
            id,
            name,
            of,
            parent,
            tags,
            created,
            started,
            ended,
            state,
            attempts,
            usage,
            delay,
            ..
        } = run;
        let mut line = json!({
            "id": id, "name": name, "parent": parent, "tags": tags, "created": created,
            "started": started, "ended": ended, "state": state, "attempts": attempts,
            "usage": usage, "delay": delay,
        });
        if let Some(fields) = line.as_object_mut() {
            fields.extend(
                serde_json::to_value(of)?
                    .as_object()
                    .cloned()
                    .unwrap_or_default(),
            );
        }
        writeln!(out, "{line}")?;
    }
    Ok(())
}

#[derive(Debug, Args)]
pub(super) struct LogsArgs {
    #[command(flatten)]
    which: WhichRun,
    /// Go on until the run has ended
    #[arg(short, long)]
    follow: bool,
    #[command(flatten)]
    display: DisplayArgs,
}

pub(super) fn logs(journal: &Journal, args: &LogsArgs) -> Result<ExitCode> {
    let run = journal.find(&args.which.run)?;
    let mut replay = Replay::new(journal, args.display.reporter());
    match args.follow {
        true => replay.follow(run)?,
        false => replay.step(&run)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Shows recorded events as they were shown when they happened.
pub(super) struct Replay<'a> {
    journal: &'a Journal,
    reporter: Box<dyn Reporter + Send>,
    read: Bookmark,
}

impl<'a> Replay<'a> {
    pub(super) fn new(journal: &'a Journal, reporter: Box<dyn Reporter + Send>) -> Self {
        Self {
            journal,
            reporter,
            read: Bookmark::default(),
        }
    }

    /// Until the run has ended, or its process.
    pub(super) fn follow(&mut self, mut run: RecordedRun) -> Result<()> {
        loop {
            // What is recorded until the run is found ended is read before the last step.
            let is_over = !run.alive;
            self.step(&run)?;
            if is_over {
                return Ok(());
            }
            std::thread::sleep(FOLLOW);
            run = self.journal.find(&run.id.to_string())?;
        }
    }

    fn step(&mut self, run: &RecordedRun) -> Result<()> {
        let events = self.journal.read(run, &mut self.read);
        for mut event in events.context(HostFault)? {
            self.journal.complete(&mut event).context(HostFault)?;
            self.reporter.show(&event)?;
        }
        self.reporter.flush()
    }
}
