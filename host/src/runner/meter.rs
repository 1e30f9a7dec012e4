//! Measures what one attempt uses, while it uses it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::model::Usage;

/// Shared by the worker, which measures time, and the executor, which knows the rest.
#[derive(Debug)]
pub struct Meter {
    began: Instant,
    /// In nanoseconds, as are the other times.
    cpu: AtomicU64,
    start: AtomicU64,
    memory: AtomicU64,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
}

impl Meter {
    /// Begins now.
    pub(crate) fn new() -> Self {
        Self {
            began: Instant::now(),
            cpu: AtomicU64::new(0),
            start: AtomicU64::new(0),
            memory: AtomicU64::new(0),
            bytes_in: AtomicU64::new(0),
            bytes_out: AtomicU64::new(0),
        }
    }

    /// The instance is there.
    pub fn started(&self, after: Duration) {
        add(&self.start, nanoseconds(after));
    }

    /// Bytes of linear memory, at the most.
    pub fn memory(&self, peak: usize) {
        self.memory.fetch_max(peak as u64, Ordering::Relaxed);
    }

    /// Bytes that the attempt was given.
    pub fn given(&self, bytes: usize) {
        add(&self.bytes_in, bytes as u64);
    }

    /// Bytes that the attempt gave.
    pub fn gave(&self, bytes: usize) {
        add(&self.bytes_out, bytes as u64);
    }

    pub(super) fn on_worker(&self, time: Duration) {
        add(&self.cpu, nanoseconds(time));
    }

    pub(super) fn cpu(&self) -> Duration {
        Duration::from_nanos(self.cpu.load(Ordering::Relaxed))
    }

    /// What was used so far.
    pub(super) fn usage(&self) -> Usage {
        let microseconds = |time: &AtomicU64| time.load(Ordering::Relaxed) / 1000;
        Usage {
            wall: u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX),
            cpu: microseconds(&self.cpu),
            start: microseconds(&self.start),
            memory: self.memory.load(Ordering::Relaxed),
            bytes_in: self.bytes_in.load(Ordering::Relaxed),
            bytes_out: self.bytes_out.load(Ordering::Relaxed),
        }
    }
}

fn add(sum: &AtomicU64, more: u64) {
    sum.fetch_add(more, Ordering::Relaxed);
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
