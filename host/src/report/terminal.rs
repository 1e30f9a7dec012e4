//! For people: log lines on stderr, what guests print on stdout.

use std::fmt;
use std::io::Write;

use anyhow::Result;
use jiff::tz::TimeZone;

use super::Reporter;
use super::names::{Named, Names};
use crate::model::{Event, EventKind, Level, Outcome, RunId, RunnerKind, Stream, Value};

/// Writes Prefect's log format.
pub struct TerminalReporter<Out, Log> {
    out: Out,
    log: Log,
    time_zone: TimeZone,
    /// Worker threads, as the first line tells.
    workers: usize,
    /// Lines below this level are left out.
    level: Level,
    names: Names,
    runner: RunnerKind,
    root: Option<RunId>,
}

impl<Out: Write, Log: Write> TerminalReporter<Out, Log> {
    pub fn new(out: Out, log: Log, time_zone: TimeZone, workers: usize, level: Level) -> Self {
        Self {
            out,
            log,
            time_zone,
            workers,
            level,
            names: Names::default(),
            runner: RunnerKind::default(),
            root: None,
        }
    }

    fn line(&mut self, event: &Event, level: Level, text: fmt::Arguments<'_>) -> Result<()> {
        if level < self.level {
            return Ok(());
        }
        let level = match level {
            Level::Debug => "DEBUG",
            Level::Info => "INFO",
            Level::Warning => "WARNING",
            Level::Error => "ERROR",
        };
        let at = event
            .at
            .to_zoned(self.time_zone.clone())
            .strftime("%H:%M:%S%.3f");
        writeln!(self.log, "{at} | {level:<7} | {text}")?;
        Ok(())
    }

    fn flow_run_created(&mut self, event: &Event, run: &Named) -> Result<()> {
        let EventKind::FlowRunCreated {
            flow,
            runner,
            parent,
            ..
        } = &event.kind
        else {
            return Ok(());
        };
        let name = &run.name;
        let parent = parent.and_then(|parent| self.names.get(parent)).cloned();
        let by = match parent {
            Some(parent) => format!("Flow run '{parent}' - Created subflow run"),
            None => "wflow.engine - Created flow run".to_owned(),
        };
        self.line(
            event,
            Level::Info,
            format_args!("{by} '{name}' for flow '{flow}'"),
        )?;
        self.runner = *runner;
        self.root.get_or_insert(event.run);
        let (runner, how) = match runner {
            RunnerKind::Sequential => (
                "SequentialTaskRunner",
                "executed one after another".to_owned(),
            ),
            RunnerKind::Concurrent => ("ConcurrentTaskRunner", "run concurrently".to_owned()),
            RunnerKind::ThreadPool => (
                "ThreadPoolTaskRunner",
                format!("run in parallel on {} workers", self.workers),
            ),
        };
        self.line(
            event,
            Level::Info,
            format_args!(
                "Flow run '{name}' - Starting '{runner}'; submitted tasks will be {how}..."
            ),
        )
    }

    fn task_run_created(&mut self, event: &Event, run: &Named) -> Result<()> {
        let EventKind::TaskRunCreated { task, flow_run, .. } = &event.kind else {
            return Ok(());
        };
        let flow_run = self.names.get(*flow_run).cloned().unwrap_or_default();
        let name = &run.name;
        self.line(
            event,
            Level::Info,
            format_args!("Flow run '{flow_run}' - Created task run '{name}' for task '{task}'"),
        )?;
        match self.runner {
            RunnerKind::Sequential => self.line(
                event,
                Level::Info,
                format_args!("Flow run '{flow_run}' - Executing '{name}' immediately..."),
            ),
            RunnerKind::Concurrent | RunnerKind::ThreadPool => self.line(
                event,
                Level::Info,
                format_args!("Flow run '{flow_run}' - Submitted task run '{name}' for execution."),
            ),
        }
    }

    fn finished(
        &mut self,
        event: &Event,
        run: &Named,
        outcome: &Outcome,
        message: &str,
    ) -> Result<()> {
        let Named { kind, name } = run;
        match outcome {
            Outcome::Completed(_) => self.line(
                event,
                Level::Info,
                format_args!("{kind} '{name}' - Finished in state Completed({message})"),
            ),
            Outcome::Failed(failure) => self.line(
                event,
                Level::Error,
                format_args!("{kind} '{name}' - Finished in state {failure}"),
            ),
        }
    }

    /// The root flow's result is the product of the run: the last line of stdout.
    fn result(&mut self, event: &Event, outcome: &Outcome) -> Result<()> {
        match outcome {
            Outcome::Completed(Value::Json(json))
                if &**json != "null" && self.root == Some(event.run) =>
            {
                self.log.flush()?;
                writeln!(self.out, "{json}")?;
            }
            Outcome::Completed(Value::Bytes(bytes)) if self.root == Some(event.run) => {
                let size = bytes.len();
                self.line(
                    event,
                    Level::Info,
                    format_args!("wflow.engine - The result is {size} bytes"),
                )?;
            }
            _ => {}
        }
        Ok(())
    }
}

impl<Out: Write, Log: Write> Reporter for TerminalReporter<Out, Log> {
    fn show(&mut self, event: &Event) -> Result<()> {
        let run = self.names.of(event);
        let Named { kind, name } = &run;
        match &event.kind {
            EventKind::FlowRunCreated { .. } => self.flow_run_created(event, &run),
            EventKind::TaskRunCreated { .. } => self.task_run_created(event, &run),
            EventKind::AttemptFailed { failure, retry_at } => {
                let pause = retry_at.duration_since(event.at).as_secs_f64();
                self.line(
                    event,
                    Level::Warning,
                    format_args!(
                        "{kind} '{name}' - {failure}; another attempt follows in {pause} s"
                    ),
                )
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
                match stream {
                    Stream::Stdout => self.out.write_all(bytes)?,
                    Stream::Stderr => self.log.write_all(bytes)?,
                }
                Ok(self.out.flush()?)
            }
            EventKind::TaskRunFinished { outcome } => self.finished(event, &run, outcome, ""),
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
            } => {
                let message = match runs == completed {
                    true => "'All states completed.'".to_owned(),
                    false => format!("'{completed}/{runs} states completed.'"),
                };
                self.finished(event, &run, outcome, &message)?;
                self.result(event, outcome)
            }
            EventKind::FlowRunStarted
            | EventKind::TaskRunSubmitted
            | EventKind::AttemptStarted { .. }
            | EventKind::TaskRunYielded
            | EventKind::TaskRunResumed => Ok(()),
        }
    }

    fn flush(&mut self) -> Result<()> {
        self.log.flush()?;
        Ok(self.out.flush()?)
    }
}
