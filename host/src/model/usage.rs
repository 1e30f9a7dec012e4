//! What an attempt used.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Measured by the host, for each attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Microseconds from the start of the attempt to its end.
    #[serde(rename = "wall_us")]
    pub wall: u64,
    /// Microseconds on a worker thread, waits left out.
    #[serde(rename = "cpu_us")]
    pub cpu: u64,
    /// Microseconds until its instance was there, its code to be called.
    #[serde(rename = "start_us")]
    pub start: u64,
    /// Bytes of linear memory, at the most.
    pub memory: u64,
    /// Bytes that it was given: arguments, results of other runs, files, the network.
    pub bytes_in: u64,
    /// Bytes that it gave: its result, arguments of other runs, prints, logs, artifacts, files, the
    /// network.
    pub bytes_out: u64,
}

impl Usage {
    /// Of two attempts together: sums, and the most memory.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            wall: self.wall + other.wall,
            cpu: self.cpu + other.cpu,
            start: self.start + other.start,
            memory: self.memory.max(other.memory),
            bytes_in: self.bytes_in + other.bytes_in,
            bytes_out: self.bytes_out + other.bytes_out,
        }
    }

    pub fn wall_time(&self) -> Duration {
        Duration::from_micros(self.wall)
    }

    pub fn cpu_time(&self) -> Duration {
        Duration::from_micros(self.cpu)
    }
}
