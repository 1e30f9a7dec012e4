//! Which names a new project can have.

use std::path::Path;

use anyhow::{Result, bail};

/// A lock file cannot hold these next to a project of the same name.
const SDK: [&str; 2] = ["wflow-sdk", "wflow-macros"];

/// The project's name: the last part of its folder's path.
pub(super) fn of(folder: &Path) -> Result<&str> {
    let last = folder.file_name().unwrap_or_default();
    match last.to_str().filter(|name| is_valid(name)) {
        Some(name) if SDK.contains(&name) => bail!(
            "'{name}' is a package that the project depends on; try: wflow new {}",
            folder.with_file_name(format!("my-{name}")).display(),
        ),
        Some(name) => Ok(name),
        None => bail!(
            "'{}' is no name for a package, which has ASCII letters, digits, - and _ and begins \
             with a letter; try: wflow new {}",
            folder.display(),
            folder
                .with_file_name(similar(&last.to_string_lossy()))
                .display(),
        ),
    }
}

/// The rule of Rust's public registry. Cargo's own also takes letters beyond ASCII, which some tools do not.
fn is_valid(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic()) && name.chars().all(is_allowed)
}

fn is_allowed(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '-' || char == '_'
}

/// A valid name as close as may be.
fn similar(name: &str) -> String {
    let name = name.replace(|char| !is_allowed(char), "-");
    let name = name.trim_start_matches(|char: char| !char.is_ascii_alphabetic());
    match name.trim_end_matches('-') {
        "" => "my-flow".to_owned(),
        name => name.to_owned(),
    }
}
