//! The lines that a run begins with.

use std::io::Write;

use anyhow::Result;

use super::TerminalReporter;
use crate::model::{Event, EventKind, Level, RunnerKind};
use crate::report::names::Named;

impl<Out: Write, Log: Write> TerminalReporter<Out, Log> {
    pub(super) fn flow_run_created(&mut self, event: &Event, run: &Named) -> Result<()> {
        let EventKind::FlowRunCreated {
            flow,
            runner,
            workers,
            parent,
            resumed,
            ..
        } = &event.kind
        else {
            return Ok(());
        };
        let name = &run.name;
        let parent = parent.and_then(|parent| self.names.get(parent)).cloned();
        let created = created(*resumed);
        let by = match parent {
            Some(Named { kind, name, .. }) => format!("{kind} '{name}' - {created} subflow run"),
            None => format!("wflow.engine - {created} flow run"),
        };
        self.line(
            event,
            Level::Info,
            format_args!("{by} '{name}' for flow '{flow}'"),
        )?;
        let (runner, how) = match runner {
            RunnerKind::Sequential => (
                "SequentialTaskRunner",
                "executed one after another".to_owned(),
            ),
            RunnerKind::Concurrent => ("ConcurrentTaskRunner", "run concurrently".to_owned()),
            RunnerKind::ThreadPool => (
                "ThreadPoolTaskRunner",
                format!("run in parallel on {workers} workers"),
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

    pub(super) fn task_run_created(&mut self, event: &Event, run: &Named) -> Result<()> {
        let EventKind::TaskRunCreated {
            task,
            flow_run,
            resumed,
            ..
        } = &event.kind
        else {
            return Ok(());
        };
        let created = created(*resumed);
        let Some(flow_run) = self.names.get(*flow_run).cloned() else {
            return Ok(());
        };
        let (flow_run, runner) = (flow_run.name, flow_run.runner);
        let name = &run.name;
        self.line(
            event,
            Level::Info,
            format_args!("Flow run '{flow_run}' - {created} task run '{name}' for task '{task}'"),
        )?;
        match runner {
            Some(RunnerKind::Sequential) => self.line(
                event,
                Level::Info,
                format_args!("Flow run '{flow_run}' - Executing '{name}' immediately..."),
            ),
            _ => self.line(
                event,
                Level::Info,
                format_args!("Flow run '{flow_run}' - Submitted task run '{name}' for execution."),
            ),
        }
    }
}

fn created(resumed: bool) -> &'static str {
    match resumed {
        true => "Resumed",
        false => "Created",
    }
}
