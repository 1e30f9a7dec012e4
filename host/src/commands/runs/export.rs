//! `wflow runs export`: a run for other programs.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};

use super::WhichRun;
use crate::commands::HostFault;
use crate::journal::Journal;
use crate::model::{Event, Record};
use crate::report::{JsonReporter, Reporter, chrome_trace, otlp};

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    which: WhichRun,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// [default: stdout]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// The events, as with --json
    #[default]
    Ndjson,
    /// For chrome://tracing and ui.perfetto.dev
    Chrome,
    /// Spans, as the OpenTelemetry protocol has them in JSON
    Otlp,
}

pub(super) fn export(journal: &Journal, args: &ExportArgs) -> Result<ExitCode> {
    let run = journal.find(&args.which.run)?;
    let mut events = journal.events(&run).context(HostFault)?;
    let mut out: Box<dyn Write> = match &args.output {
        Some(file) => {
            let made = File::create(file);
            Box::new(made.with_context(|| format!("cannot write {}", file.display()))?)
        }
        None => Box::new(std::io::stdout().lock()),
    };
    match args.format {
        Format::Ndjson => {
            for event in &mut events {
                journal.complete(event).context(HostFault)?;
            }
            ndjson(&mut out, &events)?;
        }
        Format::Chrome => writeln!(out, "{}", chrome_trace(&Record::of(&events)))?,
        Format::Otlp => writeln!(out, "{}", otlp(&Record::of(&events)))?,
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn ndjson(out: &mut dyn Write, events: &[Event]) -> Result<()> {
    let mut reporter = JsonReporter::new(BufWriter::new(out));
    events.iter().try_for_each(|event| reporter.show(event))?;
    reporter.flush()
}
