//! Questions that a flow asks before it goes on.

use std::time::Duration;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::bindings::wflow::plugin::runner;
use crate::submit::milliseconds;
use crate::value::{mismatch, schema_of};
use crate::{Failure, Result};

/// Pauses the flow until somebody says to go on, or fails when the time (in whole milliseconds) is
/// up. The prompt tells people what it waits for.
///
/// ```no_run
/// # use std::time::Duration;
/// # fn example() -> wflow::Result<()> {
/// wflow::pause("Is the report in order?", Some(Duration::from_secs(3600)))?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// If nobody answers in time ([`FailureKind::TimedOut`](crate::FailureKind::TimedOut)), or it is no
/// flow that pauses ([`FailureKind::Denied`](crate::FailureKind::Denied)).
pub fn pause(prompt: &str, timeout: Option<Duration>) -> Result<()> {
    ask(prompt, "", timeout).map(drop)
}

/// Pauses the flow until somebody answers with a `T`, or fails when the time is up, as in [`pause`].
///
/// Whoever answers is told the type's JSON Schema; what does not fit is refused, and the flow waits
/// on. A field with `#[serde(default)]` may be left out. Runs that were submitted go on meanwhile, but
/// the flow's own code does not, also not in an `async fn`.
///
/// ```no_run
/// # use std::time::Duration;
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Approval {
///     approved: bool,
///     #[serde(default)]
///     note: String,
/// }
///
/// # fn example() -> wflow::Result<()> {
/// let hour = Duration::from_secs(3600);
/// let approval: Approval = wflow::pause_for_input("Publish the report?", Some(hour))?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`pause`] does.
pub fn pause_for_input<T: DeserializeOwned + JsonSchema>(
    prompt: &str,
    timeout: Option<Duration>,
) -> Result<T> {
    let schema = schema_of::<T>().to_value().to_string();
    let json = ask(prompt, &schema, timeout)?;
    serde_json::from_str(&json).map_err(|error| {
        let what = mismatch(&error);
        Failure::permanent(format!("the answer: {what}"))
    })
}

fn ask(prompt: &str, schema: &str, timeout: Option<Duration>) -> Result<String> {
    let answer = runner::pause(prompt, schema, timeout.map(milliseconds));
    answer.map_err(Failure::of_host)
}
