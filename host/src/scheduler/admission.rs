//! What has to be free, besides a slot, before a task run starts: memory of the host, and CPU time of
//! the hour.
//!
//! Memory is reserved for as much as runs of the same task have used at the most; before the first of
//! them has ended that is a guess. One run at least executes, so that those which wait for others with
//! their memory in hand get what they wait for.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use bytesize::ByteSize;
use jiff::{SignedDuration, Timestamp};

use crate::model::Usage;

/// What all runs may use together.
#[derive(Clone, Debug)]
pub struct Quotas {
    /// Bytes of the host's memory.
    pub memory: u64,
    /// Runs that were submitted and have not ended.
    pub queued: usize,
    /// Runs, those that have ended included.
    pub runs: usize,
    /// Microseconds of CPU time in any hour.
    pub cpu_per_hour: Option<u64>,
    /// What was used of these before, and when.
    pub spent: Vec<(Timestamp, u64)>,
}

impl Default for Quotas {
    /// None of them.
    fn default() -> Self {
        Self {
            memory: u64::MAX,
            queued: usize::MAX,
            runs: usize::MAX,
            cpu_per_hour: None,
            spent: Vec::new(),
        }
    }
}

/// Bytes for a run of a task of which none has ended yet.
const GUESS: u64 = 16 << 20;
const HOUR: SignedDuration = SignedDuration::from_hours(1);

#[derive(Debug)]
pub(super) struct Admission {
    quotas: Quotas,
    /// Bytes for the runs that have started.
    reserved: u64,
    /// What one run of each task has used at the most.
    peaks: HashMap<Arc<str>, u64>,
    /// CPU time in microseconds, by the end of its attempt.
    spent: VecDeque<(Timestamp, u64)>,
}

impl Admission {
    pub(super) fn new(mut quotas: Quotas) -> Self {
        quotas.spent.sort_unstable();
        Self {
            spent: std::mem::take(&mut quotas.spent).into(),
            quotas,
            reserved: 0,
            peaks: HashMap::new(),
        }
    }

    /// Why no further run may be submitted, where there are so many.
    pub(super) fn refusal(&self, unfinished: usize, runs: usize) -> Option<String> {
        let (what, most, option) = match () {
            () if unfinished >= self.quotas.queued => {
                ("runs that have not ended", self.quotas.queued, "max-queued")
            }
            () if runs >= self.quotas.runs => ("runs", self.quotas.runs, "max-runs"),
            () => return None,
        };
        Some(format!(
            "the quota of {most} {what} is used up; raise it with --{option}"
        ))
    }

    fn need(&self, task: &str) -> u64 {
        self.peaks.get(task).copied().unwrap_or(GUESS)
    }

    /// What a run of the task waits for, if it has to; where no other run executes it need not wait
    /// for memory.
    pub(super) fn delay(&mut self, now: Timestamp, task: &str, is_idle: bool) -> Option<String> {
        let need = self.reserved.saturating_add(self.need(task));
        if need > self.quotas.memory && !is_idle {
            let [reserved, memory] = [self.reserved, self.quotas.memory].map(ByteSize);
            return Some(format!(
                "waits for memory: {reserved} of {memory} are reserved (--total-memory)"
            ));
        }
        self.cpu_delay(now)
    }

    fn cpu_delay(&mut self, now: Timestamp) -> Option<String> {
        let most = self.quotas.cpu_per_hour?;
        while let Some(&(at, _)) = self.spent.front()
            && ends(at) <= now
        {
            self.spent.pop_front();
        }
        let [spent, quota] = [self.spent(), most].map(|time| time as f64 / 1e6);
        (self.spent() >= most).then(|| {
            format!(
                "waits for CPU time: {spent:.1} s of {quota:.1} s were used in the last hour \
                 (--cpu-per-hour)"
            )
        })
    }

    fn spent(&self) -> u64 {
        self.spent.iter().map(|(_, time)| time).sum()
    }

    /// When there is CPU time again, by time alone.
    pub(super) fn opens_at(&self) -> Option<Timestamp> {
        let most = self.quotas.cpu_per_hour?;
        let is_over = self.spent() >= most;
        let (at, _) = self.spent.front().filter(|_| is_over)?;
        Some(ends(*at))
    }

    /// Gives the bytes, to be released when the attempt is over.
    pub(super) fn reserve(&mut self, task: &str) -> u64 {
        if self.quotas.memory == u64::MAX {
            return 0;
        }
        let need = self.need(task);
        self.reserved = self.reserved.saturating_add(need);
        need
    }

    pub(super) fn release(&mut self, reserved: u64) {
        self.reserved = self.reserved.saturating_sub(reserved);
    }

    /// An attempt is over.
    pub(super) fn learn(&mut self, now: Timestamp, task: Option<&Arc<str>>, usage: &Usage) {
        if self.quotas.cpu_per_hour.is_some() && usage.cpu > 0 {
            self.spent.push_back((now, usage.cpu));
        }
        let Some(task) = task.filter(|_| self.quotas.memory != u64::MAX) else {
            return;
        };
        match self.peaks.get_mut(task) {
            Some(peak) => *peak = usage.memory.max(*peak),
            None => drop(self.peaks.insert(task.clone(), usage.memory)),
        }
    }
}

/// When what was used then counts no longer.
fn ends(at: Timestamp) -> Timestamp {
    at.saturating_add(HOUR).unwrap_or(Timestamp::MAX)
}
