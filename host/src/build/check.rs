//! What a language needs on this machine, as `wflow doctor` tells.

use std::process::{Command, Stdio};

/// Something that builds need.
#[derive(Debug)]
pub struct Check {
    pub what: &'static str,
    pub found: Found,
}

/// Whether it is there.
#[derive(Debug)]
pub enum Found {
    /// What there is, such as a version.
    There(String),
    /// It is set up when it is first needed; what is set up, and where.
    SetUpLater(String),
    /// How to get it.
    Missing(String),
}

impl Check {
    /// What the program prints as its version, or how to get it.
    pub(super) fn program(what: &'static str, command: &[&str], how: &str) -> Self {
        let found = match printed(command) {
            Some(version) => Found::There(version),
            None => Found::Missing(how.to_owned()),
        };
        Self { what, found }
    }
}

/// What a command prints, if it ends well.
pub(super) fn printed(command: &[&str]) -> Option<String> {
    let (program, arguments) = command.split_first()?;
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}
