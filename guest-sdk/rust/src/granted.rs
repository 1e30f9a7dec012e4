//! What the operator granted by name: variables and secrets.

use std::fmt;

use serde::de::DeserializeOwned;

use crate::bindings::wflow::plugin::runner;
use crate::value::mismatch;
use crate::{Failure, Result};

/// Reads a variable, which the operator grants with `--var NAME=JSON`.
///
/// ```no_run
/// # fn example() -> wflow::Result<()> {
/// let workers: u32 = wflow::variable("workers")?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// If it is not granted ([`FailureKind::Denied`](crate::FailureKind::Denied)) or is no `T`.
pub fn variable<T: DeserializeOwned>(name: &str) -> Result<T> {
    let json = runner::variable(name).map_err(Failure::of_host)?;
    serde_json::from_str(&json).map_err(|error| {
        let what = mismatch(&error);
        Failure::permanent(format!("variable `{name}`: {what}"))
    })
}

/// Reads a secret, which the operator grants with `--secret NAME=env:VAR` (or `file:`, or `cmd:`).
///
/// ```no_run
/// # fn example() -> wflow::Result<()> {
/// let token = wflow::secret("token")?;
/// let header = format!("Bearer {}", token.expose());
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// If it is not granted ([`FailureKind::Denied`](crate::FailureKind::Denied)).
pub fn secret(name: &str) -> Result<Secret> {
    let text = runner::secret(name).map_err(Failure::of_host)?;
    Ok(Secret(text))
}

/// Text that shows itself to nobody: only [`Secret::expose`] gives it away.
///
/// It is no parameter and no result either: a run that needs it reads it itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret's text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("********")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_itself_to_nobody() {
        let secret = Secret("swordfish".into());
        assert_eq!(format!("{secret} {secret:?}"), "******** ********");
        assert_eq!(secret.expose(), "swordfish");
    }
}
