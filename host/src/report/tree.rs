//! A run as a tree: what it submitted below it, each with its state, duration and attempts.

use std::fmt;

use bytesize::ByteSize;
use jiff::{SignedDuration, Timestamp};

use super::{duration, one_line};
use crate::model::{EndedRunOf, Outcome, Record, RunId, RunRecord, Usage};

/// Shown by its `Display`.
pub struct Tree<'a> {
    record: &'a Record,
    /// How many runs to show below each.
    most: usize,
    /// The end of what has not ended.
    until: Option<Timestamp>,
}

impl<'a> Tree<'a> {
    /// Of runs that submitted more than `most`, the first ones are shown. What has not ended took
    /// until `until`, if that is known.
    pub fn new(record: &'a Record, most: usize, until: Option<Timestamp>) -> Self {
        Self {
            record,
            most,
            until,
        }
    }

    fn line(&self, run: &RunRecord) -> String {
        let took = run.ended.or(self.until).zip(run.started);
        let took = took.map(|(ended, started)| duration(ended.duration_since(started)));
        let attempts = match run.attempts {
            0 | 1 => String::new(),
            attempts => format!(", {attempts} attempts"),
        };
        let flow = match &run.of {
            EndedRunOf::Flow(flow) => format!(" (flow {})", one_line(flow)),
            EndedRunOf::Task(_) => String::new(),
        };
        let state = match &run.outcome {
            Some(Outcome::Failed(failure)) => one_line(&failure.to_string()),
            _ => run.state.to_string(),
        };
        let took = took.map_or(String::new(), |took| format!("  {took}"));
        let used = used(&run.usage);
        let delay = run.delay.iter().map(|why| format!(" ({})", one_line(why)));
        let delay: String = delay.collect();
        format!(
            "{}{flow}  {state}{delay}{took}{used}{attempts}",
            one_line(&run.name)
        )
    }
}

/// What all attempts used; nothing where there were none.
fn used(usage: &Usage) -> String {
    if *usage == Usage::default() {
        return String::new();
    }
    let cpu = duration(SignedDuration::from_micros(
        i64::try_from(usage.cpu).unwrap_or(i64::MAX),
    ));
    format!(", {cpu} CPU, {}", ByteSize(usage.memory))
}

/// A place in the tree: the run, and what stands before its line and before those below it.
struct Place {
    run: RunId,
    before: String,
    below: String,
    /// Runs that are left out stand for themselves.
    left_out: usize,
}

impl fmt::Display for Tree<'_> {
    /// Without recursion: guests choose how deep it goes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = self.record.root().map(|root| Place {
            run: root.id,
            before: String::new(),
            below: String::new(),
            left_out: 0,
        });
        let mut left: Vec<_> = root.into_iter().collect();
        while let Some(place) = left.pop() {
            if place.left_out > 0 {
                writeln!(f, "{}... and {} more", place.before, place.left_out)?;
                continue;
            }
            let Some(run) = self.record.get(place.run) else {
                continue;
            };
            writeln!(f, "{}{}", place.before, self.line(run))?;
            left.extend(self.below(run, &place.below));
        }
        Ok(())
    }
}

impl Tree<'_> {
    /// The last one first.
    fn below(&self, run: &RunRecord, below: &str) -> Vec<Place> {
        let shown = run.children.len().min(self.most);
        let left_out = run.children.len() - shown;
        let mut places = Vec::with_capacity(shown + 1);
        if left_out > 0 {
            places.push(Place {
                run: run.id,
                before: format!("{below}`- "),
                below: String::new(),
                left_out,
            });
        }
        for (index, child) in run.children[..shown].iter().enumerate().rev() {
            let is_last = left_out == 0 && index + 1 == shown;
            let (branch, trunk) = if is_last {
                ("`- ", "   ")
            } else {
                ("|- ", "|  ")
            };
            places.push(Place {
                run: *child,
                before: format!("{below}{branch}"),
                below: format!("{below}{trunk}"),
                left_out: 0,
            });
        }
        places
    }
}
