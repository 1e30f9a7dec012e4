//! For people: log lines on stderr, what guests print on stdout.

use std::io::Write;

use anyhow::Result;
use jiff::tz::TimeZone;

use super::Reporter;
use super::names::{Named, Names};
use crate::model::{Event, EventKind, Level, Outcome, RunId, RunnerKind, Stream, Value};

/// Writes Prefect's log format.
pub struct TerminalReporter<Out, Log> {
    pub out: Out,
    pub log: Log,
    pub time_zone: TimeZone,
    /// Worker threads, as the first line tells.
    pub workers: usize,
    /// Lines below this level are left out.
    pub level: Level,
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

    fn line(&mut self, event: &Event, level: Level, text: &str) -> Result<()> {
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
        let by = match parent.and_then(|parent| self.names.get(parent)) {
            Some(parent) => format!(
                "Flow run '{parent}' - Created subflow run '{}' for flow '{flow}'",
                run.name
            ),
            None => format!(
                "wflow.engine - Created flow run '{}' for flow '{flow}'",
                run.name
            ),
        };
        self.line(event, Level::Info, &by)?;
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
        let text = format!(
            "Flow run '{}' - Starting '{runner}'; submitted tasks will be {how}...",
            run.name
        );
        self.line(event, Level::Info, &text)
    }

    fn task_run_created(&mut self, event: &Event, run: &Named) -> Result<()> {
        let EventKind::TaskRunCreated { task, flow_run, .. } = &event.kind else {
            return Ok(());
        };
        let flow_run = self.names.get(*flow_run).cloned().unwrap_or_default();
        let name = &run.name;
        let created =
            format!("Flow run '{flow_run}' - Created task run '{name}' for task '{task}'");
        let next = match self.runner {
            RunnerKind::Sequential => {
                format!("Flow run '{flow_run}' - Executing '{name}' immediately...")
            }
            _ => format!("Flow run '{flow_run}' - Submitted task run '{name}' for execution."),
        };
        self.line(event, Level::Info, &created)?;
        self.line(event, Level::Info, &next)
    }

    fn finished(
        &mut self,
        event: &Event,
        run: &Named,
        outcome: &Outcome,
        message: &str,
    ) -> Result<()> {
        let (level, state) = match outcome {
            Outcome::Completed(_) => (Level::Info, format!("Completed({message})")),
            Outcome::Failed(failure) => (Level::Error, failure.to_string()),
        };
        let text = format!("{} '{}' - Finished in state {state}", run.kind, run.name);
        self.line(event, level, &text)
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
                let text = format!("wflow.engine - The result is {} bytes", bytes.len());
                self.line(event, Level::Info, &text)?;
            }
            _ => {}
        }
        Ok(())
    }
}

impl<Out: Write, Log: Write> Reporter for TerminalReporter<Out, Log> {
    fn show(&mut self, event: &Event) -> Result<()> {
        let run = self.names.of(event);
        let start = format!("{} '{}' -", run.kind, run.name);
        match &event.kind {
            EventKind::FlowRunCreated { .. } => self.flow_run_created(event, &run),
            EventKind::TaskRunCreated { .. } => self.task_run_created(event, &run),
            EventKind::AttemptFailed { failure, retry_at } => {
                let pause = retry_at.duration_since(event.at).as_secs_f64();
                let text = format!("{start} {failure}; another attempt follows in {pause} s");
                self.line(event, Level::Warning, &text)
            }
            EventKind::CancellationStarted => {
                self.line(event, Level::Info, &format!("{start} Cancelling..."))
            }
            EventKind::Logged { level, message } => {
                self.line(event, *level, &format!("{start} {message}"))
            }
            EventKind::Printed { stream, bytes } => {
                match stream {
                    Stream::Stdout => self.out.write_all(bytes)?,
                    Stream::Stderr => self.log.write_all(bytes)?,
                }
                Ok(self.out.flush()?)
            }
            EventKind::TaskRunFinished { outcome } => self.finished(event, &run, outcome, ""),
            EventKind::FlowRunReturned { unfinished } => {
                let text = format!("{start} Returned; {unfinished} unfinished runs are awaited");
                self.line(event, Level::Info, &text)
            }
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
