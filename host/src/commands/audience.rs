//! Whoever is told what happens in a run: first the record, then the reader.

use std::cell::RefCell;
use std::convert::Infallible;
use std::io::{BufWriter, IsTerminal};
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::note;
use crate::journal::Recorder;
use crate::model::{Event, EventKind, Level};
use crate::report::{JsonReporter, Masker, Reporter, TerminalReporter, Terminals};
use crate::wasm::Secret;

/// Between two steps of a live display.
const TICK: Duration = Duration::from_millis(100);

/// How much of a run is shown, and in which form.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct DisplayArgs {
    /// Print events on stdout, one JSON object a line
    #[arg(long)]
    pub(super) json: bool,
    /// Log warnings and errors only
    #[arg(short, long)]
    quiet: bool,
    /// Log debug messages too
    #[arg(short, long)]
    verbose: bool,
    /// Show at the end what the runs used: time, memory, bytes
    #[arg(long, conflicts_with = "json")]
    stats: bool,
}

impl DisplayArgs {
    pub(super) fn reporter(&self) -> Box<dyn Reporter> {
        let out = BufWriter::new(std::io::stdout());
        if self.json {
            return Box::new(JsonReporter::new(out));
        }
        let level = match (self.quiet, self.verbose) {
            (true, _) => Level::Warning,
            (_, true) => Level::Debug,
            _ => Level::Info,
        };
        let log = BufWriter::new(std::io::stderr());
        let terminals = Terminals {
            stdout: std::io::stdout().is_terminal(),
            stderr: std::io::stderr().is_terminal(),
            colours: console::colors_enabled_stderr(),
        };
        let zone = TimeZone::system();
        Box::new(TerminalReporter::new(
            out, log, terminals, zone, level, self.stats,
        ))
    }
}

/// What a run tells passes here: without secrets into the record, and then to whoever reads along.
pub(super) struct Audience {
    /// Where there are secrets.
    masker: RefCell<Option<Masker>>,
    recorder: RefCell<Option<Recorder>>,
    reporter: RefCell<Box<dyn Reporter>>,
}

impl Audience {
    pub(super) fn new(
        reporter: Box<dyn Reporter>,
        recorder: Option<Recorder>,
        secrets: &[Secret],
    ) -> Self {
        let values = secrets.iter().map(|secret| &*secret.value);
        Self {
            masker: RefCell::new((!secrets.is_empty()).then(|| Masker::new(values))),
            recorder: RefCell::new(recorder),
            reporter: RefCell::new(reporter),
        }
    }

    /// Tells what happened; nothing means that nothing more happens for the moment.
    ///
    /// # Errors
    ///
    /// If the output cannot be written, or a record that was to be strict.
    pub(super) fn tell(&self, events: &[Event]) -> Result<()> {
        match &mut *self.masker.borrow_mut() {
            Some(masker) => self.tell_masked(&masker.mask(events)),
            None => self.tell_masked(events),
        }
    }

    fn tell_masked(&self, events: &[Event]) -> Result<()> {
        let lost = self.record(events)?;
        let mut reporter = self.reporter.borrow_mut();
        for event in events.iter().chain(&lost) {
            reporter.show(event)?;
        }
        match events {
            [] => reporter.flush(),
            _ => Ok(()),
        }
    }

    /// A record that is lost ends the run where it has to be strict, and is a warning elsewhere.
    fn record(&self, events: &[Event]) -> Result<Option<Event>> {
        let mut recorder = self.recorder.borrow_mut();
        let (Some(to), Some(first)) = (recorder.as_mut(), events.first()) else {
            return Ok(None);
        };
        let Err(error) = to.record(events) else {
            return Ok(None);
        };
        if to.is_strict() {
            return Err(error.context("the run cannot be recorded"));
        }
        *recorder = None;
        Ok(Some(Event {
            at: first.at,
            run: first.run,
            kind: EventKind::Logged {
                level: Level::Warning,
                message: format!("The run goes on, but is no longer recorded: {error:#}"),
            },
        }))
    }

    /// Waits until all is recorded; where it need not be, a warning says that it is not.
    ///
    /// # Errors
    ///
    /// If a record that was to be strict is not complete.
    pub(super) fn finish(&self) -> Result<()> {
        let Some(recorder) = self.recorder.take() else {
            return Ok(());
        };
        let is_strict = recorder.is_strict();
        match recorder.finish() {
            Err(error) if is_strict => Err(error.context("the end of the run is not recorded")),
            Err(error) => {
                note(&format!(
                    "warning: the end of the run is not recorded: {error:#}"
                ));
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Moves a live display on, for ever.
    pub(super) async fn ticks(&self) -> Infallible {
        let mut interval = tokio::time::interval(TICK);
        loop {
            interval.tick().await;
            // A terminal that is gone is noticed by whatever is shown next.
            let _ = self.reporter.borrow_mut().tick(Timestamp::now());
        }
    }
}
