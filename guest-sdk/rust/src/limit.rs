//! Limits of attempts, which the code may lower.

use serde::{Serialize, Serializer};

/// Something that an attempt may use so much of, for [`Configure::limit`](crate::Configure::limit).
/// The attributes have an option for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Limit {
    /// Bytes of linear memory.
    Memory,
    /// Elements of all tables.
    TableElements,
    /// Core instances of the component.
    Instances,
    /// Milliseconds from the start to the end, waits included.
    WallTime,
    /// Milliseconds on the worker, waits left out.
    CpuTime,
    /// Bytes that are printed, logged and attached as artifacts.
    Output,
    /// Lines (or writes) of these.
    OutputLines,
    /// Bytes of the result.
    Result,
    /// Bytes of all arguments.
    Arguments,
    /// Runs that are submitted.
    Submits,
    /// Runs above the run: those that submitted it.
    Depth,
    /// Files and sockets that are open at the same time.
    OpenFiles,
    /// Artifacts that are created.
    Artifacts,
    /// Bytes of one HTTP response.
    HttpResponse,
}

/// As the contract has them: amounts by name.
pub(crate) fn as_map<S: Serializer>(
    limits: &&'static [(Limit, u64)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(limits.iter().copied())
}
