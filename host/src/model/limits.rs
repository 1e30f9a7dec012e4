//! What one attempt may use at most: a table of limits, their units and defaults, and who set them.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Something that an attempt may use so much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cap {
    Memory,
    TableElements,
    Instances,
    WallTime,
    CpuTime,
    Output,
    OutputLines,
    Result,
    Arguments,
    Submits,
    Depth,
    OpenFiles,
    Artifacts,
    HttpResponse,
}

/// What a limit is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Bytes,
    Milliseconds,
    Count,
}

/// Limits that somebody states, in their units.
pub type Caps = BTreeMap<Cap, u64>;

const MIB: u64 = 1 << 20;
const HOUR: u64 = 60 * 60 * 1000;
/// Stands for none.
const NONE: u64 = u64::MAX;

impl Cap {
    /// In the order of the declaration.
    pub const ALL: [Self; 14] = [
        Self::Memory,
        Self::TableElements,
        Self::Instances,
        Self::WallTime,
        Self::CpuTime,
        Self::Output,
        Self::OutputLines,
        Self::Result,
        Self::Arguments,
        Self::Submits,
        Self::Depth,
        Self::OpenFiles,
        Self::Artifacts,
        Self::HttpResponse,
    ];

    /// As options and `wflow.toml` spell it.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    pub fn unit(self) -> Unit {
        self.row().1
    }

    /// What holds where nobody says otherwise.
    pub fn default(self) -> u64 {
        self.row().2
    }

    fn row(self) -> (&'static str, Unit, u64) {
        use Unit::{Bytes, Count, Milliseconds};
        match self {
            Self::Memory => ("memory", Bytes, 256 * MIB),
            Self::TableElements => ("table-elements", Count, 100_000),
            Self::Instances => ("instances", Count, 100),
            Self::WallTime => ("wall-time", Milliseconds, NONE),
            Self::CpuTime => ("cpu-time", Milliseconds, HOUR),
            Self::Output => ("output", Bytes, 16 * MIB),
            Self::OutputLines => ("output-lines", Count, 100_000),
            Self::Result => ("result", Bytes, 64 * MIB),
            Self::Arguments => ("arguments", Bytes, 64 * MIB),
            Self::Submits => ("submits", Count, 100_000),
            Self::Depth => ("depth", Count, 64),
            Self::OpenFiles => ("open-files", Count, 100),
            Self::Artifacts => ("artifacts", Count, 1000),
            Self::HttpResponse => ("http-response", Bytes, 64 * MIB),
        }
    }

    /// The amount as options and `wflow.toml` spell it.
    pub fn shown(self, amount: u64) -> String {
        self.unit().shown(amount)
    }
}

impl Unit {
    pub fn shown(self, amount: u64) -> String {
        match self {
            _ if amount == NONE => "none".to_owned(),
            Self::Bytes => bytes(amount),
            Self::Milliseconds => milliseconds(amount),
            Self::Count => amount.to_string(),
        }
    }
}

/// In the biggest unit that leaves nothing over.
fn bytes(amount: u64) -> String {
    let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    let whole = |&(_, bits): &(&str, u32)| amount > 0 && amount.trailing_zeros() >= bits;
    match units.into_iter().find(whole) {
        Some((unit, bits)) => format!("{}{unit}", amount >> bits),
        None => format!("{amount}B"),
    }
}

fn milliseconds(amount: u64) -> String {
    let units = [("h", HOUR), ("m", 60_000), ("s", 1000)];
    let whole = |&(_, unit): &(&str, u64)| amount > 0 && amount.is_multiple_of(unit);
    match units.into_iter().find(whole) {
        Some((unit, length)) => format!("{}{unit}", amount / length),
        None => format!("{amount}ms"),
    }
}

/// Who set a limit, and so who can raise it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetBy {
    /// The operator, for all runs; or nobody.
    Operator,
    /// A table of `wflow.toml` for this flow or task.
    Table,
    /// The code, a submit, or the `wflow.toml` beside the code.
    Project,
}

/// All limits of an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits([(u64, SetBy); Cap::ALL.len()]);

impl Default for Limits {
    fn default() -> Self {
        Self(Cap::ALL.map(|cap| (cap.default(), SetBy::Operator)))
    }
}

impl Limits {
    pub fn of(&self, cap: Cap) -> u64 {
        self.0[cap as usize].0
    }

    /// The limit as a number of things in memory.
    pub fn size(&self, cap: Cap) -> usize {
        usize::try_from(self.of(cap)).unwrap_or(usize::MAX)
    }

    /// None where there is no limit.
    pub fn some(&self, cap: Cap) -> Option<u64> {
        Some(self.of(cap)).filter(|&amount| amount != NONE)
    }

    /// Sets what is stated, be it higher or lower.
    #[must_use]
    pub fn with(mut self, caps: &Caps, by: SetBy) -> Self {
        for (&cap, &amount) in caps {
            self.0[cap as usize] = (amount, by);
        }
        self
    }

    /// Lowers what is stated lower, and raises nothing.
    #[must_use]
    pub fn lowered(mut self, caps: &Caps, by: SetBy) -> Self {
        for (&cap, &amount) in caps {
            if amount < self.of(cap) {
                self.0[cap as usize] = (amount, by);
            }
        }
        self
    }

    /// What to say to whoever went beyond the limit.
    pub fn exceeded(&self, cap: Cap) -> Exceeded {
        let (amount, by) = self.0[cap as usize];
        Exceeded { cap, amount, by }
    }
}

/// An attempt went beyond a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exceeded {
    pub cap: Cap,
    amount: u64,
    by: SetBy,
}

impl Exceeded {
    /// Without the way to raise it.
    pub fn what(&self) -> String {
        let Self { cap, amount, .. } = self;
        format!(
            "went beyond its limit {} = {}",
            cap.name(),
            cap.shown(*amount)
        )
    }
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.cap.name();
        write!(f, "{}; ", self.what())?;
        match self.by {
            SetBy::Operator => write!(f, "raise it with --{name}"),
            SetBy::Table => write!(f, "raise it in its limits in wflow.toml"),
            SetBy::Project => write!(f, "its project has lowered it"),
        }
    }
}

impl std::error::Error for Exceeded {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_has_its_place_and_name() {
        for (index, cap) in Cap::ALL.into_iter().enumerate() {
            assert_eq!(cap as usize, index);
            let json = serde_json::to_value(cap).expect("a word");
            assert_eq!(json, cap.name().replace('-', "_"));
        }
    }

    #[test]
    fn amounts_are_shown_as_they_are_written() {
        for (cap, amount, shown) in [
            (Cap::Memory, 64 * MIB, "64MiB"),
            (Cap::Memory, 3 << 30, "3GiB"),
            (Cap::Memory, 1000, "1000B"),
            (Cap::CpuTime, 1500, "1500ms"),
            (Cap::CpuTime, 90_000, "90s"),
            (Cap::CpuTime, 2 * HOUR, "2h"),
            (Cap::WallTime, NONE, "none"),
            (Cap::Depth, 0, "0"),
            (Cap::Memory, 0, "0B"),
        ] {
            assert_eq!(cap.shown(amount), shown);
        }
    }

    #[test]
    fn code_lowers_and_never_raises() {
        let caps = |memory| Caps::from([(Cap::Memory, memory)]);
        let limits = Limits::default().lowered(&caps(MIB), SetBy::Project);
        assert_eq!(limits.of(Cap::Memory), MIB);
        let limits = limits.lowered(&caps(2 * MIB), SetBy::Project);
        assert_eq!(
            limits.exceeded(Cap::Memory).to_string(),
            "went beyond its limit memory = 1MiB; its project has lowered it"
        );
        let limits = limits.with(&caps(2 * MIB), SetBy::Operator);
        assert_eq!(
            limits.exceeded(Cap::Memory).to_string(),
            "went beyond its limit memory = 2MiB; raise it with --memory"
        );
    }
}
