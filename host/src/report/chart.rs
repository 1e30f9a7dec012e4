//! When each run was executed, as bars under each other.

use std::fmt;

use jiff::Timestamp;

use super::{duration, one_line};
use crate::model::{Record, RunRecord};

/// Columns for the names of runs.
const NAME: usize = 28;
/// Columns for how long a run took.
const TOOK: usize = 12;

/// Shown by its `Display`.
pub struct Chart<'a> {
    runs: Vec<&'a RunRecord>,
    left_out: usize,
    /// Columns for the bars.
    width: usize,
    from: Timestamp,
    until: Timestamp,
}

impl<'a> Chart<'a> {
    /// Of `width` columns in all, with the first `most` runs. What has not ended goes on to `until`,
    /// if that is known.
    pub fn new(record: &'a Record, width: usize, most: usize, until: Option<Timestamp>) -> Self {
        let runs = record.runs();
        let from = runs
            .first()
            .map_or(Timestamp::UNIX_EPOCH, |run| run.created);
        let last = runs
            .iter()
            .filter_map(|run| run.ended.or(run.started))
            .max();
        let until = until.into_iter().chain(last).max().unwrap_or(from);
        Self {
            runs: runs.iter().take(most).collect(),
            left_out: runs.len().saturating_sub(most),
            width: width.saturating_sub(NAME + TOOK + 4).max(10),
            from,
            until,
        }
    }

    /// The column in which a moment falls.
    fn column(&self, at: Timestamp) -> usize {
        let whole = self.until.duration_since(self.from).as_secs_f64();
        let part = at.duration_since(self.from).as_secs_f64();
        let column = (part / whole * self.width as f64) as usize;
        column.min(self.width - 1)
    }

    /// Waiting as dots, executing as a bar.
    fn bar(&self, run: &RunRecord) -> String {
        let created = self.column(run.created);
        let ended = self.column(run.ended.unwrap_or(self.until));
        let started = run.started.map_or(ended, |at| self.column(at));
        let executes = match run.started {
            Some(_) => "#",
            None => ".",
        };
        format!(
            "{}{}{}",
            " ".repeat(created),
            ".".repeat(started.saturating_sub(created)),
            executes.repeat((ended + 1).saturating_sub(started))
        )
    }
}

impl fmt::Display for Chart<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = duration(self.until.duration_since(self.from));
        writeln!(
            f,
            "{:NAME$}  |{:-<width$}| {whole}",
            "",
            "",
            width = self.width
        )?;
        for run in &self.runs {
            let name: String = one_line(&run.name).chars().take(NAME).collect();
            let took = run.started.zip(run.ended);
            let took = took.map_or(String::new(), |(from, to)| {
                duration(to.duration_since(from))
            });
            let width = self.width;
            writeln!(f, "{name:NAME$}  |{:width$}| {took}", self.bar(run))?;
        }
        match self.left_out {
            0 => Ok(()),
            more => writeln!(f, "... and {more} more"),
        }
    }
}
