//! Whoever is told what happens in a run: first the record, then the reader.

use std::convert::Infallible;
use std::io::{BufWriter, IsTerminal};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use jiff::Timestamp;

use super::{machine, note};
use crate::journal::Recorder;
use crate::model::{Event, EventKind, Events, Level};
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
    pub(super) fn reporter(&self) -> Box<dyn Reporter + Send> {
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
        let zone = machine::time_zone();
        Box::new(TerminalReporter::new(
            out, log, terminals, zone, level, self.stats,
        ))
    }
}

/// What a run tells passes here: without secrets into the record, and then to whoever reads along.
pub(super) struct Audience(Mutex<Told>);

struct Told {
    /// Where there are secrets.
    masker: Option<Masker>,
    recorder: Option<Recorder>,
    reporter: Box<dyn Reporter + Send>,
}

impl Audience {
    pub(super) fn new(
        reporter: Box<dyn Reporter + Send>,
        recorder: Option<Recorder>,
        secrets: &[Secret],
    ) -> Self {
        let values = secrets.iter().map(|secret| &*secret.value);
        Self(Mutex::new(Told {
            masker: (!secrets.is_empty()).then(|| Masker::new(values)),
            recorder,
            reporter,
        }))
    }

    /// Tells what happened; nothing means that nothing more happens for the moment.
    ///
    /// # Errors
    ///
    /// If the output cannot be written, or a record that was to be strict.
    pub(super) fn tell(&self, events: &Events) -> Result<()> {
        let mut told = self.told();
        match &mut told.masker {
            Some(masker) => {
                let masked = masker.mask(events);
                told.tell(&masked.into())
            }
            None => told.tell(events),
        }
    }

    /// Waits until all is recorded; where it need not be, a warning says that it is not.
    ///
    /// # Errors
    ///
    /// If a record that was to be strict is not complete.
    pub(super) fn finish(&self) -> Result<()> {
        let Some(recorder) = self.told().recorder.take() else {
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
            // While something is shown, and for as long as a terminal takes it, nothing has to move.
            if let Ok(mut told) = self.0.try_lock() {
                // A terminal that is gone is noticed by whatever is shown next.
                let _ = told.reporter.tick(Timestamp::now());
            }
        }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.lock().expect("never held across a panic")
    }
}

impl Told {
    fn tell(&mut self, events: &Events) -> Result<()> {
        let lost = self.record(events)?;
        for event in events.iter().chain(&lost) {
            self.reporter.show(event)?;
        }
        match events.is_empty() {
            true => self.reporter.flush(),
            false => Ok(()),
        }
    }

    /// A record that is lost ends the run where it has to be strict, and is a warning elsewhere.
    fn record(&mut self, events: &Events) -> Result<Option<Event>> {
        let (Some(to), Some(first)) = (self.recorder.as_mut(), events.first()) else {
            return Ok(None);
        };
        let Err(error) = to.record(events) else {
            return Ok(None);
        };
        if to.is_strict() {
            return Err(error.context("the run cannot be recorded"));
        }
        self.recorder = None;
        Ok(Some(Event {
            at: first.at,
            run: first.run,
            kind: EventKind::Logged {
                level: Level::Warning,
                message: format!("The run goes on, but is no longer recorded: {error:#}"),
            },
        }))
    }
}
