//! Clocks that stand still and random numbers from a seed, where the operator wants runs to be alike.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, Error, Result};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use wasmtime_wasi::{HostMonotonicClock, HostWallClock};

use super::replay::Seed;

/// What guests are told of the time: `real`, or for ever the time that is given. What they wait for takes
/// its time either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClockGrant {
    #[default]
    Real,
    Frozen(Timestamp),
}

/// What random numbers come from: `real`, or a seed and the run's name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RandomGrant {
    #[default]
    Real,
    Seeded(String),
}

impl FromStr for ClockGrant {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "real" => Ok(Self::Real),
            text => {
                let at = text.parse::<Timestamp>();
                let at = at.context("expected real, or a time such as 2026-01-01T00:00:00Z")?;
                Ok(Self::Frozen(at.max(Timestamp::UNIX_EPOCH)))
            }
        }
    }
}

impl FromStr for RandomGrant {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Ok(match text {
            "real" => Self::Real,
            seed => Self::Seeded(seed.to_owned()),
        })
    }
}

impl fmt::Display for ClockGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Real => f.write_str("real"),
            Self::Frozen(at) => at.fmt(f),
        }
    }
}

impl fmt::Display for RandomGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Real => "real",
            Self::Seeded(seed) => seed,
        })
    }
}

impl ClockGrant {
    /// In nanoseconds since 1970, where it stands still.
    pub(super) fn frozen(&self) -> Option<u64> {
        match self {
            Self::Real => None,
            Self::Frozen(at) => Some(u64::try_from(at.as_nanosecond()).unwrap_or(0)),
        }
    }
}

impl RandomGrant {
    pub(super) fn seed(&self) -> Option<Seed> {
        match self {
            Self::Real => None,
            Self::Seeded(seed) => Some(Sha256::digest(seed.as_bytes()).into()),
        }
    }
}

/// Both clocks of a guest, in nanoseconds since 1970.
pub(super) struct FrozenClock(pub(super) u64);

impl HostWallClock for FrozenClock {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    fn now(&self) -> Duration {
        Duration::from_nanos(self.0)
    }
}

impl HostMonotonicClock for FrozenClock {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_real_or_stand_still() {
        for text in ["real", "2026-01-01T00:00:00Z"] {
            let clock: ClockGrant = text.parse().expect("a clock");
            assert_eq!(clock.to_string(), text);
        }
        assert!("frozen".parse::<ClockGrant>().is_err());
    }
}
