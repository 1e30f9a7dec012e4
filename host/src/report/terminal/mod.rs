//! For people: log lines on stderr, what guests print on stdout.

mod created;

use std::fmt;
use std::io::Write;

use anyhow::Result;
use console::Style;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Reporter;
use super::names::{Named, Names};
use super::printable::printable;
use super::progress::Progress;
use super::question;
use super::screen::{Screen, Terminals};
use super::stats::Stats;
use crate::model::{ArtifactKind, Event, EventKind, FailureKind, Level, Outcome, Value};

/// Writes Prefect's log format.
pub struct TerminalReporter<Out, Log> {
    screen: Screen<Out, Log>,
    /// Whether the log has colours.
    colours: bool,
    time_zone: TimeZone,
    /// Lines below this level are left out.
    level: Level,
    names: Names,
    progress: Progress,
    /// What was used, where that is to be shown at the end.
    stats: Option<Stats>,
}

impl<Out: Write, Log: Write> TerminalReporter<Out, Log> {
    pub fn new(
        out: Out,
        log: Log,
        terminals: Terminals,
        time_zone: TimeZone,
        level: Level,
        stats: bool,
    ) -> Self {
        Self {
            screen: Screen::new(out, log, terminals),
            colours: terminals.colours,
            time_zone,
            level,
            names: Names::default(),
            progress: Progress::default(),
            stats: stats.then(Stats::default),
        }
    }

    fn line(&mut self, event: &Event, level: Level, text: fmt::Arguments<'_>) -> Result<()> {
        self.line_with_state(event, level, text, "")
    }

    /// A line that ends with a state, in the state's colour.
    fn line_with_state(
        &mut self,
        event: &Event,
        level: Level,
        text: fmt::Arguments<'_>,
        state: &str,
    ) -> Result<()> {
        if level < self.level {
            return Ok(());
        }
        let style = Style::new().force_styling(self.colours);
        let (word, of_level, of_state) = match level {
            Level::Debug => ("DEBUG", style.clone().blue(), style.clone()),
            Level::Info => ("INFO", style.clone().cyan(), style.clone().green()),
            Level::Warning => ("WARNING", style.clone().yellow(), style.clone().yellow()),
            Level::Error => ("ERROR", style.clone().red(), style.clone().red()),
        };
        let at = event
            .at
            .to_zoned(self.time_zone.clone())
            .strftime("%H:%M:%S%.3f");
        let text = printable(&text.to_string());
        let (at, word) = (style.dim().apply_to(at), of_level.apply_to(word));
        let state = match state {
            "" => String::new(),
            state => of_state.apply_to(printable(state)).to_string(),
        };
        Ok(self
            .screen
            .log(&format!("{at} | {word:<7} | {text}{state}"))?)
    }

    /// How far a run is stands in the progress line; what it leaves behind has a line of the log.
    fn artifact_created(
        &mut self,
        event: &Event,
        run: &Named,
        kind: ArtifactKind,
        key: &str,
    ) -> Result<()> {
        let Named { kind: of, name, .. } = run;
        let what = match kind {
            ArtifactKind::Progress => return Ok(()),
            ArtifactKind::Markdown => "markdown",
            ArtifactKind::Table => "table",
            ArtifactKind::Link => "link",
            ArtifactKind::Image => "image",
        };
        let text = format_args!("{of} '{name}' - Created {what} artifact '{key}'");
        self.line(event, Level::Info, text)
    }

    fn finished(
        &mut self,
        event: &Event,
        run: &Named,
        outcome: &Outcome,
        message: &str,
    ) -> Result<()> {
        let Named { kind, name, .. } = run;
        let (level, state) = match outcome {
            Outcome::Completed(_) => (Level::Info, format!("Completed({message})")),
            // Whoever cancels a run is told of it at the root.
            Outcome::Failed(failure) if failure.kind == FailureKind::Cancelled => {
                let level = match self.progress.is_root(event.run) {
                    true => Level::Error,
                    false => Level::Info,
                };
                (level, failure.to_string())
            }
            Outcome::Failed(failure) => (Level::Error, failure.to_string()),
        };
        let text = format_args!("{kind} '{name}' - Finished in state ");
        self.line_with_state(event, level, text, &state)
    }

    fn suspended(&mut self, event: &Event, run: &Named, until: Option<Timestamp>) -> Result<()> {
        let name = &run.name;
        let word = question::run_word(event.run, name);
        let until = until.map_or(String::new(), |until| {
            let until = until.to_zoned(self.time_zone.clone());
            format!(" until {}", until.strftime("%Y-%m-%d %H:%M:%S"))
        });
        let text = format_args!(
            "Flow run '{name}' - Suspended{until}; go on with it: wflow runs resume {word}"
        );
        self.line(event, Level::Info, text)
    }

    /// What all runs used, when the root has ended.
    fn statistics(&mut self, event: &Event) -> Result<()> {
        let is_root = self.progress.is_root(event.run);
        match self.stats.take_if(|_| is_root) {
            Some(stats) => Ok(self.screen.log(stats.to_string().trim_end())?),
            None => Ok(()),
        }
    }

    /// The root flow's result is the product of the run: the last line of stdout.
    fn result(&mut self, event: &Event, outcome: &Outcome) -> Result<()> {
        if !self.progress.is_root(event.run) {
            return Ok(());
        }
        match outcome {
            Outcome::Completed(Value::Json(json)) if &**json != "null" => {
                Ok(self.screen.answer(json)?)
            }
            Outcome::Completed(Value::Bytes(bytes)) => {
                let size = bytes.len();
                let text = format_args!("wflow.engine - The result is {size} bytes");
                self.line(event, Level::Info, text)
            }
            _ => Ok(()),
        }
    }
}

impl<Out: Write, Log: Write> Reporter for TerminalReporter<Out, Log> {
    fn show(&mut self, event: &Event) -> Result<()> {
        self.progress.count(event);
        if let Some(stats) = &mut self.stats {
            stats.count(event);
        }
        // Half of all events: it takes no name to show nothing.
        if let EventKind::TaskRunSubmitted | EventKind::AttemptStarted { .. } = event.kind {
            return Ok(());
        }
        let run = self.names.of(event);
        if event.kind.ends_instance() {
            self.screen.end_prints(event.run)?;
        }
        let Named { kind, name, .. } = &run;
        match &event.kind {
            EventKind::FlowRunCreated { .. } => self.flow_run_created(event, &run),
            EventKind::TaskRunCreated { .. } => self.task_run_created(event, &run),
            EventKind::AttemptFailed {
                failure, retry_at, ..
            } => {
                let pause = retry_at.duration_since(event.at).as_secs_f64();
                self.line(
                    event,
                    Level::Warning,
                    format_args!(
                        "{kind} '{name}' - {failure}; another attempt follows in {pause} s"
                    ),
                )
            }
            EventKind::RetryConditionAsked { attempt } => {
                let state = attempt.state;
                let text = format_args!("{kind} '{name}' - {state}; its retry condition is asked");
                self.line(event, Level::Debug, text)
            }
            EventKind::RetryConditionDecided { outcome } => {
                let (level, decided) = match outcome {
                    Outcome::Completed(Value::Json(json)) => (Level::Debug, json.to_string()),
                    Outcome::Completed(Value::Bytes(_)) => return Ok(()),
                    Outcome::Failed(failure) if failure.kind == FailureKind::Cancelled => {
                        return Ok(());
                    }
                    Outcome::Failed(failure) => {
                        (Level::Error, format!("{failure}; no other attempt follows"))
                    }
                };
                let text = format_args!("{kind} '{name}' - The retry condition ended in {decided}");
                self.line(event, level, text)
            }
            EventKind::TaskRunDelayed { reason } => self.line(
                event,
                Level::Info,
                format_args!("{kind} '{name}' - {reason}"),
            ),
            EventKind::FlowRunSuspended { until } => self.suspended(event, &run, *until),
            EventKind::FlowRunPaused { prompt, schema, .. } => {
                let asks = match &**prompt {
                    "" => "",
                    _ => ": ",
                };
                let answer = question::command(self.progress.root(), (event.run, name), schema);
                let text =
                    format_args!("{kind} '{name}' - Paused{asks}{prompt}; answer with: {answer}");
                self.line(event, Level::Warning, text)
            }
            EventKind::FlowRunAnswered { .. } => {
                let text = format_args!("{kind} '{name}' - Answered; it goes on");
                self.line(event, Level::Info, text)
            }
            EventKind::FlowRunUnanswered => {
                let text = format_args!("{kind} '{name}' - Nobody answered in time; it goes on");
                self.line(event, Level::Warning, text)
            }
            EventKind::AnswerRefused { reason } => {
                let text = format_args!("{kind} '{name}' - Refused an answer: {reason}");
                self.line(event, Level::Warning, text)
            }
            EventKind::CancellationStarted => self.line(
                event,
                Level::Info,
                format_args!("{kind} '{name}' - Cancelling..."),
            ),
            EventKind::Logged { level, message } => {
                self.line(event, *level, format_args!("{kind} '{name}' - {message}"))
            }
            EventKind::Printed { stream, bytes } => {
                Ok(self.screen.print(event.run, *stream, bytes)?)
            }
            EventKind::ArtifactCreated { kind, key, .. } => {
                self.artifact_created(event, &run, *kind, key)
            }
            EventKind::HookStarted { hook, ended } => {
                let state = ended.state;
                self.line(
                    event,
                    Level::Info,
                    format_args!(
                        "{} '{}' - Running hook '{hook}' in response to entering state '{state}'",
                        ended.of, ended.name
                    ),
                )
            }
            EventKind::HookFinished { hook, outcome } => match outcome {
                Outcome::Completed(_) => self.line(
                    event,
                    Level::Info,
                    format_args!("{kind} '{name}' - Hook '{hook}' finished running successfully"),
                ),
                Outcome::Failed(failure) => self.line(
                    event,
                    Level::Error,
                    format_args!("{kind} '{name}' - Hook '{hook}' ended in {failure}"),
                ),
            },
            EventKind::TaskRunFinished { cached: true, .. } => self.line_with_state(
                event,
                Level::Info,
                format_args!("{kind} '{name}' - Finished in state "),
                "Cached(type=COMPLETED)",
            ),
            EventKind::TaskRunFinished { outcome, .. } => self.finished(event, &run, outcome, ""),
            EventKind::FlowRunReturned { unfinished } => self.line(
                event,
                Level::Info,
                format_args!(
                    "{kind} '{name}' - Returned; {unfinished} unfinished runs are awaited"
                ),
            ),
            EventKind::FlowRunFinished {
                outcome,
                runs,
                completed,
                ..
            } => {
                let message = match runs == completed {
                    true => "'All states completed.'".to_owned(),
                    false => format!("'{completed}/{runs} states completed.'"),
                };
                self.finished(event, &run, outcome, &message)?;
                self.statistics(event)?;
                self.result(event, outcome)
            }
            EventKind::TaskRunSubmitted
            | EventKind::AttemptStarted { .. }
            | EventKind::FlowRunObserved { .. }
            | EventKind::TaskRunYielded
            | EventKind::TaskRunResumed => Ok(()),
        }
    }

    fn flush(&mut self) -> Result<()> {
        Ok(self.screen.flush()?)
    }

    fn tick(&mut self, now: Timestamp) -> Result<()> {
        if self.level > Level::Info {
            return Ok(());
        }
        match self.progress.text(now) {
            Some(text) => Ok(self.screen.show_progress(&printable(&text))?),
            None => Ok(()),
        }
    }
}
