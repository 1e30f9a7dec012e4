//! What the attempts of a run used, by flow and task.

use std::fmt;
use std::sync::Arc;

use bytesize::ByteSize;
use jiff::SignedDuration;

use super::{duration, one_line};
use crate::model::{ByRun, EndedRunOf, Event, EventKind, RunId, Usage};

/// A table, shown by its `Display`; nothing where nothing was executed.
#[derive(Default)]
pub(super) struct Stats {
    /// In the order in which they came.
    rows: Vec<Row>,
    /// The rows of runs that have not ended.
    of: ByRun<usize>,
}

struct Row {
    of: EndedRunOf,
    attempts: u64,
    usage: Usage,
}

const HEAD: [&str; 8] = [
    "", "ATTEMPTS", "WALL", "CPU", "START", "MEMORY", "IN", "OUT",
];

impl Stats {
    pub(super) fn count(&mut self, event: &Event) {
        match &event.kind {
            EventKind::FlowRunCreated { flow, .. } => {
                self.add(event.run, EndedRunOf::Flow(flow.clone()))
            }
            EventKind::TaskRunCreated { task, .. } => {
                self.add(event.run, EndedRunOf::Task(task.clone()))
            }
            _ => {}
        }
        if let (Some(usage), Some(&row)) = (event.kind.usage(), self.of.get(&event.run)) {
            self.rows[row].attempts += 1;
            self.rows[row].usage = self.rows[row].usage.and(*usage);
        }
        if event.kind.outcome().is_some() {
            self.of.remove(&event.run);
        }
    }

    fn add(&mut self, run: RunId, of: EndedRunOf) {
        let known = self.rows.iter().position(|row| row.of == of);
        let row = known.unwrap_or_else(|| {
            self.rows.push(Row {
                of,
                attempts: 0,
                usage: Usage::default(),
            });
            self.rows.len() - 1
        });
        self.of.insert(run, row);
    }
}

impl Row {
    fn cells(&self) -> [String; HEAD.len()] {
        let Self {
            of,
            attempts,
            usage,
        } = self;
        let (kind, name): (_, &Arc<str>) = match of {
            EndedRunOf::Flow(name) => ("flow", name),
            EndedRunOf::Task(name) => ("task", name),
        };
        let time = |us: u64| {
            duration(SignedDuration::from_micros(
                i64::try_from(us).unwrap_or(i64::MAX),
            ))
        };
        let size = |bytes: u64| ByteSize(bytes).to_string();
        [
            format!("{kind} {}", one_line(name)),
            attempts.to_string(),
            time(usage.wall),
            time(usage.cpu),
            time(usage.start / attempts.max(&1)),
            size(usage.memory),
            size(usage.bytes_in),
            size(usage.bytes_out),
        ]
    }
}

impl fmt::Display for Stats {
    /// Sums; START is the mean, MEMORY the most of one attempt.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows = vec![HEAD.map(str::to_owned)];
        rows.extend(self.rows.iter().map(Row::cells));
        let width = |column: usize| {
            let widths = rows.iter().map(|row| row[column].chars().count());
            widths.max().unwrap_or(0)
        };
        let widths: [usize; HEAD.len()] = std::array::from_fn(width);
        for row in &rows {
            write!(f, "{:<1$}", row[0], widths[0])?;
            for (cell, width) in row.iter().zip(widths).skip(1) {
                write!(f, "  {cell:>width$}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
